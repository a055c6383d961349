package view

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// undeleted is posts without the messages that by deleted for themselves.
func (v *View) undeleted(ctx context.Context, by social.Actor, posts []*Seen, door social.Door) ([]*Seen, error) {
	var threads []social.PostID
	for _, p := range posts {
		if p.Visibility == social.Direct && !slices.Contains(threads, p.Thread) {
			threads = append(threads, p.Thread)
		}
	}
	if len(threads) == 0 || by.Account == 0 || door == social.Reported {
		return posts, nil
	}
	var since map[social.PostID]social.PostID
	if err := v.store.Read(ctx, func(r *store.View) (err error) {
		since, err = r.Deleted(ctx, by.Account, threads)
		return err
	}); err != nil || len(since) == 0 {
		return posts, err
	}
	return slices.DeleteFunc(posts, func(p *Seen) bool { return p.Visibility == social.Direct && p.ID <= since[p.Thread] }), nil
}
