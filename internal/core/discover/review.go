package discover

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
	"github.com/plaza-social/plaza/internal/store"
)

// Watch has trends be counted anew when somebody has looked at them, or has
// decided about people, posts or hosts. It is a store.Watcher.
func (s *Service) Watch(_ context.Context, rs []event.Record) {
	for _, r := range rs {
		switch r.Fact.(type) {
		case event.TrendsReviewed, event.TagRuled, event.SettingsChanged:
			s.verdicts.forget()
		case event.HostsChanged, event.Decided, event.PostJudged:
			s.stirred.Add(1)
		}
	}
}

// verdicts is what was decided about what may be a trend. What was loaded
// before it was forgotten does not come in after: drops are counted.
type verdicts struct {
	mu    sync.Mutex
	drops uint64
	known *known
}

type known struct {
	first              bool // nothing is a trend before somebody has looked at it
	posts, links, pubs map[string]social.Review
	looked             map[string]int64 // when somebody looked at posts, in milliseconds
}

// maxReviews is how many of the last decisions of a kind are looked at: many
// times what can be a trend at once.
const maxReviews = 5000

func (d *verdicts) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drops++
	d.known = nil
}

// dropped is how often it was forgotten.
func (d *verdicts) dropped() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.drops
}

// decided is what was decided, from memory if it can be.
func (s *Service) decided(ctx context.Context) (*known, error) {
	k, _, err := s.decidedBy(ctx)
	return k, err
}

// decidedBy also tells how often it had been forgotten before it was read.
func (s *Service) decidedBy(ctx context.Context) (*known, uint64, error) {
	d := &s.verdicts
	d.mu.Lock()
	k, drops := d.known, d.drops
	d.mu.Unlock()
	if k != nil {
		return k, drops, nil
	}
	k = &known{}
	if err := s.store.Read(ctx, func(v *store.View) error {
		house, err := v.House(ctx)
		if err != nil {
			return err
		}
		k.first = house.ReviewTrends
		for kind, to := range map[social.ReviewKind]*map[string]social.Review{social.ReviewPost: &k.posts, social.ReviewLink: &k.links, social.ReviewPublisher: &k.pubs} {
			if *to, err = v.LastReviews(ctx, kind, maxReviews); err != nil {
				return err
			}
		}
		k.looked, err = v.LastReviewed(ctx, social.ReviewPost, maxReviews)
		return err
	}); err != nil {
		return nil, drops, fmt.Errorf("read reviews: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.drops == drops {
		d.known = k
	}
	return k, drops, nil
}

func subject[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }

// ofPost is what was decided about a post. What somebody approved is what they
// looked at, not what its author made of it since.
func (k *known) ofPost(e trend.Entry) social.Review {
	r := k.posts[subject(e.ID)]
	if r == social.Approved && e.Anew > k.looked[subject(e.ID)] {
		return ""
	}
	return r
}

// mayLink reports whether a link to a host may be a trend: what was decided
// about the link itself goes before what was about the host, and that before what
// was about the site that the host belongs to.
func (k *known) mayLink(id social.LinkID, host string) bool {
	if r := k.links[subject(id)]; r != "" {
		return r.MayTrend(k.first)
	}
	for ; host != ""; _, host, _ = strings.Cut(host, ".") {
		if r := k.pubs[host]; r != "" {
			return r.MayTrend(k.first)
		}
	}
	return !k.first
}

// A TagState is a tag before a moderator.
type TagState struct {
	Tag  string
	Rule social.TagRule
}

// AllTags is the tags there are from the end of the alphabet: those before
// one, or those next after one. It is for moderators.
func (s *Service) AllTags(ctx context.Context, by social.Actor, before, after string, limit int) ([]TagState, error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return nil, err
	}
	var keys []string
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		keys, err = v.AllTags(ctx, before, after, limit)
		return err
	}); err != nil {
		return nil, err
	}
	return s.ruled(ctx, keys)
}

// ruled is keys with what was decided about them.
func (s *Service) ruled(ctx context.Context, keys []string) ([]TagState, error) {
	rules, err := s.view.TagRules(ctx)
	out := make([]TagState, len(keys))
	for i, key := range keys {
		out[i] = TagState{key, rules[key]}
	}
	return out, err
}

// TagState is one tag before a moderator, or NotFound.
func (s *Service) TagState(ctx context.Context, by social.Actor, key string) (out TagState, err error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return out, err
	}
	var known bool
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		known, err = v.TagKnown(ctx, key)
		return err
	}); err != nil {
		return out, err
	}
	if !known {
		return out, store.NoPost
	}
	all, err := s.ruled(ctx, []string{key})
	if err != nil {
		return out, err
	}
	return all[0], nil
}

