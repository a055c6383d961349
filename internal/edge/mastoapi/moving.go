package mastoapi

import (
	"net/http"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Mastodon has pages for this, and no API. These are GoToSocial's routes, which
// apps know already: https://docs.gotosocial.org/en/latest/user_guide/migration/
const (
	aliasPath = "/api/v1/accounts/alias"
	movePath  = "/api/v1/accounts/move"
)

func (a *API) movingRoutes() {
	a.do("POST "+aliasPath, member("write:accounts"), a.alias, &limitMove)
	a.do("POST "+movePath, member("write:accounts"), a.move, &limitMove)
	a.do("POST /api/plaza/v1/accounts/stay", member("write:accounts"), a.stay)
}

// alias says which others are the same person's: all of them, so that an empty
// list has none any more.
func (a *API) alias(q *request) (any, error) {
	uris := q.optStrs("also_known_as_uris")
	if uris == nil {
		return nil, errs.New(errs.Invalid, "Validation failed: Say which accounts also_known_as_uris are. An empty list removes all.")
	}
	if err := a.Accounts.KnownAs(q.Context(), q.By, *uris); err != nil {
		return nil, err
	}
	return a.self(q)
}

func (a *API) move(q *request) (any, error) {
	if err := a.Auth.Really(q.Context(), q.By, q.str("password")); err != nil {
		return nil, err
	}
	if _, err := a.Accounts.MoveTo(q.Context(), q.By, q.str("moved_to_uri")); err != nil {
		return nil, err
	}
	return coded{http.StatusAccepted, nothing{}}, nil
}

// stay takes a move back.
func (a *API) stay(q *request) (any, error) {
	if err := a.Accounts.Stay(q.Context(), q.By); err != nil {
		return nil, err
	}
	return a.self(q)
}
