package auth_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// A role is given by somebody above it, to somebody below them.
func TestRolesAreGivenFromAbove(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, mona, olaf, olga := h.member("ada", social.Member), h.member("mona", social.Moderator), h.member("olaf", social.Admin), h.member("olga", social.Owner)
		for _, tt := range []struct {
			name string
			by   social.Actor
			who  social.Actor
			role social.Role
			may  bool
		}{
			{"a member", ada, ada, social.Moderator, false},
			{"a moderator makes another", mona, ada, social.Moderator, false},
			{"an admin makes another", olaf, ada, social.Admin, false},
			{"an admin makes an owner", olaf, ada, social.Owner, false},
			{"an admin makes a moderator", olaf, ada, social.Moderator, true},
			{"an admin has a moderator go", olaf, ada, social.Member, true},
			{"an admin, of an owner", olaf, olga, social.Member, false},
			{"an owner makes an admin", olga, ada, social.Admin, true},
			{"an owner makes another", olga, ada, social.Owner, false},
			{"the console makes an owner", social.Console, ada, social.Owner, true},
		} {
			before := h.user(tt.who.Account).Role
			_, err := h.Modify(h.ctx, tt.by, tt.who.Account, auth.Changes{Role: tt.role})
			is := h.user(tt.who.Account).Role
			if tt.may && (err != nil || is != tt.role) {
				t.Errorf("%s: %v, and is %s, want %s", tt.name, err, is, tt.role)
			}
			if !tt.may && (errs.KindOf(err) != errs.Forbidden || is != before) {
				t.Errorf("%s: %v, and is %s, want Forbidden and %s", tt.name, err, is, before)
			}
		}
	})
}
