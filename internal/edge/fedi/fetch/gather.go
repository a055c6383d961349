package fetch

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// What looking for the rest of one thread may take.
const (
	MaxGatherRequests = 300
	MaxGatherPerSite  = 100      // of them to one site
	MaxGatherBytes    = 16 << 20 // that are read
	MaxGatherPages    = 40       // of all collections together, the collections included
	MaxGatherNamed    = 500      // posts that those name, and that are looked at
	MaxGathered       = 100      // that are taken
	MaxGatherDepth    = 5        // from a post that is here, by replies to replies

	// maxPerPost is how many requests one post takes with all that it leads to.
	maxPerPost = 20
)

const (
	gatherAtOnce  = 2
	gatherTimeout = 3 * time.Minute
	gatherTries   = 2
	parentAtOnce  = 2
	parentTimeout = time.Minute
	parentTries   = 10
)

// GatherWorker looks for the rest of threads that people here read.
func (r *Resolver) GatherWorker() work.Worker {
	return work.Worker{Kind: posts.GatherJob, AtOnce: gatherAtOnce, Timeout: gatherTimeout, Tries: gatherTries, Do: func(ctx context.Context, args []byte) error {
		which, err := posts.ReadGather(args)
		if err != nil {
			return err
		}
		return ours(r.Gather(ctx, which))
	}}
}

// ParentWorker gets what posts answer whose servers could not be reached
// when they came.
func (r *Resolver) ParentWorker() work.Worker {
	return work.Worker{Kind: posts.ParentJob, AtOnce: parentAtOnce, Timeout: parentTimeout, Tries: parentTries, Do: func(ctx context.Context, args []byte) error {
		uri, err := posts.ReadParent(args)
		if err != nil {
			return err
		}
		ctx = budgeted(ctx)
		t := taskOf(ctx)
		t.quiet, t.once = true, true
		if _, err = r.Post(ctx, uri); errs.KindOf(err) == errs.Unavailable || errs.KindOf(err) == errs.Limited {
			return err
		}
		return ours(err)
	}}
}

// A gathering is one look for the rest of a thread.
type gathering struct {
	*Resolver
	of    social.PostID // any post of the thread
	ask   []branch      // whose replies are asked for still
	later []as2.Note    // posts that answer what is not here yet
	begun map[string]bool
	named map[string]bool
	pages int
	taken int
}

// A branch is a post, and how far from one that was here.
type branch struct {
	as2.Note
	depth int
}

// Gather asks the servers of posts that are here, in the thread of one, for
// what answers them, and takes that: each post from its own server, if it is
// for everybody and stands in that thread.
func (r *Resolver) Gather(ctx context.Context, which social.PostID) error {
	seeds, err := r.Posts.Seeds(ctx, which)
	if err != nil {
		return err
	}
	t := newTask(MaxGatherRequests)
	t.quiet, t.once, t.whole = true, true, &bounds{perSite: MaxGatherPerSite, sites: map[string]int{}}
	t.whole.bytes.Store(MaxGatherBytes)
	ctx = within(ctx, t)
	g := &gathering{Resolver: r, of: which, begun: map[string]bool{}, named: map[string]bool{}}
	for _, s := range seeds {
		g.named[s.URI] = true
	}
	for _, s := range seeds {
		if g.over(ctx) {
			return nil
		}
		n, err := r.note(part(ctx, maxPerPost), s.URI)
		if err := ours(err); err != nil {
			return err
		}
		if err == nil && n.ID == s.URI {
			g.ask = append(g.ask, branch{n, 0})
		}
		if err := g.branches(ctx); err != nil {
			return err
		}
	}
	return nil
}

// over reports whether there is to be an end.
func (g *gathering) over(ctx context.Context) bool {
	t := taskOf(ctx)
	return ctx.Err() != nil || g.taken >= MaxGathered || len(g.named) >= MaxGatherNamed || g.pages >= MaxGatherPages || t.left.Load() <= 0 || t.whole.bytes.Load() <= 0
}

