package timelines

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

// Home timelines are not stored. Each active reader has a feed in memory: the
// ids of the newest posts for it. The feed is pulled from the tables when it
// is missing, and catches up with a ring of what was posted lately when it is
// read, so a post costs the same whoever follows its author. See
// docs/decisions/0006-home-feeds.md.

const (
	// feedLength is how many posts a feed holds. What is older is pulled.
	feedLength = 400
	// maxFeeds is how many readers have a feed at once.
	maxFeeds = 4096
	// ringLength is how many posts a feed may be behind before it is pulled
	// anew.
	ringLength = 1 << 14
)

// news is something the ring holds: a new post, one that is gone, or that
// somebody's past is another now.
type news struct {
	post    social.Post // without its words
	deleted bool
	past    social.AccountID // whose posts are to be pulled anew
}

// ring holds the last things that happened to posts, numbered from zero.
type ring struct {
	mu   sync.RWMutex
	next uint64
	slot [ringLength]news
}

func (r *ring) add(n news) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.slot[r.next%ringLength] = n
	r.next++
}

// since gives what came at or after n, in order; ok is false if some of it is
// no longer held.
func (r *ring) since(n uint64) (out []news, next uint64, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.next-n > ringLength {
		return nil, r.next, false
	}
	for ; n < r.next; n++ {
		out = append(out, r.slot[n%ringLength])
	}
	return out, r.next, true
}

func (r *ring) end() uint64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.next
}

// feed is the newest part of one reader's home timeline.
type feed struct {
	mu     sync.Mutex
	pulled bool
	next   uint64          // in the ring
	ids    []social.PostID // oldest first
	whole  bool            // there is nothing older
}

// feeds are those of the active readers.
type feeds struct {
	mu sync.Mutex
	m  map[social.AccountID]*feed
}

func (fs *feeds) of(reader social.AccountID) *feed {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f := fs.m[reader]
	if f == nil {
		if len(fs.m) >= maxFeeds {
			for other := range fs.m { // any: a feed is cheap to pull
				delete(fs.m, other)
				break
			}
		}
		f = &feed{}
		fs.m[reader] = f
	}
	return f
}

func (fs *feeds) drop(reader social.AccountID) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	delete(fs.m, reader)
}

// Watch keeps feeds true. It is a store.Watcher.
func (s *Service) Watch(_ context.Context, rs []event.Record) {
	for _, r := range rs {
		switch f := r.Fact.(type) {
		case event.PostPublished:
			s.ring.add(news{post: f.Bare()})
		case event.ReplyHeld:
			if f.New { // for who wrote it; that it is let through is told as a post
				s.ring.add(news{post: f.Bare()})
			}
		case event.PostDeleted:
			s.ring.add(news{post: social.Post{ID: f.Post}, deleted: true})
		case event.PostsImported:
			s.ring.add(news{past: f.Author})
		case event.Followed:
			s.feeds.drop(f.Owner)
		case event.Unfollowed:
			s.feeds.drop(f.Owner)
		case event.ListChanged:
			s.feeds.drop(f.Owner)
		case event.TagFollowed:
			s.feeds.drop(f.Owner)
		case event.AccountDeleted:
			s.feeds.drop(f.Account)
		}
	}
}

// Home is what by and those it follows posted.
func (s *Service) Home(ctx context.Context, by social.Actor, p social.Page) (view.Slice[*view.Seen], error) {
	return s.fill(ctx, by, p, social.Offered, func(p social.Page) ([]social.PostID, error) { return s.homeIDs(ctx, by.Account, p) })
}

// AtHome reports whether a post that reader may see belongs on its home
// timeline. When that cannot be told, it does not.
func (s *Service) AtHome(ctx context.Context, reader social.AccountID, p social.Post) bool {
	r, err := s.view.Reader(ctx, reader)
	return err == nil && r.AtHome(p, s.store.Now())
}

// homeIDs is a page of the home timeline's ids, newest first, oldest first
// with p.Oldest.
func (s *Service) homeIDs(ctx context.Context, reader social.AccountID, p social.Page) ([]social.PostID, error) {
	f := s.feeds.of(reader)
	f.mu.Lock()
	defer f.mu.Unlock()
	r, err := s.catchUp(ctx, f, reader)
	if err != nil {
		return nil, err
	}
	if ids, ok := f.page(p); ok {
		return ids, nil
	}
	ids, _, err := s.pullHome(ctx, r, p)
	return ids, err
}

// catchUp brings a feed up to now, pulling it if it must be.
func (s *Service) catchUp(ctx context.Context, f *feed, reader social.AccountID) (*view.Reader, error) {
	next := s.ring.end() // before the circle is read: later facts are newer than both
	r, err := s.view.Reader(ctx, reader)
	if err != nil {
		return nil, err
	}
	if f.pulled {
		if news, next, ok := s.ring.since(f.next); ok && !newPast(news, r) {
			f.next = next
			f.take(news, r, s.store.Now())
			return r, nil
		}
	}
	ids, whole, err := s.pullHome(ctx, r, social.Page{Limit: feedLength})
	if err != nil {
		return nil, err
	}
	slices.Reverse(ids)
	f.ids, f.whole, f.next, f.pulled = ids, whole, next, true
	return r, nil
}

// newPast reports whether somebody whose posts r has at home brought along
// older ones: those stand where they belong when the feed is pulled anew.
func newPast(all []news, r *view.Reader) bool {
	return slices.ContainsFunc(all, func(n news) bool { return n.past != 0 && (n.past == r.ID || r.Follows(n.past)) })
}

// take adds and removes what is new.
func (f *feed) take(all []news, r *view.Reader, now time.Time) {
	for _, n := range all {
		if n.past != 0 {
			continue
		}
		i, there := slices.BinarySearch(f.ids, n.post.ID)
		switch {
		case n.deleted && there:
			f.ids = slices.Delete(f.ids, i, i+1)
		case !n.deleted && !there && r.AtHome(n.post, now) && (i > 0 || f.whole):
			f.ids = slices.Insert(f.ids, i, n.post.ID)
		}
	}
	if extra := len(f.ids) - 2*feedLength; extra > 0 {
		f.ids, f.whole = slices.Clone(f.ids[len(f.ids)-feedLength:]), false
	}
}

// page is a page of the feed, if the feed reaches that far.
func (f *feed) page(p social.Page) ([]social.PostID, bool) {
	from, to := 0, len(f.ids)
	if p.After != 0 {
		i, found := slices.BinarySearch(f.ids, social.PostID(p.After))
		if from = i; found {
			from++
		}
	}
	if p.Before != 0 {
		to, _ = slices.BinarySearch(f.ids, social.PostID(p.Before))
	}
	reaches := f.whole || len(f.ids) > 0 && p.After >= int64(f.ids[0])
	if from > to {
		from = to
	}
	if p.Oldest {
		if !reaches {
			return nil, false
		}
		return slices.Clone(f.ids[from:min(to, from+p.Limit)]), true
	}
	if to-from < p.Limit && !reaches {
		return nil, false
	}
	out := slices.Clone(f.ids[max(from, to-p.Limit):to])
	slices.Reverse(out)
	return out, true
}

func (s *Service) pullHome(ctx context.Context, r *view.Reader, p social.Page) ([]social.PostID, bool, error) {
	now, authors, tags := s.store.Now(), append(r.Following(), r.ID), r.Tags()
	from := s.postsBy(authors)
	if len(tags) > 0 {
		from = both(from, s.postsTagged(tags))
	}
	return s.pull(ctx, from, p, func(post social.Post) bool { return r.AtHome(post, now) })
}
