package mastoapi

import (
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/scheduled_statuses/
func (a *API) scheduledRoutes() {
	a.do("GET /api/v1/scheduled_statuses", member("read:statuses"), a.scheduled)
	a.do("GET /api/v1/scheduled_statuses/{id}", member("read:statuses"), a.scheduledByID)
	a.do("PUT /api/v1/scheduled_statuses/{id}", member("write:statuses"), a.reschedule)
	a.do("DELETE /api/v1/scheduled_statuses/{id}", member("write:statuses"), a.unschedule)
}

// https://docs.joinmastodon.org/entities/ScheduledStatus/
type scheduledStatus struct {
	ID          string       `json:"id"`
	ScheduledAt string       `json:"scheduled_at"`
	Params      draftParams  `json:"params"`
	Media       []attachment `json:"media_attachments"`
}

type draftParams struct {
	Text          string     `json:"text"`
	Poll          *draftPoll `json:"poll"`
	MediaIDs      []string   `json:"media_ids"`
	Sensitive     bool       `json:"sensitive"`
	SpoilerText   *string    `json:"spoiler_text"`
	Visibility    string     `json:"visibility"`
	InReplyToID   *string    `json:"in_reply_to_id"`
	Language      *string    `json:"language"`
	ApplicationID *int64     `json:"application_id"` // a number in Mastodon too
	ScheduledAt   *string    `json:"scheduled_at"`
	Idempotency   *string    `json:"idempotency"`
	QuotedID      *string    `json:"quoted_status_id"`
	QuotePolicy   *string    `json:"quote_approval_policy"`
	ReplyPolicy   *string    `json:"reply_policy"` // our own
	WithRateLimit bool       `json:"with_rate_limit"`
}

type draftPoll struct {
	Options    []string `json:"options"`
	ExpiresIn  string   `json:"expires_in"`
	Multiple   bool     `json:"multiple"`
	HideTotals bool     `json:"hide_totals"`
}

func (r renderer) scheduled(l posts.Later) scheduledStatus {
	d := l.Draft
	out := scheduledStatus{ID: num(l.ID), ScheduledAt: stamp(l.At), Media: []attachment{}, Params: draftParams{Text: d.Text, MediaIDs: []string{}, Sensitive: d.Sensitive,
		SpoilerText: orNil(d.Warning), Visibility: anew(d.Visibility, d.LocalOnly), InReplyToID: numOrNil(d.ReplyTo), Language: orNil(d.Language), ApplicationID: appNumber(l.App),
		QuotedID: numOrNil(d.Quote), QuotePolicy: orNil(string(d.QuotePolicy)), ReplyPolicy: orNil(string(d.ReplyPolicy))}}
	for _, m := range l.Media {
		out.Media = append(out.Media, r.attachment(m))
		out.Params.MediaIDs = append(out.Params.MediaIDs, num(m.ID))
	}
	if p := d.Poll; p != nil {
		out.Params.Poll = &draftPoll{p.Options, num(int64(p.Lasts / time.Second)), p.Multiple, p.HideVotes}
	}
	return out
}

// scheduledAt is the time that was sent; ok tells whether one was.
func (q *request) scheduledAt() (at time.Time, ok bool, err error) {
	s := strings.TrimSpace(q.str("scheduled_at"))
	if s == "" {
		return at, false, nil
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05", "2006-01-02T15:04"} {
		if at, err := time.Parse(form, s); err == nil {
			return at.UTC().Truncate(time.Millisecond), true, nil
		}
	}
	return at, true, errs.New(errs.Invalid, "Validation failed: Scheduled at is a time such as 2027-01-31T12:00:00Z")
}

func (a *API) scheduled(q *request) (any, error) {
	s, err := a.Posts.Scheduled(q.Context(), q.By, q.page(20, 40))
	if err != nil {
		return nil, err
	}
	out := []scheduledStatus{}
	for _, l := range s.Items {
		out = append(out, a.render.scheduled(l))
	}
	link(q, s)
	return out, nil
}

func (a *API) scheduledByID(q *request) (any, error) {
	l, err := a.Posts.ScheduledPost(q.Context(), q.By, social.ScheduledID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return a.render.scheduled(l), nil
}

func (a *API) reschedule(q *request) (any, error) {
	at, ok, err := q.scheduledAt()
	if err == nil && ok {
		err = a.Posts.Reschedule(q.Context(), q.By, social.ScheduledID(q.pathID()), at)
	}
	if err != nil {
		return nil, err
	}
	return a.scheduledByID(q)
}

func (a *API) unschedule(q *request) (any, error) {
	return nothing{}, a.Posts.Unschedule(q.Context(), q.By, social.ScheduledID(q.pathID()))
}

func appNumber(app social.AppID) *int64 {
	if app == 0 {
		return nil
	}
	n := int64(app)
	return &n
}
