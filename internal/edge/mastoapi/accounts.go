package mastoapi

import (
	"bytes"
	"encoding/base64"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/accounts/
func (a *API) accountRoutes() {
	a.do("POST /api/v1/accounts", app("write:accounts"), a.signUp, &limitSignUp)
	a.do("GET /api/v1/accounts", anyone("read:accounts"), a.accountsByID)
	a.do("GET /api/v1/accounts/verify_credentials", member("read:accounts"), a.verifyCredentials)
	a.do("PATCH /api/v1/accounts/update_credentials", member("write:accounts"), a.updateCredentials, &limitPicture)
	a.do("GET /api/v1/accounts/relationships", member("read:follows"), a.relationships)
	a.do("GET /api/v1/accounts/search", member("read:accounts"), a.accountSearch, &limitSearch)
	a.do("GET /api/v1/accounts/lookup", anyone("read:accounts"), a.lookup)
	a.do("GET /api/v1/accounts/familiar_followers", member("read:follows"), a.familiarFollowers)
	a.do("GET /api/v1/accounts/{id}", anyone("read:accounts"), a.accountByID)
	a.do("DELETE /api/v1/profile/avatar", member("write:accounts"), a.dropPicture(func(p *social.Profile, none *string) { p.Avatar, p.AvatarAlt = none, none }))
	a.do("DELETE /api/v1/profile/header", member("write:accounts"), a.dropPicture(func(p *social.Profile, none *string) { p.Header, p.HeaderAlt = none, none }))
	a.do("POST /api/v1/emails/confirmations", member("write:accounts"), a.resendConfirmation, &limitSignUp)
	a.do("GET /api/v1/preferences", member("read:accounts"), a.preferences)
}

// signUp makes an account for whoever uses the app, and a token for it.
func (a *API) signUp(q *request) (any, error) {
	who, err := a.Auth.SignUp(q.Context(), auth.SignUp{Username: q.str("username"), Email: q.str("email"), Password: q.str("password"),
		Reason: q.str("reason"), Locale: q.str("locale"), Invite: q.str("invite_code"), Agreed: q.flag("agreement", false), From: q.from()})
	if err != nil {
		return nil, err
	}
	token, t, err := a.Auth.TokenOfApp(q.Context(), q.By, who.ID)
	if err != nil {
		return nil, err
	}
	return TokenJSON(token, t), nil
}

// TokenJSON is a token as apps are given it.
// https://docs.joinmastodon.org/entities/Token/
func TokenJSON(secret string, t social.Token) map[string]any {
	return map[string]any{"access_token": secret, "token_type": "Bearer", "scope": t.Scopes.String(), "created_at": t.CreatedAt.Unix()}
}

func accountIDs(ns []int64) []social.AccountID {
	out := make([]social.AccountID, len(ns))
	for i, n := range ns {
		out[i] = social.AccountID(n)
	}
	return out
}

func (a *API) accountsByID(q *request) (any, error) {
	ids, err := q.ids("id")
	if err != nil {
		return nil, err
	}
	fs, err := a.View.Faces(q.Context(), accountIDs(ids))
	if err != nil {
		return nil, err
	}
	fs = slices.DeleteFunc(fs, func(f *view.Face) bool { return f.Standing == social.Pending }) // not here yet
	return a.render.accounts(fs), nil
}

// somebody is in the paths whose id is an account's.
var somebody = regexp.MustCompile(`^/api/v1/(accounts|follow_requests|suggestions)/\{id\}`)

// aboutSomebody is for routes about the account in the path: who is not let in
// yet is not there, whatever is asked of them.
func (a *API) aboutSomebody(do func(*request) (any, error)) func(*request) (any, error) {
	return func(q *request) (any, error) {
		f, err := a.View.Face(q.Context(), social.AccountID(q.pathID()))
		if err == nil && f.Standing == social.Pending {
			err = errAbsent
		}
		if err != nil {
			return nil, err
		}
		return do(q)
	}
}

func (a *API) accountByID(q *request) (any, error) {
	f, err := a.View.Face(q.Context(), social.AccountID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return a.render.accountJSON(f), nil
}

// lookup finds an account by its address, without searching.
func (a *API) lookup(q *request) (any, error) {
	name, host, _ := strings.Cut(strings.TrimPrefix(q.str("acct"), "@"), "@")
	if strings.EqualFold(host, a.Host) {
		host = ""
	}
	f, err := a.View.Named(q.Context(), name, strings.ToLower(host))
	if err != nil {
		return nil, errAbsent
	}
	return a.render.accountJSON(f), nil
}

// credentialAccount is an account with what only its owner is told.
// https://docs.joinmastodon.org/entities/Account/#CredentialAccount
type credentialAccount struct {
	account
	Source source `json:"source"`
	Role   role   `json:"role"`
}

type source struct {
	Privacy             string   `json:"privacy"`
	Sensitive           bool     `json:"sensitive"`
	Language            *string  `json:"language"`
	Note                string   `json:"note"`
	Fields              []field  `json:"fields"`
	FollowRequestsCount int      `json:"follow_requests_count"`
	HideCollections     bool     `json:"hide_collections"`
	Discoverable        bool     `json:"discoverable"`
	Indexable           bool     `json:"indexable"`
	QuotePolicy         string   `json:"quote_policy"`
	ReplyPolicy         string   `json:"reply_policy"` // our own
	AttributionDomains  []string `json:"attribution_domains"`
	AlsoKnownAs         []string `json:"also_known_as_uris,omitempty"` // as GoToSocial has it
}

// https://docs.joinmastodon.org/entities/Role/
type role struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Permissions string `json:"permissions"`
	Color       string `json:"color"`
	Highlighted bool   `json:"highlighted"`
	Collections int    `json:"collection_limit"`
}

// roles are what ours are as Mastodon's. The bits say what its own pages
// would show: https://docs.joinmastodon.org/entities/Role/#permission-flags
var roles = map[social.Role]role{
	social.Owner:     {ID: "3", Name: "Owner", Permissions: "1", Highlighted: true, Collections: social.MaxCollections},
	social.Admin:     {ID: "2", Name: "Admin", Permissions: "983036", Highlighted: true, Collections: social.MaxCollections},
	social.Moderator: {ID: "1", Name: "Moderator", Permissions: "1308", Highlighted: true, Collections: social.MaxCollections},
	social.Member:    {ID: "-99", Permissions: "65536", Collections: social.MaxCollections},
}

func (a *API) self(q *request) (any, error) {
	f, err := a.View.Face(q.Context(), q.By.Account)
	if err != nil {
		return nil, err
	}
	user, err := a.Auth.Self(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	asks, err := a.Relations.People(q.Context(), q.By, social.EdgesRequests, q.By.Account, social.Page{Limit: 40})
	if err != nil {
		return nil, err
	}
	v := user.Prefs.Visibility
	if v == "" {
		v = social.Public
	}
	s := source{Privacy: visibility[v], Sensitive: user.Prefs.Sensitive, Note: f.Bio, Fields: []field{}, FollowRequestsCount: len(asks.Items),
		HideCollections: f.HideFollows, Discoverable: f.Discoverable, Indexable: f.Indexable, QuotePolicy: quotesUsually(user.Prefs), ReplyPolicy: repliesUsually(user.Prefs),
		AttributionDomains: credits(f.Account), AlsoKnownAs: f.Aliases}
	if user.Prefs.Language != "" {
		s.Language = &user.Prefs.Language
	}
	for _, x := range f.Fields {
		s.Fields = append(s.Fields, field{Name: x.Name, Value: x.Value})
	}
	return credentialAccount{account: a.render.account(f), Source: s, Role: roles[user.Role]}, nil
}

func (a *API) verifyCredentials(q *request) (any, error) { return a.self(q) }

func (a *API) updateCredentials(q *request) (any, error) {
	if err := a.setProfile(q); err != nil {
		return nil, err
	}
	if err := a.setPrefs(q); err != nil {
		return nil, err
	}
	return a.self(q)
}

// setPrefs stores the defaults that came with a profile.
func (a *API) setPrefs(q *request) error {
	if !q.has("source[privacy]") && !q.has("source[sensitive]") && !q.has("source[language]") && !q.has("source[quote_policy]") && !q.has("source[reply_policy]") {
		return nil
	}
	user, err := a.Auth.Self(q.Context(), q.By)
	if err != nil {
		return err
	}
	p := user.Prefs
	if s := q.str("source[privacy]"); s != "" {
		if p.Visibility, err = social.ParseVisibility(string(parseVisibility(s))); err != nil {
			return err
		}
	}
	p.Sensitive = q.flag("source[sensitive]", p.Sensitive)
	if q.has("source[language]") {
		p.Language = q.str("source[language]")
	}
	if q.has("source[quote_policy]") {
		if p.Quotes, err = social.ParseQuotePolicy(q.str("source[quote_policy]")); err != nil {
			return err
		}
	}
	if q.has("source[reply_policy]") {
		if p.Replies, err = social.ParseReplyPolicy(q.str("source[reply_policy]")); err != nil {
			return err
		}
	}
	return a.Auth.SetPrefs(q.Context(), q.By, p)
}

// fields reads the lines of a profile: fields_attributes[0][name] and so on,
// in the order of their numbers. Nil is that none were sent.
func (q *request) fields() (*[]social.Field, error) {
	sent, err := q.objects("fields_attributes", 2*social.MaxFields)
	if err != nil || len(sent) == 0 {
		return nil, err
	}
	out := []social.Field{}
	for _, o := range sent {
		if f := (social.Field{Name: o["name"], Value: o["value"]}); f.Name != "" || f.Value != "" {
			out = append(out, f)
		}
	}
	return &out, nil
}

// picture stores the picture sent under a name, if one was: as a file or, by
// libraries that send none, as an address that holds its bytes.
func (q *request) picture(kind string) (*string, error) {
	q.reads(kind)
	var r io.Reader
	if q.MultipartForm != nil && len(q.MultipartForm.File[kind]) > 0 {
		f, err := q.MultipartForm.File[kind][0].Open()
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, "The picture could not be read.", err)
		}
		defer f.Close()
		r = f
	} else if text, ok := strings.CutPrefix(q.str(kind), "data:"); ok {
		_, text, _ = strings.Cut(text, ";base64,")
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(b) == 0 {
			return nil, errs.New(errs.Invalid, "The picture could not be read.")
		}
		r = bytes.NewReader(b)
	} else {
		return nil, nil
	}
	name, err := q.api.Blobs.Put(q.Context(), q.By.Account, kind, r)
	if err != nil {
		return nil, err
	}
	return &name, nil
}

