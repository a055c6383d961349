package social

import (
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Role is what somebody may do for the house.
type Role string

// The roles, from most to least.
const (
	Owner     Role = "owner"
	Admin     Role = "admin"
	Moderator Role = "moderator"
	Member    Role = "user"
)

// console is the role of whoever has the machine, above all others.
const console Role = "console"

var rank = map[Role]int{console: 4, Owner: 3, Admin: 2, Moderator: 1, Member: 0}

// ParseRole reads a role's name.
func ParseRole(s string) (Role, error) {
	if _, ok := rank[Role(s)]; !ok || Role(s) == console {
		return "", errs.New(errs.Invalid, "A role is one of owner, admin, moderator, user.")
	}
	return Role(s), nil
}

// AtLeast reports whether r may do what other may.
func (r Role) AtLeast(other Role) bool { return rank[r] >= rank[other] }

// Actor is who asks for something to be done.
type Actor struct {
	Account  AccountID // zero for somebody who is not signed in
	Standing Standing
	Role     Role
	Remote   bool
	App      AppID  // through which app, zero for the web
	Scopes   Scopes // what the app may do; the web may do everything
	Token    TokenID
	Session  SessionID // of the web
	Lacks    bool      // the second factor that the house asks of them
	// Uncounted readers are not among the views of posts: they do not want to be.
	Uncounted bool
}

// Anyone is somebody who is not signed in.
var Anyone = Actor{}

// Console is whoever sits at the command line of the machine.
var Console = Actor{Role: console, Standing: Good}

// SignedIn reports whether we know who it is.
func (a Actor) SignedIn() bool { return a.Account != 0 }

// MustAct reports why a may not change anything, or nil.
func (a Actor) MustAct() error {
	switch {
	case a.Role == console:
		return nil
	case !a.SignedIn():
		return errs.New(errs.Unauthenticated, "Please sign in.")
	case a.Standing == Disabled:
		return errs.New(errs.Forbidden, "Your login is currently disabled")
	case a.Standing == Suspended:
		return errs.New(errs.Forbidden, "Your account is suspended.")
	case a.Standing == Leaving:
		return errs.New(errs.Forbidden, "Your account is about to be deleted, as you asked. You can take that back in the settings, on this house's site.")
	case a.Standing == Pending:
		return errs.New(errs.Forbidden, "Your account is not confirmed or approved yet.")
	case a.Lacks:
		return errs.New(errs.Forbidden, "This house asks you for a second step at signing in. Sign in on its site, and set one up.")
	}
	return nil
}

// Keyboard is whoever uses the command line: who can do that could change the
// rows as well.
var Keyboard = Actor{Account: -1, Role: Owner, Standing: Good}

// MustBe reports why a may not do what is for people with a role, or nil.
func (a Actor) MustBe(r Role) error {
	if err := a.MustAct(); err != nil {
		return err
	}
	if !a.Role.AtLeast(r) {
		return errs.New(errs.Forbidden, "This action is not allowed")
	}
	return nil
}

// Scopes is a set of OAuth scopes, as Mastodon names them, sorted, no doubles.
type Scopes []string

// maxScopes is how many scopes are read: more than there are, so that who sends
// more has sent one that is unknown.
const maxScopes = 100

// ParseScopes reads a list separated by spaces, commas or plus signs.
func ParseScopes(s string) Scopes {
	var out Scopes
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '+' }) {
		if len(out) < maxScopes && !out.has(f) {
			out = append(out, f)
		}
	}
	return out
}

func (s Scopes) String() string { return strings.Join(s, " ") }

func (s Scopes) has(one string) bool {
	for _, x := range s {
		if x == one {
			return true
		}
	}
	return false
}

// Allow reports whether s covers want: "read" covers "read:lists", and
// "follow" covers the older group of relations' scopes.
// https://docs.joinmastodon.org/api/oauth-scopes/
func (s Scopes) Allow(want string) bool {
	if s.has(want) {
		return true
	}
	top, sub, found := strings.Cut(want, ":")
	if found && s.has(top) {
		return true
	}
	if s.has("follow") && (top == "read" || top == "write") {
		switch sub {
		case "blocks", "follows", "mutes":
			return true
		}
	}
	for i := strings.LastIndexByte(want, ':'); i > 0; i = strings.LastIndexByte(want[:i], ':') {
		if s.has(want[:i]) { // admin:read covers admin:read:accounts
			return true
		}
	}
	return false
}

// Within reports whether every scope of s is covered by outer.
func (s Scopes) Within(outer Scopes) bool {
	for _, x := range s {
		if !outer.Allow(x) {
			return false
		}
	}
	return true
}
