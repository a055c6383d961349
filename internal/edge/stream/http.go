package stream

import (
	"cmp"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/go-chi/chi/v5"
	"golang.org/x/time/rate"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	// pingEvery keeps proxies from ending what is merely quiet.
	pingEvery = 30 * time.Second
	// writeWait is how long one message may take.
	writeWait = 10 * time.Second
	// maxCommand is how long what a client sends may be, in bytes.
	maxCommand = 4096
	// commandsAtOnce and commandsPerSecond are how many commands a connection
	// may send: lists are read for each.
	commandsAtOnce    = 100
	commandsPerSecond = 5
)

// paths are the streams that have a path of their own.
var paths = map[string]kind{
	"/api/v1/streaming/user": user, "/api/v1/streaming/user/notification": userNotification,
	"/api/v1/streaming/public": public, "/api/v1/streaming/public/local": publicLocal, "/api/v1/streaming/public/remote": publicRemote,
	"/api/v1/streaming/hashtag": hashtag, "/api/v1/streaming/hashtag/local": hashtagLocal,
	"/api/v1/streaming/list": list, "/api/v1/streaming/direct": direct,
}

// A Route is a method and path with who may call it and with which scope.
type Route struct{ Method, Path, Who, Scope string }

// RoutesList is every route of the package.
func RoutesList() []Route {
	out := []Route{{"GET", "/api/v1/streaming", "anyone", ""}, {"GET", "/api/v1/streaming/", "anyone", ""}, {"GET", "/api/v1/streaming/health", "anyone", ""}}
	for path, k := range paths {
		who := "anyone"
		if scopes[k] != "" {
			who = "member"
		}
		out = append(out, Route{"GET", path, who, cmp.Or(scopes[k], publicScope)})
	}
	return out
}

// Routes adds them to r.
func (h *Hub) Routes(r chi.Router) {
	h.init()
	r.Get("/api/v1/streaming/health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write([]byte("OK"))
	})
	r.Get("/api/v1/streaming", func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, r.URL.Query().Get("stream")) })
	r.Get("/api/v1/streaming/", func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, r.URL.Query().Get("stream")) })
	for path, k := range paths {
		r.Get(path, func(w http.ResponseWriter, r *http.Request) {
			name := string(k)
			if r.URL.Query().Get("only_media") == "true" && strings.HasPrefix(name, "public") {
				name += ":media"
			}
			h.serve(w, r, name)
		})
	}
}

// tokenOf is the token in the header, the query or the subprotocol; echo is
// the subprotocol that the answer must name.
func tokenOf(r *http.Request) (token, echo string) {
	echo = r.Header.Get("Sec-WebSocket-Protocol")
	if auth := r.Header.Get("Authorization"); len(auth) > 7 && strings.EqualFold(auth[:7], "bearer ") {
		return strings.TrimSpace(auth[7:]), echo
	}
	if t := r.URL.Query().Get("access_token"); t != "" {
		return t, echo
	}
	return strings.TrimSpace(echo), echo
}

// serve opens a stream. It is listened to before the answer goes out.
func (h *Hub) serve(w http.ResponseWriter, r *http.Request, name string) {
	upgrade := strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
	token, echo := tokenOf(r)
	by := social.Anyone
	if token != "" {
		var err error
		if by, err = h.Auth.ByToken(r.Context(), token); err != nil {
			fail(w, err)
			return
		}
	}
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	c := &conn{by: by}
	if token != "" {
		c.still = func(ctx context.Context) (social.Actor, error) { return h.Auth.ByToken(ctx, token) }
	}
	if err := h.join(c, address); err != nil {
		fail(w, err)
		return
	}
	defer h.leave(c)
	if c.still != nil { // who lost it before the connection was counted is told of by nobody
		if _, err := c.still(r.Context()); err != nil {
			fail(w, err)
			return
		}
	}
	if name != "" || !upgrade {
		q := r.URL.Query()
		if err := h.subscribe(r.Context(), c, name, q.Get("tag"), q.Get("list")); err != nil {
			fail(w, err)
			return
		}
	}
	if upgrade {
		h.socket(w, r, c, echo)
		return
	}
	events(w, r, c)
}

