package timelines

import (
	"cmp"
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// arranged is replies, which come the oldest first, in another order: each after what
// it answers, siblings by the order. Votes against count only where the house has
// such. Sums were made when people voted; nothing is counted here.
func arranged(ctx context.Context, v *store.View, replies []store.Reply, thread social.PostID, order social.ReplyOrder) ([]store.Reply, error) {
	if order == social.OldFirst || order == "" || len(replies) < 2 {
		return replies, nil
	}
	out := slices.Clone(replies)
	if order == social.NewFirst {
		slices.Reverse(out)
		return deepFirst(out), nil
	}
	votes, err := v.ThreadVotes(ctx, thread, MaxAncestors+MaxDescendants)
	if err != nil {
		return nil, err
	}
	house, err := v.House(ctx)
	if err != nil {
		return nil, err
	}
	rank := make(map[social.PostID]float64, len(votes))
	for id, s := range votes {
		if !house.Downvotes {
			s.Downs = 0
		}
		rank[id] = order.Rank(s)
	}
	slices.SortStableFunc(out, func(a, b store.Reply) int { return cmp.Compare(rank[b.ID], rank[a.ID]) })
	return deepFirst(out), nil
}

// deepFirst puts each reply after what it answers, siblings as they come. What
// answers something that is not among them stands as a first one.
func deepFirst(all []store.Reply) []store.Reply {
	below, here := map[social.PostID][]store.Reply{}, make(map[social.PostID]bool, len(all))
	for _, r := range all {
		here[r.ID] = true
		below[r.Parent] = append(below[r.Parent], r)
	}
	out := make([]store.Reply, 0, len(all))
	var walk func(r store.Reply)
	walk = func(r store.Reply) {
		out = append(out, r)
		for _, x := range below[r.ID] { // what answers is newer: no circles
			walk(x)
		}
	}
	for _, r := range all {
		if !here[r.Parent] {
			walk(r)
		}
	}
	return out
}