func (a *API) dropPicture(drop func(p *social.Profile, none *string)) func(*request) (any, error) {
	return func(q *request) (any, error) {
		var p social.Profile
		none := ""
		drop(&p, &none)
		if _, err := a.Accounts.SetProfile(q.Context(), q.By, p); err != nil {
			return nil, err
		}
		return a.self(q)
	}
}

func (a *API) resendConfirmation(q *request) (any, error) {
	user, err := a.Auth.Self(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	if user.Confirmed {
		return nil, errs.New(errs.Forbidden, "This method is only available while the e-mail is awaiting confirmation")
	}
	if email := q.str("email"); email != "" { // it was mistyped
		return nothing{}, a.Auth.CorrectEmail(q.Context(), q.By, email)
	}
	return nothing{}, a.Auth.ResendConfirmation(q.Context(), user.Email)
}

// https://docs.joinmastodon.org/entities/Preferences/
func (a *API) preferences(q *request) (any, error) {
	user, err := a.Auth.Self(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	v := user.Prefs.Visibility
	if v == "" {
		v = social.Public
	}
	var language *string
	if user.Prefs.Language != "" {
		language = &user.Prefs.Language
	}
	return map[string]any{"posting:default:visibility": visibility[v], "posting:default:sensitive": user.Prefs.Sensitive,
		"posting:default:language": language, "posting:default:quote_policy": quotesUsually(user.Prefs), "reading:expand:media": "default",
		"reading:expand:spoilers": false, "reading:autoplay:gifs": false}, nil
}

func (a *API) relationships(q *request) (any, error) {
	ids, err := q.ids("id")
	if err != nil {
		return nil, err
	}
	all, err := a.View.Relations(q.Context(), q.By, accountIDs(ids))
	if err != nil {
		return nil, err
	}
	out := []relationship{}
	for _, n := range accountIDs(ids) {
		out = append(out, relationJSON(n, all[n]))
	}
	return out, nil
}

func (a *API) accountSearch(q *request) (any, error) {
	p := q.stretch(40, 80, search.MaxOffset)
	r, err := a.Search.Search(q.Context(), q.By, search.Query{Text: q.str("q"), Kind: search.Accounts, Following: q.flag("following", false),
		Offset: p.offset, Page: social.Page{Limit: p.limit}, Resolve: q.flag("resolve", false)})
	if err != nil {
		return nil, err
	}
	q.linkStretch(p, r.Full)
	return a.render.accounts(r.Accounts), nil
}

// https://docs.joinmastodon.org/entities/FamiliarFollowers/
type familiar struct {
	ID       string `json:"id"`
	Accounts raw    `json:"accounts"`
}

func (a *API) familiarFollowers(q *request) (any, error) {
	ids, err := q.ids("id")
	if err != nil {
		return nil, err
	}
	out := []familiar{}
	for _, n := range ids {
		fs, err := a.Relations.Familiar(q.Context(), q.By, social.AccountID(n))
		if errs.KindOf(err) == errs.NotFound && err != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, familiar{strconv.FormatInt(n, 10), a.render.accounts(fs)})
	}
	return out, nil
}
