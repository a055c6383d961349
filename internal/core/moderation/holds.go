package moderation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Hold keeps records from being erased, from now on. It is for admins: it also
// keeps what somebody has a right to see gone.
func (s *Service) Hold(ctx context.Context, by social.Actor, h social.Hold) (social.Hold, error) {
	if err := by.MustBe(social.Admin); err != nil {
		return h, err
	}
	h.Reason = tidy(h.Reason)
	err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
		h, err = place(ctx, tx, by, h)
		return err
	})
	if err != nil {
		return h, fmt.Errorf("hold: %w", err)
	}
	return h, nil
}

// place begins a hold, because of some records. The leaf of a silent one does not
// lead to what it keeps: those are for everybody to read.
func place(ctx context.Context, tx *store.Tx, by social.Actor, h social.Hold, because ...social.EvidenceID) (social.Hold, error) {
	if err := h.Check(tx.Now); err != nil {
		return h, err
	}
	h.ID, h.By = social.HoldID(id.New(tx.Now)), max(by.Account, 0)
	refs, err := holdSubject(ctx, tx, &h)
	if err != nil {
		return h, err
	}
	if err := tx.HoldTurn(ctx); err != nil { // who leaves meanwhile is gone before it, or kept by it
		return h, err
	}
	now, err := tx.Holds(ctx, tx.Now)
	if err == nil && len(now) >= social.MaxHolds {
		err = errs.Newf(errs.Conflict, "There are %d holds: end one first.", social.MaxHolds)
	}
	if err != nil {
		return h, err
	}
	if h.Silent {
		refs = nil
	}
	p, err := holdRecord(ctx, tx, by, h, "placed", h.Reason, 0, append(refs, because...))
	if err != nil {
		return h, err
	}
	h.Evidence = p.ID()
	return h, tx.SetHold(ctx, h)
}

// holdSubject finds what a hold is on, and keeps the account from being deleted
// meanwhile.
func holdSubject(ctx context.Context, tx *store.Tx, h *social.Hold) (refs []social.EvidenceID, err error) {
	switch h.Kind {
	case social.HoldAccount:
		h.Account = social.AccountID(h.Subject)
	case social.HoldCase:
		c, err := tx.Case(ctx, social.CaseID(h.Subject))
		if err != nil {
			return nil, err
		}
		h.Account, h.Name, refs = c.Account, num(c.ID), append(refs, c.Evidence)
	case social.HoldMatter:
		m, err := tx.Matter(ctx, social.MatterID(h.Subject))
		if err != nil {
			return nil, err
		}
		about, err := tx.MatterObjects(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		h.Account, h.Name, refs = onlyOne(about), num(m.ID), append(refs, m.Evidence)
	}
	if h.Account == 0 {
		return refs, nil
	}
	a, err := tx.HoldAccount(ctx, h.Account)
	if h.Kind != social.HoldAccount {
		return refs, errs.Absent(err) // it may be gone, and its records waiting
	}
	if h.Name = a.Username; a.Host != "" {
		h.Name += "@" + a.Host
	}
	return refs, err
}

// onlyOne is the account that a matter is about, if it is one.
func onlyOne(about []social.MatterObject) (who social.AccountID) {
	for _, o := range about {
		if who != 0 && o.Account != who {
			return 0
		}
		who = o.Account
	}
	return who
}

func holdRecord(ctx context.Context, tx *store.Tx, by social.Actor, h social.Hold, did, why string, second social.AccountID, refs []social.EvidenceID) (store.Proof, error) {
	by.Account = max(by.Account, 0)
	who, err := record.Staff(ctx, tx, by)
	if err != nil {
		return store.Proof{}, err
	}
	body := evidence.Held{Hold: num(h.ID), Did: did, Kind: string(h.Kind), Subject: h.Name, Reason: why, Until: record.Time(h.Until), Silent: h.Silent, By: who}
	if second != 0 {
		if body.Second, err = tx.Pseudonym(ctx, second, tx.Now); err != nil {
			return store.Proof{}, err
		}
	}
	return tx.AddEvidence(store.Evidence{Type: evidence.TypeHold, Outcome: did, Refs: refs, About: h.Account, Body: body})
}

// LiftProposed is what is answered when the end of a hold waits for somebody else.
var LiftProposed = errs.New(errs.Conflict, "What is held may be erased for good then, so somebody else has to agree. Ask another admin to end it, too.")

// Release ends a hold, and has erased what waited for that. It is for admins.
// Where the house wants a second pair of eyes for what is grave, it takes two:
// LiftProposed is the error for the first.
func (s *Service) Release(ctx context.Context, by social.Actor, which social.HoldID, why string) error {
	if err := by.MustBe(social.Admin); err != nil {
		return err
	}
	why = tidy(why)
	proposed := false
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		h, err := tx.HoldHold(ctx, which)
		if err == nil {
			err = notOn(ctx, &tx.View, by, h)
		}
		switch {
		case err != nil:
			return err
		case !h.Holds(tx.Now):
			return errs.New(errs.Conflict, "This hold has ended already.")
		case strings.TrimSpace(why) == "" || len([]rune(why)) > social.MaxHoldReason:
			return errs.Newf(errs.Invalid, "Write down why, in at most %d characters.", social.MaxHoldReason)
		}
		house, err := tx.House(ctx)
		if err != nil {
			return err
		}
		second := social.AccountID(0)
		if proposed = false; house.SecondEyes && by.Account > 0 {
			if ok, err := s.agrees(ctx, tx, by, h); err != nil || !ok {
				h.Asked, h.AskedAt, proposed = by.Account, tx.Now, true
				return cmp.Or(err, tx.SetHold(ctx, h))
			}
			second = h.Asked
		}
		return endHold(ctx, tx, by, h, "ended", why, second)
	})
	switch {
	case err != nil:
		return fmt.Errorf("end hold: %w", err)
	case proposed:
		return LiftProposed
	}
	return nil
}

