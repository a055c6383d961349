package timelines

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Limits of a thread, as Mastodon has them, for members and for strangers.
// https://docs.joinmastodon.org/methods/statuses/#context
const (
	MaxAncestors           = 4096
	MaxDescendants         = 4096
	MaxAncestorsStranger   = 40
	MaxDescendantsStranger = 60
)

// Thread is a post with what it answers and what answers it.
type Thread struct {
	Post        *view.Seen
	Ancestors   []*view.Seen            // the first of the thread first
	Descendants []*view.Seen            // each after what it answers, siblings by age
	Traces      []Trace                 // of replies that are not shown
	Silent      map[social.PostID]Trace // why others are not shown what the reader is
}

// Thread gives a post its place. A reply whose parent the reader is not shown
// is left out with all that answers it.
func (s *Service) Thread(ctx context.Context, by social.Actor, which social.PostID) (Thread, error) {
	return s.ThreadBy(ctx, by, which, social.OldFirst)
}

// ThreadBy is Thread with siblings in an order.
func (s *Service) ThreadBy(ctx context.Context, by social.Actor, which social.PostID, order social.ReplyOrder) (Thread, error) {
	t, _, err := s.thread(ctx, by, which, order)
	return t, err
}

// limitsOf are how many ancestors and descendants somebody is shown.
func limitsOf(by social.Actor) (up, down int) {
	if by.SignedIn() {
		return MaxAncestors, MaxDescendants
	}
	return MaxAncestorsStranger, MaxDescendantsStranger
}

// thread is ThreadBy, and all replies of the whole thread in that order.
func (s *Service) thread(ctx context.Context, by social.Actor, which social.PostID, order social.ReplyOrder) (t Thread, replies []store.Reply, err error) {
	if t.Post, err = s.view.Post(ctx, by, which); err != nil || t.Post.IsBoost() {
		return t, nil, err
	}
	up, down := limitsOf(by)
	var ancestors []social.PostID
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if ancestors, err = v.Ancestors(ctx, which, up); err != nil {
			return err
		}
		if replies, err = v.Thread(ctx, t.Post.Thread, MaxAncestors+MaxDescendants); err != nil {
			return err
		}
		replies, err = arranged(ctx, v, replies, t.Post.Thread, order)
		return err
	}); err != nil {
		return t, nil, err
	}
	if t.Ancestors, err = s.ancestors(ctx, by, ancestors); err != nil {
		return t, nil, err
	}
	below := belowOf(t.Post, replies, down)
	if t.Descendants, err = s.descendants(ctx, by, which, below); err == nil {
		err = s.traces(ctx, by, &t, below)
	}
	if err == nil && s.Opened != nil {
		s.Opened(ctx, by, t)
	}
	return t, replies, err
}

// ancestors are shown from the nearest up to the first that may not be seen.
func (s *Service) ancestors(ctx context.Context, by social.Actor, nearest []social.PostID) ([]*view.Seen, error) {
	seen, err := s.view.Posts(ctx, by, nearest, social.Asked)
	if err != nil {
		return nil, err
	}
	for i, p := range seen {
		if p.ID != nearest[i] {
			seen = seen[:i]
			break
		}
	}
	for i, j := 0, len(seen)-1; i < j; i, j = i+1, j-1 {
		seen[i], seen[j] = seen[j], seen[i]
	}
	return seen, nil
}

// belowOf is what stands below a post, each after what it answers: what is pinned
// first, siblings by age.
func belowOf(of *view.Seen, replies []store.Reply, limit int) (below []social.PostID) {
	children := map[social.PostID][]social.PostID{}
	for _, r := range replies {
		children[r.Parent] = append(children[r.Parent], r.ID)
	}
	children[of.ID] = pinFirst(children[of.ID], func(id social.PostID) bool { return id == of.PinnedReply })
	var walk func(social.PostID)
	walk = func(p social.PostID) {
		for _, c := range children[p] { // a child is newer than its parent: no circles
			if len(below) < limit {
				below = append(below, c)
				walk(c)
			}
		}
	}
	walk(of.ID)
	return below
}

func (s *Service) descendants(ctx context.Context, by social.Actor, of social.PostID, below []social.PostID) ([]*view.Seen, error) {
	all, err := s.view.Posts(ctx, by, below, social.Offered)
	if err != nil {
		return nil, err
	}
	shown := map[social.PostID]bool{of: true}
	out := all[:0]
	for _, p := range all {
		if shown[p.ReplyTo] {
			shown[p.ID] = true
			out = append(out, p)
		}
	}
	return out, nil
}

// LikedBy is who liked a post that by may see, the last first. The slice's
// ends are those of the likes.
func (s *Service) LikedBy(ctx context.Context, by social.Actor, which social.PostID, p social.Page) (view.Slice[*view.Face], error) {
	return s.people(ctx, by, which, p, func(v *store.View, of social.PostID) ([]store.Marking, error) { return v.LikesOf(ctx, of, p) })
}

// BoostedBy is who boosted a post that by may see, the last first, but for those
// who did it before their followers only.
func (s *Service) BoostedBy(ctx context.Context, by social.Actor, which social.PostID, p social.Page) (view.Slice[*view.Face], error) {
	return s.people(ctx, by, which, p, func(v *store.View, of social.PostID) ([]store.Marking, error) { return v.BoostMarks(ctx, of, p) })
}

func (s *Service) people(ctx context.Context, by social.Actor, which social.PostID, p social.Page,
	list func(v *store.View, of social.PostID) ([]store.Marking, error)) (out view.Slice[*view.Face], err error) {
	post, err := s.view.Post(ctx, by, which)
	if err != nil {
		return out, err
	}
	if !post.Original().Names(by.Account) {
		return out, nil
	}
	r, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return out, err
	}
	author, err := s.view.Reader(ctx, post.Original().Author.ID)
	if err != nil {
		return out, err
	}
	var ids []social.AccountID
	if err := s.store.Read(ctx, func(v *store.View) error {
		ms, err := list(v, post.Original().ID)
		if p.Oldest { // pages are shown newest first
			slices.Reverse(ms)
		}
		for _, m := range ms {
			rel := r.Relation(m.Owner, s.store.Now())
			if !rel.Blocks && !rel.BlockedBy && !author.Apart(m.Owner) {
				ids = append(ids, m.Owner)
			}
			out.Newest, out.Oldest = max(out.Newest, int64(m.ID)), int64(m.ID)
		}
		return err
	}); err != nil {
		return out, err
	}
	out.Items, err = s.view.Faces(ctx, ids)
	out.Items = slices.DeleteFunc(out.Items, func(f *view.Face) bool {
		return f.Standing != social.Good || r.RelationTo(f, s.store.Now()).Apart()
	})
	return out, err
}
