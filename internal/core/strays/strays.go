// Package strays tells, in words, what happened in a house after a moment: what
// it wrote that the one that took over from it never got. It is read from the
// journal, and changes nothing.
package strays

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// batch is how many facts are read at a time.
const batch = 500

// A Stray is something that somebody did.
type Stray struct {
	N    int64         `json:"n"` // in the journal
	At   time.Time     `json:"at"`
	Kind string        `json:"kind"`
	Who  string        `json:"who,omitempty"` // the address of an account
	Says string        `json:"says"`          // what they did
	Post social.PostID `json:"post,omitempty,string"`
	// Mergeable is said of a post by one of ours that is still there: whether it
	// can come over is for who has it come.
	Mergeable bool   `json:"mergeable"`
	Outcome   string `json:"outcome,omitempty"` // of bringing it over
	Why       string `json:"why,omitempty"`     // it was not
}

// A Tally is how much there was.
type Tally struct {
	Done      int `json:"done"`      // by people
	Besides   int `json:"besides"`   // that follows by itself from what people did: notices, previews
	Forgotten int `json:"forgotten"` // that the journal does not hold any more
}

// After visits what happened after fact number n, in order.
func After(ctx context.Context, s *store.Store, n int64, visit func(Stray) error) (t Tally, err error) {
	at := event.Pos{Major: n}
	for {
		var found []Stray
		var rs []event.Record
		if err := s.Read(ctx, func(v *store.View) (err error) {
			if rs, err = v.Facts(ctx, at, batch); err != nil {
				return err
			}
			found, err = tellAll(ctx, v, rs)
			return err
		}); err != nil {
			return t, err
		}
		if len(rs) == 0 {
			return t, nil
		}
		t.Forgotten += int(rs[0].Pos.Major - at.Major - 1)
		t.Done += len(found)
		t.Besides += len(rs) - len(found)
		for _, f := range found {
			if err := visit(f); err != nil {
				return t, err
			}
		}
		at = rs[len(rs)-1].Pos
	}
}

func tellAll(ctx context.Context, v *store.View, rs []event.Record) (all []Stray, err error) {
	t := teller{v: v, names: map[social.AccountID]string{}}
	for _, r := range rs {
		s := Stray{N: r.Pos.Major, At: r.At, Kind: r.Fact.Kind()}
		ok, err := t.tell(ctx, r.Fact, &s)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, s)
		}
	}
	return all, nil
}

// Post reads a post that was left behind, with its attachments in their order.
func Post(ctx context.Context, s *store.Store, which social.PostID) (p social.Post, media []social.Media, err error) {
	err = s.Read(ctx, func(v *store.View) (err error) {
		if p, err = v.Post(ctx, which); err != nil {
			return err
		}
		all, err := v.Media(ctx, p.Media)
		for _, id := range p.Media {
			for _, m := range all {
				if m.ID == id {
					media = append(media, m)
				}
			}
		}
		if err == nil && len(media) != len(p.Media) {
			err = fmt.Errorf("post %d: an attachment is not there", which)
		}
		return err
	})
	return p, media, err
}

// teller puts facts into words.
type teller struct {
	v     *store.View
	names map[social.AccountID]string
}

// name is the address of an account, or its number if it is gone.
func (t *teller) name(ctx context.Context, id social.AccountID) (string, error) {
	if id <= 0 {
		return "", nil
	}
	if n, ok := t.names[id]; ok {
		return n, nil
	}
	name := fmt.Sprint("account ", id)
	a, err := t.v.Account(ctx, id)
	if err == nil {
		name = "@" + a.Acct()
	} else if errs.KindOf(err) != errs.NotFound {
		return "", err
	}
	t.names[id] = name
	return name, nil
}