// branches asks for what answers each post that is known, and so on.
func (g *gathering) branches(ctx context.Context) error {
	for len(g.ask) > 0 && !g.over(ctx) {
		b := g.ask[0]
		g.ask = g.ask[1:]
		if b.depth == 0 && as2.SameOrigin(b.Context, b.ID) && b.Context != b.ID {
			if err := g.collection(ctx, as2.Collection{ID: b.Context}, b); err != nil {
				return err
			}
		}
		if err := g.collection(ctx, b.Replies, b); err != nil {
			return err
		}
	}
	return nil
}

// collection takes the posts that a collection of the server of a post names.
func (g *gathering) collection(ctx context.Context, c as2.Collection, b branch) error {
	var d as2.Doc
	next := c.ID
	if c.Type != "" {
		if err := g.items(ctx, c, b); err != nil {
			return err
		}
		d, next = following(c)
	}
	for !g.over(ctx) {
		if !d.Embedded() {
			if !as2.SameOrigin(next, b.ID) || g.begun[next] {
				return nil
			}
			g.begun[next] = true
			g.pages++
			var err error
			if d, err = g.Document(part(ctx, maxPerPost), next); err != nil {
				return ours(err)
			}
		}
		c, err := d.Collection()
		if err != nil {
			return nil // it is something else
		}
		if err := g.items(ctx, c, b); err != nil {
			return err
		}
		d, next = following(c)
	}
	return nil
}

// following is what comes after a part of a collection: a page that stands in
// it, or the address of one.
func following(c as2.Collection) (as2.Doc, string) {
	if strings.HasSuffix(c.Type, "Page") {
		return as2.Doc{}, c.Next
	}
	if c.First.Embedded() {
		return c.First, ""
	}
	return as2.Doc{}, c.First.ID()
}

// items takes the posts that a page names, and those that waited for them.
func (g *gathering) items(ctx context.Context, c as2.Collection, b branch) error {
	for _, item := range c.Items {
		if g.over(ctx) {
			return nil
		}
		if err := g.item(ctx, item.ID(), b.depth); err != nil {
			return err
		}
	}
	for more := true; more && !g.over(ctx); {
		more = false
		waiting := g.later
		g.later = nil
		for _, n := range waiting {
			before := g.taken
			if err := g.take(ctx, n, b.depth); err != nil {
				return err
			}
			more = more || g.taken > before
		}
	}
	return nil
}

// item looks at a post by its address.
func (g *gathering) item(ctx context.Context, uri string, depth int) error {
	if uri == "" || as2.Fragment(uri) || g.named[uri] || g.Own(as2.Host(uri)) {
		return nil
	}
	g.named[uri] = true
	if _, err := g.Posts.Lookup(ctx, uri); err == nil {
		return nil // it is here
	} else if err := ours(err); err != nil {
		return err
	}
	n, err := g.note(part(ctx, maxPerPost), uri)
	if err != nil {
		return ours(err)
	}
	if n.ID != uri {
		if g.named[n.ID] {
			return nil
		}
		g.named[n.ID] = true
	}
	if n.InReplyTo == "" || !slices.Contains(n.To, as2.Public) && !slices.Contains(n.Cc, as2.Public) {
		return nil
	}
	return g.take(ctx, n, depth)
}

// take brings in a post that answers one of the thread. One whose parent is
// not here waits for that.
func (g *gathering) take(ctx context.Context, n as2.Note, depth int) error {
	in, err := g.Posts.InThread(ctx, n.InReplyTo, g.of)
	if err != nil {
		return err
	}
	if !in {
		g.later = append(g.later, n)
		return nil
	}
	ctx = part(ctx, maxPerPost)
	if _, err := g.Resolver.take(ctx, n, MaxParents-1); err != nil {
		return ours(err)
	}
	if g.taken++; depth+1 < MaxGatherDepth {
		g.ask = append(g.ask, branch{n, depth + 1})
	}
	return nil
}
