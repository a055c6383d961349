package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Guard shuts the open door if it is time to, see guard. It is a chore; whoever
// joins asks, too.
func (s *Service) Guard(ctx context.Context) error {
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return s.guard(ctx, tx) }); err != nil {
		return fmt.Errorf("watch the door: %w", err)
	}
	return nil
}

// Guarded is how the door is watched, for admins.
func (s *Service) Guarded(ctx context.Context, by social.Actor) (g social.Guard, err error) {
	if err := by.MustBe(social.Admin); err != nil {
		return g, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) { g, err = v.Guard(ctx); return err })
	return g, err
}

// guard has everybody who wants to join wait for a look, in a house that anybody
// may join, when a wave of sign-ups comes, or when nobody was seen for long who
// would notice one. The door stays so until somebody opens it by hand.
func (s *Service) guard(ctx context.Context, tx *store.Tx) error {
	house, err := tx.House(ctx)
	if err != nil || house.SignUps != social.SignUpOpen || house.NoGuard {
		return err
	}
	g, err := tx.Guard(ctx)
	if err != nil {
		return err
	}
	from := tx.Now.Add(-social.GuardWindow)
	if g.Since.After(from) {
		from = g.Since
	}
	why, err := reason(ctx, tx, g)
	if err != nil || why == "" {
		return err
	}
	if house, err = s.shutDoor(ctx, tx, house, why); err != nil {
		return err
	}
	if why != social.GuardWave {
		return nil
	}
	_, err = tx.HoldBack(ctx, from)
	return err
}

// reason is why the door is to be shut, or empty.
func reason(ctx context.Context, tx *store.Tx, g social.Guard) (social.GuardWhy, error) {
	from := tx.Now.Add(-social.GuardWindow)
	before := from
	if g.Since.After(from) {
		from = g.Since
	}
	lately, err := tx.CountSignUps(ctx, from, tx.Now.Add(time.Millisecond)) // with that of this moment
	if err != nil {
		return "", err
	}
	if social.Wave(lately, 0) { // else what is usual need not be counted
		usual, err := tx.CountSignUps(ctx, before.Add(-social.GuardUsual), before)
		if err != nil || social.Wave(lately, usual) {
			return social.GuardWave, err
		}
	}
	seen, err := tx.StaffSeen(ctx)
	if err != nil || seen.IsZero() || tx.Now.Sub(seen) <= social.GuardAway {
		return "", err // where there is no staff nobody would let anybody in
	}
	return social.GuardDeserted, nil
}

var doorLetters = map[social.GuardWhy]string{
	social.GuardWave: `many more people than usual have signed up within an hour. That is how
spammers come. So whoever wants to join now waits until somebody has looked,
and so do those of the last hour who have not confirmed their address yet.`,
	social.GuardDeserted: `for three days nobody who looks after the house was seen here, and nobody
would notice if spammers came. So whoever wants to join now waits until
somebody has looked.`,
}

func (s *Service) shutDoor(ctx context.Context, tx *store.Tx, house social.Settings, why social.GuardWhy) (social.Settings, error) {
	was := house.SignUps
	house.SignUps = social.SignUpApproval
	if err := tx.SetHouse(ctx, house); err != nil {
		return house, err
	}
	if err := tx.SetGuard(ctx, social.Guard{Shut: tx.Now, Why: why}); err != nil {
		return house, err
	}
	tx.Record(event.SettingsChanged{})
	if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeConfig, Outcome: "sign-ups", Body: evidence.Configured{
		What: "who may join", From: string(was), To: string(house.SignUps), By: "the house itself: " + string(why)}}); err != nil {
		return house, err
	}
	return house, s.TellAdmins(ctx, tx, "People who join wait for you now", doorLetters[why]+`

You see them, and decide, here:

`+s.config.BaseURL+`/settings/approvals

When it is over, open the door again by hand:

`+s.config.BaseURL+`/settings/house`)
}
