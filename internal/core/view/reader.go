package view

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Reader is one account's circle at one moment: what decides what it is
// shown.
type Reader struct {
	ID        social.AccountID
	follows   []follow                      // by target
	languages map[social.AccountID][]string // of follows that want only some
	blocks    map[social.AccountID]bool
	blockedBy map[social.AccountID]bool
	mutes     map[social.AccountID]time.Time // until when; zero for good
	exclusive map[social.AccountID]bool
	sieves    []social.Sieve     // its filters
	shut      map[string]bool    // hosts it wants to see nothing from; nil if there are none
	tags      map[string]bool    // that it follows, by key; nil if there are none
	keeps     []social.AccountID // whose threads it keeps
}

// follow is what of a follow decides what is shown, kept small: many readers
// with many follows are in memory at once.
type follow struct {
	target         social.AccountID
	boosts, notify bool
}

// nobody is a reader who is not signed in.
var nobody = &Reader{}

// Reader returns the circle of an account; zero is nobody's.
func (v *View) Reader(ctx context.Context, id social.AccountID) (*Reader, error) {
	if id == 0 {
		return nobody, nil
	}
	if r, ok := v.readers.get(id); ok {
		return r, nil
	}
	stamp := v.readers.stamp(id)
	var c store.Circle
	if err := v.store.Read(ctx, func(s *store.View) (err error) {
		c, err = s.Circle(ctx, id)
		return err
	}); err != nil {
		return nil, err
	}
	r := &Reader{ID: id, follows: make([]follow, len(c.Follows)), languages: map[social.AccountID][]string{}, blocks: set(c.Blocks), blockedBy: set(c.BlockedBy), exclusive: set(c.Exclusive),
		mutes: map[social.AccountID]time.Time{}}
	for i, f := range c.Follows {
		r.follows[i] = follow{f.Target, f.Boosts, f.Notify}
		if len(f.Languages) > 0 {
			r.languages[f.Target] = f.Languages
		}
	}
	for _, m := range c.Mutes {
		until := time.Time{}
		if m.Until != 0 {
			until = time.UnixMilli(m.Until)
		}
		r.mutes[m.Other] = until
	}
	r.keeps = c.Keeps
	for _, h := range c.ShutHosts {
		if r.shut == nil {
			r.shut = make(map[string]bool, len(c.ShutHosts))
		}
		r.shut[h] = true
	}
	for _, t := range c.Tags {
		if r.tags == nil {
			r.tags = make(map[string]bool, len(c.Tags))
		}
		r.tags[t] = true
	}
	for _, f := range c.Filters {
		r.sieves = append(r.sieves, social.NewSieve(f))
	}
	v.readers.put(id, r, stamp)
	return r, nil
}

func set(ids []social.AccountID) map[social.AccountID]bool {
	m := make(map[social.AccountID]bool, len(ids))
	for _, id := range ids {
		m[id] = true
	}
	return m
}

// Relation is what decides what of other's r is shown, at the given time. It
// holds nothing else: ask View.Relations for all of it.
func (r *Reader) Relation(other social.AccountID, now time.Time) (rel social.Relation) {
	if f, ok := r.follow(other); ok {
		rel.Follows, rel.Boosts, rel.Notify, rel.Languages = true, f.boosts, f.notify, r.languages[other]
	}
	rel.Blocks, rel.BlockedBy = r.blocks[other], r.blockedBy[other]
	if until, ok := r.mutes[other]; ok {
		rel.Mutes = until.IsZero() || now.Before(until)
	}
	return rel
}

// RelationTo is Relation to an account whose host is known: r may have shut it
// out.
func (r *Reader) RelationTo(other *Face, now time.Time) social.Relation {
	rel := r.Relation(other.ID, now)
	rel.ShutsHost = other.Host != "" && r.shut[other.Host]
	return rel
}

// Keeps reports whether r is shown what the rules of an owner hold.
func (r *Reader) Keeps(owner social.AccountID) bool {
	return owner != 0 && (r.ID == owner || slices.Contains(r.keeps, owner))
}

// Apart reports whether r and other, an account, have blocked one another.
func (r *Reader) Apart(other social.AccountID) bool { return r.blocks[other] || r.blockedBy[other] }

// Follows reports whether r follows other.
func (r *Reader) Follows(other social.AccountID) bool {
	_, ok := r.follow(other)
	return ok
}

