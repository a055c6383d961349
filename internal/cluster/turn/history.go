package turn

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// A Past is a claim of the history.
type Past struct {
	N, Epoch uint64
	Holder   string
	At       time.Time // by the holder's clock
}

func past(r Record) Past { return Past{r.N, r.Epoch, r.Holder, time.UnixMilli(r.At).UTC()} }

// claims are claims of which the epochs rise. A host that slept for long may
// put one at the number of an old renewal that was taken away: such a claim is
// never valid (see Turn.claim), and it is known by what stands behind it, which
// is not of a higher epoch.
type claims []Past

// behind takes out those that are no claims because a record of an epoch below
// limit stands behind them.
func (c *claims) behind(limit uint64) (late claims) {
	i := len(*c)
	for i > 0 && (*c)[i-1].Epoch >= limit {
		i--
	}
	late, *c = (*c)[i:], (*c)[:i:i]
	return late
}

// History lists all claims, the oldest first.
func (t *Turn) History(ctx context.Context) ([]Past, error) {
	var all claims
	err := t.list(ctx, 0, func(n uint64) error {
		r, err := t.read(ctx, n)
		if errors.Is(err, fs.ErrNotExist) { // taken away meanwhile, so it was no claim
			return nil
		}
		if err != nil {
			return err
		}
		if r.Kind == Claim {
			all.behind(r.Epoch)
			all = append(all, past(r))
		} else {
			all.behind(r.Epoch + 1)
		}
		return nil
	})
	return all, err
}

// prune takes away what nobody needs any more: all but claims and the end of
// the list. It is for the goroutine of Keep.
func (l *Lease) prune(ctx context.Context) error {
	l.mu.Lock()
	end := l.is.N
	l.mu.Unlock()
	var all claims
	err := l.turn.list(ctx, 0, func(n uint64) error {
		if n+keep > end {
			return nil
		}
		p, known := l.known[n]
		if !known {
			r, err := l.turn.read(ctx, n)
			if err != nil {
				return fmt.Errorf("look for old records: %w", err)
			}
			if r.Kind != Claim {
				return l.turn.place.Remove(ctx, key(n))
			}
			p = past(r)
			l.known[n] = p
		}
		late := all.behind(p.Epoch)
		all = append(all, p)
		return l.drop(ctx, late)
	})
	if err != nil {
		return err
	}
	limit := l.epoch
	if l.claim+keep <= end { // our own is among them
		limit++
	}
	return l.drop(ctx, all.behind(limit))
}

func (l *Lease) drop(ctx context.Context, late claims) error {
	for _, p := range late {
		if err := l.turn.place.Remove(ctx, key(p.N)); err != nil {
			return err
		}
		delete(l.known, p.N)
	}
	return nil
}
