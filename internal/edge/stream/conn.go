package stream

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// kind is one of the streams. Its value is the name apps know.
type kind string

const (
	user             kind = "user"
	userNotification kind = "user:notification"
	public           kind = "public"
	publicLocal      kind = "public:local"
	publicRemote     kind = "public:remote"
	publicMedia      kind = "public:media"
	publicLocalMedia kind = "public:local:media"
	remoteMedia      kind = "public:remote:media"
	hashtag          kind = "hashtag"
	hashtagLocal     kind = "hashtag:local"
	list             kind = "list"
	direct           kind = "direct"
)

// scopes are what a token needs for a stream; empty means that none is needed.
var scopes = map[kind]string{user: "read:statuses", userNotification: "read:notifications", list: "read:lists", direct: "read:statuses",
	public: "", publicLocal: "", publicRemote: "", publicMedia: "", publicLocalMedia: "", remoteMedia: "", hashtag: "", hashtagLocal: ""}

// publicScope is what a token needs for the others, if there is one: who shows a
// token is held to it, as everywhere.
const publicScope = "read:statuses"

// subscription is a stream somebody listens to.
type subscription struct {
	kind kind
	tag  string // a key
	name string // the tag as it was asked for
	list social.ListID
	on   func(social.Post) bool // tells what belongs on the list
}

// names is how a message says which stream it is for.
func (s subscription) names() []string {
	switch {
	case s.tag != "":
		return []string{string(s.kind), s.name}
	case s.list != 0:
		return []string{string(s.kind), num(s.list)}
	}
	return []string{string(s.kind)}
}

func (s subscription) same(o subscription) bool {
	return s.kind == o.kind && s.tag == o.tag && s.list == o.list
}

func num[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }

// conn is one connection.
type conn struct {
	by    social.Actor
	owner string // who it is counted for
	out   chan message
	gone  chan struct{} // closed when it is to end
	once  sync.Once
	why   string
	page  bool                                        // it is one of our own pages'
	still func(context.Context) (social.Actor, error) // tells who that is now; nil for whoever showed nothing

	mu   sync.Mutex
	subs []subscription
}

// message is what a client is sent.
type message struct {
	Stream  []string `json:"stream"`
	Event   string   `json:"event"`
	Payload string   `json:"payload,omitempty"`
}

var (
	errMany   = errs.New(errs.Limited, "Too many connections. Close some of them.")
	errManyIn = errs.Newf(errs.Limited, "One connection listens to at most %d streams.", maxSubscriptions)
)

// join counts a connection in. Leave it when it ends.
func (h *Hub) join(c *conn, address string) error {
	h.init()
	c.owner, c.out, c.gone = "address "+address, make(chan message, maxWaiting), make(chan struct{})
	if c.by.SignedIn() {
		c.owner = num(c.by.Account)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.conns) >= maxConns || h.own[c.owner] >= maxOwn {
		return errMany
	}
	h.conns[c] = true
	h.own[c.owner]++
	return nil
}

func (h *Hub) leave(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.conns[c] {
		return
	}
	delete(h.conns, c)
	if h.own[c.owner]--; h.own[c.owner] == 0 {
		delete(h.own, c.owner)
	}
}

// Open is how many connections there are.
func (h *Hub) Open() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.conns)
}

// cut has the connection end.
func (c *conn) cut(why string) {
	c.once.Do(func() {
		c.why = why
		close(c.gone)
	})
}

// send hands a message over; a reader that is too slow is cut off.
func (c *conn) send(s subscription, event string, payload []byte) {
	if c.page && !slices.Contains(pageEvents, event) {
		return
	}
	select {
	case c.out <- message{s.names(), event, string(payload)}:
	default:
		c.cut("too slow, connect again")
	}
}

func (m message) frame() []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // three texts
	}
	return b
}

// subscribe has c listen to a stream from now on.
func (h *Hub) subscribe(ctx context.Context, c *conn, name, tag, listID string) error {
	s, err := h.parse(ctx, c.by, name, tag, listID)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.ContainsFunc(c.subs, s.same) {
		return nil
	}
	if len(c.subs) >= maxSubscriptions {
		return errManyIn
	}
	c.subs = append(c.subs, s)
	return nil
}