// RuleTag decides about a tag what change makes of it. It is for moderators.
func (s *Service) RuleTag(ctx context.Context, by social.Actor, key string, change func(*social.TagRule)) (TagState, error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return TagState{}, err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if known, err := tx.TagKnown(ctx, key); err != nil {
			return err
		} else if !known {
			return store.NoPost
		}
		rules, err := tx.TagRules(ctx)
		if err != nil {
			return err
		}
		rule := rules[key]
		change(&rule)
		rule.Key, rule.Name, rule.ChangedAt = key, text.Clean(rule.Name), tx.Now
		if err := rule.Check(); err != nil {
			return err
		}
		tx.Record(event.TagRuled{Tag: key})
		return tx.SetTagRule(ctx, rule)
	})
	if err != nil {
		return TagState{}, fmt.Errorf("rule tag: %w", err)
	}
	s.verdicts.forget() // the watcher may come late
	return s.TagState(ctx, by, key)
}

// TagsToReview is the tags most people turn to, whatever was decided. It is for
// moderators.
func (s *Service) TagsToReview(ctx context.Context, by social.Actor, offset, limit int) ([]TagState, error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return nil, err
	}
	c, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, tag := range piece(c.all.In("").Tags, offset, limit) {
		keys = append(keys, tag.Name)
	}
	return s.ruled(ctx, keys)
}

// A PostState is a post before a moderator.
type PostState struct {
	*view.Seen
	Review social.Review
}

// PostsToReview is the posts most people turn to, whatever was decided. It is
// for moderators.
func (s *Service) PostsToReview(ctx context.Context, by social.Actor, offset, limit int) (out []PostState, full bool, err error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return nil, false, err
	}
	c, err := s.look(ctx)
	if err != nil {
		return nil, false, err
	}
	k, err := s.decided(ctx)
	if err != nil {
		return nil, false, err
	}
	var page []social.PostID
	for _, p := range piece(c.all.In("").Posts, offset, limit) {
		page = append(page, p.ID)
	}
	seen, err := s.view.Posts(ctx, by, page, social.Asked)
	out = make([]PostState, len(seen))
	for i, p := range seen {
		out[i] = PostState{p, k.posts[subject(p.ID)]}
		if c.lapsed[p.ID] {
			out[i].Review = ""
		}
	}
	return out, len(page) == limit, err
}

// ReviewPost decides whether a post may be a trend. It is for moderators, who
// decide about what everybody may see.
func (s *Service) ReviewPost(ctx context.Context, by social.Actor, which social.PostID, r social.Review) (out PostState, err error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return out, err
	}
	seen, err := s.view.Post(ctx, by, which)
	if err != nil {
		return out, err
	}
	if seen.Visibility != social.Public || seen.IsBoost() {
		return out, store.NoPost
	}
	return PostState{seen, r}, s.decide(ctx, social.ReviewPost, subject(which), r)
}

func (s *Service) decide(ctx context.Context, k social.ReviewKind, subject string, r social.Review) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		tx.Record(event.TrendsReviewed{})
		return tx.SetReview(ctx, k, subject, r)
	})
	if err != nil {
		return fmt.Errorf("review: %w", err)
	}
	s.verdicts.forget() // the watcher may come late
	return nil
}

// ReviewLink decides whether a link that stands in a post may be a trend. It is
// for moderators.
func (s *Service) ReviewLink(ctx context.Context, by social.Actor, which social.LinkID, r social.Review) error {
	if err := by.MustBe(social.Moderator); err != nil {
		return err
	}
	var there bool
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		there, err = v.LinkPosted(ctx, which)
		return err
	}); err != nil {
		return err
	}
	if !there {
		return store.NoPost
	}
	return s.decide(ctx, social.ReviewLink, subject(which), r)
}

// A Publisher is a host whose pages may be trends, or not.
type Publisher struct {
	Host   string
	Review social.Review
}

// maxPublishers is how many of the last decisions are told.
const maxPublishers = 200

// Publishers is what was decided about hosts that publish, by name. It is for
// moderators.
func (s *Service) Publishers(ctx context.Context, by social.Actor) ([]Publisher, error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return nil, err
	}
	var all map[string]social.Review
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		all, err = v.LastReviews(ctx, social.ReviewPublisher, maxPublishers)
		return err
	}); err != nil {
		return nil, err
	}
	out := []Publisher{}
	for _, host := range slices.Sorted(maps.Keys(all)) {
		out = append(out, Publisher{host, all[host]})
	}
	return out, nil
}

// ReviewPublisher decides whether what a host publishes may be a trend. It is
// for moderators.
func (s *Service) ReviewPublisher(ctx context.Context, by social.Actor, host string, r social.Review) (Publisher, error) {
	if err := by.MustBe(social.Moderator); err != nil {
		return Publisher{}, err
	}
	host, err := social.CleanHost(host)
	if err != nil {
		return Publisher{}, store.NoPost // no host publishes under such a name
	}
	return Publisher{host, r}, s.decide(ctx, social.ReviewPublisher, host, r)
}

// keepReviews is how long decisions about posts and links are kept: longer than
// anything is a trend.
const keepReviews = 30 * 24 * time.Hour

// Tidy forgets old decisions.
func (s *Service) Tidy(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.TrimReviews(ctx, tx.Now.Add(-keepReviews)) })
}
