package matters

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Whoever sends thousands of notices must not bury what others tell. What the
// staff puts in was read by somebody, and is never turned away.

// joins is the waiting matter that d says again, or zero. It is not given away
// to who says it again: that would tell anybody what another sender was told.
func joins(ctx context.Context, tx *store.Tx, d social.MatterDraft) (social.MatterID, error) {
	if d.Channel == social.ByStaff || !d.From.Known() {
		return 0, nil
	}
	all, err := tx.WaitingMattersOf(ctx, d.From, social.MaxFromSender)
	if err != nil {
		return 0, err
	}
	for _, m := range all {
		about, err := tx.MatterObjects(ctx, m.ID)
		if err != nil {
			return 0, err
		}
		if !d.SaysAgain(m, about) {
			continue
		}
		n, err := tx.CountJoined(ctx, m.ID)
		switch {
		case err != nil || n < social.MaxJoined:
			return m.ID, err
		case m.Class.Urgent():
			return 0, nil
		}
		return 0, errs.Newf(errs.Limited, "You told us of this %d times, and it is being looked at. It is answered as soon as somebody has.", n+1)
	}
	return 0, nil
}

// tray reports whether d is from somebody nobody here answered before, or in whose
// name more wait than one sender has room for, if the tray has room for one more.
func tray(ctx context.Context, tx *store.Tx, d social.MatterDraft) (bool, error) {
	if d.Channel == social.ByStaff {
		return false, nil
	}
	if known, err := tx.AnsweredSender(ctx, d.From); err != nil {
		return false, err
	} else if known {
		all, err := tx.WaitingMattersOf(ctx, d.From, social.MaxFromSender)
		if err != nil || len(all) < social.MaxFromSender {
			return false, err
		}
	}
	room := d.Class.TrayRoom()
	n, err := tx.CountTray(ctx, d.Class, room)
	if err == nil && n >= room {
		err = errs.New(errs.Limited, "More notices wait here than can be looked at. Send yours later, or write to the people who run this house: their address stands on the page About.")
	}
	return true, err
}

// reopen has the newest of what was counted with m wait, since m was closed without
// an answer: that it is of the same sender nobody proved. It comes back once, unless
// the same comes again after it.
func reopen(ctx context.Context, tx *store.Tx, m social.Matter, by social.Actor, staff string) error {
	next, err := tx.NewestJoined(ctx, m.ID)
	if errs.KindOf(err) == errs.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	next.Status, next.First, next.Tray = social.MatterOpen, 0, m.Tray
	about, err := tx.MatterObjects(ctx, next.ID)
	if err != nil {
		return err
	}
	if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeHostAnswer, Category: evidence.Category(next.Category), Class: string(next.Class),
		Outcome: string(next.Status), Refs: []social.EvidenceID{next.Evidence}, About: whose(about),
		Body: evidence.Replied{Matter: number(next.ID), By: staff, InTime: tx.Now.Before(next.Span.Due), Status: string(next.Status), Due: stamp(next.Span.Due)}}); err != nil {
		return err
	}
	if err := tx.Unjoin(ctx, m.ID, next); err != nil {
		return err
	}
	tx.Record(event.MatterChanged{Matter: next.ID, Status: next.Status, By: by.Account})
	return schedule(ctx, tx, next)
}

// A Row is a line of the list of what waits: a matter, and how many came with it.
type Row struct {
	social.Matter
	Folded int // how many more of this sender wait, which are not listed
}

// Folded is matters with no more of one sender than have room, in their order. Those
// that are due first stay.
func Folded(all []social.Matter) (out []Row) {
	seen, last := map[string]int{}, map[string]int{}
	for _, m := range all {
		key := m.From.Email
		if seen[key]++; key != "" && seen[key] > social.MaxSenderRows {
			out[last[key]].Folded++
			continue
		}
		last[key] = len(out)
		out = append(out, Row{Matter: m})
	}
	return out
}

// Joined is what came again of a matter, in its order. It is for moderators.
func (s *Service) Joined(ctx context.Context, by social.Actor, which social.MatterID) ([]social.Matter, error) {
	return read(ctx, s, by, func(v *store.View) ([]social.Matter, error) {
		if err := notTheirs(ctx, v, by, which); err != nil {
			return nil, err
		}
		return v.JoinedMatters(ctx, which, social.MaxJoined)
	})
}
