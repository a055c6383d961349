package automation

import (
	"context"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/alike"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/pdq"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Bounds of what is remembered for finding what is alike: about 20 MB.
const (
	latelyTexts    = 20_000
	latelyPictures = 5_000
	// overlap is how far back is looked again for what was committed late.
	overlap    = time.Minute
	readAtOnce = 500
)

// lately remembers what was said in the last while, for finding what is alike.
// It is filled from the tables when it is asked, and only then: where no rule
// asks it costs nothing. Messages are not in it.
type lately struct {
	mu       sync.Mutex
	texts    *alike.Window
	pictures []sent
	known    map[social.PostID]bool // of pictures
	upto     time.Time
	fixed    bool // it is filled by hand: of a trial
}

// sent is a picture that somebody sent.
type sent struct {
	post social.PostID
	who  social.AccountID
	at   time.Time
	look pdq.Hash
}

func (l *lately) begin() {
	if l.texts == nil {
		l.texts, l.known = alike.NewWindow(social.MaxAutoAlike, latelyTexts), map[social.PostID]bool{}
	}
}

// others counts who else said something like s within a time before it.
func (l *lately) others(ctx context.Context, v *store.View, s *saying, within time.Duration) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begin()
	if !l.fixed {
		if err := l.catchUp(ctx, v, s.at); err != nil {
			return 0, err
		}
	}
	who := map[int64]bool{}
	if sketch, ok := alike.Of(s.essence()); ok {
		for _, one := range l.texts.Others(int64(s.author.ID), s.at, within, &sketch) {
			who[one] = true
		}
	}
	for _, p := range pictures(s.media) {
		if p.Quality < pdq.MinQuality {
			continue
		}
		for _, other := range l.pictures {
			if other.who != s.author.ID && !other.at.After(s.at) && s.at.Sub(other.at) <= within && other.look.Distance(p.Look) <= pdq.Near {
				who[int64(other.who)] = true
			}
		}
	}
	return len(who), nil
}

// catchUp reads what was said since it was last asked.
func (l *lately) catchUp(ctx context.Context, v *store.View, now time.Time) error {
	from := now.Add(-social.MaxAutoAlike)
	if late := l.upto.Add(-overlap); late.After(from) {
		from = late
	}
	for after := social.PostID(id.Floor(from)); ; {
		ids, err := v.PostsFrom(ctx, after, readAtOnce)
		if err != nil {
			return err
		}
		all, err := v.Posts(ctx, ids)
		if err != nil {
			return err
		}
		for _, p := range all {
			if p.Visibility == social.Direct || len(p.Text)+len(p.HTML) == 0 && len(p.Media) == 0 {
				continue
			}
			s, err := of(ctx, v, p)
			if err != nil {
				continue // its author is gone
			}
			l.add(&s)
		}
		if len(ids) < readAtOnce {
			break
		}
		after = ids[len(ids)-1]
	}
	l.upto = now
	return nil
}

// add remembers a stored post.
func (l *lately) add(s *saying) {
	l.begin()
	if sketch, ok := alike.Of(s.essence()); ok {
		l.texts.Add(int64(s.post), int64(s.author.ID), s.at, sketch)
	}
	for len(l.pictures) > 0 && (len(l.pictures) >= latelyPictures || s.at.Sub(l.pictures[0].at) > social.MaxAutoAlike) {
		delete(l.known, l.pictures[0].post)
		l.pictures = l.pictures[1:]
	}
	if l.known[s.post] {
		return
	}
	for _, p := range pictures(s.media) {
		if p.Quality >= pdq.MinQuality {
			l.pictures = append(l.pictures, sent{s.post, s.author.ID, s.at, p.Look})
			l.known[s.post] = true
		}
	}
}
