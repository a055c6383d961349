// Package record writes what subjects do into the log of evidence, in the words
// that package evidence has for it.
package record

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Time is a moment as bodies have it, or nothing.
func Time(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05.000Z")
}

// Staff is what somebody of the staff is called in the log.
func Staff(ctx context.Context, tx *store.Tx, by social.Actor) (string, error) {
	alias, err := tx.Pseudonym(ctx, by.Account, tx.Now)
	if by.Account == 0 {
		return alias, err
	}
	return string(by.Role) + " " + alias, err
}

// Configured says that by did something about who may do what here. The account is
// under an alias, so that the record need not be erased with it. Is is what that
// made of it, if anything can be said of that.
func Configured(ctx context.Context, tx *store.Tx, by social.Actor, what string, who social.AccountID, is string) (store.Proof, error) {
	staff, err := Staff(ctx, tx, by)
	if err != nil {
		return store.Proof{}, err
	}
	alias, err := tx.Alias(ctx, fmt.Sprintf("account %d", who))
	if err != nil {
		return store.Proof{}, err
	}
	if is != "" {
		alias += " is " + is
	}
	return tx.AddEvidence(store.Evidence{Type: evidence.TypeConfig, Outcome: what, Body: evidence.Configured{What: what, To: alias, By: staff}})
}

// Rules adds versions of the rules of the house that are new or have changed, and
// of those that are no more.
func Rules(ctx context.Context, tx *store.Tx, by social.Actor, now []social.Rule) error {
	was, err := tx.RuleVersions(ctx)
	if err != nil {
		return err
	}
	for _, r := range now {
		i := slices.IndexFunc(was, func(v social.RuleVersion) bool { return v.ID == r.ID })
		next := social.RuleVersion{Rule: r, Version: 1}
		if i >= 0 {
			if was[i].Rule == r && !was[i].Ended {
				continue
			}
			next.Version = was[i].Version + 1
		}
		if _, err := rule(ctx, tx, by, next); err != nil {
			return err
		}
	}
	for _, v := range was {
		if v.Ended || v.ID == social.GeneralRule.ID || slices.ContainsFunc(now, func(r social.Rule) bool { return r.ID == v.ID }) {
			continue
		}
		v.Version, v.Ended = v.Version+1, true
		if _, err := rule(ctx, tx, by, v); err != nil {
			return err
		}
	}
	return nil
}

func rule(ctx context.Context, tx *store.Tx, by social.Actor, v social.RuleVersion) (social.RuleVersion, error) {
	who, err := Staff(ctx, tx, by)
	if err != nil {
		return v, err
	}
	body := evidence.Ruled{Policy: v.ID, Version: v.Version, Text: v.Text, Hint: v.Hint, Effective: Time(tx.Now), By: who, Ended: v.Ended}
	if v.Version > 1 {
		body.Replaces = fmt.Sprintf("%s@%d", v.ID, v.Version-1)
	}
	p, err := tx.AddEvidence(store.Evidence{Type: evidence.TypePolicy, Outcome: v.Name(), Body: body})
	if err != nil {
		return v, err
	}
	v.Evidence = p.ID()
	return v, tx.AddRuleVersion(ctx, v, by.Account, p)
}

// Cited are rules of the house as they stand, by their ids: what a report or a
// decision names. One from before there were versions gets its first.
func Cited(ctx context.Context, tx *store.Tx, ids []string) (out []social.RuleVersion, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	house, err := tx.House(ctx)
	if err != nil {
		return nil, err
	}
	all, err := tx.RuleVersions(ctx)
	if err != nil {
		return nil, err
	}
	for _, which := range ids {
		i := slices.IndexFunc(all, func(v social.RuleVersion) bool { return v.ID == which && !v.Ended })
		if i >= 0 {
			out = append(out, all[i])
			continue
		}
		known := append([]social.Rule{social.GeneralRule}, house.Rules...)
		j := slices.IndexFunc(known, func(r social.Rule) bool { return r.ID == which })
		if j < 0 {
			return nil, errs.New(errs.Invalid, "Validation failed: There is no such rule here.")
		}
		v, err := rule(ctx, tx, social.Console, social.RuleVersion{Rule: known[j], Version: 1})
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
