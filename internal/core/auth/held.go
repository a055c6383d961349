package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/screen"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// heldAs notes in the log what was done with a name. Which one, only its alias says:
// it is somebody's, or will be.
func heldAs(ctx context.Context, tx *store.Tx, by social.Actor, what, username string) error {
	staff := "who had the link"
	if what != evidence.NameClaimed {
		var err error
		if staff, err = record.Staff(ctx, tx, by); err != nil {
			return err
		}
	}
	alias, err := tx.Alias(ctx, "name "+social.UsernameKey(username))
	if err != nil {
		return err
	}
	_, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeConfig, Outcome: what, Body: evidence.Configured{What: what, To: alias, By: staff}})
	return err
}

// lookedAtOnce is how many accounts are held against a name at a time.
const lookedAtOnce = 1000

// HoldName keeps a username for somebody, which nobody else gets, nor one that looks
// like it. Like are up to so many who have such a name already: they keep it. It is
// for the owner, as are all of these.
func (s *Service) HoldName(ctx context.Context, by social.Actor, username, note string) (h social.HeldName, like []social.Account, err error) {
	if err := by.MustBe(social.Owner); err != nil {
		return h, nil, err
	}
	h = social.HeldName{Username: strings.TrimPrefix(strings.TrimSpace(username), "@"), Note: strings.Join(strings.Fields(text.Clean(note)), " ")}
	if err := h.Check(); err != nil {
		return h, nil, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldNames(ctx); err != nil {
			return err
		}
		if err := free(ctx, &tx.View, h.Username); err != nil {
			return err
		}
		all, err := tx.HeldNames(ctx)
		if err != nil {
			return err
		}
		if len(all) >= social.MaxHeldNames {
			return errs.Newf(errs.Invalid, "You hold %d names. Release one to hold another.", social.MaxHeldNames)
		}
		h.ID, h.CreatedAt = social.HeldNameID(id.New(tx.Now)), tx.Now
		if err := heldAs(ctx, tx, by, evidence.NameHeld, h.Username); err != nil {
			return err
		}
		return tx.AddHeldName(ctx, h)
	})
	if err != nil {
		return h, nil, fmt.Errorf("hold name: %w", err)
	}
	like, err = s.likeNamed(ctx, h.Username)
	return h, like, err
}

// free reports why a name cannot be held, or nil.
func free(ctx context.Context, v *store.View, username string) error {
	retired, err := v.NameRetired(ctx, username)
	if err != nil {
		return err
	}
	if _, err = v.AccountNamed(ctx, username, ""); err == nil {
		return errs.New(errs.Conflict, "Somebody has this name already, so it cannot be held.")
	}
	if retired {
		return errs.New(errs.Conflict, "Somebody had this name and is gone: nobody gets it again, so it cannot be held.")
	}
	if errs.Absent(err) != nil {
		return err
	}
	if _, err = v.NameHeld(ctx, username, 0); err == nil { // of two that look alike nobody could claim one
		return errs.New(errs.Conflict, "This name is held already, or looks like one that is.")
	}
	return errs.Absent(err)
}

// maxLike is how many who have a name like one that is held are named.
const maxLike = 20

func (s *Service) likeNamed(ctx context.Context, username string) (out []social.Account, err error) {
	key := social.LookKey(username)
	for after := social.AccountID(0); key != "" && len(out) < maxLike; {
		var some []social.Account
		if err := s.store.Read(ctx, func(v *store.View) error { some, after, err = v.LikeNamed(ctx, key, after, lookedAtOnce); return err }); err != nil {
			return nil, err
		}
		if out = append(out, some...); after == 0 {
			break
		}
	}
	return out[:min(len(out), maxLike)], nil
}

// HeldNames returns the names that are kept, the newest first.
func (s *Service) HeldNames(ctx context.Context, by social.Actor) (all []social.HeldName, err error) {
	if err := by.MustBe(social.Owner); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) error { all, err = v.HeldNames(ctx); return err })
	return all, err
}

// LinkName makes the secret with which somebody claims a name within a time, once;
// the one before stops working.
func (s *Service) LinkName(ctx context.Context, by social.Actor, which social.HeldNameID, lasts time.Duration) (secret string, err error) {
	if err := by.MustBe(social.Owner); err != nil {
		return "", err
	}
	if lasts <= 0 || lasts > social.MaxClaimTime {
		return "", errs.Newf(errs.Invalid, "A link is good for 1 to %d days.", int(social.MaxClaimTime.Hours()/24))
	}
	secret, hash := newSecret()
	err = s.ofHeld(ctx, by, which, evidence.NameLinked, func(tx *store.Tx, h social.HeldName) error {
		if h.Claimed {
			return errs.New(errs.Conflict, "Somebody has claimed this name. Until they have confirmed their address, or did not within a week, nobody else can.")
		}
		return tx.LinkHeldName(ctx, which, hash, tx.Now, tx.Now.Add(lasts))
	})
	if err != nil {
		return "", fmt.Errorf("link name: %w", err)
	}
	return secret, nil
}

