package instance

import (
	"context"

	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// door notes that by changes who may join. Opened by hand the door stays open:
// who came before does not count as a wave any more.
func door(ctx context.Context, tx *store.Tx, by social.Actor, to social.SignUps) error {
	house, err := tx.House(ctx)
	if err != nil || house.SignUps == to {
		return err
	}
	if to == social.SignUpOpen {
		if err := tx.SetGuard(ctx, social.Guard{Since: tx.Now}); err != nil {
			return err
		}
	}
	who, err := record.Staff(ctx, tx, by)
	if err != nil {
		return err
	}
	_, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeConfig, Outcome: "sign-ups",
		Body: evidence.Configured{What: "who may join", From: string(house.SignUps), To: string(to), By: who}})
	return err
}

// steps notes that by changes who must have a second factor: who somebody is, and
// whether they may go on, is looked at anew.
func steps(ctx context.Context, tx *store.Tx, by social.Actor, to social.FactorRule) error {
	house, err := tx.House(ctx)
	if err != nil || house.Factors == to {
		return err
	}
	tx.Record(event.AccessChanged{})
	who, err := record.Staff(ctx, tx, by)
	if err != nil {
		return err
	}
	_, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeConfig, Outcome: "second-factor",
		Body: evidence.Configured{What: "who must have a second factor", From: nobody(house.Factors), To: nobody(to), By: who}})
	return err
}

// nobody is a rule in a word.
func nobody(r social.FactorRule) string {
	if r == social.FactorNobody {
		return "nobody"
	}
	return string(r)
}
