package timelines

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// An Absence is why a post of a thread is not shown where it would stand. It
// tells a reader nothing but what they did themselves, or everybody could see.
type Absence string

// The absences. Of what is Away nobody learns whether it was deleted, is for
// others, or is by somebody who blocks them: one word, and one place, for all.
const (
	Unfetched Absence = "unfetched" // it is on another server, and has not come here yet
	Blocked   Absence = "blocked"   // the reader blocks who wrote it, or their host
	Muted     Absence = "muted"     // the reader mutes who wrote it, and may look all the same
	Limited   Absence = "limited"   // nobody is shown what its author says unasked
	Deleted   Absence = "deleted"   // everybody could see it
	Silent    Absence = "silent"    // it is held: everybody is told that there are such replies
	Away      Absence = "away"
)

// A Branch is a reply, or what stands in the place of one that is not shown,
// with what answers it.
type Branch struct {
	Post    *view.Seen // nil if the reader may not see it
	Why     Absence    // it is not simply shown, or empty
	Replies []*Branch  // in their order
	Below   int        // how many replies are shown below it
	Trace   *Trace     // of replies that are not shown here, instead of all else
	Pinned  bool       // the author of the thread has it stand on top
}

// A Tree is a thread in its shape.
type Tree struct {
	Thread
	Above    Absence // why what stands above the first of the ancestors is not shown; empty if nothing does
	Branches []*Branch
}

// Tree gives a post its place, and says what is missing around it. What is
// missing is told of only where something answers it that the reader is shown,
// and, as where it stood may not be known, only on the page of the post that
// opened the thread.
func (s *Service) Tree(ctx context.Context, by social.Actor, which social.PostID) (Tree, error) {
	return s.TreeBy(ctx, by, which, social.OldFirst)
}

// TreeBy is Tree with siblings in an order.
func (s *Service) TreeBy(ctx context.Context, by social.Actor, which social.PostID, order social.ReplyOrder) (t Tree, err error) {
	var replies []store.Reply
	if t.Thread, replies, err = s.thread(ctx, by, which, order); err != nil || t.Post.IsBoost() {
		return t, err
	}
	r, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return t, err
	}
	first := t.Post
	if len(t.Ancestors) > 0 {
		first = t.Ancestors[0]
	}
	if t.Above, err = s.absence(ctx, r, []*view.Seen{first}); err != nil {
		return t, err
	}
	_, limit := limitsOf(by)
	g := grower{of: which, root: t.Post.Thread == which, at: map[social.PostID]*Branch{}}
	if err := g.see(ctx, s, by, r, repliesAround(replies, t.Post, limit)); err != nil {
		return t, err
	}
	if t.Branches, err = g.grow(func(answers []*view.Seen) (Absence, error) { return s.absence(ctx, r, answers) }); err != nil {
		return t, err
	}
	t.Branches = pinFirst(t.Branches, func(b *Branch) bool { return b.Post != nil && b.Post.ID == t.Post.PinnedReply })
	if len(t.Branches) > 0 && t.Branches[0].Post != nil {
		t.Branches[0].Pinned = t.Branches[0].Post.ID == t.Post.PinnedReply
	}
	for _, trace := range t.Traces {
		if b := g.at[trace.Parent]; b != nil {
			b.Replies = append(b.Replies, &Branch{Trace: &trace})
		} else if trace.Parent == which {
			t.Branches = append(t.Branches, &Branch{Trace: &trace})
		}
	}
	return t, nil
}

// repliesAround is those of all replies of a thread that are below a post, and, if it
// opened the thread, all the others, too: what they answer is missing.
func repliesAround(all []store.Reply, p *view.Seen, limit int) (out []store.Reply) {
	below := map[social.PostID]bool{p.ID: true}
	for _, r := range all { // what answers comes after what it answers
		if below[r.Parent] || p.Thread == p.ID {
			below[r.ID] = true
			if out = append(out, r); len(out) == limit {
				break
			}
		}
	}
	return out
}

