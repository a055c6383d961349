// Package jury has members of the house, drawn by lot, say whether something
// breaks one of its rules. What cases are, and what follows from a verdict, is
// the business of moderation: it asks for a jury and is told how it ended, both
// within its own transactions. docs/decisions/0041-jury.md tells the reasons.
package jury

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Config is what a house decides about juries, and who is told how they end.
type Config struct {
	Settings func() social.Settings
	// Verdict is told, in the transaction in which it ends, how a jury ended. It
	// may be nil.
	Verdict func(ctx context.Context, tx *store.Tx, j social.Jury, t social.Tally) error
	// Overridden is told that by decided otherwise, in the transaction in which
	// they do. It may be nil.
	Overridden func(ctx context.Context, tx *store.Tx, by social.Actor, j social.Jury) error
}

// Service does it.
type Service struct {
	store  *store.Store
	config Config
}

// New returns a Service.
func New(s *store.Store, c Config) *Service { return &Service{s, c} }

// A Brief is a case that somebody wants a jury for.
type Brief struct {
	Case      social.CaseID
	By        social.AccountID // who asks
	Posts     []social.PostID  // of one author; what they answer is shown as well
	Reporters []social.AccountID
	Charge    social.Charge // Private and Graphic follow from the posts
	Appeal    bool          // of what a jury has decided: a fresh panel of seven, and no other after it
}

// Convene draws a jury for b, within the transaction of whoever asks. What is
// not for a jury is Forbidden, and Unavailable that there can be none now: then
// the staff decides.
func (s *Service) Convene(ctx context.Context, tx *store.Tx, b Brief) (social.JuryID, error) {
	if !s.config.Settings().Juries {
		return 0, errs.New(errs.Forbidden, "There are no juries here. An admin can change that in the settings of the house.")
	}
	if open, err := tx.OpenJuries(ctx, social.MaxJurySet); err != nil || open == social.MaxJurySet {
		return 0, orElse(err, errBusy)
	}
	j := social.Jury{ID: social.JuryID(id.New(tx.Now)), Case: b.Case, AskedBy: b.By, Charge: b.Charge, Posts: b.Posts, Appeal: b.Appeal, Round: 1, Opened: tx.Now}
	if err := s.look(ctx, tx, &j, b.Reporters); err != nil {
		return 0, err
	}
	if err := j.Charge.MayJury(); err != nil {
		return 0, err
	}
	pool, err := tx.JuryPool(ctx, 0)
	if err != nil {
		return 0, err
	}
	if len(pool.Members) < social.MinJuryPool {
		return 0, errFew
	}
	keys, err := tx.JuryPoolKeys(ctx, pool.ID)
	if err != nil {
		return 0, err
	}
	head, err := lastHead(ctx, tx)
	if err != nil {
		return 0, err
	}
	j.Pool, j.Tree, j.Root = pool.ID, head.Size, head.Root
	j.Seed = keys.Lots.Seed(name(j.ID), j.Root)
	if err := tx.AddJury(ctx, j); err != nil {
		return 0, err
	}
	n, err := s.draw(ctx, tx, &j, pool, nil, j.Panel().Seats, whyBegin)
	if err != nil {
		return 0, err
	}
	if n < j.Panel().Quorum {
		return 0, errFew
	}
	return j.ID, tx.SetJury(ctx, j)
}

var (
	errBusy = errs.New(errs.Unavailable, "So many juries sit already that another would wait too long: the staff decides.")
	errFew  = errs.New(errs.Unavailable, "There are too few jurors at the moment: the staff decides.")
)

func orElse(err, other error) error {
	if err == nil {
		return other
	}
	return err
}

// lastHead is the last checkpoint of the log; of a log that has none yet it is
// empty.
func lastHead(ctx context.Context, tx *store.Tx) (evidence.Head, error) {
	c, err := tx.LastCheckpoint(ctx)
	if errs.KindOf(err) == errs.NotFound {
		return evidence.Head{}, nil
	}
	if err != nil {
		return evidence.Head{}, err
	}
	text, _, ok := strings.Cut(c.Note, "\n\n")
	if !ok {
		return evidence.Head{}, errors.New("the last checkpoint cannot be read")
	}
	return evidence.ParseHead(text + "\n")
}

// day is how far back what a juror was shown counts.
func day(now time.Time) time.Time { return now.Add(-social.JurorDayLength) }

// name is an id as the log has it.
func name[T ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }
