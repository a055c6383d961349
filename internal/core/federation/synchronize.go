package federation

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// musterLife is for how long it is in memory who follows somebody, should a
	// fact that changes it not be noticed.
	musterLife = time.Minute
	// maxMusters is of how many of ours that is.
	maxMusters     = 64
	followersAtOne = 2000 // read
)

// musters are, by server, who follows those of ours for whose followers
// something is being sent.
type musters struct {
	mu    sync.Mutex
	drops uint64
	all   map[social.AccountID]musterings
}

type musterings struct {
	by    map[string]mustering
	until time.Time
}

type mustering struct {
	social.Muster
	people int
}

// Watch forgets who follows somebody when that changes. It is a store.Watcher.
func (s *Service) Watch(_ context.Context, rs []event.Record) {
	for _, r := range rs {
		switch f := r.Fact.(type) {
		case event.Followed:
			s.musters.forget(f.Target)
		case event.Unfollowed:
			s.musters.forget(f.Target)
		}
	}
}

func (m *musters) forget(owner social.AccountID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drops++
	delete(m.all, owner)
}

// Muster is the one of those who follow an account of ours from the server of
// an address; ok is false if there are too many to be compared.
func (s *Service) Muster(ctx context.Context, owner social.AccountID, at string) (m social.Muster, ok bool, err error) {
	now := s.store.Now()
	s.musters.mu.Lock()
	known, there := s.musters.all[owner]
	drops := s.musters.drops
	s.musters.mu.Unlock()
	if !there || !now.Before(known.until) {
		known = musterings{by: map[string]mustering{}, until: now.Add(musterLife)}
		if err := s.eachFollower(ctx, owner, func(uri string) {
			one := known.by[origin(uri)]
			one.Put(uri)
			one.people++
			known.by[origin(uri)] = one
		}); err != nil {
			return m, false, err
		}
		s.musters.keep(owner, known, drops)
	}
	one := known.by[origin(at)]
	return one.Muster, one.people <= social.MaxMuster, nil
}

// keep puts who follows somebody into memory unless that has changed since it
// was read.
func (m *musters) keep(owner social.AccountID, known musterings, drops uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.drops != drops {
		return
	}
	if m.all == nil {
		m.all = map[social.AccountID]musterings{}
	}
	for other := range m.all { // whichever comes first makes room
		if len(m.all) < maxMusters {
			break
		}
		delete(m.all, other)
	}
	m.all[owner] = known
}

// Followers are those who follow an account of ours from the server of an
// address. Where there are too many to be compared, it is NotFound.
func (s *Service) Followers(ctx context.Context, owner social.AccountID, at string) (out []string, err error) {
	if err := s.eachFollower(ctx, owner, func(uri string) {
		if len(out) <= social.MaxMuster && origin(uri) == origin(at) {
			out = append(out, uri)
		}
	}); err != nil {
		return nil, err
	}
	if len(out) > social.MaxMuster {
		return nil, errs.Newf(errs.NotFound, "More than %d followers on one server are not told.", social.MaxMuster)
	}
	return out, nil
}

func (s *Service) eachFollower(ctx context.Context, owner social.AccountID, do func(uri string)) error {
	for after := social.FollowID(0); ; {
		var page []store.FollowerElsewhere
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			page, err = v.FollowersElsewhere(ctx, owner, after, followersAtOne)
			return err
		}); err != nil {
			return err
		}
		for _, f := range page {
			do(f.URI)
			after = f.ID
		}
		if len(page) < followersAtOne {
			return nil
		}
	}
}

// origin is the server of an address, in one spelling.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// TellUnfollowed tells somebody elsewhere that one of ours does not follow them:
// their server believes it.
func (s *Service) TellUnfollowed(ctx context.Context, owner, target social.AccountID) error {
	defer s.ring()
	return s.store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Relation(ctx, owner, target)
		if err != nil || r.Follows || r.Requested {
			return err
		}
		t := teller{Service: s, tx: tx}
		return t.relation(ctx, owner, target, followed(s.say.FollowUndone, 0))
	})
}
