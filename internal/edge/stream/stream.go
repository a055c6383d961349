// Package stream tells apps what happens while it happens, over WebSocket and
// server-sent events: https://docs.joinmastodon.org/methods/streaming/.
//
// The Hub is told of every fact, and works through them in a goroutine of its
// own: a slow reader is cut off, and nobody else waits for it. What is missed
// is not sent again; apps read their timelines when they come back.
package stream

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/core/announcements"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/conversations"
	"github.com/plaza-social/plaza/internal/core/lists"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

// Limits of streaming.
const (
	// maxConns is how many connections there are at once, and maxOwn how many
	// of them one account, or one address of strangers, has.
	maxConns = 20000
	maxOwn   = 40
	// maxSubscriptions is how many streams one connection listens to.
	maxSubscriptions = 50
	// maxWaiting is how many messages wait for a slow reader before it is cut
	// off.
	maxWaiting = 256
	// maxFacts is how many facts wait for the Hub before everybody is cut off
	// and reads anew.
	maxFacts = 8192
)

// Renderer turns what happened into the entities apps know.
type Renderer interface {
	Status(s *view.Seen, reader social.AccountID) []byte
	Notification(t notices.Told) []byte
	Announcement(s announcements.Shown) []byte
	Reaction(s announcements.Shown, name string) []byte
	Conversation(s *view.Seen, others []*view.Face, reader social.AccountID) []byte
}

// Hub sends what happens to whoever listens.
type Hub struct {
	Auth          *auth.Service
	View          *view.View
	Timelines     *timelines.Service
	Lists         *lists.Service
	Notices       *notices.Service
	Announcements *announcements.Service
	Conversations *conversations.Service
	Render        Renderer
	Log           *slog.Logger

	facts chan event.Record
	start sync.Once

	mu    sync.Mutex
	conns map[*conn]bool
	own   map[string]int
	full  bool // facts were lost: everybody is to be cut off
}

// Watch takes facts in. It is a store.Watcher, and never waits.
func (h *Hub) Watch(_ context.Context, rs []event.Record) {
	h.init()
	for _, r := range rs {
		select {
		case h.facts <- r:
		default:
			h.mu.Lock()
			h.full = true
			h.mu.Unlock()
		}
	}
}

func (h *Hub) init() {
	h.start.Do(func() {
		h.facts = make(chan event.Record, maxFacts)
		h.conns, h.own = map[*conn]bool{}, map[string]int{}
	})
}

// Run sends what happens until ctx ends, and then ends all connections.
func (h *Hub) Run(ctx context.Context) {
	h.init()
	defer h.cutAll("Plaza is shutting down")
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-h.facts:
			h.mu.Lock()
			full := h.full
			h.full = false
			h.mu.Unlock()
			if full {
				h.Log.WarnContext(ctx, "streams fell behind, everybody reconnects")
				h.cutAll("fell behind, connect again")
			}
			h.happened(ctx, r)
		}
	}
}

func (h *Hub) cutAll(why string) {
	for _, c := range h.listening(nil) {
		c.cut(why)
	}
}

// listening is the connections that match.
func (h *Hub) listening(match func(*conn) bool) (out []*conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.conns {
		if match == nil || match(c) {
			out = append(out, c)
		}
	}
	return out
}

// happened tells those who listen of one fact.
func (h *Hub) happened(ctx context.Context, r event.Record) {
	switch f := r.Fact.(type) {
	case event.PostPublished:
		h.post(ctx, f.Bare(), "update")
	case event.PostEdited:
		if s, err := h.View.Post(ctx, social.Actor{Account: f.Author}, f.Post); err == nil {
			h.post(ctx, s.Post, "status.update")
		}
	case event.Widened:
		if s, err := h.View.Post(ctx, social.Actor{Account: f.Author}, f.Post); err == nil {
			h.postTo(ctx, s.Post, "update", func(c *conn) bool { return slices.Contains(f.To, c.by.Account) })
		}
	case event.PostJudged:
		h.judged(ctx, f)
	case event.ReplyHeld:
		h.held(ctx, f)
	case event.QuoteChanged:
		if s, err := h.View.Post(ctx, social.Actor{Account: f.Author}, f.Post); err == nil {
			h.post(ctx, s.Post, "status.update")
		}
	case event.PostDeleted:
		h.deleted(ctx, f)
	case event.NoticeMade:
		h.notice(ctx, f)
	case event.Announced, event.AnnouncementReacted, event.AnnouncementEnded:
		h.announced(ctx, f)
	case event.NoticesMerged:
		h.merged(ctx, f)
	case event.ListChanged:
		h.relist(ctx, f.Owner)
	case event.FiltersChanged:
		h.filters(f.Owner)
	case event.Followed:
		h.relist(ctx, f.Owner)
	case event.Unfollowed:
		h.relist(ctx, f.Owner)
	case event.AccessChanged:
		h.recheck(ctx, f)
	case event.AccountDeleted:
		h.recheck(ctx, event.AccessChanged{Account: f.Account})
	}
}

