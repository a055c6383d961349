package timelines

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Trace is what is told of replies that are not shown in a thread: that there
// are some, in whose name, and why. It says nothing of who wrote them.
type Trace struct {
	Parent social.PostID
	State  social.HeldState
	Why    string     // a social.HideReason of what is hidden, a social.HeldWhy of what waits
	Owner  *view.Face // in whose name
	By     *view.Face // who did it; nil for the owner's rules
	N      int
}

// maxActs is how many of the acts in a thread are looked through.
const maxActs = 1000

// traces fills in what a reader is told of the replies of a thread that it is not
// shown, and why those are not shown to others that it is.
func (s *Service) traces(ctx context.Context, by social.Actor, t *Thread, below []social.PostID) error {
	shown := map[social.PostID]*view.Seen{t.Post.ID: t.Post}
	for _, p := range t.Descendants {
		shown[p.ID] = p
	}
	var asked []social.PostID
	for _, id := range append([]social.PostID{t.Post.ID}, below...) {
		if p := shown[id]; p == nil || p.Held != social.HeldNot {
			asked = append(asked, id)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	which, err := s.view.Silenced(ctx, by, asked)
	if err != nil || len(which) == 0 {
		return err
	}
	var held []social.Holding
	var acts []social.ThreadAct
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if held, err = v.HoldingsOf(ctx, which); err != nil {
			return err
		}
		acts, err = v.ThreadActs(ctx, t.Post.Thread, maxActs)
		return err
	}); err != nil {
		return err
	}
	slices.SortFunc(held, func(a, b social.Holding) int { return int(a.Post - b.Post) })
	for _, h := range held {
		one, err := s.trace(ctx, h, acts)
		if err != nil || one == nil {
			return err
		}
		if shown[h.Post] != nil {
			if t.Silent == nil {
				t.Silent = map[social.PostID]Trace{}
			}
			t.Silent[h.Post] = *one
			continue
		}
		same := func(x Trace) bool {
			return x.Parent == one.Parent && x.State == one.State && x.Why == one.Why && x.By == one.By
		}
		switch i := slices.IndexFunc(t.Traces, same); {
		case shown[h.Parent] == nil, h.State == social.HeldRefused && h.Why != social.WhyOwner:
			// nobody sees where it would stand, or they never could reply, which is no news
		case i >= 0:
			t.Traces[i].N++
		default:
			t.Traces = append(t.Traces, *one)
		}
	}
	return nil
}

// trace is that of one reply.
func (s *Service) trace(ctx context.Context, h social.Holding, acts []social.ThreadAct) (*Trace, error) {
	out := Trace{Parent: h.Parent, State: h.State, Why: string(h.Why), N: 1}
	if h.State == social.HeldHidden {
		out.Why = string(social.HideOther)
		if i := slices.IndexFunc(acts, func(a social.ThreadAct) bool { return a.Post == h.Post && a.Deed == social.HideReply }); i >= 0 {
			out.Why = string(acts[i].Why)
		}
	}
	var err error
	if out.Owner, err = s.view.Face(ctx, h.Owner); errs.Absent(err) != nil {
		return nil, err
	}
	if h.By != 0 {
		if out.By, err = s.view.Face(ctx, h.By); errs.Absent(err) != nil {
			return nil, err
		}
	}
	return &out, nil
}

// pinFirst has what is pinned stand before the others, whose order stays.
func pinFirst[T any](all []T, pinned func(T) bool) []T {
	i := slices.IndexFunc(all, pinned)
	if i <= 0 {
		return all
	}
	top := all[i]
	return slices.Insert(slices.Delete(all, i, i+1), 0, top)
}

// An Act is what somebody did in a thread in the name of who opened it.
type Act struct {
	social.ThreadAct
	Who *view.Face
}

// maxShownActs is how many somebody is told.
const maxShownActs = 100

// Acts is what was done in the thread of a post that by may see, the last first:
// to the thread, and to those replies that by may see.
func (s *Service) Acts(ctx context.Context, by social.Actor, which social.PostID) (out []Act, err error) {
	p, err := s.view.Post(ctx, by, which)
	if err != nil {
		return nil, err
	}
	var acts []social.ThreadAct
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		acts, err = v.ThreadActs(ctx, p.Original().Thread, maxShownActs)
		return err
	}); err != nil || len(acts) == 0 {
		return nil, err
	}
	var about []social.PostID
	var people []social.AccountID
	for _, a := range acts {
		about, people = append(about, a.Post), append(people, a.By)
	}
	seen, err := s.view.Posts(ctx, by, about, social.Asked)
	if err != nil {
		return nil, err
	}
	who, err := s.view.Faces(ctx, people)
	if err != nil {
		return nil, err
	}
	for _, a := range acts {
		i := slices.IndexFunc(who, func(f *view.Face) bool { return f.ID == a.By })
		if i >= 0 && (a.Post == 0 || slices.ContainsFunc(seen, func(p *view.Seen) bool { return p.ID == a.Post })) {
			out = append(out, Act{a, who[i]})
		}
	}
	return out, nil
}
