package doors

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// A message is what a stream brings.
type message struct {
	Stream  []string `json:"stream"`
	Event   string   `json:"event"`
	Payload string   `json:"payload"`
	Error   string   `json:"error"`
	Status  int      `json:"status"`
}

// An ear keeps what a connection brings.
type ear struct {
	server *apptest.Server
	ws     *websocket.Conn // nil for server-sent events
	ended  chan struct{}   // closed when the connection has ended

	mu  sync.Mutex
	got []message
	err error // why it ended
}

func (e *ear) heard(m message) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.got = append(e.got, m)
}

// all is what came until now.
func (e *ear) all() []message {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]message(nil), e.got...)
}

func (e *ear) end(err error) {
	e.mu.Lock()
	e.err = err
	e.mu.Unlock()
	close(e.ended)
}

// has reports whether an event came whose payload contains word, on a stream
// (or on any, if it is empty).
func (e *ear) has(stream, event, word string) bool {
	for _, m := range e.all() {
		if m.Event == event && strings.Contains(m.Payload, word) && (stream == "" || len(m.Stream) > 0 && m.Stream[0] == stream) {
			return true
		}
	}
	return false
}

// socket opens a WebSocket.
func socket(t *testing.T, s *apptest.Server, path string, o *websocket.DialOptions) *ear {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.CloseNow() })
	ws.SetReadLimit(1 << 20)
	e := &ear{server: s, ws: ws, ended: make(chan struct{})}
	go func() {
		for {
			_, b, err := ws.Read(context.Background())
			if err != nil {
				e.end(err)
				return
			}
			var m message
			if err := json.Unmarshal(b, &m); err != nil {
				m.Error = err.Error()
			}
			e.heard(m)
		}
	}()
	return e
}

func withToken(token string) *websocket.DialOptions {
	h := http.Header{}
	if token != "" {
		h.Set("Authorization", "Bearer "+token)
	}
	return &websocket.DialOptions{HTTPHeader: h}
}

// tell sends a command.
func (e *ear) tell(t *testing.T, command any) {
	t.Helper()
	b, err := json.Marshal(command)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.ws.Write(t.Context(), websocket.MessageText, b); err != nil {
		t.Fatal(err)
	}
}

// settle waits until all commands were taken in: what makes no sense is
// answered, after what came before it.
func (e *ear) settle(t *testing.T) {
	t.Helper()
	before := len(e.errors())
	e.tell(t, map[string]string{"type": "subscribe", "stream": "hashtag"})
	e.server.Eventually("an answer on the socket", func() bool { return len(e.errors()) > before })
}

func (e *ear) errors() (out []string) {
	for _, m := range e.all() {
		if m.Error != "" {
			out = append(out, m.Error)
		}
	}
	return out
}

// events opens server-sent events.
func events(t *testing.T, s *apptest.Server, path, token string) *ear {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	bearer(token)(r)
	resp, err := plain.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || !strings.HasPrefix(kind, "text/event-stream") {
		t.Fatalf("%s: %d %s", path, resp.StatusCode, kind)
	}
	e := &ear{server: s, ended: make(chan struct{})}
	go func() {
		defer resp.Body.Close()
		m := message{Stream: []string{path}}
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if v, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				m.Event = v
			} else if v, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				m.Payload = v
				e.heard(m)
			}
		}
		e.end(lines.Err())
	}()
	return e
}
