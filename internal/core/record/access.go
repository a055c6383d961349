package record

import (
	"context"
	"fmt"
	"strconv"

	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Look is at something that is not for everybody.
type Look struct {
	Outcome string // evidence.AccessPost or evidence.AccessAddress
	What    string
	ID      int64 // with What, what is written down once a day
	Subject string
	About   social.AccountID // with whom the record goes; zero for several
	Case    social.CaseID    // in which it was shown, if in one
	Ref     social.EvidenceID
	Why     string
}

// Looked writes down that by is shown what is not for everybody: each thing once a
// day. It comes before the showing: what cannot be written down is not shown. The
// command line has the whole database anyway, and is not asked.
func Looked(ctx context.Context, s *store.Store, by social.Actor, all ...Look) error {
	if by.Account <= 0 || len(all) == 0 {
		return nil
	}
	var fresh []Look
	if err := s.Read(ctx, func(v *store.View) error {
		fresh = nil
		for _, l := range all {
			known, err := v.Accessed(ctx, by.Account, social.Day(s.Now()), l.What, l.ID)
			if err != nil {
				return err
			}
			if !known {
				fresh = append(fresh, l)
			}
		}
		return nil
	}); err != nil || len(fresh) == 0 {
		return err
	}
	err := s.Write(ctx, func(tx *store.Tx) error {
		here, err := still(ctx, tx, fresh)
		if err != nil {
			return err
		}
		who, err := Staff(ctx, tx, by)
		if err != nil {
			return err
		}
		for _, l := range fresh {
			if l.About != 0 && !here[l.About] {
				continue
			}
			if err := look(ctx, tx, by, who, l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write down who was shown what: %w", err)
	}
	return nil
}

// still are those whom looks are about and who are here, until the commit: with who
// is gone no record goes any more.
func still(ctx context.Context, tx *store.Tx, all []Look) (map[social.AccountID]bool, error) {
	var who []social.AccountID
	for _, l := range all {
		who = append(who, l.About)
	}
	if err := tx.HoldPeople(ctx, who...); err != nil {
		return nil, err
	}
	accounts, err := tx.Accounts(ctx, who)
	here := map[social.AccountID]bool{}
	for _, a := range accounts {
		here[a.ID] = true
	}
	return here, err
}

func look(ctx context.Context, tx *store.Tx, by social.Actor, who string, l Look) error {
	first, err := tx.AddAccess(ctx, by.Account, social.Day(tx.Now), l.What, l.ID)
	if err != nil || !first {
		return err
	}
	body := evidence.Accessed{What: l.What, Subject: l.Subject, Why: l.Why, By: who}
	if l.Case != 0 {
		body.Case = strconv.FormatInt(int64(l.Case), 10)
	}
	_, err = tx.AddEvidence(store.Evidence{Type: evidence.TypeAccess, Outcome: l.Outcome, Refs: []social.EvidenceID{l.Ref}, About: l.About, Body: body})
	return err
}