var status = map[errs.Kind]int{errs.Invalid: http.StatusBadRequest, errs.Unauthenticated: http.StatusUnauthorized, errs.Forbidden: http.StatusForbidden,
	errs.NotFound: http.StatusNotFound, errs.Limited: http.StatusTooManyRequests}

func fault(err error) (code int, sentence string) {
	code, sentence = status[errs.KindOf(err)], errs.Public(err)
	if code == 0 {
		code, sentence = http.StatusServiceUnavailable, "Something went wrong on our side. Try again in a moment."
	}
	return code, sentence
}

func fail(w http.ResponseWriter, err error) {
	code, sentence := fault(err)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(errs.RetryAfter))
	}
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(map[string]string{"error": sentence})
}

// events sends server-sent events until one side ends.
func events(w http.ResponseWriter, r *http.Request, c *conn) {
	rc := http.NewResponseController(w)
	rc.SetReadDeadline(time.Time{})
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "private, no-store")
	head.Set("X-Accel-Buffering", "no")
	write := func(text string) bool {
		rc.SetWriteDeadline(time.Now().Add(writeWait))
		if _, err := w.Write([]byte(text)); err != nil {
			return false
		}
		return rc.Flush() == nil
	}
	tick := time.NewTicker(pingEvery / 2)
	defer tick.Stop()
	for ok := write(":)\n"); ok; {
		select {
		case <-r.Context().Done():
			return
		case <-c.gone:
			return
		case <-tick.C:
			ok = write(":thump\n")
		case m := <-c.out:
			ok = write("event: " + m.Event + "\ndata: " + m.Payload + "\n\n")
		}
	}
}

// socket speaks WebSocket until one side ends.
func (h *Hub) socket(w http.ResponseWriter, r *http.Request, c *conn, echo string) {
	// Whoever knows a token may use it from any page: no cookie opens a stream.
	o := &websocket.AcceptOptions{InsecureSkipVerify: true}
	if echo != "" {
		o.Subprotocols = []string{echo}
	}
	ws, err := websocket.Accept(w, r, o)
	if err != nil {
		return // Accept has answered
	}
	defer ws.CloseNow()
	ws.SetReadLimit(maxCommand)
	ctx, stop := context.WithCancel(context.WithoutCancel(r.Context()))
	defer stop()
	go func() {
		defer stop()
		h.commands(ctx, ws, c)
	}()
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		err := error(nil)
		select {
		case <-ctx.Done():
			return
		case <-c.gone:
			ws.Close(websocket.StatusPolicyViolation, c.why)
			return
		case <-tick.C:
			err = within(ctx, ws.Ping)
		case m := <-c.out:
			err = within(ctx, func(ctx context.Context) error { return ws.Write(ctx, websocket.MessageText, m.frame()) })
		}
		if err != nil {
			return
		}
	}
}

func within(ctx context.Context, do func(context.Context) error) error {
	ctx, stop := context.WithTimeout(ctx, writeWait)
	defer stop()
	return do(ctx)
}

// command is what a client sends on a socket.
type command struct {
	Type   string `json:"type"`
	Stream string `json:"stream"`
	Tag    string `json:"tag"`
	List   string `json:"list"`
}

func (h *Hub) commands(ctx context.Context, ws *websocket.Conn, c *conn) {
	allow := rate.NewLimiter(commandsPerSecond, commandsAtOnce)
	for {
		_, b, err := ws.Read(ctx)
		if err != nil {
			return
		}
		if !allow.Allow() {
			c.cut("too many commands")
			return
		}
		var cmd command
		if err = json.Unmarshal(b, &cmd); err == nil {
			switch cmd.Type {
			case "subscribe":
				err = h.subscribe(ctx, c, cmd.Stream, cmd.Tag, cmd.List)
			case "unsubscribe":
				h.unsubscribe(c, cmd.Stream, cmd.Tag, cmd.List)
			}
		} else {
			err = errs.Wrap(errs.Invalid, "The message is not understood: send JSON.", err)
		}
		if err != nil {
			code, sentence := fault(err)
			b, _ := json.Marshal(map[string]any{"error": sentence, "status": code})
			if within(ctx, func(ctx context.Context) error { return ws.Write(ctx, websocket.MessageText, b) }) != nil {
				return
			}
		}
	}
}
