package moderation

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/bayes"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Limits of guessing. It begins with bayes.Enough texts that differ.
const (
	maxLearned = 20_000 // texts, the newest; of each the case keeps maxExcerpt characters
	learnBatch = 500    // read at once
	learnEvery = 24 * time.Hour
	// guessRecall is which share of the breaches is to be found, and guessPrecision
	// how many of a thousand that are put first have to be breaches, of decisions
	// that were not learned from: guesses that are worse sort nothing.
	guessRecall    = 0.5
	guessPrecision = 700
	// guesser is the version of all that.
	guesser = "plaza guesses 1"
	// likeUpheld is what is said of a case.
	likeUpheld = "like cases that were upheld"
)

// guess is what was learned from what was decided here. It is in memory alone:
// nothing of it is written down or copied, and when somebody leaves for good whose
// case it learned from it is forgotten at once and made anew without what they said.
type guess struct {
	mu      sync.Mutex
	model   *bayes.Model // nil while there is none that is good enough
	quality evidence.Quality
	above   float64 // from which score on a case is put first
	at      time.Time
	from    people // whose cases were learned from
	left    people // who left while it was learning; nil else
}

// people are accounts.
type people map[social.AccountID]bool

// meet reports whether somebody is among both.
func (p people) meet(other people) bool {
	for who := range other {
		if p[who] {
			return true
		}
	}
	return false
}

// sort puts a new case more to the front that is like others that were upheld, and
// says so. It decides nothing.
func (g *guess) sort(c *social.Case) {
	g.mu.Lock()
	m, above := g.model, g.above
	g.mu.Unlock()
	if m == nil || c.Text == "" || c.Sampled {
		return
	}
	if score := m.Score(social.FilterKey(c.Text)); score >= above {
		c.Priority = min(100, c.Priority+social.MaxSignal)
		c.Signal = fmt.Sprintf("%s (%d %%)", likeUpheld, int(math.Floor(score*100)))
	}
}

// Watch forgets what was learned when somebody has left from whose case it was.
// Accounts elsewhere go all day long. It is a store.Watcher.
func (s *Service) Watch(_ context.Context, rs []event.Record) {
	for _, r := range rs {
		switch f := r.Fact.(type) {
		case event.AccountDeleted:
			s.guess.forget(f.Account)
		case event.AccountLeft:
			s.guess.forget(f.Account)
		}
	}
}

func (g *guess) forget(who social.AccountID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left != nil {
		g.left[who] = true
	}
	if g.from[who] {
		g.model, g.at, g.from = nil, time.Time{}, nil
	}
}

// begin reports whether it is time to learn.
func (g *guess) begin(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.at.IsZero() && now.Sub(g.at) < learnEvery {
		return false
	}
	g.left = people{}
	return true
}

// Learn learns from what was decided, once a day or when it had to forget. Once a
// month the log has how right that is. It is a chore.
func (s *Service) Learn(ctx context.Context) error {
	now := s.store.Now()
	if !s.guess.begin(now) {
		return nil
	}
	all, from, err := s.examples(ctx)
	if err != nil {
		return fmt.Errorf("learn from what was decided: %w", err)
	}
	q := evidence.Quality{Month: now.UTC().Format("2006-01"), Algorithm: guesser}
	var model *bayes.Model
	tried, enough := bayes.Try(all, guessRecall)
	if enough {
		q.Learned, q.Tried, q.Precision, q.Recall = tried.Learned, tried.Tried, thousandths(tried.Precision), thousandths(tried.Recall)
		if q.On = q.Precision >= guessPrecision; q.On {
			model, q.On = bayes.Train(all)
		}
	}
	s.guess.mu.Lock()
	if !from.meet(s.guess.left) { // else the next round is without them
		s.guess.at, s.guess.above, s.guess.quality, s.guess.model, s.guess.from = now, tried.Threshold, q, nil, nil
		if q.On {
			s.guess.model, s.guess.from = model, from
		}
	}
	s.guess.left = nil
	s.guess.mu.Unlock()
	if !enough {
		return nil
	}
	return s.recordQuality(ctx, q)
}

func thousandths(x float64) int { return int(math.Floor(x*1000 + 0.5)) }

// examples are what was decided, oldest first, and of whom. What was said many times counts
// once: a wave of the same would be all that is learned.
func (s *Service) examples(ctx context.Context) (all []bayes.Example, from people, err error) {
	from = people{}
	seen, before := map[string]bool{}, social.CaseID(math.MaxInt64)
	for len(all) < maxLearned {
		var some []store.DecidedText
		if err := s.store.Read(ctx, func(v *store.View) (err error) { some, err = v.DecidedTexts(ctx, before, learnBatch); return err }); err != nil {
			return nil, nil, err
		}
		for _, d := range some {
			before = d.Case
			if folded := social.FilterKey(d.Text); !seen[folded] && len(all) < maxLearned {
				seen[folded], from[d.Account] = true, true
				all = append(all, bayes.Example{Text: folded, Breach: d.Breach})
			}
		}
		if len(some) < learnBatch {
			break
		}
	}
	slices.Reverse(all)
	return all, from, nil
}

// recordQuality puts into the log how right guesses are, once a month.
func (s *Service) recordQuality(ctx context.Context, q evidence.Quality) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if last, err := tx.LastLeaf(ctx, evidence.TypeQuality); err == nil {
			if l, err := evidence.ParseLeaf([]byte(last)); err != nil || l.Outcome >= q.Month {
				return err
			}
		} else if errs.KindOf(err) != errs.NotFound {
			return err
		}
		_, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeQuality, Outcome: q.Month, Body: q})
		return err
	})
}

// Guesses is how right guesses are, of what was learned last, and whether they
// sort cases. It is for moderators.
func (s *Service) Guesses(by social.Actor) (evidence.Quality, error) {
	if err := by.MustModerate(); err != nil {
		return evidence.Quality{}, err
	}
	s.guess.mu.Lock()
	defer s.guess.mu.Unlock()
	return s.guess.quality, nil
}