// post offers a post to everybody in whose streams it belongs.
func (h *Hub) post(ctx context.Context, p social.Post, kind string) {
	h.postTo(ctx, p, kind, nil)
}

// postTo is post for the connections that match.
func (h *Hub) postTo(ctx context.Context, p social.Post, kind string, match func(*conn) bool) {
	tags := map[string]bool(nil)
	for _, c := range h.listening(match) {
		for _, s := range c.wants(p.Visibility) {
			if s.tag != "" && tags == nil {
				tags = h.tags(ctx, p)
			}
			if s.wants(ctx, h, c, p, tags) {
				h.offer(ctx, c, s, p.ID, kind)
			}
		}
	}
}

func (h *Hub) tags(ctx context.Context, p social.Post) map[string]bool {
	out := map[string]bool{}
	if s, err := h.View.Post(ctx, social.Actor{Account: p.Author}, p.ID); err == nil {
		for _, t := range s.Tags {
			out[social.TagKey(t)] = true
		}
	}
	return out
}

// offer sends a post if the reader may see it.
func (h *Hub) offer(ctx context.Context, c *conn, s subscription, id social.PostID, kind string) {
	seen, err := h.View.Posts(ctx, c.by, []social.PostID{id}, social.Offered)
	if err != nil {
		h.Log.ErrorContext(ctx, "stream a post", "err", err)
		return
	}
	if len(seen) == 0 {
		return
	}
	if s.kind == direct {
		h.conversation(ctx, c, s, seen[0])
		return
	}
	if c.page {
		c.update(s, kind, seen[0])
		return
	}
	c.send(s, kind, h.Render.Status(seen[0], c.by.Account))
}

func (h *Hub) conversation(ctx context.Context, c *conn, s subscription, p *view.Seen) {
	if ok, err := h.Conversations.MayTell(ctx, c.by, p.ID); err != nil || !ok {
		if err != nil {
			h.Log.ErrorContext(ctx, "stream a conversation", "err", err)
		}
		return
	}
	ids := []social.AccountID{}
	if p.Author.ID != c.by.Account {
		ids = append(ids, p.Author.ID)
	}
	for _, m := range p.Mentions {
		if m.Account != c.by.Account && m.Account != p.Author.ID {
			ids = append(ids, m.Account)
		}
	}
	others, err := h.View.Faces(ctx, ids)
	if err != nil {
		h.Log.ErrorContext(ctx, "stream a conversation", "err", err)
		return
	}
	c.send(s, "conversation", h.Render.Conversation(p, others, c.by.Account))
}

// deleted tells those who may have been given the post. Those it was not for
// are not told of it.
func (h *Hub) deleted(ctx context.Context, f event.PostDeleted) {
	p := social.Post{ID: f.Post, Author: f.Author, Visibility: f.Visibility, ReplyTo: f.ReplyTo, BoostOf: f.BoostOf, BoostAuthor: f.BoostAuthor, Tags: f.Tags, LocalOnly: f.LocalOnly, Audience: f.Audience}
	for _, m := range f.Mentions {
		p.Mentions = append(p.Mentions, social.Mention{Account: m})
	}
	h.gone(ctx, p, func(r *view.Reader) bool { return f.HeldBy != 0 && r.ID != f.Author && !r.Keeps(f.HeldBy) })
}

