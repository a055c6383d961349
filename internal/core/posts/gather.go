package posts

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// The kinds of the jobs that ask other servers: for the rest of a thread, and
// once more for what a post here answers.
const (
	GatherJob = store.GatherJob
	ParentJob = store.ParentJob
)

const (
	// MaxSeeds is how many posts of a thread other servers are asked about.
	MaxSeeds = 20
	// maxGathered is how many threads this process remembers not to ask for.
	maxGathered = 10_000
	// parentPause is when it is tried again to get what a post answers.
	parentPause = 10 * time.Minute
)

// gathered are threads that need not be asked for until some moment, so that
// most readers cost no write.
type gathered struct {
	mu  sync.Mutex
	all map[social.PostID]time.Time
}

func (g *gathered) waits(thread social.PostID, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return now.Before(g.all[thread])
}

func (g *gathered) keep(thread social.PostID, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all == nil {
		g.all = map[social.PostID]time.Time{}
	}
	for other := range g.all { // whichever comes first makes room
		if len(g.all) < maxGathered {
			break
		}
		delete(g.all, other)
	}
	g.all[thread] = until
}

// Gather has other servers asked for the rest of the thread that a post is in,
// because by reads it; unless they were asked lately. It waits for nobody.
func (s *Service) Gather(ctx context.Context, by social.Actor, p social.Post) error {
	if !by.SignedIn() || s.gathered.waits(p.Thread, s.store.Now()) {
		return nil
	}
	var until time.Time
	if err := s.store.Write(ctx, func(tx *store.Tx) error {
		until = tx.Now.Add(social.GatherAgain(id.Time(int64(p.Thread)), tx.Now))
		due, err := tx.ClaimGathering(ctx, p.Thread, until)
		if err != nil || !due {
			return err
		}
		return tx.AddJob(ctx, store.GatherJob, p.ID, tx.Now, strconv.FormatInt(int64(p.Thread), 10))
	}); err != nil {
		return fmt.Errorf("gather a thread: %w", err)
	}
	s.gathered.keep(p.Thread, until)
	return nil
}

// ReadGather reads the arguments of a GatherJob.
func ReadGather(args []byte) (which social.PostID, err error) {
	if err := json.Unmarshal(args, &which); err != nil {
		return 0, errs.Wrap(errs.Invalid, "This job does not name a post.", err)
	}
	return which, nil
}

// ReadParent reads the arguments of a ParentJob.
func ReadParent(args []byte) (uri string, err error) {
	if err := json.Unmarshal(args, &uri); err != nil {
		return "", errs.Wrap(errs.Invalid, "This job does not name an address.", err)
	}
	return uri, nil
}

// Seeds are posts of which their own servers may know more of a thread: the
// one in it that was read, what opened it, and the oldest others; each of them
// lives elsewhere and is for everybody.
func (s *Service) Seeds(ctx context.Context, which social.PostID) (out []social.Post, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		p, err := v.Post(ctx, which)
		if err != nil {
			return err
		}
		out, err = v.ElsewhereInThread(ctx, p.Thread, MaxSeeds)
		if _, open := p.Counts(); err != nil || p.URI == "" || p.IsBoost() || !open {
			return err
		}
		out = slices.DeleteFunc(out, func(o social.Post) bool { return o.ID == which })
		out = append([]social.Post{p}, out...)
		out = out[:min(len(out), MaxSeeds)]
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("seeds of a thread: %w", err)
	}
	return out, nil
}

// InThread reports whether what has an ActivityPub id is here and in the thread
// of a post.
func (s *Service) InThread(ctx context.Context, uri string, of social.PostID) (in bool, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		p, err := s.find(ctx, v, uri)
		if err != nil || p.IsBoost() {
			return err
		}
		in = p.ID == of
		if !in {
			var other social.Post
			other, err = v.Post(ctx, of)
			in = err == nil && other.Thread == p.Thread
		}
		return err
	})
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return false, nil
	}
	return in, err
}

// ParentLater has it tried once more to get what a post answers: its server
// cannot be reached now.
func (s *Service) ParentLater(ctx context.Context, uri string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		return tx.AddJob(ctx, store.ParentJob, uri, tx.Now.Add(parentPause), uri)
	})
}

// TidyThreads forgets what was asked long ago, which posts are no news any
// more, and what was waited for in vain: what answers it is a post of its own.
func (s *Service) TidyThreads(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.TrimGathered(ctx); err != nil {
			return err
		}
		if err := tx.TrimQuiet(ctx, social.PostID(id.Floor(tx.Now.Add(-social.NewsFor)))); err != nil {
			return err
		}
		return tx.TrimOrphans(ctx, tx.Now.Add(-social.OrphanFor))
	})
}
