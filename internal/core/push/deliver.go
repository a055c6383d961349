package push

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Job is the kind of job that tells one app of one notice; its arguments are
// an Errand.
const Job = "push"

// An Errand is one notice for one subscription.
type Errand struct {
	Push   social.PushID   `json:"push"`
	Notice social.NoticeID `json:"notice"`
	// Title and Words are what is told if it is no notice but a word of the house.
	Title string `json:"title,omitempty"`
	Words string `json:"words,omitempty"`
}

// Follower queues an errand for each app that wants to be told of a notice.
// What is told is looked up when it is sent.
func Follower() work.Follower {
	return work.Follower{Name: "push", Urgent: []event.Fact{event.NoticeMade{}}, Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		switch f := r.Fact.(type) {
		case event.NoticeMade:
			return queue(ctx, tx, f)
		case event.HomeMoved:
			return tellMoved(ctx, tx, f)
		}
		return nil
	}}
}

func queue(ctx context.Context, tx *store.Tx, f event.NoticeMade) error {
	all, err := tx.Pushes(ctx, f.Owner, social.MaxPushes)
	if err != nil || len(all) == 0 {
		return err
	}
	n, err := tx.Notice(ctx, f.Owner, f.Notice)
	if errs.KindOf(err) == errs.NotFound {
		return nil // gone again
	}
	if err != nil {
		return err
	}
	follows := func(who, whom social.AccountID) (bool, error) {
		rel, err := tx.Relation(ctx, who, whom)
		return rel.Follows, err
	}
	for _, p := range all {
		wants, err := p.Wants(n, follows)
		if err != nil {
			return err
		}
		if !wants {
			continue
		}
		if err := tx.AddJob(ctx, Job, Errand{Push: p.ID, Notice: n.ID}, tx.Now, fmt.Sprintf("%d-%d", p.ID, n.ID)); err != nil {
			return err
		}
	}
	return nil
}

// A Delivery is what is needed to run an errand.
type Delivery struct {
	social.PushSubscription
	Notice social.NoticeID
	Owner  social.Actor // whose eyes the notice is looked at with
	Locale string
	Life   time.Duration // that the notice is still worth being told of
	Title  string        // see Errand
	Words  string
}

// Delivery is what an errand needs as things are now, or NotFound: the app, the
// person or the notice may be gone, or they no longer want it.
func (s *Service) Delivery(ctx context.Context, e Errand) (d Delivery, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		if d.PushSubscription, err = v.Push(ctx, e.Push); err != nil {
			return err
		}
		n := social.Notice{At: s.store.Now()}
		if d.Title, d.Words = e.Title, e.Words; e.Notice != 0 {
			if n, err = v.Notice(ctx, d.Account, e.Notice); err != nil {
				return err
			}
		}
		a, err := v.Account(ctx, d.Account)
		if err != nil {
			return err
		}
		u, err := v.User(ctx, d.Account)
		if err != nil {
			return err
		}
		d.Notice, d.Locale, d.Life = n.ID, u.Locale, social.PushLife-s.store.Now().Sub(n.At)
		d.Owner = social.Actor{Account: d.Account, Standing: a.Standing, Role: u.Role}
		if a.Standing != social.Good || u.Disabled || d.Life <= 0 {
			return store.NoPost
		}
		return nil
	})
	return d, err
}

// Outcome is how an endpoint took what it was sent.
type Outcome int

// The outcomes.
const (
	Taken   Outcome = iota
	Refused         // this will not be taken; others may
	Lost            // out of reach, or too busy
	Ended           // the endpoint says that the subscription is over
)

// String is the name of an outcome.
func (o Outcome) String() string { return [...]string{"taken", "refused", "lost", "ended"}[o] }

// Note keeps how an endpoint is doing. One that is over, refuses too often in
// a row or is out of reach for too long is forgotten.
func (s *Service) Note(ctx context.Context, p social.PushSubscription, o Outcome) error {
	if o == Taken && p.Refusals == 0 && p.LostAt.IsZero() {
		return nil // the usual, and not worth a write
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Push(ctx, p.ID)
		if errs.KindOf(err) == errs.NotFound || err == nil && now.Endpoint != p.Endpoint {
			return nil // ended, or made anew meanwhile
		}
		if err != nil {
			return err
		}
		switch o {
		case Taken:
			now.Refusals, now.LostAt = 0, time.Time{}
		case Refused:
			now.Refusals++
		case Lost:
			if now.LostAt.IsZero() {
				now.LostAt = tx.Now
			}
		}
		if o == Ended || now.Refusals >= social.MaxPushRefusals || !now.LostAt.IsZero() && tx.Now.Sub(now.LostAt) > social.MaxPushSilence {
			return tx.EndPush(ctx, now.ID)
		}
		return tx.SetPushHealth(ctx, now)
	})
	if err != nil {
		return fmt.Errorf("note outcome of push: %w", err)
	}
	return nil
}
