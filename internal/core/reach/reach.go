// Package reach counts how often posts are viewed, for their authors alone, and keeps
// nothing of who viewed them. What is counted is told in docs/decisions/0050-reach.md
// and, in plain words, on the page that shows it.
package reach

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// flushEvery is how often what was counted is written: a host that dies loses as
	// much, and a number is looked at in vain meanwhile.
	flushEvery = 10 * time.Minute
	// lastFlush is how long writing may take when we stop.
	lastFlush = 5 * time.Second
	// maxWaiting is how many posts may wait to be written; what is viewed beyond is
	// not counted.
	maxWaiting = 50_000
	// flushed is how many posts are written in one transaction.
	flushed = 500
)

// Service counts.
type Service struct {
	store    *store.Store
	view     *view.View
	settings func() social.Settings

	mu      sync.Mutex
	day     int64
	sieve   sieve
	waiting map[of]counted
	trimmed int64
}

// of is what is counted: a post on a day.
type of struct {
	post social.PostID
	day  int64
}

type counted struct {
	author social.AccountID
	n      int
}

// New returns a Service. Its Run writes what it counts.
func New(s *store.Store, v *view.View, settings func() social.Settings) *Service {
	return &Service{store: s, view: v, settings: settings, waiting: map[of]counted{}}
}

// Viewed counts that by was given posts to read. Of somebody who is not signed in,
// from tells one from another; if it is empty, they are nobody who reads. It does
// not wait for anything.
func (s *Service) Viewed(ctx context.Context, by social.Actor, from string, posts []*view.Seen) {
	if len(posts) == 0 || by.Uncounted || s.settings().NoViews || !by.SignedIn() && from == "" {
		return
	}
	if by.SignedIn() {
		me, err := s.view.Face(ctx, by.Account)
		if err != nil || me.Kind == social.Bot || me.Kind == social.Service {
			return // without who it is there is no view
		}
		from = "account " + strconv.FormatInt(int64(by.Account), 10)
	}
	today := social.Day(s.store.Now())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin(today)
	for _, p := range posts {
		if p = p.Original(); p.Counted() && p.Author.Local() && p.Author.ID != by.Account {
			s.count(of{p.ID, today}, p.Author.ID, from)
		}
	}
}

// begin forgets who viewed what on another day.
func (s *Service) begin(today int64) {
	if s.day != today {
		s.day = today
		s.sieve.forget()
	}
}

func (s *Service) count(o of, author social.AccountID, reader string) {
	c, there := s.waiting[o]
	if !there && len(s.waiting) >= maxWaiting || !s.sieve.viewed(reader, int64(o.post)) {
		return
	}
	s.waiting[o] = counted{author, c.n + 1}
}

// Run writes what was counted now and then, and at last when ctx ends.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, stop := context.WithTimeout(context.WithoutCancel(ctx), lastFlush)
			defer stop()
			s.Flush(last) //nolint // what cannot be written now is lost, as when the host dies
			return
		case <-tick.C:
			s.Flush(ctx) //nolint // it is kept, and tried again
		}
	}
}

// Flush writes what was counted. What cannot be written goes on waiting.
func (s *Service) Flush(ctx context.Context) error {
	s.mu.Lock()
	s.begin(social.Day(s.store.Now())) // also where nobody views anything
	all := s.waiting
	s.waiting = map[of]counted{}
	s.mu.Unlock()
	keys := make([]of, 0, len(all))
	for o := range all {
		keys = append(keys, o)
	}
	slices.SortFunc(keys, func(a, b of) int { return cmp.Or(cmp.Compare(a.post, b.post), cmp.Compare(a.day, b.day)) }) // hosts hold rows in one order
	for batch := range slices.Chunk(keys, flushed) {
		if err := s.write(ctx, batch, all); err != nil {
			s.putBack(all)
			return err
		}
		for _, o := range batch {
			delete(all, o)
		}
	}
	return nil
}

// write adds a batch to what is kept, but for authors who do not want it.
func (s *Service) write(ctx context.Context, batch []of, all map[of]counted) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		authors := map[social.AccountID]bool{}
		for _, o := range batch {
			authors[all[o].author] = false
		}
		ids := make([]social.AccountID, 0, len(authors))
		for a := range authors {
			ids = append(ids, a)
		}
		users, err := tx.Users(ctx, ids)
		if err != nil {
			return err
		}
		for _, u := range users {
			authors[u.Account] = !u.Prefs.NoViews
		}
		var rows []store.Viewing
		for _, o := range batch {
			if c := all[o]; authors[c.author] {
				rows = append(rows, store.Viewing{Post: o.post, Day: o.day, N: c.n})
			}
		}
		return tx.AddViews(ctx, rows)
	})
}

func (s *Service) putBack(all map[of]counted) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for o, c := range all {
		if was, there := s.waiting[o]; there || len(s.waiting) < maxWaiting {
			s.waiting[o] = counted{c.author, was.n + c.n}
		}
	}
}

// Tidy forgets what is too old, once a day, and all of it in a house that does not
// count. It is a chore.
func (s *Service) Tidy(ctx context.Context) error {
	today, off := social.Day(s.store.Now()), s.settings().NoViews
	s.mu.Lock()
	done := s.trimmed == today && !off
	s.mu.Unlock()
	if done {
		return nil
	}
	before := today - social.ReachDays + 1
	if off {
		before = today + 1
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.TrimViews(ctx, before) })
	if err == nil {
		s.mu.Lock()
		s.trimmed = today
		s.mu.Unlock()
	}
	return err
}
