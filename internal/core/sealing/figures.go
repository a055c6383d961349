package sealing

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// figuresEvery is how old the figures that are shown may be: counting goes on
	// from where it was, but strangers ask often.
	figuresEvery = time.Minute
	// DecisionsPage is how many decisions a page of the public log has.
	DecisionsPage = 50
)

// Figures are how the house is looked after, counted from what is signed: anybody
// with the leaves counts the same (evidence.Tally). At is when that was.
type Figures struct {
	evidence.Stats
	At time.Time
	// Guesses is how right the guesses are that sort cases, as the log has it;
	// without a month nothing was learned yet.
	Guesses evidence.Quality
}

// A Day and a Prevalence are some of the figures, and a Leaf what everybody may know of a record.
type (
	Day        = evidence.DayStats
	Leaf       = evidence.Leaf
	Prevalence = evidence.PrevalenceStats
)

// Recent is what came of drawing posts by lot in the last three months in which
// some were.
func (f Figures) Recent() (p Prevalence) {
	for _, one := range f.Prevalence[max(len(f.Prevalence)-3, 0):] {
		p.Drawn, p.Judged, p.Breaches = p.Drawn+one.Drawn, p.Judged+one.Judged, p.Breaches+one.Breaches
	}
	p.Low, p.High = evidence.Wilson(p.Breaches, p.Judged)
	return p
}

// counting is where the figures come from.
type counting struct {
	tally *evidence.Tally
	size  int64
	last  Figures
}

// Figures are as they were within the last minute.
func (s *Service) Figures(ctx context.Context) (Figures, error) {
	s.counted.Lock()
	defer s.counted.Unlock()
	c, now := &s.counted.counting, s.store.Now()
	if c.tally == nil {
		c.tally = evidence.NewTally()
	} else if !c.last.At.IsZero() && now.Sub(c.last.At) < figuresEvery {
		return c.last, nil
	}
	guesses := evidence.Quality{}
	if err := s.store.Read(ctx, func(v *store.View) error { return errs.Absent(v.LastBody(ctx, evidence.TypeQuality, &guesses)) }); err != nil {
		return Figures{}, err
	}
	for {
		var leaves []evidence.LeafAndHash
		if err := s.store.Read(ctx, func(v *store.View) error {
			signed, err := v.LastCheckpoint(ctx)
			if err != nil || c.size >= signed.Size {
				return errs.Absent(err)
			}
			leaves, err = v.EvidenceLeaves(ctx, c.size, int(min(signed.Size-c.size, batch)))
			return err
		}); err != nil {
			return Figures{}, err
		}
		for _, one := range leaves {
			l, err := evidence.ParseLeaf(one.Leaf)
			if err != nil {
				return Figures{}, err
			}
			c.tally.Add(l)
			c.size++
		}
		if len(leaves) == 0 {
			c.last = Figures{c.tally.Stats(), now, guesses}
			return c.last, nil
		}
	}
}

// daily is the body of what is signed about a day.
type daily struct {
	Algorithm string                 `json:"algorithm"`
	Day       evidence.DayStats      `json:"day"`
	Classes   []evidence.ClassStats  `json:"classes"` // since the log began, as all below
	Juries    *evidence.JuryStats    `json:"juries,omitempty"`
	Notices   []evidence.NoticeStats `json:"notices,omitempty"`
}

// Daily puts the figures of the days before into the log, each once. It is a chore.
func (s *Service) Daily(ctx context.Context) error {
	yesterday := s.store.Now().UTC().Add(-24 * time.Hour).Format(time.DateOnly)
	last, size := "", int64(0)
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if size, err = v.EvidenceSize(ctx); err == nil {
			last, err = lastDay(ctx, v)
		}
		return err
	}); err != nil || last >= yesterday {
		return err
	}
	f, err := s.Figures(ctx)
	if err != nil || !f.over(yesterday, size) {
		return err // it is looked again soon
	}
	all := f.since(last, yesterday)
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if now, err := lastDay(ctx, &tx.View); err != nil || now != last {
			return err // another host was first
		}
		for _, d := range all {
			body := daily{Algorithm: f.Form, Day: d, Classes: f.Classes, Juries: f.Juries, Notices: f.Notices}
			if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeStats, Outcome: d.Day, Body: body}); err != nil {
				return err
			}
		}
		return nil
	})
}

// lastDay is the last of which the figures are in the log, or empty.
func lastDay(ctx context.Context, v *store.View) (string, error) {
	last, err := v.LastLeaf(ctx, evidence.TypeStats)
	if err != nil {
		return "", errs.Absent(err)
	}
	l, err := evidence.ParseLeaf([]byte(last))
	return l.Outcome, err
}

// over reports whether everything of a day is counted, of a log of so many records:
// something is that came after it, or nothing waits.
func (f Figures) over(day string, size int64) bool {
	return f.Leaves == size || len(f.Days) > 0 && f.Days[len(f.Days)-1].Day > day
}

// maxMissed is how many days are made up for at once.
const maxMissed = 60

// since are the days after last, up to until, which is there also if nothing
// happened on it. Where there is no last, until is all.
func (f Figures) since(last, until string) (out []Day) {
	end := Day{Day: until}
	for _, d := range f.Days {
		switch {
		case d.Day == until:
			end = d
		case d.Day > until:
		case last != "" && d.Day > last:
			out = append(out, d)
			fallthrough
		default:
			end.Backlog = d.Backlog // it stays
		}
	}
	return append(out[max(len(out)-maxMissed, 0):], end)
}

// Decisions is a page of what was decided, newest first, with what everybody may
// know of it: before is the number of the last one of the page before, zero for
// the first page.
func (s *Service) Decisions(ctx context.Context, before int64) (out []evidence.Leaf, err error) {
	var leaves []string
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		leaves, err = v.LeavesOf(ctx, evidence.TypeDecision, before, DecisionsPage)
		return err
	}); err != nil {
		return nil, err
	}
	for _, text := range leaves {
		l, err := evidence.ParseLeaf([]byte(text))
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}
