package auth

import (
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// Scopes are all that an app can ask for, as of Mastodon 4.6.
// https://docs.joinmastodon.org/api/oauth-scopes/
var Scopes = social.Scopes(strings.Fields(`profile follow push
	read read:accounts read:blocks read:bookmarks read:collections read:favourites read:filters read:follows read:lists read:mutes
	read:notifications read:search read:statuses
	write write:accounts write:blocks write:bookmarks write:collections write:conversations write:favourites write:filters write:follows
	write:lists write:media write:mutes write:notifications write:reports write:statuses
	admin:read admin:read:accounts admin:read:canonical_email_blocks admin:read:domain_allows admin:read:domain_blocks
	admin:read:email_domain_blocks admin:read:ip_blocks admin:read:reports
	admin:write admin:write:accounts admin:write:canonical_email_blocks admin:write:domain_allows admin:write:domain_blocks
	admin:write:email_domain_blocks admin:write:ip_blocks admin:write:reports`))

// defaultScope is what an app gets that asks for nothing.
const defaultScope = "read"

var errScope = errs.New(errs.Invalid, "The requested scope is invalid, unknown, or malformed.")

func known(scopes social.Scopes) bool {
	return !slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(Scopes, s) })
}

// granted are the scopes that app gets when it asks for some. Without asking
// it gets to read, or else what it was registered with.
func granted(asked social.Scopes, app social.App) (social.Scopes, error) {
	if len(asked) == 0 {
		if asked = (social.Scopes{defaultScope}); !asked.Within(app.Scopes) {
			asked = app.Scopes
		}
	}
	if !known(asked) || !asked.Within(app.Scopes) {
		return nil, errScope
	}
	return asked, nil
}