func (r *Reader) follow(other social.AccountID) (follow, bool) {
	i, ok := slices.BinarySearchFunc(r.follows, other, func(f follow, id social.AccountID) int { return cmp.Compare(f.target, id) })
	if !ok {
		return follow{}, false
	}
	return r.follows[i], true
}

// Following is whom r follows.
func (r *Reader) Following() []social.AccountID {
	out := make([]social.AccountID, len(r.follows))
	for i, f := range r.follows {
		out[i] = f.target
	}
	return out
}

// AtHome reports whether a post that r may see belongs on its home timeline.
func (r *Reader) AtHome(p social.Post, now time.Time) bool {
	return !r.exclusive[p.Author] && (p.AtHome(r.ID, r.Relation(p.Author, now), r.Follows) || r.FollowsTagOf(p))
}

// FollowsTag reports whether r follows a tag.
func (r *Reader) FollowsTag(key string) bool { return r.tags[key] }

// FollowsTagOf reports whether p comes to r's home for one of its tags.
func (r *Reader) FollowsTagOf(p social.Post) bool {
	return r.tags != nil && p.Visibility == social.Public && !p.IsBoost() &&
		slices.ContainsFunc(p.Tags, func(t string) bool { return r.tags[social.TagKey(t)] })
}

// Tags are the keys of those that r follows.
func (r *Reader) Tags() []string { return slices.Sorted(maps.Keys(r.tags)) }

// Relation returns how by stands to another account, with the note.
func (v *View) Relation(ctx context.Context, by social.Actor, other social.AccountID) (social.Relation, error) {
	all, err := v.Relations(ctx, by, []social.AccountID{other})
	return all[other], err
}

// Relations returns how by stands to each of others, with the notes.
func (v *View) Relations(ctx context.Context, by social.Actor, others []social.AccountID) (all map[social.AccountID]social.Relation, err error) {
	err = v.store.Read(ctx, func(s *store.View) (err error) {
		all, err = s.Relations(ctx, by.Account, others)
		return err
	})
	return all, err
}

// marks are what one reader did with posts, as far as it was asked for.
type marks struct {
	mu    sync.Mutex
	drops uint64
	m     map[social.PostID]social.Marks
}

// marksOf returns what a reader did with posts.
func (v *View) marksOf(ctx context.Context, reader social.AccountID, ids []social.PostID) ([]social.Marks, error) {
	out := make([]social.Marks, len(ids))
	if reader == 0 {
		return out, nil
	}
	ms := v.marksFor(reader)
	var missing []social.PostID
	ms.mu.Lock()
	for i, id := range ids {
		m, ok := ms.m[id]
		if out[i] = m; !ok {
			missing = append(missing, id)
		}
	}
	drops := ms.drops
	ms.mu.Unlock()
	if len(missing) == 0 {
		return out, nil
	}
	var got map[social.PostID]social.Marks
	if err := v.store.Read(ctx, func(s *store.View) (err error) {
		got, err = s.Marks(ctx, reader, missing)
		return err
	}); err != nil {
		return nil, err
	}
	for i, id := range ids {
		out[i] |= got[id]
	}
	ms.keep(missing, got, drops)
	return out, nil
}

func (ms *marks) keep(ids []social.PostID, got map[social.PostID]social.Marks, drops uint64) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if ms.drops != drops {
		return
	}
	if len(ms.m)+len(ids) > maxMarks {
		clear(ms.m)
	}
	for _, id := range ids {
		ms.m[id] = got[id]
	}
}

func (v *View) marksFor(reader social.AccountID) *marks {
	if ms, ok := v.marks.get(reader); ok {
		return ms
	}
	ms := &marks{m: map[social.PostID]social.Marks{}}
	v.marks.put(reader, ms, v.marks.stamp(reader))
	// Two may meet here: the one that lost is used once and forgotten, so it
	// must not be filled with what a later fact could not find to drop.
	if kept, ok := v.marks.get(reader); ok {
		return kept
	}
	return ms
}

// forgetMark forgets what a reader did with a post, or with all of them.
func (v *View) forgetMark(reader social.AccountID, post social.PostID, all bool) {
	ms, ok := v.marks.get(reader)
	if !ok {
		return
	}
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.drops++
	delete(ms.m, post)
	if all {
		clear(ms.m)
	}
}
