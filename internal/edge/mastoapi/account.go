package mastoapi

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/core/emojis"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// timeForm is how Mastodon writes times.
const timeForm = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string { return t.UTC().Format(timeForm) }

func stampOrNil(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

func num[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }

func numOrNil[ID ~int64](id ID) *string {
	if id == 0 {
		return nil
	}
	s := num(id)
	return &s
}

// renderer makes entities from what the core shows.
type renderer struct {
	base   string
	media  func(name string) string
	view   *view.View
	emojis *emojis.Service
	now    func() time.Time
	// downvotes tells whether the house votes against posts.
	downvotes func() bool
}

// https://docs.joinmastodon.org/entities/Account/
type account struct {
	ID                string          `json:"id"`
	Username          string          `json:"username"`
	Acct              string          `json:"acct"`
	DisplayName       string          `json:"display_name"`
	Locked            bool            `json:"locked"`
	Bot               bool            `json:"bot"`
	Discoverable      bool            `json:"discoverable"`
	Indexable         bool            `json:"indexable"`
	Group             bool            `json:"group"`
	CreatedAt         string          `json:"created_at"`
	Note              string          `json:"note"`
	URL               string          `json:"url"`
	URI               string          `json:"uri"`
	Avatar            string          `json:"avatar"`
	AvatarStatic      string          `json:"avatar_static"`
	AvatarDescription string          `json:"avatar_description"`
	Header            string          `json:"header"`
	HeaderStatic      string          `json:"header_static"`
	HeaderDescription string          `json:"header_description"`
	FollowersCount    int             `json:"followers_count"`
	FollowingCount    int             `json:"following_count"`
	StatusesCount     int             `json:"statuses_count"`
	LastStatusAt      *string         `json:"last_status_at"`
	HideCollections   bool            `json:"hide_collections"`
	Noindex           bool            `json:"noindex"`
	ShowFeatured      bool            `json:"show_featured"`
	ShowMedia         bool            `json:"show_media"`
	ShowMediaReplies  bool            `json:"show_media_replies"`
	Suspended         bool            `json:"suspended,omitempty"`
	Limited           bool            `json:"limited,omitempty"`
	Approval          featureApproval `json:"feature_approval"`
	Moved             *account        `json:"moved,omitempty"`
	Emojis            []emoji         `json:"emojis"`
	Roles             []shownRole     `json:"roles"`
	Fields            []field         `json:"fields"`
	Plaza             accountPlaza    `json:"plaza"`
}

type field struct {
	Name       string  `json:"name"`
	Value      string  `json:"value"`
	VerifiedAt *string `json:"verified_at"`
}

// nameOnly is what is told of an account that is suspended, or about to be
// deleted: who it was, and nothing it said of itself.
func nameOnly(f *view.Face) *view.Face {
	return &view.Face{Account: social.Account{ID: f.ID, Username: f.Username, Host: f.Host, URI: f.URI, Page: f.Page, Kind: social.Person,
		HideFollows: true, Standing: f.Standing, CreatedAt: f.CreatedAt}}
}

func (r renderer) account(f *view.Face) account {
	if f.Standing == social.Suspended {
		f = nameOnly(f)
	}
	a := account{ID: num(f.ID), Username: f.Username, Acct: f.Acct(), DisplayName: f.DisplayName, Locked: f.Locked,
		Bot: f.Kind == social.Bot || f.Kind == social.Service, Group: f.Kind == social.Group, Discoverable: f.Discoverable,
		Indexable: f.Indexable, CreatedAt: stamp(f.CreatedAt.Truncate(24 * time.Hour)), Note: r.view.Bio(f), URL: r.view.AccountURL(f),
		URI: r.view.AccountURI(f), AvatarDescription: f.AvatarAlt, HeaderDescription: f.HeaderAlt, FollowersCount: f.Followers,
		FollowingCount: f.Following, StatusesCount: f.Posts, HideCollections: f.HideFollows, Noindex: !f.Indexable,
		Suspended: f.Standing == social.Suspended, Limited: f.Limited, Emojis: r.emojisOfAccount(f), Roles: shownRoles(f), Fields: []field{}}
	a.Plaza.Badges = r.badges(f)
	a.Approval = approvalJSON(f)
	if f.Moved != nil {
		to := r.account(f.Moved)
		a.Moved = &to
	}
	a.ShowFeatured, a.ShowMedia, a.ShowMediaReplies = !f.Wishes.HideFeatured, !f.Wishes.HideMedia, !f.Wishes.HideMediaReplies
	a.Avatar, a.Header = r.picture(f.Avatar, "/avatar.png"), r.picture(f.Header, "/header.png")
	a.AvatarStatic, a.HeaderStatic = a.Avatar, a.Header
	if !f.LastPostAt.IsZero() {
		day := f.LastPostAt.UTC().Format(time.DateOnly)
		a.LastStatusAt = &day
	}
	for i, x := range f.Fields {
		one := field{Name: x.Name, Value: r.view.FieldHTML(f, i)}
		if x.VerifiedAt != nil {
			one.VerifiedAt = stampOrNil(*x.VerifiedAt)
		} else if x.DomainAt != nil {
			one.VerifiedAt = stampOrNil(*x.DomainAt)
		}
		a.Fields = append(a.Fields, one)
	}
	return a
}

// picture is the address of a stored picture, or of the house's own.
func (r renderer) picture(name, otherwise string) string {
	if name == "" {
		return r.base + otherwise
	}
	return r.media(name)
}

// accountJSON is an account, ready to be sent: made once for each state of it.
func (r renderer) accountJSON(f *view.Face) raw {
	return f.Memo.Get(func() any { return marshal(r.account(f)) }).(raw)
}

// marshal is for values that always have a form.
func marshal(v any) raw {
	b, err := encode(v)
	if err != nil {
		panic(err)
	}
	return b
}

// encode writes JSON without escaping HTML: it is sent as JSON, never inside a
// page.
func encode(v any) (raw, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes()[:b.Len()-1], nil // without the line's end
}

// MarshalJSON lets raw stand inside other entities.
func (b raw) MarshalJSON() ([]byte, error) { return b, nil }

// accounts is a list of accounts.
func (r renderer) accounts(fs []*view.Face) raw {
	out := raw{'['}
	for i, f := range fs {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, r.accountJSON(f)...)
	}
	return append(out, ']')
}

