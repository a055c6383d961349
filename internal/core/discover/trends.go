// Package discover is what people may want to find without having looked for
// it: tags, posts and links many turn to, and people. Every order has a rule
// that can be told, see docs/decisions/0013-trends.md and social/trend, which
// counts; nothing is ranked in secret.
package discover

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
	"github.com/plaza-social/plaza/internal/store"
)

// freshFor is how long a count stands: everybody gets the same one. It is
// counted anew before that when moderators decide about what may be a trend; and
// when they decide about people, posts or hosts, if it is older than stirAfter:
// there may be thousands of such decisions in a row.
const (
	freshFor  = 5 * time.Minute
	stirAfter = time.Second
)

// Service finds it.
type Service struct {
	store *store.Store
	view  *view.View

	mu     sync.Mutex // held while looking, so that one does it for all
	counts *counts

	verdicts verdicts
	stirred  atomic.Uint64 // how often something was decided about people, posts or hosts
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{store: s, view: v} }

// counts is what came of counting, and is not changed after.
type counts struct {
	trend.Lists
	all   trend.Lists // whatever moderators decided: for them
	drops uint64      // of the verdicts that were counted with
	stirs uint64      // that came before

	lapsed map[social.PostID]bool // what was approved before it said what it says now
	data   []byte                 // what was counted, packed; nil if nobody asked for it
}

// look returns the trends, counted anew if they are old.
func (s *Service) look(ctx context.Context) (*counts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.counts; c != nil && s.fresh(c) {
		return c, nil
	}
	return s.count(ctx, nil)
}

func (s *Service) fresh(c *counts) bool {
	age := s.store.Now().Sub(c.At)
	return age < freshFor && s.verdicts.dropped() == c.drops && (age < stirAfter || s.stirred.Load() == c.stirs)
}

// Data is what the trends are counted from, for whoever wants to count again:
// a line for each post, as trend.Read reads them. Trends stand as long as these
// data do: who asks for both soon after each other gets what belongs together.
func (s *Service) Data(ctx context.Context, to io.Writer) error {
	s.mu.Lock()
	c := s.counts
	if c == nil || c.data == nil || !s.fresh(c) {
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		var err error
		if c, err = s.count(ctx, func(at time.Time) (*trend.Writer, error) { return trend.NewWriter(zip, s.view.HandleHost(), at) }); err == nil {
			if err = zip.Close(); err == nil {
				c.data = packed.Bytes()
			}
		}
		if err != nil {
			s.counts = nil
			s.mu.Unlock()
			return err
		}
	}
	s.mu.Unlock() // whoever is slow to read keeps nobody from looking
	plain, err := gzip.NewReader(bytes.NewReader(c.data))
	if err != nil {
		return fmt.Errorf("unpack data of trends: %w", err)
	}
	_, err = io.Copy(to, plain)
	return err
}

// count goes over what counts, once, and writes it if somebody wants it. The
// lock is held.
func (s *Service) count(ctx context.Context, begin func(time.Time) (*trend.Writer, error)) (*counts, error) {
	stirs := s.stirred.Load()
	k, drops, err := s.decidedBy(ctx)
	if err != nil {
		return nil, err
	}
	hosts, err := s.view.HostRules(ctx)
	if err != nil {
		return nil, err
	}
	rules, err := s.view.TagRules(ctx)
	if err != nil {
		return nil, err
	}
	tags := newTagJudge(rules, k.first)
	now := s.store.Now().Truncate(time.Millisecond)
	open, all := trend.New(now), trend.New(now)
	lapsed := map[social.PostID]bool{}
	var out *trend.Writer
	if begin != nil {
		if out, err = begin(now); err != nil {
			return nil, err
		}
	}
	if err := s.store.Read(ctx, func(v *store.View) error {
		return v.TrendEntries(ctx, now, trend.MaxEntries, func(e trend.Entry) error {
			if _, host, _ := strings.Cut(e.Acct, "@"); hosts.On(host).Severity != social.HostNoop {
				return nil
			}
			if err := all.Add(e); err != nil {
				return err
			}
			if k.ofPost(e) != k.posts[subject(e.ID)] {
				lapsed[e.ID] = true
			}
			e = k.let(e, tags)
			if out != nil {
				if err := out.Add(e); err != nil {
					return err
				}
			}
			return open.Add(e)
		})
	}); err != nil {
		return nil, fmt.Errorf("count trends: %w", err)
	}
	if out != nil {
		if err := out.End(); err != nil {
			return nil, err
		}
	}
	s.counts = &counts{Lists: open.Lists(), all: all.Lists(), drops: drops, stirs: stirs, lapsed: lapsed}
	return s.counts, nil
}

