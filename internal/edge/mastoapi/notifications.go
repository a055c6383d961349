package mastoapi

import (
	"slices"

	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/notifications/
func (a *API) notificationRoutes() {
	a.do("GET /api/v1/notifications", member("read:notifications"), a.notifications)
	a.do("GET /api/v1/notifications/unread_count", member("read:notifications"), a.unreadCount)
	a.do("GET /api/v1/notifications/{id}", member("read:notifications"), a.notificationByID)
	a.do("POST /api/v1/notifications/clear", member("write:notifications"), a.clearNotifications)
	a.do("POST /api/v1/notifications/{id}/dismiss", member("write:notifications"), a.dismiss)
	a.do("POST /api/v1/notifications/dismiss", member("write:notifications"), a.dismissNamed)
	a.do("DELETE /api/v1/notifications/destroy_multiple", member("write:notifications"), a.dismissMany)
	a.do("GET /api/v1/markers", member("read:statuses"), a.markers)
	a.do("POST /api/v1/markers", member("write:statuses"), a.setMarkers)
}

// noticeTypes is what Mastodon calls the kinds. One that it does not have goes
// by our name, and with a fallback in words.
var noticeTypes = map[social.NoticeKind]string{social.NoticeMention: "mention", social.NoticeFollow: "follow",
	social.NoticeFollowRequest: "follow_request", social.NoticeBoost: "reblog", social.NoticeLike: "favourite", social.NoticeReaction: reactionType, social.NoticeReplyWaits: "pending.reply", social.NoticeReplyLet: "plaza:reply_approved", social.NoticeKeeperAsked: "plaza:thread_keeper_asked",
	social.NoticeConfirmed: "plaza:confirmed", social.NoticeUnconfirmed: "plaza:unconfirmed",
	social.NoticeEdit: "update", social.NoticePost: "status", social.NoticePoll: "poll", social.NoticeSignUp: "admin.sign_up",
	social.NoticeQuote: "quote", social.NoticeQuotedEdit: "quoted_update",
	social.NoticeCollected: "added_to_collection", social.NoticeCollectionEdit: "collection_update",
	social.NoticeReport: "admin.report", social.NoticeWarning: "moderation_warning"}

// reactionType is what Akkoma calls a notice of an emoji. Mastodon's apps do not
// know it, and some end with what they do not know: it is for those who ask for
// it by name.
const reactionType = "pleroma:emoji_reaction"

func noticeType(k social.NoticeKind) string {
	if theirs := noticeTypes[k]; theirs != "" {
		return theirs
	}
	return string(k)
}

// https://docs.joinmastodon.org/entities/Notification/
type notification struct {
	ID         string      `json:"id"`
	Type       string      `json:"type"`
	GroupKey   string      `json:"group_key"`
	CreatedAt  string      `json:"created_at"`
	Account    raw         `json:"account"`
	Status     raw         `json:"status,omitempty"`
	Report     *report     `json:"report,omitempty"`
	Warning    *warning    `json:"moderation_warning,omitempty"`
	Collection *collection `json:"collection,omitempty"`
	Fallback   *fallback   `json:"fallback,omitempty"`
	Emoji      string      `json:"emoji,omitempty"` // of a reaction, as Akkoma has it
	EmojiURL   *string     `json:"emoji_url,omitempty"`
}

func (r renderer) notification(t notices.Told) notification {
	n := notification{ID: num(t.ID), Type: noticeType(t.Kind), GroupKey: groupKey(t.Key()), CreatedAt: stamp(t.At), Account: r.accountJSON(t.From)}
	if t.Post != nil {
		n.Status = r.status(t.Post, t.Owner)
	}
	n.Report, n.Warning = r.official(t)
	n.Collection = r.collectionOrNil(t.Collection)
	n.Emoji, n.EmojiURL = r.reactionOf(t)
	return n
}

// reactionOf is the emoji that a notice is about, and where it is if it is a
// picture.
func (r renderer) reactionOf(t notices.Told) (string, *string) {
	if t.Reaction == nil {
		return "", nil
	}
	return t.Reaction.Name, r.reaction(*t.Reaction).URL
}

// kinds reads Mastodon's names of kinds; unknown ones name nothing.
func (q *request) kinds(name string) (out []social.NoticeKind) {
	for _, k := range social.NoticeKinds {
		if slices.Contains(q.strs(name), noticeType(k)) {
			out = append(out, k)
		}
	}
	return out
}

// notices is which notices are asked for; none says that only kinds are that
// we do not have.
func (q *request) notices() (f social.NoticeFilter, none bool) {
	f = social.NoticeFilter{Kinds: q.kinds("types"), Not: q.kinds("exclude_types"), From: social.AccountID(q.bound("account_id")), Filtered: q.flag("include_filtered", false)}
	none = len(q.strs("types")) > 0 && len(f.Kinds) == 0
	if len(f.Kinds) == 0 {
		f.Not = append(f.Not, social.NoticeReaction, social.NoticeReplyWaits, social.NoticeReplyLet, social.NoticeKeeperAsked, social.NoticeConfirmed, social.NoticeUnconfirmed, social.NoticeAppeal, social.NoticeHeard, social.NoticeAnswer)
	}
	return f, none
}

func (a *API) notifications(q *request) (any, error) {
	out := []notification{}
	f, none := q.notices()
	if none {
		return out, nil
	}
	s, err := a.Notices.List(q.Context(), q.By, f, q.page(40, notices.MaxPage))
	if err != nil {
		return nil, err
	}
	for _, t := range s.Items {
		n := a.render.notification(t)
		n.Fallback = q.fallback(t)
		out = append(out, n)
	}
	link(q, s)
	return out, nil
}

func (a *API) unreadCount(q *request) (any, error) {
	f, none := q.notices()
	if none {
		return map[string]int{"count": 0}, nil
	}
	n, err := a.Notices.Unread(q.Context(), q.By, f, q.unreadLimit())
	return map[string]int{"count": n}, err
}

func (q *request) unreadLimit() int {
	return q.limit(notices.UsualUnread, notices.MaxUnread)
}

func (a *API) notificationByID(q *request) (any, error) {
	t, err := a.Notices.Get(q.Context(), q.By, social.NoticeID(q.pathID()))
	if err != nil {
		return nil, err
	}
	n := a.render.notification(t)
	n.Fallback = q.fallback(t)
	return n, nil
}

func (a *API) clearNotifications(q *request) (any, error) {
	return nothing{}, a.Notices.Clear(q.Context(), q.By)
}

func (a *API) dismiss(q *request) (any, error) {
	return nothing{}, a.Notices.Dismiss(q.Context(), q.By, social.NoticeID(q.pathID()))
}

// dismissNamed is dismiss as it was before 1.3.
func (a *API) dismissNamed(q *request) (any, error) {
	return nothing{}, a.Notices.Dismiss(q.Context(), q.By, social.NoticeID(q.bound("id")))
}

func (a *API) dismissMany(q *request) (any, error) {
	ids, err := q.ids("ids")
	if err != nil {
		return nil, err
	}
	return nothing{}, a.Notices.DismissMany(q.Context(), q.By, named[social.NoticeID](ids))
}

// named is numbers as the ids they are.
func named[ID ~int64](numbers []int64) []ID {
	out := make([]ID, len(numbers))
	for i, n := range numbers {
		out[i] = ID(n)
	}
	return out
}

// https://docs.joinmastodon.org/entities/Marker/
type marker struct {
	LastReadID string `json:"last_read_id"`
	Version    int    `json:"version"`
	UpdatedAt  string `json:"updated_at"`
}

func markerJSON(m social.Marker) marker {
	return marker{num(social.NoticeID(m.LastID)), m.Version, stamp(m.At)}
}

func (a *API) markers(q *request) (any, error) {
	ms, err := a.Notices.Markers(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	out := map[string]marker{}
	for _, m := range ms {
		if slices.Contains(q.strs("timeline"), m.Timeline) {
			out[m.Timeline] = markerJSON(m)
		}
	}
	return out, nil
}

func (a *API) setMarkers(q *request) (any, error) {
	out := map[string]marker{}
	for _, timeline := range []string{notices.MarkHome, notices.MarkNotices} {
		if !q.has(timeline + "[last_read_id]") {
			continue
		}
		m, err := a.Notices.SetMarker(q.Context(), q.By, timeline, q.bound(timeline+"[last_read_id]"))
		if err != nil {
			return nil, err
		}
		out[timeline] = markerJSON(m)
	}
	return out, nil
}