// https://docs.joinmastodon.org/entities/Relationship/
type relationship struct {
	ID                  string   `json:"id"`
	Following           bool     `json:"following"`
	ShowingReblogs      bool     `json:"showing_reblogs"`
	Notifying           bool     `json:"notifying"`
	Languages           []string `json:"languages"`
	FollowedBy          bool     `json:"followed_by"`
	Blocking            bool     `json:"blocking"`
	BlockedBy           bool     `json:"blocked_by"`
	Muting              bool     `json:"muting"`
	MutingNotifications bool     `json:"muting_notifications"`
	MutingExpiresAt     *string  `json:"muting_expires_at"`
	Requested           bool     `json:"requested"`
	RequestedBy         bool     `json:"requested_by"`
	DomainBlocking      bool     `json:"domain_blocking"`
	Endorsed            bool     `json:"endorsed"`
	Note                string   `json:"note"`
}

func relationJSON(id social.AccountID, r social.Relation) relationship {
	asked := r.Follows || r.Requested
	return relationship{ID: num(id), Following: r.Follows, ShowingReblogs: asked && r.Boosts, Notifying: asked && r.Notify, Languages: r.Languages,
		FollowedBy: r.FollowedBy, Blocking: r.Blocks, BlockedBy: r.BlockedBy, Muting: r.Mutes, MutingNotifications: r.MuteNotices,
		MutingExpiresAt: stampOrNil(r.MuteUntil), Requested: r.Requested, RequestedBy: r.RequestedBy, DomainBlocking: r.ShutsHost, Endorsed: r.Endorsed, Note: r.Note}
}