// let is e as far as moderators let it be a trend.
func (k *known) let(e trend.Entry, tags *tagJudge) trend.Entry {
	e.Post = e.Post && k.ofPost(e).MayTrend(k.first)
	e.Tags = slices.DeleteFunc(slices.Clone(e.Tags), func(tag string) bool { return !tags.may(tag) })
	if e.Link != 0 && !k.mayLink(e.Link, social.LinkHost(e.URL)) {
		e.Link, e.URL = 0, ""
	}
	return e
}

// Trends is all that many turn to in a language, or in all for none, in short,
// as by gets it elsewhere page by page. A guest gets what whoever counts the data
// again comes to, without those who since then do not want to be found.
func (s *Service) Trends(ctx context.Context, by social.Actor, lang string) (trend.Lists, trend.List, error) {
	out := trend.List{Posts: []trend.Post{}, Tags: []trend.Tag{}, Links: []trend.Link{}, People: []trend.Person{}}
	c, err := s.look(ctx)
	if err != nil {
		return trend.Lists{}, out, err
	}
	posts, err := s.posts(ctx, by, c, lang, 0, trend.MaxPosts)
	if err != nil {
		return c.Lists, out, err
	}
	for _, p := range posts {
		out.Posts = append(out.Posts, trend.Post{ID: p.ID, Acct: p.Author.Acct(), Why: p.Why})
	}
	people, err := s.people(ctx, by, c, lang, 0, trend.MaxPeople)
	if err != nil {
		return c.Lists, out, err
	}
	for _, p := range people {
		out.People = append(out.People, trend.Person{ID: p.ID, Acct: p.Acct(), Why: p.Why})
	}
	links, err := s.links(ctx, by, c, lang, 0, trend.MaxLinks)
	if err != nil {
		return c.Lists, out, err
	}
	for _, l := range links {
		out.Links = append(out.Links, trend.Link{ID: l.ID, URL: l.URL, People: l.People, Uses: l.Uses, Why: l.Why})
	}
	tags, err := s.tags(ctx, by, c, lang, 0, trend.MaxTags)
	out.Tags = append(out.Tags, tags...)
	return c.Lists, out, err
}

// Languages is in which something is a trend.
func (s *Service) Languages(ctx context.Context) ([]string, error) {
	c, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Sorted(slices.Values(c.Lists.Languages())), nil
}

// since is the moment from which a reader's own reasons are counted.
func (c *counts) since() int64 { return id.Floor(c.At.Add(-trend.Span)) }

// heeds reads how many of those by follows did something; nobody, for a guest.
func heeds[K comparable](ctx context.Context, s *Service, by social.Actor, read func(*store.View) (map[K]int, error)) (out map[K]int, err error) {
	if !by.SignedIn() {
		return nil, nil
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		out, err = read(v)
		return err
	})
	return out, err
}

// Tags is the tags most people turn to in a language, or in all for none, without
// those that by filters.
func (s *Service) Tags(ctx context.Context, by social.Actor, lang string, offset, limit int) ([]trend.Tag, error) {
	c, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	return s.tags(ctx, by, c, lang, offset, limit)
}

