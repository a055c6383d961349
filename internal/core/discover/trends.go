// Package discover is what people may want to find without having looked for
// it: tags and posts many turn to, and people. Every order has a rule that can
// be told, see docs/decisions/0013-trends.md; nothing is ranked in secret.
package discover

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// The rules of trends.
const (
	span      = 48 * time.Hour // what is older is no trend
	halfLife  = 12 * time.Hour // in which a post's score halves
	perAuthor = 2              // posts of one author, at most
	leastTags = 2              // people who must use a tag
	maxTags   = 100
	maxPosts  = 200
	// freshFor is how long a list stands: everybody gets the same one.
	freshFor = 5 * time.Minute
)

// A TagTrend is a tag with how often, and by how many, it was used lately.
type TagTrend = store.TagTrend

// Service finds it.
type Service struct {
	store *store.Store
	view  *view.View

	mu    sync.Mutex // held while looking, so that one does it for all
	at    time.Time
	tags  []store.TagTrend
	posts []social.PostID
	links []Link

	verdicts verdicts
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{store: s, view: v} }

// look returns the trends, counted anew if they are old.
func (s *Service) look(ctx context.Context) ([]store.TagTrend, []social.PostID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lookAnew(ctx)
}

func (s *Service) lookAnew(ctx context.Context) ([]store.TagTrend, []social.PostID, error) {
	now := s.store.Now()
	if !s.at.IsZero() && now.Sub(s.at) < freshFor {
		return s.tags, s.posts, nil
	}
	var posts []social.Post
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		after := id.Floor(now.Add(-span))
		if s.tags, err = v.TrendingTags(ctx, after, leastTags, maxTags); err != nil {
			return err
		}
		if s.links, err = trendingLinks(ctx, v, after, now); err != nil {
			return err
		}
		posts, err = v.TrendingPosts(ctx, after, maxPosts)
		return err
	}); err != nil {
		return nil, nil, fmt.Errorf("look for trends: %w", err)
	}
	s.posts, s.at = best(posts, now), now
	return s.tags, s.posts, nil
}

// score is what a post weighs: a boost is two likes, and half of it goes with
// each half-life.
func score(p social.Post, now time.Time) float64 {
	age := max(0, now.Sub(p.At))
	return float64(p.Likes+2*p.Boosts) * math.Pow(0.5, float64(age)/float64(halfLife))
}

// best orders posts by their score, a few of each author.
func best(posts []social.Post, now time.Time) []social.PostID {
	slices.SortFunc(posts, func(a, b social.Post) int {
		switch x, y := score(a, now), score(b, now); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return int(b.At.Sub(a.At))
	})
	var out []social.PostID
	of := map[social.AccountID]int{}
	for _, p := range posts {
		if of[p.Author]++; of[p.Author] <= perAuthor {
			out = append(out, p.ID)
		}
	}
	return out
}

// Tags is the tags most people turn to, as far as moderators let them.
func (s *Service) Tags(ctx context.Context, offset, limit int) ([]store.TagTrend, error) {
	tags, _, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	k, err := s.decided(ctx)
	if err != nil {
		return nil, err
	}
	rules, err := s.view.TagRules(ctx)
	tags = slices.DeleteFunc(slices.Clone(tags), func(t store.TagTrend) bool { return !k.mayTag(t.Tag, rules) })
	return piece(tags, offset, limit), err
}

// Posts is the posts most people turn to, as far as moderators let them, by may
// see them and does not mute who wrote them.
func (s *Service) Posts(ctx context.Context, by social.Actor, offset, limit int) ([]*view.Seen, error) {
	_, posts, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	k, err := s.decided(ctx)
	if err != nil {
		return nil, err
	}
	posts = slices.DeleteFunc(slices.Clone(posts), func(id social.PostID) bool { return !k.mayPost(id) })
	seen, err := s.view.Posts(ctx, by, posts, social.Offered)
	return piece(seen, offset, limit), err
}

func piece[T any](all []T, offset, limit int) []T {
	from := min(offset, len(all))
	return all[from:min(from+limit, len(all))]
}