// notOn is NotFound if a hold is on by: nobody ends what keeps records about
// themselves, nor sees it. An owner does: there may be nobody else.
func notOn(ctx context.Context, v *store.View, by social.Actor, h social.Hold) error {
	if by.Role.AtLeast(social.Owner) {
		return nil
	}
	theirs := h.Account == by.Account
	if h.Kind == social.HoldMatter && !theirs {
		about, err := v.MatterObjects(ctx, social.MatterID(h.Subject))
		if err != nil {
			return err
		}
		theirs = slices.ContainsFunc(about, func(o social.MatterObject) bool { return o.Account == by.Account })
	}
	if theirs {
		return errs.New(errs.NotFound, "Record not found")
	}
	return nil
}

// others are those of some holds that are not on by.
func others(ctx context.Context, v *store.View, by social.Actor, all []social.Hold) (out []social.Hold, err error) {
	for _, h := range all {
		switch err := notOn(ctx, v, by, h); {
		case err == nil:
			out = append(out, h)
		case errs.KindOf(err) != errs.NotFound:
			return nil, err
		}
	}
	return out, nil
}

// agrees reports whether somebody else, who still may, asked for the end of a hold
// lately, and so by agrees.
func (s *Service) agrees(ctx context.Context, tx *store.Tx, by social.Actor, h social.Hold) (bool, error) {
	if h.Asked == 0 || h.Asked == by.Account || tx.Now.Sub(h.AskedAt) >= social.MaxLiftAsked {
		return false, nil
	}
	u, err := tx.User(ctx, h.Asked)
	return err == nil && u.Role.AtLeast(social.Admin) && !u.Disabled, errs.Absent(err)
}

// endHold ends one, with a record, and has what it kept erased. Second is who asked
// for that before by agreed, if anybody had to.
func endHold(ctx context.Context, tx *store.Tx, by social.Actor, h social.Hold, did, why string, second social.AccountID) error {
	h.Ended, h.EndedBy, h.EndedWhy = tx.Now, max(by.Account, 0), why
	if _, err := holdRecord(ctx, tx, by, h, did, why, second, []social.EvidenceID{h.Evidence}); err != nil {
		return err
	}
	if err := tx.SetHold(ctx, h); err != nil {
		return err
	}
	return tx.AddJob(ctx, eraseJob, h.ID, tx.Now, num(h.ID))
}

// MaxEnded is how many holds that ended are on a page.
const MaxEnded = 100

// Holds are those that hold now, and a page of those that ended, before one,
// without those on by. It is for admins.
func (s *Service) Holds(ctx context.Context, by social.Actor, before social.HoldID) (now, ended []social.Hold, err error) {
	if err := by.MustBe(social.Admin); err != nil {
		return nil, nil, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		if now, err = v.Holds(ctx, s.store.Now()); err == nil {
			now, err = others(ctx, v, by, now)
		}
		if err != nil {
			return err
		}
		if ended, err = v.EndedHolds(ctx, before, MaxEnded); err == nil {
			ended, err = others(ctx, v, by, ended)
		}
		return err
	})
	return now, ended, err
}

// HeldBack reports until when holds about somebody that they may be told of keep
// records; zero is until somebody ends them. Kept is false if none
// is.
func (s *Service) HeldBack(ctx context.Context, by social.Actor) (until time.Time, kept bool, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err := v.HoldsOn(ctx, by.Account, s.store.Now())
		until, kept = social.HeldUntil(all)
		return err
	})
	return until, kept, err
}

const (
	eraseJob     = "evidence.erase"
	eraseTimeout = 10 * time.Minute
	eraseTries   = 50
	eraseAtOnce  = 100
)

// EraseWorker erases what waited for a hold to end.
func (s *Service) EraseWorker() work.Worker {
	return work.Worker{Kind: eraseJob, AtOnce: 1, Timeout: eraseTimeout, Tries: eraseTries, Do: func(ctx context.Context, _ []byte) error {
		return s.eraseWaiting(ctx)
	}}
}

// TidyHolds ends the holds whose time has come, and erases what they kept.
func (s *Service) TidyHolds(ctx context.Context) error {
	var due []social.Hold
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		due, err = v.ExpiredHolds(ctx, s.store.Now(), social.MaxHolds)
		return err
	}); err != nil {
		return err
	}
	for _, h := range due {
		if err := s.store.Write(ctx, func(tx *store.Tx) error {
			now, err := tx.HoldHold(ctx, h.ID)
			if err != nil || !now.Ended.IsZero() {
				return errs.Absent(err)
			}
			return endHold(ctx, tx, social.Console, now, "expired", "its time has come", 0)
		}); err != nil {
			return err
		}
	}
	return s.eraseWaiting(ctx)
}

func (s *Service) eraseWaiting(ctx context.Context) error {
	for last := social.AccountID(0); ; {
		var some []social.AccountID
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			some, err = v.WaitingToErase(ctx, last, eraseAtOnce)
			return err
		}); err != nil || len(some) == 0 {
			return err
		}
		for _, who := range some {
			last = who
			if err := s.store.Write(ctx, func(tx *store.Tx) error { _, err := tx.EraseEvidence(ctx, who, ""); return err }); err != nil {
				return err
			}
		}
	}
}
