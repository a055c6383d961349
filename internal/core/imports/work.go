package imports

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Job is the kind of the job that works imports off. Its argument is the
// import's id.
const Job = "import"

const (
	atOnce = 2 // imports
	// budget is how long one import is worked at before the next has its turn.
	budget  = 2 * time.Second
	timeout = 8 * time.Second
	slack   = 2 * time.Second // a crash delays an import by this and timeout
	tries   = 50

	batch   = 32 // lines whose results are stored together
	workers = 16 // lines of a batch that are seen to side by side
)

// Worker works imports off, a piece at a time. It may be killed anywhere: a
// line whose result was not stored is seen to again, which changes nothing.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: Job, AtOnce: atOnce, Timeout: timeout, Slack: slack, Tries: tries, Do: func(ctx context.Context, args []byte) error {
		var which social.ImportID
		if err := json.Unmarshal(args, &which); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name an import.", err)
		}
		for until := s.store.Now().Add(budget); ; {
			more, err := s.step(ctx, which)
			if err != nil || !more {
				return err
			}
			if s.store.Now().After(until) {
				return work.ErrAgain
			}
		}
	}}
}

// step does a piece of an import and tells whether there is more.
func (s *Service) step(ctx context.Context, which social.ImportID) (more bool, err error) {
	var imp social.Import
	var by social.Actor
	var lines []social.ImportLine
	if err := s.store.Read(ctx, func(v *store.View) error {
		if imp, err = v.ImportByID(ctx, which); err != nil {
			return err
		}
		if by, err = v.Actor(ctx, imp.Owner); err != nil {
			return err
		}
		lines, err = v.OpenLines(ctx, which, batch)
		return err
	}); err != nil {
		if errs.KindOf(err) == errs.NotFound { // removed meanwhile, or its owner left
			return false, nil
		}
		return false, fmt.Errorf("look at import: %w", err)
	}
	switch {
	case imp.State != social.ImportRunning:
		return false, nil
	case by.MustAct() != nil:
		return false, s.end(ctx, which, social.ImportFailed, "Your account may not do this at the moment. What is left can be tried again later.")
	case imp.Mode == social.ImportOverwrite && !imp.Swept:
		return true, s.sweep(ctx, by, imp)
	case len(lines) == 0:
		return false, s.end(ctx, which, social.ImportDone, "")
	}
	fault := s.see(ctx, by, imp, lines)
	if err := s.note(ctx, which, lines); err != nil {
		return false, err
	}
	return fault == nil, fault
}

// end closes an import.
func (s *Service) end(ctx context.Context, which social.ImportID, state social.ImportState, why string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		imp, err := tx.HoldImport(ctx, which)
		if err != nil || imp.State != social.ImportRunning {
			return err
		}
		if err := recount(ctx, tx, &imp); err != nil {
			return err
		}
		imp.State, imp.Reason, imp.Ended = state, why, tx.Now
		pastChanged(tx, imp)
		return tx.SetImport(ctx, imp)
	})
}

// note stores what came of lines. Those that are still open have met a fault
// of ours.
func (s *Service) note(ctx context.Context, which social.ImportID, lines []social.ImportLine) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		imp, err := tx.HoldImport(ctx, which)
		if err != nil {
			return err
		}
		if imp.Started.IsZero() {
			imp.Started = tx.Now
		}
		count := map[social.LineState]*int{social.LineDone: &imp.Done, social.LineWaiting: &imp.Waiting, social.LineFailed: &imp.Failed, social.LineSkipped: &imp.Skipped}
		for _, l := range lines {
			if l.State == social.LineOpen {
				continue
			}
			first, err := tx.SetImportLine(ctx, which, l)
			if err != nil {
				return err
			}
			if first {
				*count[l.State]++
			}
		}
		return tx.SetImport(ctx, imp)
	})
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return nil // removed meanwhile
	}
	return err
}

// see sees to lines and writes what came of each on it. A fault of ours leaves
// lines open.
func (s *Service) see(ctx context.Context, by social.Actor, imp social.Import, lines []social.ImportLine) error {
	switch imp.Kind {
	case social.ImportArchive:
		return s.seeArchive(ctx, by, lines)
	case social.ImportLists: // a list that is not there is made once
		return each(lines, 1, func(l *social.ImportLine) error { return s.seeRow(ctx, by, imp.Kind, l) })
	}
	return each(lines, workers, func(l *social.ImportLine) error { return s.seeRow(ctx, by, imp.Kind, l) })
}

// each runs do for all lines, several side by side, and returns a fault.
func each(lines []social.ImportLine, atOnce int, do func(*social.ImportLine) error) (fault error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	next := make(chan *social.ImportLine)
	for range min(atOnce, len(lines)) {
		wg.Go(func() {
			for l := range next {
				if err := do(l); err != nil {
					mu.Lock()
					fault = err
					mu.Unlock()
				}
			}
		})
	}
	for i := range lines {
		next <- &lines[i]
	}
	close(next)
	wg.Wait()
	return fault
}

// seeArchive brings posts along, then the bookmarks that follow them.
func (s *Service) seeArchive(ctx context.Context, by social.Actor, lines []social.ImportLine) error {
	var pasts []social.Past
	var at []int
	var marks []social.ImportLine
	var markAt []int
	for i, l := range lines {
		var p post
		if err := json.Unmarshal(l.Data, &p); err != nil {
			return fmt.Errorf("line %d: %w", l.N, err)
		}
		if p.Past == nil {
			marks, markAt = append(marks, l), append(markAt, i)
			continue
		}
		p.Past.Same, p.Past.Parent, p.Past.BoostOf = s.postHere(p.Past.Origin), s.postHere(p.Past.ReplyTo), s.postHere(p.Past.Boost)
		pasts, at = append(pasts, *p.Past), append(at, i)
	}
	if len(pasts) > 0 {
		results, err := s.Posts.Import(ctx, by, pasts)
		if err != nil {
			return err
		}
		for i, r := range results {
			lines[at[i]].State, lines[at[i]].Reason = r.State, r.Reason
		}
	}
	err := each(marks, workers, func(l *social.ImportLine) error {
		var p post
		if err := json.Unmarshal(l.Data, &p); err != nil {
			return err
		}
		return settle(l, s.keepBookmark(ctx, by, p.Bookmark))
	})
	for i, l := range marks {
		lines[markAt[i]] = l
	}
	return err
}

func (s *Service) seeRow(ctx context.Context, by social.Actor, k social.ImportKind, l *social.ImportLine) error {
	var r row
	if err := json.Unmarshal(l.Data, &r); err != nil {
		return fmt.Errorf("line %d: %w", l.N, err)
	}
	if k == social.ImportBookmarks {
		return settle(l, s.keepBookmark(ctx, by, r.URL))
	}
	return settle(l, s.about(ctx, by, k, r))
}

// outcome is a line's end that is no fault: what others answered.
type outcome struct {
	state  social.LineState
	reason string
}

func (o outcome) Error() string { return o.reason }

// settle writes on a line what came of it; faults of ours are returned.
func settle(l *social.ImportLine, err error) error {
	if err == nil {
		l.State, l.Reason = social.LineDone, ""
		return nil
	}
	if o, ok := err.(outcome); ok {
		l.State, l.Reason = o.state, o.reason
		return nil
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Forbidden, errs.NotFound, errs.Conflict, errs.Gone:
		l.State, l.Reason = social.LineFailed, strings.TrimPrefix(errs.Public(err), "Validation failed: ")
		return nil
	}
	return err
}