// ClaimPath is where a kept name is claimed.
const ClaimPath = "/auth/claim"

// ClaimURL is the link that claims a name, to whom its secret is known.
func (s *Service) ClaimURL(secret string) string {
	return s.config.BaseURL + ClaimPath + "?key=" + secret
}

// UnlinkName ends the link of a name. The name is still kept.
func (s *Service) UnlinkName(ctx context.Context, by social.Actor, which social.HeldNameID) error {
	return s.ofHeld(ctx, by, which, evidence.NameUnlinked, func(tx *store.Tx, _ social.HeldName) error {
		return tx.LinkHeldName(ctx, which, "", time.Time{}, time.Time{})
	})
}

// ReleaseName keeps a name no more.
func (s *Service) ReleaseName(ctx context.Context, by social.Actor, which social.HeldNameID) error {
	return s.ofHeld(ctx, by, which, evidence.NameReleased, func(tx *store.Tx, _ social.HeldName) error { _, err := tx.EndHeldName(ctx, which); return err })
}

func (s *Service) ofHeld(ctx context.Context, by social.Actor, which social.HeldNameID, what string, do func(*store.Tx, social.HeldName) error) error {
	if err := by.MustBe(social.Owner); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		h, err := tx.HeldName(ctx, which)
		if err != nil {
			return err
		}
		if err := do(tx, h); err != nil {
			return err
		}
		return heldAs(ctx, tx, by, what, h.Username)
	})
}

var noClaim = errs.New(errs.Forbidden, "This link does not give a name, or does so no longer: it works once, and for a time. Ask who sent it to you for a new one.")

// Held is the name that somebody could claim who has its secret; Forbidden if there
// is none.
func (s *Service) Held(ctx context.Context, secret string) (h social.HeldName, err error) {
	err = s.store.Read(ctx, func(v *store.View) error { h, err = v.HeldByLink(ctx, hashOf(secret), s.store.Now()); return err })
	if errs.KindOf(err) == errs.NotFound && err != nil {
		err = noClaim
	}
	return h, err
}

// ClaimName makes the account that a name was kept for. Nobody has to approve it,
// also where nobody may sign up; the address is still to be confirmed. The secret
// works once; should they never confirm the address, the name is still kept. Whoever is
// turned away by where they come from, or by their address, does not get it either:
// links are passed on.
func (s *Service) ClaimName(ctx context.Context, secret string, f SignUp) (a social.Account, err error) {
	f = f.trimmed()
	h, err := s.Held(ctx, secret)
	if err != nil {
		return a, err
	}
	f.Username, f.held = h.Username, h.ID
	var verdict screen.Verdict
	check := func(v *store.View) error {
		ps, err := f.problems(ctx, v, true)
		if err != nil {
			return err
		}
		if verdict, err = s.screened(ctx, v, f, &ps); err != nil {
			return err
		}
		if !f.Agreed {
			ps.add("agreement", Accepted, "To join, agree to the rules of the house.")
		}
		return ps.err()
	}
	err = s.store.Read(ctx, check)
	if counted := s.config.Screen.Count(ctx, verdict, f.From); err == nil {
		err = counted
	}
	if err != nil {
		return a, fmt.Errorf("claim name: %w", err)
	}
	hash, err := s.hasher.hash(ctx, f.Password)
	if err != nil {
		return a, fmt.Errorf("claim name: %w", err)
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := check(&tx.View); err != nil {
			return err
		}
		if _, err := tx.TakeHeldName(ctx, hashOf(secret)); errs.KindOf(err) == errs.NotFound && err != nil {
			return noClaim
		} else if err != nil {
			return err
		}
		if a, err = enter(ctx, tx, f, social.User{Password: hash, Role: social.Member, Approved: true}); err != nil {
			return err
		}
		if err := heldAs(ctx, tx, social.Anyone, evidence.NameClaimed, h.Username); err != nil {
			return err
		}
		return s.askToConfirm(ctx, tx, a, f.Email)
	})
	if err != nil {
		return a, fmt.Errorf("claim name: %w", err)
	}
	return a, nil
}
