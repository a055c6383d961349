package mastoapi

import (
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/statuses/
func (a *API) statusRoutes() {
	a.do("POST /api/v1/statuses", member("write:statuses"), a.publish, &limitPost)
	a.do("GET /api/v1/statuses", anyone("read:statuses"), a.statusesByID)
	a.do("GET /api/v1/statuses/{id}", anyone("read:statuses"), a.statusByID)
	a.do("PUT /api/v1/statuses/{id}", member("write:statuses"), a.edit, &limitPost)
	a.do("DELETE /api/v1/statuses/{id}", member("write:statuses"), a.deleteStatus, &limitDelete)
	a.do("GET /api/v1/statuses/{id}/context", anyone("read:statuses"), a.context)
	a.do("GET /api/v1/statuses/{id}/source", member("read:statuses"), a.source)
	a.do("GET /api/v1/statuses/{id}/history", anyone("read:statuses"), a.history)
	a.do("GET /api/v1/statuses/{id}/reblogged_by", anyone("read:statuses"), a.boostedBy)
	a.do("GET /api/v1/statuses/{id}/favourited_by", anyone("read:statuses"), a.likedBy)
	a.do("POST /api/v1/statuses/{id}/reblog", member("write:statuses"), a.boost, &limitPost)
	a.do("POST /api/v1/statuses/{id}/unreblog", member("write:statuses"), a.unboost)
	a.do("POST /api/v1/statuses/{id}/favourite", member("write:favourites"), a.mark(social.Liked, true))
	a.do("POST /api/v1/statuses/{id}/unfavourite", member("write:favourites"), a.mark(social.Liked, false))
	a.do("POST /api/v1/statuses/{id}/bookmark", member("write:bookmarks"), a.mark(social.Bookmarked, true))
	a.do("POST /api/v1/statuses/{id}/unbookmark", member("write:bookmarks"), a.mark(social.Bookmarked, false))
	a.do("POST /api/v1/statuses/{id}/pin", member("write:accounts"), a.mark(social.Pinned, true))
	a.do("POST /api/v1/statuses/{id}/unpin", member("write:accounts"), a.mark(social.Pinned, false))
	a.do("POST /api/v1/statuses/{id}/mute", member("write:mutes"), a.mark(social.MutedThread, true))
	a.do("POST /api/v1/statuses/{id}/unmute", member("write:mutes"), a.mark(social.MutedThread, false))
}

// shown is the answer with one status.
func (a *API) shown(q *request, which social.PostID) (any, error) {
	s, err := a.View.Post(q.Context(), q.By, which)
	if err != nil {
		return nil, err
	}
	return a.render.status(s, q.By.Account), nil
}

// draft reads what a client wants to say, with the person's defaults.
func (a *API) draft(q *request) (social.Draft, error) {
	self, err := a.Auth.Self(q.Context(), q.By)
	if err != nil {
		return social.Draft{}, err
	}
	d := social.Draft{Text: q.str("status"), Warning: q.str("spoiler_text"), Language: q.str("language"), Key: q.Header.Get("Idempotency-Key"),
		Sensitive: q.flag("sensitive", self.Prefs.Sensitive), Visibility: parseVisibility(q.str("visibility")), LocalOnly: q.flag("local_only", false)}
	if d.Visibility == "" {
		if d.Visibility = self.Prefs.Visibility; d.Visibility == "" {
			d.Visibility = social.Public
		}
	}
	if err := q.circle(&d); err != nil {
		return d, err
	}
	if d.Language == "" {
		d.Language = self.Prefs.Language
	}
	if d.Media, err = q.mediaIDs(); err != nil {
		return d, err
	}
	d.Poll = q.pollDraft()
	if err := q.quoted(&d, self.Prefs.Quotes); err != nil {
		return d, err
	}
	if d.ReplyPolicy, err = q.replyPolicy(self.Prefs.Replies); err != nil {
		return d, err
	}
	if parent := q.str("in_reply_to_id"); parent != "" {
		n, ok := id.Parse(parent)
		if !ok {
			return d, errAbsent
		}
		d.ReplyTo = social.PostID(n)
	}
	return d, nil
}

func (a *API) publish(q *request) (any, error) {
	d, err := a.draft(q)
	if err != nil {
		return nil, err
	}
	at, later, err := q.scheduledAt()
	if err != nil {
		return nil, err
	}
	if later {
		l, err := a.Posts.Schedule(q.Context(), q.By, d, at)
		if err != nil {
			return nil, err
		}
		out, err := a.Posts.ScheduledPost(q.Context(), q.By, l.ID)
		return saved(a.render.scheduled(out), err)
	}
	p, err := a.Posts.Publish(q.Context(), q.By, d)
	if err != nil {
		return nil, err
	}
	return saved(a.shown(q, p.ID))
}

// saved is an answer that shows what was saved. If the database was lost in
// between it must not sound as if that were not: it would be said again.
func saved(shown any, err error) (any, error) {
	if errs.KindOf(err) == errs.Unavailable {
		return nil, errs.Wrap(errs.Unavailable, "This was saved, and cannot be shown now. Look whether it is there before you try again.", err)
	}
	return shown, err
}

func (a *API) edit(q *request) (any, error) {
	d := social.Draft{Text: q.str("status"), Warning: q.str("spoiler_text"), Language: q.str("language"), Sensitive: q.flag("sensitive", false), Poll: q.pollDraft()}
	var err error
	if d.Media, err = q.mediaIDs(); err != nil {
		return nil, err
	}
	if d.Describe, err = q.mediaChanges(); err != nil {
		return nil, err
	}
	d.QuotePolicy = social.QuotePolicy(q.str("quote_approval_policy"))
	if d.ReplyPolicy, err = q.replyPolicy(""); err != nil {
		return nil, err
	}
	p, err := a.Posts.Edit(q.Context(), q.By, social.PostID(q.pathID()), d)
	if err != nil {
		return nil, err
	}
	return a.shown(q, p.ID)
}

func (a *API) statusByID(q *request) (any, error) {
	s, err := a.View.Post(q.Context(), q.By, social.PostID(q.pathID()))
	if err != nil {
		return nil, err
	}
	a.viewed(q, []*view.Seen{s})
	return a.render.status(s, q.By.Account), nil
}

func (a *API) statusesByID(q *request) (any, error) {
	ids, err := q.ids("id")
	if err != nil {
		return nil, err
	}
	posts := make([]social.PostID, len(ids))
	for i, n := range ids {
		posts[i] = social.PostID(n)
	}
	all, err := a.View.Posts(q.Context(), q.By, posts, social.Asked)
	if err != nil {
		return nil, err
	}
	a.viewed(q, all)
	return a.render.statuses(all, q.By.Account), nil
}

// deleteStatus answers with the post as it was, and its source, so that it
// can be written anew; unless delete_media says otherwise, with its files.
func (a *API) deleteStatus(q *request) (any, error) {
	which := social.PostID(q.pathID())
	s, err := a.View.Post(q.Context(), q.By, which)
	if err != nil {
		return nil, err
	}
	was := toRedraft(s, a.render.status(s, q.By.Account))
	del := a.Posts.Redraft
	if q.flag("delete_media", false) {
		del = a.Posts.Delete
	}
	p, err := del(q.Context(), q.By, which)
	if err != nil {
		return nil, err
	}
	return append(was[:len(was)-1], append([]byte(`,"text":`), append(marshal(p.Text), '}')...)...), nil
}

func (a *API) context(q *request) (any, error) {
	order, err := social.ParseReplyOrder(q.str("order"))
	if err != nil {
		return nil, err
	}
	t, err := a.Timelines.ThreadBy(q.Context(), q.By, social.PostID(q.pathID()), order)
	if err != nil {
		return nil, err
	}
	a.viewed(q, t.Ancestors)
	a.viewed(q, t.Descendants)
	return map[string]any{"plaza": threadJSON(t), "ancestors": a.render.statuses(t.Ancestors, q.By.Account), "descendants": a.render.statuses(t.Descendants, q.By.Account)}, nil
}

// https://docs.joinmastodon.org/entities/StatusSource/
func (a *API) source(q *request) (any, error) {
	s, err := a.View.Post(q.Context(), q.By, social.PostID(q.pathID()))
	if err == nil && s.Author.ID != q.By.Account {
		err = errAbsent
	}
	if err != nil {
		return nil, err
	}
	return map[string]string{"id": num(s.ID), "text": s.Text, "spoiler_text": s.Warning}, nil
}

// https://docs.joinmastodon.org/entities/StatusEdit/
type statusEdit struct {
	Content          string  `json:"content"`
	SpoilerText      string  `json:"spoiler_text"`
	Sensitive        bool    `json:"sensitive"`
	CreatedAt        string  `json:"created_at"`
	Account          raw     `json:"account"`
	Poll             any     `json:"poll"`
	MediaAttachments raw     `json:"media_attachments"`
	Emojis           []emoji `json:"emojis"`
	Quote            raw     `json:"quote"`
}

func (a *API) history(q *request) (any, error) {
	s, err := a.View.Post(q.Context(), q.By, social.PostID(q.pathID()))
	if err != nil {
		return nil, err
	}
	edits, err := a.Posts.History(q.Context(), q.By, s.ID)
	if err != nil {
		return nil, err
	}
	out := []statusEdit{}
	for _, e := range edits {
		out = append(out, statusEdit{Content: a.View.HTML(e.Text, e.HTML, e.Mentions), SpoilerText: e.Warning, Sensitive: e.Sensitive,
			CreatedAt: stamp(e.At), Account: a.render.accountJSON(s.Author), Poll: pastPoll(e.Poll), MediaAttachments: a.render.attachments(e.Media),
			Emojis: a.render.emojisOf(s.Author, s.Emojis, append([]string{e.Text, e.HTML, e.Warning}, e.Poll...)...), Quote: a.render.pastQuote(s, q.By.Account)})
	}
	return out, nil
}

func (a *API) boostedBy(q *request) (any, error) {
	s, err := a.Timelines.BoostedBy(q.Context(), q.By, social.PostID(q.pathID()), q.page(40, 80))
	return a.people(q, s, err)
}

func (a *API) likedBy(q *request) (any, error) {
	s, err := a.Timelines.LikedBy(q.Context(), q.By, social.PostID(q.pathID()), q.page(40, 80))
	return a.people(q, s, err)
}

// people is the answer with a page of accounts.
func (a *API) people(q *request, s view.Slice[*view.Face], err error) (any, error) {
	if err != nil {
		return nil, err
	}
	link(q, s)
	return a.render.accounts(s.Items), nil
}

func (a *API) boost(q *request) (any, error) {
	v := parseVisibility(q.str("visibility"))
	if v == "" {
		v = social.Public
	}
	p, err := a.Posts.Boost(q.Context(), q.By, social.PostID(q.pathID()), v)
	if err != nil {
		return nil, err
	}
	return a.shown(q, p.ID)
}

func (a *API) unboost(q *request) (any, error) {
	which, err := a.Posts.Unboost(q.Context(), q.By, social.PostID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return a.shown(q, which)
}

func (a *API) mark(m social.Marks, on bool) func(*request) (any, error) {
	return func(q *request) (any, error) {
		which, err := a.Posts.Mark(q.Context(), q.By, social.PostID(q.pathID()), m, on)
		if err != nil {
			return nil, err
		}
		return a.shown(q, which)
	}
}
