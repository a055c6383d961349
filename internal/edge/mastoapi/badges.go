package mastoapi

import (
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// A shownRole is what apps show beside a name: Mastodon's are those that its staff
// chose to be seen, of its own people. https://docs.joinmastodon.org/entities/Role/
type shownRole struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Color string `json:"color"` // empty is the app's own
}

// confirmedRole is no role of ours; its id is none of theirs.
const confirmedRole = "101"

// shownRoles are those badges that the house itself gives. Verified links and domains
// stand in the fields, and a bot has a mark of its own.
func shownRoles(f *view.Face) []shownRole {
	out := []shownRole{}
	for _, b := range f.Badges {
		switch b.Kind {
		case social.BadgeStaff:
			out = append(out, shownRole{ID: roles[b.Role].ID, Name: roles[b.Role].Name})
		case social.BadgeConfirmed:
			out = append(out, shownRole{ID: confirmedRole, Name: "Confirmed"})
		}
	}
	return out
}

// accountPlaza is what only we say of accounts.
type accountPlaza struct {
	Badges []badge `json:"badges"`
}

// A badge says what is known of who somebody is, and by whom it is said.
type badge struct {
	Kind   string  `json:"kind"`   // staff, confirmed, domain, link or bot
	Issuer string  `json:"issuer"` // the house, a domain, a site, or account for what somebody says of themselves
	Role   *string `json:"role"`   // of the staff; for confirmed, of who did
	Reason *string `json:"reason"` // how it was confirmed
	URL    *string `json:"url"`    // the page
	Since  *string `json:"since"`
}

func (r renderer) badges(f *view.Face) []badge {
	out := []badge{}
	for _, b := range f.Badges {
		one := badge{Kind: string(b.Kind), Issuer: "house", Role: textOrNil(string(b.Role)), Reason: textOrNil(b.Reason), URL: textOrNil(b.URL), Since: stampOrNil(b.Since)}
		switch b.Kind {
		case social.BadgeDomain, social.BadgeLink:
			one.Issuer = b.Host
		case social.BadgeBot:
			one.Issuer = "account"
		}
		out = append(out, one)
	}
	return out
}
