package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

const (
	// sockets is how many followers listen, and spreadPosts how many posts
	// they are sent.
	sockets     = 200
	spreadPosts = 50
	// feedPosts is how many posts are looked for in everybody's feed.
	feedPosts = 10
	// spreadWait is how long a post may be on its way.
	spreadWait = 10 * time.Second
	// maxMessage is how long a message on a socket may be, in bytes.
	maxMessage = 1 << 20
)

// spread is how long a post takes from its author to all followers. A feed
// catches up when it is read: a post is in all feeds when it is answered.
type spread struct {
	Followers    int     `json:"followers"`
	Sockets      int     `json:"sockets"`
	SocketsP50   float64 `json:"to_last_socket_p50_ms"`
	SocketsP99   float64 `json:"to_last_socket_p99_ms"`
	SocketsLost  int     `json:"messages_lost"`
	AnswerP50    float64 `json:"post_to_answer_p50_ms"`
	AnswerP99    float64 `json:"post_to_answer_p99_ms"`
	AllReadP50   float64 `json:"all_feeds_read_p50_ms"`
	AllReadMost  float64 `json:"all_feeds_read_most_ms"`
	FeedsChecked int     `json:"feeds_checked"`
	FeedsWithout int     `json:"feeds_without_the_post"`
}

// spread measures it.
func (b *bench) spread() error {
	b.out.Spread.Followers = len(b.crowd.all) - 1
	answers, err := b.toSockets()
	if err != nil {
		return err
	}
	more, err := b.toFeeds()
	b.out.Spread.AnswerP50, b.out.Spread.AnswerP99 = spreadOf(append(answers, more...))
	return err
}

// arrival says that post n has come to a socket.
type arrival struct {
	n  int
	at time.Time
}

const mark = "spread-"

// toSockets sends posts to followers who listen, one after the other.
func (b *bench) toSockets() (answers []time.Duration, err error) {
	s := &b.out.Spread
	s.Sockets = min(sockets, s.Followers)
	came := make(chan arrival, spreadPosts*s.Sockets)
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	for _, p := range b.crowd.all[1 : 1+s.Sockets] {
		ws, _, err := websocket.Dial(ctx, "ws://"+b.server.addr+"/api/v1/streaming?stream=user",
			&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + p.token}}})
		if err != nil {
			return nil, fmt.Errorf("listen: %w", err)
		}
		ws.SetReadLimit(maxMessage)
		wg.Go(func() { listen(ctx, ws, came) })
	}
	c, err := dial(b.server.addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var last []time.Duration
	for n := range spreadPosts {
		begin := time.Now()
		_, took, err := b.announce(c, n)
		if err != nil {
			return answers, err
		}
		answers = append(answers, took)
		at, lost := lastOf(came, n, s.Sockets)
		s.SocketsLost += lost
		last = append(last, at.Sub(begin))
	}
	s.SocketsP50, s.SocketsP99 = spreadOf(last)
	return answers, nil
}

// listen tells of each marked post that comes, until ctx ends.
func listen(ctx context.Context, ws *websocket.Conn, came chan<- arrival) {
	defer ws.CloseNow()
	for {
		_, message, err := ws.Read(ctx)
		at := time.Now()
		if err != nil {
			return
		}
		_, rest, ok := bytes.Cut(message, []byte(mark))
		number, _, _ := bytes.Cut(rest, []byte("."))
		if n, err := strconv.Atoi(string(number)); ok && err == nil {
			came <- arrival{n, at}
		}
	}
}

// lastOf is when post n had come to all of so many, and to how many it had
// not when we stopped waiting.
func lastOf(came <-chan arrival, n, all int) (last time.Time, lost int) {
	late := time.After(spreadWait)
	for got := 0; got < all; {
		select {
		case a := <-came:
			if a.n == n {
				got, last = got+1, a.at
			}
		case <-late:
			return time.Now(), all - got
		}
	}
	return last, 0
}

// announce has the first of all post number n.
func (b *bench) announce(c *conn, n int) (id string, took time.Duration, err error) {
	body, err := json.Marshal(map[string]string{"status": fmt.Sprintf("%s%d. %s", mark, n, strings.Join(words[:60], " "))})
	if err != nil {
		return "", 0, err
	}
	a, err := c.call(send("POST", "/api/v1/statuses", b.crowd.all[0].token, fmt.Sprint(mark, n), body))
	if err != nil {
		return "", 0, err
	}
	if a.status != http.StatusOK {
		return "", 0, fmt.Errorf("answered %d: %.200q", a.status, a.body)
	}
	id, err = idOf(a.body)
	return id, a.took, err
}

// toFeeds posts, and then looks for the post in the feed of every follower.
func (b *bench) toFeeds() (answers []time.Duration, err error) {
	requests := b.crowd.readers(len(b.crowd.all))[1:]
	if _, err := drive(b.server.addr, homeConns, each(requests), func(int, answer) error { return nil }); err != nil { // warm them
		return nil, err
	}
	c, err := dial(b.server.addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var reads []time.Duration
	var without atomic.Int64
	for n := range feedPosts {
		begin := time.Now()
		id, took, err := b.announce(c, spreadPosts+n)
		if err != nil {
			return answers, err
		}
		answers = append(answers, took)
		first := []byte(`[{"id":"` + id + `"`)
		if _, err := drive(b.server.addr, homeConns, each(requests), func(_ int, a answer) error {
			if !bytes.HasPrefix(a.body, first) {
				without.Add(1)
			}
			return nil
		}); err != nil {
			return answers, err
		}
		reads = append(reads, time.Since(begin))
	}
	s := &b.out.Spread
	s.FeedsChecked, s.FeedsWithout = feedPosts*len(requests), int(without.Load())
	s.AllReadP50, s.AllReadMost = spreadOf(reads)
	return answers, nil
}