// gone tells those who may have been given a post that it is not there any more,
// but for some: who keeps it, or never saw it.
func (h *Hub) gone(ctx context.Context, p social.Post, but func(*view.Reader) bool) {
	tags := map[string]bool{}
	for _, t := range p.Tags {
		tags[social.TagKey(t)] = true
	}
	for _, c := range h.listening(nil) {
		r, err := h.View.Reader(ctx, c.by.Account)
		if err != nil || but(r) || !maySee(r, p) {
			continue
		}
		for _, s := range c.wants(p.Visibility) {
			if s.mayHave(c, r, p, tags) {
				c.send(s, "delete", []byte(num(p.ID)))
			}
		}
	}
}

// judged takes a post that is hidden now from those who may have been given it,
// and shows others what it is like now.
func (h *Hub) judged(ctx context.Context, f event.PostJudged) {
	switch {
	case f.Standing == social.PostHidden:
		h.deleted(ctx, event.PostDeleted{Post: f.Post, Author: f.Author, Visibility: f.Visibility, ReplyTo: f.ReplyTo, ReplyAuthor: f.ReplyAuthor, Mentions: f.Mentions, Tags: f.Tags, Audience: f.Audience})
	case f.Was != social.PostHidden:
		if s, err := h.View.Post(ctx, social.Actor{Account: f.Author}, f.Post); err == nil {
			h.post(ctx, s.Post, "status.update")
		}
	}
}

// maySee reports whether a reader could see a post that is gone.
func maySee(r *view.Reader, p social.Post) bool {
	now := time.Now()
	if from := r.Relation(p.BoostAuthor, now); p.IsBoost() && from.Apart() {
		return false
	}
	return p.MaySee(social.Sight{Reader: r.ID, Author: r.Relation(p.Author, now), Here: r.ID != 0, Circle: p.ForCircle(r.ID, true)})
}

func (h *Hub) notice(ctx context.Context, f event.NoticeMade) {
	for _, c := range h.listening(func(c *conn) bool { return c.by.Account == f.Owner }) {
		if c.page {
			h.unread(ctx, c)
			continue
		}
		for _, s := range c.subscriptions() {
			if s.kind != user && s.kind != userNotification || !c.by.Scopes.Allow("read:notifications") {
				continue
			}
			t, err := h.Notices.Get(ctx, c.by, f.Notice)
			if err != nil || t.Kind.Own() { // of which apps that do not ask for it know nothing
				return // gone again, or not for them any more
			}
			c.send(s, "notification", h.Render.Notification(t))
		}
	}
}

// merged tells apps to read their notices anew.
func (h *Hub) merged(ctx context.Context, f event.NoticesMerged) {
	for _, c := range h.listening(func(c *conn) bool { return c.by.Account == f.Owner }) {
		if c.page {
			h.unread(ctx, c)
			continue
		}
		for _, s := range c.subscriptions() {
			if (s.kind == user || s.kind == userNotification) && c.by.Scopes.Allow("read:notifications") {
				c.send(s, "notifications_merged", []byte("1"))
			}
		}
	}
}

// relist loads anew who is on the lists that owner listens to.
func (h *Hub) relist(ctx context.Context, owner social.AccountID) {
	for _, c := range h.listening(func(c *conn) bool { return c.by.Account == owner }) {
		c.relist(ctx, h)
	}
}

// filters tells owner's apps to read the filters anew.
func (h *Hub) filters(owner social.AccountID) {
	for _, c := range h.listening(func(c *conn) bool { return c.by.Account == owner }) {
		for _, s := range c.subscriptions() {
			if s.kind == user {
				c.send(s, "filters_changed", nil)
			}
		}
	}
}

// recheck ends the connections of those who may no longer have them.
func (h *Hub) recheck(ctx context.Context, f event.AccessChanged) {
	about := func(c *conn) bool {
		if f.Account == 0 && f.Token != 0 {
			return c.by.Token == f.Token
		}
		return f.Account == 0 || c.by.Account == f.Account
	}
	for _, c := range h.listening(func(c *conn) bool { return c.still != nil && about(c) }) {
		if by, err := c.still(ctx); err != nil || by.Account != c.by.Account || by.Standing != social.Good {
			c.cut("The access token is no longer valid")
		}
	}
}
