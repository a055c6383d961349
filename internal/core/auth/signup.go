package auth

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/screen"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// SignUp is what somebody enters who wants to join.
type SignUp struct {
	Username, Email, Password string
	Reason                    string // why they want to join, where that is asked
	Locale                    string
	Invite                    string     // a code, or empty
	Agreed                    bool       // to the rules of the house
	From                      netip.Addr // where they come from, if that is known
	Work                      string     // what their browser answers to a Task; empty if it has none

	held social.HeldNameID // the name is kept for them
}

var localeForm = regexp.MustCompile(`^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$`)

func (f SignUp) trimmed() SignUp {
	f.Username, f.Email = strings.TrimPrefix(strings.TrimSpace(f.Username), "@"), strings.TrimSpace(f.Email)
	f.Reason, f.Invite = strings.TrimSpace(f.Reason), plain(strings.TrimSpace(f.Invite), 100)
	if !localeForm.MatchString(f.Locale) {
		f.Locale = ""
	}
	return f
}

// SignUp makes an account as far as the house lets people join: Forbidden if
// it is closed, Problems with all that is wrong otherwise. A letter with a
// link goes to the address; until it is opened, and until somebody has
// approved the account where that is asked, the account's standing is Pending.
func (s *Service) SignUp(ctx context.Context, f SignUp) (social.Account, error) {
	f = f.trimmed()
	done, err := s.worked(ctx, f.Work)
	if err != nil {
		return social.Account{}, fmt.Errorf("sign up: %w", err)
	}
	var verdict screen.Verdict
	err = s.store.Read(ctx, func(v *store.View) error { // before the dear part
		_, said, err := s.mayJoin(ctx, v, f, s.store.Now(), done.ok)
		verdict = said
		return err
	})
	if counted := s.config.Screen.Count(ctx, verdict, f.From); err == nil {
		err = counted
	}
	if err != nil {
		return social.Account{}, fmt.Errorf("sign up: %w", err)
	}
	hash, err := s.hasher.hash(ctx, f.Password)
	if err != nil {
		return social.Account{}, fmt.Errorf("sign up: %w", err)
	}
	var a social.Account
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.NoNewHeldNames(ctx); err != nil {
			return err
		}
		worked, err := done.spend(ctx, tx)
		if err != nil {
			return err
		}
		u, _, err := s.mayJoin(ctx, &tx.View, f, tx.Now, worked)
		if err != nil {
			return err
		}
		if f.Invite != "" {
			if _, err := tx.UseInvite(ctx, f.Invite); err != nil {
				return err
			}
		}
		u.Password = hash
		if a, err = enter(ctx, tx, f, u); err != nil {
			return err
		}
		if err := s.guard(ctx, tx); err != nil {
			return err
		}
		return s.askToConfirm(ctx, tx, a, f.Email)
	})
	if err != nil {
		return social.Account{}, fmt.Errorf("sign up: %w", err)
	}
	return a, nil
}

// mayJoin is the user that f would become, or why not, and what the lists of
// those who are turned away say. Where browsers have to work and this one did
// not, which needs a script, somebody looks first.
func (s *Service) mayJoin(ctx context.Context, v *store.View, f SignUp, now time.Time, worked bool) (u social.User, said screen.Verdict, err error) {
	u = social.User{Role: social.Member, Approved: true, Reason: plain(f.Reason, MaxReason)}
	house, err := v.House(ctx)
	if err != nil {
		return u, said, err
	}
	if house.SignUps == social.SignUpClosed {
		return u, said, errs.New(errs.Forbidden, "This house does not take new people at the moment.")
	}
	ps, err := f.problems(ctx, v, false)
	if err != nil {
		return u, said, err
	}
	if said, err = s.screened(ctx, v, f, &ps); err != nil {
		return u, said, err
	}
	if !f.Agreed {
		ps.add("agreement", Accepted, "To join, agree to the rules of the house.")
	}
	if len([]rune(f.Reason)) > MaxReason {
		ps.add("reason", TooLong, "Say it in at most 500 characters.")
	}
	switch {
	case f.Invite != "":
		u.Invite, err = invitation(ctx, v, f.Invite, now, &ps)
	case house.SignUps == social.SignUpInvite:
		ps.add("invite", Blank, "To join this house you need an invitation from somebody who is here.")
	case house.SignUps == social.SignUpApproval:
		u.Approved = false
		if f.Reason == "" {
			ps.add("reason", Blank, "Say in a few words why you want to join.")
		}
	}
	if err != nil {
		return u, said, err
	}
	like, err := guardedLike(ctx, v, social.Account{Username: f.Username})
	if err != nil {
		return u, said, err
	}
	u.Approved = u.Approved && len(like) == 0 && !said.Approval && (worked || !house.Work || f.Invite != "")
	return u, said, ps.err()
}