func (s *Service) tags(ctx context.Context, by social.Actor, c *counts, lang string, offset, limit int) ([]trend.Tag, error) {
	reader, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return nil, err
	}
	out := slices.DeleteFunc(slices.Clone(c.In(lang).Tags), func(t trend.Tag) bool { return reader.Filters("#"+t.Name, social.FilterPublic, s.store.Now()) })
	out = piece(out, offset, limit)
	names := make([]string, len(out))
	for i, t := range out {
		names[i] = t.Name
	}
	followed, err := heeds(ctx, s, by, func(v *store.View) (map[string]int, error) {
		return v.TagsByFollowed(ctx, by.Account, c.since(), names)
	})
	for i, t := range out {
		out[i].Why = trend.Because(trend.UsedBy, followed[t.Name], t.Why)
	}
	return out, err
}

// Posts is the posts most people turn to in a language, or in all for none: by
// may see them and does not mute who wrote them. Each says why it is there.
func (s *Service) Posts(ctx context.Context, by social.Actor, lang string, offset, limit int) ([]*view.Seen, error) {
	c, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	return s.posts(ctx, by, c, lang, offset, limit)
}

func (s *Service) posts(ctx context.Context, by social.Actor, c *counts, lang string, offset, limit int) ([]*view.Seen, error) {
	why := map[social.PostID][]trend.Reason{}
	var ids []social.PostID
	for _, p := range c.In(lang).Posts {
		ids, why[p.ID] = append(ids, p.ID), p.Why
	}
	seen, err := s.view.Posts(ctx, by, ids, social.Offered)
	if err != nil {
		return nil, err
	}
	seen = piece(slices.DeleteFunc(seen, func(p *view.Seen) bool { return !mayTrend(p) }), offset, limit)
	boosted, err := heeds(ctx, s, by, func(v *store.View) (map[social.PostID]int, error) {
		return v.BoostsByFollowed(ctx, by.Account, idsOf(seen))
	})
	for _, p := range seen {
		p.Why = trend.Because(trend.BoostedBy, boosted[p.ID], why[p.ID])
	}
	return seen, err
}

// mayTrend reports whether p may be a trend as it stands now: the count that it
// comes from may be older. The store says the same of what it hands over to be
// counted.
func mayTrend(p *view.Seen) bool {
	return p.Visibility == social.Public && !p.IsBoost() && p.ReplyAuthor == 0 && p.Standing == "" && p.Held == social.HeldNot && !p.LocalOnly && !p.Veiled() && offered(p.Author)
}

func idsOf(seen []*view.Seen) []social.PostID {
	out := make([]social.PostID, len(seen))
	for i, p := range seen {
		out[i] = p.ID
	}
	return out
}

// A Person is one whose posts many turn to, and why.
type Person struct {
	*view.Face
	Why []trend.Reason
}

// People is those whose posts most people turn to in a language, or in all for
// none. Whom by blocks or mutes, or is blocked by, is left out, as is by.
func (s *Service) People(ctx context.Context, by social.Actor, lang string, offset, limit int) ([]Person, error) {
	c, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	return s.people(ctx, by, c, lang, offset, limit)
}

func (s *Service) people(ctx context.Context, by social.Actor, c *counts, lang string, offset, limit int) ([]Person, error) {
	why := map[social.AccountID][]trend.Reason{}
	var ids []social.AccountID
	for _, p := range c.In(lang).People {
		ids, why[p.ID] = append(ids, p.ID), p.Why
	}
	faces, err := s.offeredTo(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	faces = piece(slices.DeleteFunc(faces, func(f *view.Face) bool { return f.ID == by.Account }), offset, limit)
	ids = ids[:0]
	for _, f := range faces {
		ids = append(ids, f.ID)
	}
	followed, err := heeds(ctx, s, by, func(v *store.View) (map[social.AccountID]int, error) {
		return v.FollowsByFollowed(ctx, by.Account, ids)
	})
	out := make([]Person, len(faces))
	for i, f := range faces {
		out[i] = Person{f, trend.Because(trend.Followed, followed[f.ID], why[f.ID])}
	}
	return out, err
}

func piece[T any](all []T, offset, limit int) []T {
	from := min(offset, len(all))
	return all[from:min(from+limit, len(all))]
}