func (h *Hub) unsubscribe(c *conn, name, tag, listID string) {
	n, _ := strconv.ParseInt(listID, 10, 64)
	s := subscription{kind: kind(name), tag: social.TagKey(tag), list: social.ListID(n)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.subs = slices.DeleteFunc(c.subs, s.same)
}

// parse reads a stream's name, and checks that by may listen to it.
func (h *Hub) parse(ctx context.Context, by social.Actor, name, tag, listID string) (s subscription, err error) {
	s.kind = kind(name)
	scope, known := scopes[s.kind]
	switch {
	case !known:
		return s, errs.New(errs.Invalid, "Unknown stream type")
	case scope != "" && !by.SignedIn():
		return s, errs.New(errs.Unauthenticated, "The access token is invalid")
	case scope != "" && by.Standing != social.Good:
		return s, by.MustAct()
	case by.SignedIn() && !by.Scopes.Allow(cmp.Or(scope, publicScope)):
		return s, errs.New(errs.Forbidden, "Access token does not have the required scopes")
	}
	switch s.kind {
	case hashtag, hashtagLocal:
		if s.tag, s.name = social.TagKey(tag), tag; s.tag == "" {
			return s, errs.New(errs.Invalid, "Missing tag name parameter")
		}
	case list:
		n, err := strconv.ParseInt(listID, 10, 64)
		if err != nil || n <= 0 {
			return s, errs.New(errs.Invalid, "Missing list name parameter")
		}
		s.list = social.ListID(n)
		if s.on, err = h.Timelines.OnList(ctx, by, s.list); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (c *conn) subscriptions() []subscription {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.subs)
}

// wants is the streams in which a post of a visibility can be at all.
func (c *conn) wants(v social.Visibility) (out []subscription) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.subs {
		open := v == social.Public
		switch s.kind {
		case userNotification, publicMedia, publicLocalMedia, remoteMedia: // posts have no media
			continue
		case user, list:
			open = v != social.Direct
		case direct:
			open = v == social.Direct
		}
		if open {
			out = append(out, s)
		}
	}
	return out
}

// wants reports whether p belongs in s, as far as p's place tells. Whether
// the reader may see it is asked after.
func (s subscription) wants(ctx context.Context, h *Hub, c *conn, p social.Post, tags map[string]bool) bool {
	switch s.kind {
	case user:
		return h.Timelines.AtHome(ctx, c.by.Account, p)
	case list:
		return s.on(p)
	case direct:
		return true
	case hashtag:
		return !p.IsBoost() && tags[s.tag]
	case hashtagLocal:
		return !p.IsBoost() && tags[s.tag] && h.local(ctx, p.Author)
	}
	if p.IsBoost() || p.ToOthers() {
		return false
	}
	return s.kind == public || h.local(ctx, p.Author) == (s.kind == publicLocal)
}

func (h *Hub) local(ctx context.Context, who social.AccountID) bool {
	f, err := h.View.Face(ctx, who)
	return err == nil && f.Local()
}

// mayHave reports whether a post that is gone may have been sent in s.
func (s subscription) mayHave(c *conn, r *view.Reader, p social.Post, tags map[string]bool) bool {
	own := c.by.SignedIn() && p.Author == c.by.Account
	switch s.kind {
	case user:
		return own || r.Follows(p.Author) || r.FollowsTagOf(p)
	case list:
		return s.on(p)
	case direct:
		return own || c.by.SignedIn() && p.Mentioned(c.by.Account)
	case hashtag, hashtagLocal:
		return tags[s.tag]
	}
	return !p.IsBoost()
}

// relist loads anew who is on the lists that c listens to; those that are
// gone end.
func (c *conn) relist(ctx context.Context, h *Hub) {
	for _, s := range c.subscriptions() {
		if s.kind != list {
			continue
		}
		on, err := h.Timelines.OnList(ctx, c.by, s.list)
		if errs.KindOf(err) == errs.NotFound && err != nil {
			on = func(social.Post) bool { return false }
		} else if err != nil {
			h.Log.ErrorContext(ctx, "stream a list", "err", err)
			continue
		}
		c.mu.Lock()
		for i := range c.subs {
			if c.subs[i].same(s) {
				c.subs[i].on = on
			}
		}
		c.mu.Unlock()
	}
}
