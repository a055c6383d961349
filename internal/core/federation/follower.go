package federation

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

const (
	// factsAtOnce is how many facts are told in one transaction: each may be
	// for sendAtOnce inboxes, and everybody else waits on SQLite.
	factsAtOnce = 10
	// tellTries is how often a fact is tried that cannot be told. Then it is
	// passed over: one odd post must not hold up what everybody else says.
	tellTries = 5
)

// Follower has told to other servers what ours do.
func (s *Service) Follower() work.Follower {
	return work.Follower{Name: "federation", Batch: factsAtOnce, After: s.ring, Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		if met, err := tx.AnyContact(ctx); err != nil || !met && !ofRelay(r.Fact) {
			return err
		}
		if f, ok := r.Fact.(event.HouseMoved); ok && s.Home != "" && f.To != s.Home {
			return errOldName // and so what follows is told by who knows the new one
		}
		return s.passOver(ctx, r, s.follow(ctx, teller{Service: s, tx: tx, at: r.At}, r.Fact))
	}}
}

// passOver is err, until the fact was tried often enough.
func (s *Service) passOver(ctx context.Context, r event.Record, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	if s.stuck != r.Pos {
		s.stuck, s.tries = r.Pos, 0
	}
	if s.tries++; s.tries < tellTries {
		return err
	}
	s.log.ErrorContext(ctx, "not told to other servers: it cannot be put into words", "fact", r.Fact.Kind(), "err", err)
	return nil
}

func (s *Service) follow(ctx context.Context, t teller, fact event.Fact) error {
	switch f := fact.(type) {
	case event.PostPublished:
		return t.published(ctx, f)
	case event.PostEdited:
		return t.edited(ctx, f.Author, f.Post)
	case event.PostJudged:
		return t.because(ctx, f.Decision, fmt.Sprintf("how post %d stands", f.Post), func(t teller) error { return t.judged(ctx, f) })
	case event.PostDeleted:
		return t.because(ctx, f.Decision, fmt.Sprintf("that post %d is gone", f.Post), func(t teller) error { return t.deleted(ctx, f) })
	case event.ReplyHeld:
		return t.replyHeld(ctx, f)
	case event.QuoteChanged:
		return t.quoteChanged(ctx, f)
	case event.Marked:
		return t.marked(ctx, f)
	case event.Reacted:
		return t.reacted(ctx, f)
	case event.Voted:
		return t.voted(ctx, f)
	case event.PollEnded:
		return t.counted(ctx, f.Post)
	case event.FollowAsked, event.Followed, event.Unfollowed, event.Distanced:
		return t.related(ctx, fact)
	case event.RelayAdded, event.RelayRemoved:
		return t.joined(ctx, fact)
	case event.HostsChanged, event.SettingsChanged:
		return t.keepAway(ctx)
	}
	return t.ofAccount(ctx, fact)
}

// ofAccount tells what becomes of an account.
func (t teller) ofAccount(ctx context.Context, fact event.Fact) error {
	switch f := fact.(type) {
	case event.ProfileChanged:
		return t.profile(ctx, f.Account)
	case event.Decided:
		// A suspension can be taken back, so that the account is shown as
		// suspended. A Delete is for good: whoever has taken one does not let
		// the account in again.
		if f.Action == social.Suspend || f.Action == social.Unsuspend {
			return t.because(ctx, f.Decision, "how the account stands", func(t teller) error { return t.profile(ctx, f.Account) })
		}
	case event.Moved:
		if is, err := t.ours(ctx, f.Account); err != nil || !is {
			return err
		}
		said, err := t.say.Moved(ctx, f.Account)
		return t.send(ctx, said, err)
	case event.HomeMoved:
		return t.homeMoved(ctx, f)
	case event.AccountLeft:
		said, err := t.say.Gone(ctx, f.Account)
		return t.sendWide(ctx, said, err)
	case event.Reported:
		return t.reported(ctx, f.Report)
	}
	return nil
}

// A teller tells of one fact.
type teller struct {
	*Service
	tx    *store.Tx
	at    time.Time       // of the fact
	hosts map[string]bool // for which something is queued, where that is counted
}

// ours reports whether an account lives here and is not about to leave: of
// those that do, nothing is told but that they are gone.
func (t teller) ours(ctx context.Context, id social.AccountID) (bool, error) {
	u, err := t.tx.User(ctx, id)
	return u.Account != 0, errs.Absent(err)
}

// elsewhere reports whether an account lives on another host, as far as it can
// be reached.
func (t teller) elsewhere(ctx context.Context, id social.AccountID) (bool, error) {
	if id == 0 {
		return false, nil
	}
	c, err := t.tx.Contact(ctx, id)
	return c.Account != 0, errs.Absent(err)
}

// across reports whether one account is ours and another elsewhere.
func (t teller) across(ctx context.Context, one, other social.AccountID) (bool, error) {
	if is, err := t.ours(ctx, one); err != nil || !is {
		return false, err
	}
	return t.elsewhere(ctx, other)
}

func (t teller) profile(ctx context.Context, id social.AccountID) error {
	if is, err := t.ours(ctx, id); err != nil || !is {
		return err
	}
	said, err := t.say.ProfileChanged(ctx, id)
	return t.send(ctx, said, err)
}

func (t teller) reported(ctx context.Context, id social.ReportID) error {
	r, err := t.tx.Report(ctx, id)
	if err != nil || !r.Forward {
		return errs.Absent(err)
	}
	if is, err := t.elsewhere(ctx, r.Target); err != nil || !is {
		return err
	}
	said, err := t.say.Flagged(ctx, id)
	return t.send(ctx, said, err)
}