// absence says why the post is not shown that some posts answer, or that it is.
func (s *Service) absence(ctx context.Context, r *view.Reader, answers []*view.Seen) (Absence, error) {
	p := answers[0]
	switch {
	case p.ReplyTo == 0 && p.ReplyAuthor == social.Somebody:
		return Unfetched, nil
	case p.ReplyTo == 0:
		return "", nil
	}
	rel := r.Relation(p.ReplyAuthor, s.store.Now())
	if author, err := s.view.Face(ctx, p.ReplyAuthor); err == nil {
		rel = r.RelationTo(author, s.store.Now())
	}
	if rel.Blocks || rel.ShutsHost {
		return Blocked, nil
	}
	if rel.BlockedBy {
		return Away, nil
	}
	if held, err := s.view.Silenced(ctx, social.Actor{Account: r.ID}, []social.PostID{p.ReplyTo}); err != nil || len(held) > 0 {
		return Silent, err
	}
	ids := make([]social.PostID, len(answers))
	for i, a := range answers {
		ids[i] = a.ID
	}
	var gone []social.PostID
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		gone, err = v.ParentsGone(ctx, ids)
		return err
	}); err != nil {
		return "", err
	}
	if len(gone) > 0 {
		return Deleted, nil
	}
	return Away, nil
}

// A grower puts replies where they belong.
type grower struct {
	of    social.PostID
	root  bool
	order []social.PostID
	at    map[social.PostID]*Branch
}

// see looks up what the reader may be shown of replies, also what they would
// not be shown unasked.
func (g *grower) see(ctx context.Context, s *Service, by social.Actor, r *view.Reader, replies []store.Reply) error {
	for _, x := range replies {
		g.order = append(g.order, x.ID)
	}
	shown, err := s.view.Posts(ctx, by, g.order, social.Offered)
	if err != nil {
		return err
	}
	for _, p := range shown {
		g.at[p.ID] = &Branch{Post: p}
	}
	rest := slices.DeleteFunc(slices.Clone(g.order), func(id social.PostID) bool { return g.at[id] != nil })
	kept, err := s.view.Posts(ctx, by, rest, social.Asked)
	for _, p := range kept {
		why := Limited
		if r.Relation(p.Author.ID, s.store.Now()).Mutes {
			why = Muted
		}
		g.at[p.ID] = &Branch{Post: p, Why: why}
	}
	return err
}

// grow makes branches of what was seen.
func (g *grower) grow(why func(answers []*view.Seen) (Absence, error)) (out []*Branch, err error) {
	missing := map[social.PostID]*Branch{}
	for _, id := range g.order {
		b := g.at[id]
		switch {
		case b == nil:
		case b.Post.ReplyTo == g.of:
			out = append(out, b)
		case g.at[b.Post.ReplyTo] != nil:
			g.at[b.Post.ReplyTo].Replies = append(g.at[b.Post.ReplyTo].Replies, b)
		case g.root:
			m := missing[b.Post.ReplyTo]
			if m == nil {
				m = &Branch{}
				missing[b.Post.ReplyTo] = m
				out = append(out, m)
			}
			m.Replies = append(m.Replies, b)
		}
	}
	out = prune(out)
	for _, b := range out {
		if b.Post != nil {
			continue
		}
		answers := make([]*view.Seen, len(b.Replies))
		for i, x := range b.Replies {
			answers[i] = x.Post
		}
		if b.Why, err = why(answers); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// prune takes away what is not simply shown and has nothing below that is, and
// counts what is shown below the others.
func prune(all []*Branch) (out []*Branch) {
	for _, b := range all {
		b.Replies = prune(b.Replies)
		for _, x := range b.Replies {
			if b.Below += x.Below; x.Why == "" && x.Post != nil {
				b.Below++
			}
		}
		if b.Why == "" && b.Post != nil || b.Below > 0 {
			out = append(out, b)
		}
	}
	return out
}
