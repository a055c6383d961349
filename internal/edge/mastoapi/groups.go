package mastoapi

import (
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/grouped_notifications/
func (a *API) groupRoutes() {
	for _, v := range []string{"v2", "v2_alpha"} { // the trial's name, for apps that kept it: the same answers
		a.do("GET /api/"+v+"/notifications", member("read:notifications"), a.groups)
		a.do("GET /api/"+v+"/notifications/unread_count", member("read:notifications"), a.unreadGroups)
		a.do("GET /api/"+v+"/notifications/{group_key}", member("read:notifications"), a.groupByKey)
		a.do("POST /api/"+v+"/notifications/{group_key}/dismiss", member("write:notifications"), a.dismissGroup)
	}
	a.do("POST /api/v2/notifications/clear", member("write:notifications"), a.clearNotifications)
	a.do("GET /api/v2/notifications/{group_key}/accounts", member("read:notifications"), a.groupAccounts)
}

// alone begins the key of a notice that is by itself; clients may make such
// keys of ids.
const alone = "ungrouped"

func groupKey(k social.GroupKey) string {
	if k.Kind == "" {
		return alone + "-" + num(k.ID)
	}
	return noticeType(k.Kind) + "-" + num(k.ID)
}

// groupKey is the key in the path; what is no key names nothing.
func (q *request) groupKey() (k social.GroupKey) {
	name, number, _ := strings.Cut(chi.URLParam(q.Request, "group_key"), "-")
	n, ok := id.Parse(number)
	if !ok {
		return k
	}
	if name == alone {
		return social.GroupKey{ID: social.NoticeID(n)}
	}
	for _, kind := range social.GroupedKinds {
		if noticeType(kind) == name {
			return social.GroupKey{Kind: kind, ID: social.NoticeID(n)}
		}
	}
	return k
}

// grouped is the kinds that the app can show grouped.
func (q *request) grouped() (out []social.NoticeKind) {
	if len(q.strs("grouped_types")) == 0 {
		return social.GroupedKinds
	}
	for _, k := range q.kinds("grouped_types") {
		if slices.Contains(social.GroupedKinds, k) {
			out = append(out, k)
		}
	}
	return out
}

// https://docs.joinmastodon.org/methods/grouped_notifications/#NotificationGroup
type notificationGroup struct {
	GroupKey           string          `json:"group_key"`
	NotificationsCount int             `json:"notifications_count"`
	Type               string          `json:"type"`
	MostRecentID       social.NoticeID `json:"most_recent_notification_id"` // a number there
	PageMinID          *string         `json:"page_min_id,omitempty"`
	PageMaxID          *string         `json:"page_max_id,omitempty"`
	LatestPageAt       *string         `json:"latest_page_notification_at,omitempty"`
	SampleAccountIDs   []string        `json:"sample_account_ids"`
	StatusID           *string         `json:"status_id,omitempty"`
	Report             *report         `json:"report,omitempty"`
	Warning            *warning        `json:"moderation_warning,omitempty"`
	Collection         *collection     `json:"collection,omitempty"`
	Fallback           *fallback       `json:"fallback,omitempty"`
	Emoji              string          `json:"emoji,omitempty"`
	EmojiURL           *string         `json:"emoji_url,omitempty"`
}

// https://docs.joinmastodon.org/methods/grouped_notifications/#GroupedNotificationsResults
type groupedResults struct {
	Accounts        raw                 `json:"accounts"`
	PartialAccounts *[]partialAccount   `json:"partial_accounts,omitempty"`
	Statuses        raw                 `json:"statuses"`
	Groups          []notificationGroup `json:"notification_groups"`
}

// https://docs.joinmastodon.org/methods/grouped_notifications/#PartialAccountWithAvatar
type partialAccount struct {
	ID           string `json:"id"`
	Acct         string `json:"acct"`
	Locked       bool   `json:"locked"`
	Bot          bool   `json:"bot"`
	URL          string `json:"url"`
	Avatar       string `json:"avatar"`
	AvatarStatic string `json:"avatar_static"`
}

func (r renderer) partialAccount(f *view.Face) partialAccount {
	avatar := r.picture(f.Avatar, "/avatar.png")
	return partialAccount{ID: num(f.ID), Acct: f.Acct(), Locked: f.Locked, Bot: f.Kind == social.Bot || f.Kind == social.Service,
		URL: r.view.AccountURL(f), Avatar: avatar, AvatarStatic: avatar}
}

func (r renderer) notificationGroup(g notices.Group) notificationGroup {
	out := notificationGroup{GroupKey: groupKey(g.Key), NotificationsCount: g.Count, Type: noticeType(g.Kind), MostRecentID: g.ID,
		PageMinID: numOrNil(g.PageMin), PageMaxID: numOrNil(g.PageMax)}
	if g.PageMax != 0 {
		out.LatestPageAt = stampOrNil(g.At)
	}
	for _, f := range g.People {
		out.SampleAccountIDs = append(out.SampleAccountIDs, num(f.ID))
	}
	if g.Post != nil {
		out.StatusID = numOrNil(g.Post.ID)
	}
	out.Report, out.Warning = r.official(g.Told)
	out.Collection = r.collectionOrNil(g.Collection)
	out.Emoji, out.EmojiURL = r.reactionOf(g.Told)
	return out
}

// results is groups with each account and each post once. Who did the newest
// of a group is told in full; others, if the app wants no more, in part.
func (q *request) results(all []notices.Group) groupedResults {
	out := groupedResults{Groups: []notificationGroup{}}
	var full, part []*view.Face
	var posts []*view.Seen
	for _, g := range all {
		one := q.api.render.notificationGroup(g)
		one.Fallback = q.fallback(g.Told)
		out.Groups = append(out.Groups, one)
		full = append(full, g.People[0])
		part = append(part, g.People[1:]...)
		if g.Post != nil {
			posts = append(posts, g.Post)
		}
	}
	if q.str("expand_accounts") != "partial_avatars" {
		full, part = append(full, part...), nil
	} else {
		out.PartialAccounts = &[]partialAccount{}
	}
	accountOf := func(f *view.Face) social.AccountID { return f.ID }
	full = once(full, accountOf, nil)
	for _, f := range once(part, accountOf, full) {
		*out.PartialAccounts = append(*out.PartialAccounts, q.api.render.partialAccount(f))
	}
	out.Accounts = q.api.render.accounts(full)
	out.Statuses = q.api.render.statuses(once(posts, func(p *view.Seen) social.PostID { return p.ID }, nil), q.By.Account)
	return out
}

// once is all without what is there twice, or among others.
func once[T any, ID comparable](all []T, id func(T) ID, others []T) (out []T) {
	had := map[ID]bool{}
	for _, x := range others {
		had[id(x)] = true
	}
	for _, x := range all {
		if !had[id(x)] {
			had[id(x)] = true
			out = append(out, x)
		}
	}
	return out
}

func (a *API) groups(q *request) (any, error) {
	f, none := q.notices()
	if none {
		return q.results(nil), nil
	}
	f.Groups = q.grouped()
	s, err := a.Notices.Groups(q.Context(), q.By, f, q.page(40, notices.MaxPage))
	if err != nil {
		return nil, err
	}
	link(q, s)
	return q.results(s.Items), nil
}

func (a *API) unreadGroups(q *request) (any, error) {
	f, none := q.notices()
	if none {
		return map[string]int{"count": 0}, nil
	}
	f.Groups = q.grouped()
	n, err := a.Notices.Unread(q.Context(), q.By, f, q.unreadLimit())
	return map[string]int{"count": n}, err
}

func (a *API) groupByKey(q *request) (any, error) {
	g, err := a.Notices.Group(q.Context(), q.By, q.groupKey())
	if err != nil {
		return nil, err
	}
	return q.results([]notices.Group{g}), nil
}

func (a *API) dismissGroup(q *request) (any, error) {
	return nothing{}, a.Notices.DismissGroup(q.Context(), q.By, q.groupKey())
}

func (a *API) groupAccounts(q *request) (any, error) {
	s, err := a.Notices.People(q.Context(), q.By, q.groupKey(), q.page(40, notices.MaxPage))
	return a.people(q, s, err)
}