// guardedLike are those of the staff, or confirmed, whom a can be mistaken for: then
// somebody looks first.
func guardedLike(ctx context.Context, v *store.View, a social.Account) ([]social.GuardedName, error) {
	all, err := v.GuardedNames(ctx)
	return slices.DeleteFunc(all, func(g social.GuardedName) bool { return !g.Meets(a) }), err
}

// screened is what the lists of those who are turned away say of f. An address
// that is none is not looked for.
func (s *Service) screened(ctx context.Context, v *store.View, f SignUp, ps *Problems) (said screen.Verdict, err error) {
	if ps.has("email") {
		return said, nil
	}
	if said, err = s.config.Screen.Judge(ctx, v, f.Email, f.From); err != nil {
		return said, err
	}
	if said.OfMail {
		ps.add("email", Blocked, errs.Public(said.Refused))
		return said, nil
	}
	return said, said.Refused
}

// problems are those of name, address and password.
func (f SignUp) problems(ctx context.Context, v *store.View, reservedToo bool) (Problems, error) {
	var ps Problems
	ps.username(f.Username, reservedToo)
	ps.email(f.Email)
	ps.password("password", f.Password)
	// The address is looked for first: the two are taken at once, so whoever
	// finds it taken by somebody who was quicker finds the name taken, too.
	mail := false
	if !ps.has("email") {
		_, err := v.UserByEmail(ctx, f.Email)
		if mail = err == nil; err != nil && errs.KindOf(err) != errs.NotFound {
			return nil, err
		}
	}
	if !ps.has("username") {
		retired, err := v.NameRetired(ctx, f.Username)
		if err != nil {
			return nil, err
		}
		if _, err = v.AccountNamed(ctx, f.Username, ""); err == nil || retired {
			ps.add("username", Taken, nameTaken)
		} else if errs.KindOf(err) != errs.NotFound {
			return nil, err
		} else if _, err = v.NameHeld(ctx, f.Username, f.held); err == nil {
			ps.add("username", Reserved, "This username is kept for somebody, or looks like one that is. Choose another one.")
		} else if errs.Absent(err) != nil {
			return nil, err
		}
	}
	if mail {
		ps.add("email", Taken, emailTaken)
	}
	return ps, nil
}

// enter stores a new account of ours, and u as what we know of it. If it may
// be used at once, that is recorded.
func enter(ctx context.Context, tx *store.Tx, f SignUp, u social.User) (social.Account, error) {
	a := social.Account{ID: social.AccountID(id.New(tx.Now)), Username: f.Username, Kind: social.Person,
		Standing: u.On(social.Good), CreatedAt: tx.Now, ChangedAt: tx.Now}
	if err := tx.AddAccount(ctx, a); err != nil {
		return a, conflict(err, "username", nameTaken)
	}
	u.Account, u.Email, u.Locale, u.CreatedAt = a.ID, f.Email, f.Locale, tx.Now
	if err := tx.AddUser(ctx, u); err != nil {
		return a, conflict(err, "email", emailTaken)
	}
	if a.Standing == social.Good {
		tx.Record(event.Joined{Account: a.ID})
	}
	return a, nil
}

// Create makes an account from the command line: it may be used at once and
// may have a reserved name. Without a password one is made; it is returned.
func (s *Service) Create(ctx context.Context, f SignUp, role social.Role) (social.Account, string, error) {
	if _, err := social.ParseRole(string(role)); err != nil {
		return social.Account{}, "", err
	}
	f = f.trimmed()
	if f.Password == "" {
		f.Password, _ = newSecret()
		f.Password = f.Password[:20] // 120 bits are as safe, and shorter to type
	}
	a, err := s.admit(ctx, f, role, true, func(*store.Tx) error { return nil })
	if err != nil {
		return social.Account{}, "", fmt.Errorf("create account: %w", err)
	}
	return a, f.Password, nil
}

// admit makes an account that may be used at once, if also in the transaction
// may says that it is all right.
func (s *Service) admit(ctx context.Context, f SignUp, role social.Role, reservedToo bool, may func(tx *store.Tx) error) (a social.Account, err error) {
	check := func(v *store.View) error {
		ps, err := f.problems(ctx, v, reservedToo)
		if err != nil {
			return err
		}
		return ps.err()
	}
	if err := s.store.Read(ctx, check); err != nil {
		return a, err
	}
	hash, err := s.hasher.hash(ctx, f.Password)
	if err != nil {
		return a, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.NoNewHeldNames(ctx); err != nil {
			return err
		}
		if err := may(tx); err != nil {
			return err
		}
		if err := check(&tx.View); err != nil {
			return err
		}
		a, err = enter(ctx, tx, f, social.User{Password: hash, Role: role, Confirmed: true, Approved: true})
		if err == nil && role.AtLeast(social.Moderator) {
			_, err = record.Configured(ctx, tx, social.Console, string(social.ChangeRole), a.ID, string(role))
		}
		return err
	})
	return a, err
}
