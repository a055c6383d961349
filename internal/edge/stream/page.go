package stream

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

var errEnded = errs.New(errs.Unauthenticated, "This session has ended. Sign in again.")

// pageEvents is what our own pages are told of. They fetch what they show from
// where the page came from: a stream only says that there is something.
var pageEvents = []string{"update", "delete", "unread"}

// filterContexts is where the posts of a stream stand, as filters see it.
var filterContexts = map[kind]social.FilterContext{user: social.FilterHome, list: social.FilterHome,
	public: social.FilterPublic, publicLocal: social.FilterPublic, publicRemote: social.FilterPublic, hashtag: social.FilterPublic, hashtagLocal: social.FilterPublic}

// Page streams to a page of the site, for who is signed in there: what comes to
// a timeline, by name as apps name it (none is fine), and how many notices are
// not read. still tells who that is now: the stream ends with the session.
func (h *Hub) Page(w http.ResponseWriter, r *http.Request, by social.Actor, still func(context.Context) (social.Actor, error)) {
	q := r.URL.Query()
	by.Scopes = social.ParseScopes("read")
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	c := &conn{by: by, page: true, still: still}
	if err := h.join(c, address); err != nil {
		fail(w, err)
		return
	}
	defer h.leave(c)
	if now, err := still(r.Context()); err != nil || now.Account != by.Account { // it ended before the connection was counted
		fail(w, errEnded)
		return
	}
	err = h.subscribe(r.Context(), c, string(userNotification), "", "")
	if name := q.Get("stream"); err == nil && name != "" {
		err = h.subscribe(r.Context(), c, name, q.Get("tag"), q.Get("list"))
	}
	if err != nil {
		fail(w, err)
		return
	}
	if q.Get("again") != "" { // the page was shown before, and may not know
		h.unread(r.Context(), c)
	}
	events(w, r, c)
}

// update tells a page of a post: which it is, and which it passes on.
func (c *conn) update(s subscription, kind string, p *view.Seen) {
	hides := func(hit social.FilterHit) bool {
		return hit.Filter.Action == social.FilterHide && slices.Contains(hit.Filter.Contexts, filterContexts[s.kind])
	}
	if !slices.ContainsFunc(p.Hits, hides) {
		c.send(s, kind, []byte(num(p.ID)+" "+num(p.Original().ID)))
	}
}

// unread tells a page how many notices its reader has not read.
func (h *Hub) unread(ctx context.Context, c *conn) {
	n, err := h.Notices.Unread(ctx, c.by, social.NoticeFilter{Groups: social.GroupedKinds}, notices.UsualUnread)
	if err != nil {
		h.Log.ErrorContext(ctx, "stream how many notices are unread", "err", err)
		return
	}
	c.send(subscription{kind: userNotification}, "unread", []byte(strconv.Itoa(n)))
}
