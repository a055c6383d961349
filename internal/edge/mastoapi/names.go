package mastoapi

import (
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// What the staff says of who somebody is, and names that are kept for somebody.
// Mastodon has none of it.
func (a *API) nameRoutes() {
	a.do("POST /api/plaza/v1/accounts/{id}/confirm", staff(Moderator, "admin:write:accounts"), a.confirm)
	a.do("POST /api/plaza/v1/accounts/{id}/unconfirm", staff(Moderator, "admin:write:accounts"), a.unconfirm)
	a.do("PUT /api/plaza/v1/badges", staff(Moderator, "write:accounts"), a.showRole)
	read, write := staff(Admin, "admin:read:accounts"), staff(Admin, "admin:write:accounts") // the core lets owners alone
	a.do("GET /api/plaza/v1/names", read, a.keptNames)
	a.do("POST /api/plaza/v1/names", write, a.keepName)
	a.do("POST /api/plaza/v1/names/{id}/link", write, a.linkName)
	a.do("DELETE /api/plaza/v1/names/{id}/link", write, a.unlinkName)
	a.do("DELETE /api/plaza/v1/names/{id}", write, a.releaseName)
}

func (a *API) confirm(q *request) (any, error) {
	if err := a.Badges.Confirm(q.Context(), q.By, social.AccountID(q.pathID()), q.str("name"), q.str("reason")); err != nil {
		return nil, err
	}
	return a.accountByID(q)
}

func (a *API) unconfirm(q *request) (any, error) {
	if err := a.Badges.Withdraw(q.Context(), q.By, social.AccountID(q.pathID())); err != nil {
		return nil, err
	}
	return a.accountByID(q)
}

// showRole shows by's role, or no more; what is not said stays as it is.
func (a *API) showRole(q *request) (any, error) {
	self, err := a.Auth.Self(q.Context(), q.By)
	if err == nil {
		err = a.Badges.ShowRole(q.Context(), q.By, q.flag("show_role", self.Prefs.ShowRole))
	}
	if err != nil {
		return nil, err
	}
	return a.self(q)
}

// A keptName is a username that is kept for somebody.
type keptName struct {
	ID        string  `json:"id"`
	Username  string  `json:"username"`
	Note      string  `json:"note"`
	CreatedAt string  `json:"created_at"`
	Claimed   bool    `json:"claimed"`   // somebody took it, whose address is not confirmed yet
	LinkEnds  *string `json:"link_ends"` // null if nobody could claim it
}

func (a *API) keptName(h social.HeldName) keptName {
	out := keptName{ID: num(h.ID), Username: h.Username, Note: h.Note, CreatedAt: stamp(h.CreatedAt), Claimed: h.Claimed}
	if h.Claimable(a.Clock()) {
		out.LinkEnds = stampOrNil(h.ExpiresAt)
	}
	return out
}

func (a *API) keptNames(q *request) (any, error) {
	all, err := a.Auth.HeldNames(q.Context(), q.By)
	return each(all, a.keptName), err
}

// A nameKept is one that was just kept, and whose names look like it.
type nameKept struct {
	Name keptName `json:"name"`
	Like []string `json:"like"` // their usernames: they keep them
}

func (a *API) keepName(q *request) (any, error) {
	h, like, err := a.Auth.HoldName(q.Context(), q.By, q.str("username"), q.str("note"))
	if err != nil {
		return nil, err
	}
	return nameKept{a.keptName(h), each(like, func(x social.Account) string { return x.Username })}, nil
}

// A nameLink claims a name, once. It is told this once.
type nameLink struct {
	URL  string `json:"url"`
	Ends string `json:"ends"`
}

// linkDays is how long a link is good that says nothing of it.
const linkDays = 7

func (a *API) linkName(q *request) (any, error) {
	most := int(social.MaxClaimTime.Hours() / 24)
	days := linkDays
	if q.has("days") {
		days = q.num("days", 0, most+1)
	}
	secret, err := a.Auth.LinkName(q.Context(), q.By, social.HeldNameID(q.pathID()), time.Duration(days)*24*time.Hour)
	if err != nil {
		return nil, err
	}
	h, err := a.Auth.Held(q.Context(), secret)
	return nameLink{a.Auth.ClaimURL(secret), stamp(h.ExpiresAt)}, err
}

func (a *API) unlinkName(q *request) (any, error) {
	return nothing{}, a.Auth.UnlinkName(q.Context(), q.By, social.HeldNameID(q.pathID()))
}

func (a *API) releaseName(q *request) (any, error) {
	return nothing{}, a.Auth.ReleaseName(q.Context(), q.By, social.HeldNameID(q.pathID()))
}
