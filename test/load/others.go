package main

import (
	"bytes"
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
)

// others are servers elsewhere, each with an address of this machine. Their
// people follow and are followed, and say what they are told to; what comes is
// counted. They share one key, which costs its makers more than it would those
// who have one each, and the server that is measured the same.
type others struct {
	to     string // the server that is measured
	port   string
	key    crypto.Signer
	pem    string
	client *http.Client
	next   atomic.Int64

	mu    sync.Mutex
	moods map[string]mood
	posts map[string]*tally
}

// mood is how a host takes what is sent to it.
type mood int

const (
	well mood = iota
	hangs
	closes
)

// tally counts what comes to some hosts.
type tally struct {
	left atomic.Int64
	done chan struct{}
}

const activityKind = "application/activity+json"

func newOthers(to string) (*others, func(), error) {
	key, err := sign.GenerateRSA()
	if err != nil {
		return nil, nil, err
	}
	pem, err := sign.PEM(key.Public())
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		return nil, nil, err
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	o := &others{to: to, port: port, key: key, pem: pem, moods: map[string]mood{}, posts: map[string]*tally{},
		client: &http.Client{Timeout: callWait, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	srv := &http.Server{Handler: o}
	go srv.Serve(l)
	return o, func() { srv.Close() }, nil
}

// host is the name of host number n of a family.
func (o *others) host(family, n int) string {
	return fmt.Sprintf("127.%d.%d.%d:%s", family, n/250, n%250+1, o.port)
}

// actor is the id of somebody there.
func (o *others) actor(host string, n int) string { return fmt.Sprintf("http://%s/u/%d", host, n) }

// expect counts posts that come to hosts: done is closed when there were n.
func (o *others) expect(hosts []string, n int) *tally {
	t := &tally{done: make(chan struct{})}
	t.left.Store(int64(n))
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.posts)
	for _, h := range hosts {
		o.posts[h] = t
	}
	return t
}

func (o *others) feel(hosts []string, m mood) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, h := range hosts {
		o.moods[h] = m
	}
}

// ServeHTTP implements http.Handler.
func (o *others) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := "http://" + r.Host + r.URL.Path
	switch {
	case r.Method == http.MethodPost:
		o.inbox(w, r)
	case r.URL.Path == "/.well-known/webfinger":
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Query().Get("resource"), "acct:u"), "@")
		o.write(w, "application/jrd+json", map[string]any{"subject": "acct:u" + name + "@" + r.Host,
			"links": []any{map[string]string{"rel": "self", "type": activityKind, "href": "http://" + r.Host + "/u/" + name}}})
	case strings.HasPrefix(r.URL.Path, "/u/"):
		doc := map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Person", "preferredUsername": "u" + strings.TrimPrefix(r.URL.Path, "/u/"),
			"inbox": id + "/inbox", "outbox": id + "/outbox", "followers": id + "/followers", "publicKey": map[string]string{"id": id + "#key", "owner": id, "publicKeyPem": o.pem}}
		if strings.HasPrefix(r.Host, sharing) {
			doc["endpoints"] = map[string]string{"sharedInbox": "http://" + r.Host + "/inbox"}
		}
		o.write(w, activityKind, doc)
	default:
		http.NotFound(w, r)
	}
}

// sharing begins the names of hosts that have one inbox for all.
const sharing = "127.3."

func (o *others) write(w http.ResponseWriter, kind string, v any) {
	w.Header().Set("Content-Type", kind)
	json.NewEncoder(w).Encode(v)
}

// inbox takes an activity: it says yes to those who want to follow, and counts
// posts.
func (o *others) inbox(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	o.mu.Lock()
	m, t := o.moods[r.Host], o.posts[r.Host]
	o.mu.Unlock()
	switch m {
	case hangs:
		<-r.Context().Done()
		return
	case closes:
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(http.StatusAccepted)
	var a struct{ ID, Type, Actor, Object json.RawMessage }
	json.Unmarshal(body, &a)
	switch string(a.Type) {
	case `"Follow"`:
		var who string
		json.Unmarshal(a.Object, &who)
		go o.say(who, "Accept", json.RawMessage(body))
	case `"Create"`:
		if t != nil && t.left.Add(-1) == 0 {
			close(t.done)
		}
	}
}

// activity is one that somebody does.
func (o *others) activity(actor, verb string, object any) ([]byte, error) {
	return json.Marshal(map[string]any{"@context": "https://www.w3.org/ns/activitystreams", "id": fmt.Sprintf("%s#%d", actor, o.next.Add(1)), "type": verb,
		"actor": actor, "object": object, "to": []string{everybody}})
}

const everybody = "https://www.w3.org/ns/activitystreams#Public"

// note is a post that somebody writes.
func (o *others) note(actor, text string) ([]byte, error) {
	id := fmt.Sprintf("%s/n/%d", actor, o.next.Add(1))
	return o.activity(actor, "Create", map[string]any{"id": id, "type": "Note", "attributedTo": actor, "content": "<p>" + text + "</p>",
		"published": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "to": []string{everybody}, "cc": []string{actor + "/followers"}})
}

// request is an activity, signed and on its way to the server that is
// measured, as bytes.
func (o *others) request(actor string, body []byte) ([]byte, error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+o.to+"/ap/inbox", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", activityKind)
	if err := sign.Sign(r, body, actor+"#key", o.key, sign.Cavage, time.Now()); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = r.Write(&b)
	return b.Bytes(), err
}

// say has somebody do something.
func (o *others) say(actor, verb string, object any) error {
	body, err := o.activity(actor, verb, object)
	if err != nil {
		return err
	}
	request, err := o.request(actor, body)
	if err != nil {
		return err
	}
	a, err := once(o.to, request)
	if err == nil && a.status != http.StatusAccepted {
		err = fmt.Errorf("%s of %s: answered %d: %.200q", verb, actor, a.status, a.body)
	}
	return err
}
