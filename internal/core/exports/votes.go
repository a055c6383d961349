package exports

import (
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// votes gives the posts that by has voted for, or against, the newest first, and after
// them those of which the vote was set aside while by is suspended.
func (p packer) votes(way social.Marks, do func(any) error) error {
	if err := p.marks(way, do); err != nil {
		return err
	}
	return p.urls(p.ctx, p.by, func(v *store.View, page social.Page) ([]store.Marking, error) {
		aside, err := v.VotesAside(p.ctx, p.by.Account, page)
		all := make([]store.Marking, len(aside))
		for i, vote := range aside {
			if all[i].ID = vote.ID; vote.Mark() == way { // else it names no post
				all[i].Post = vote.Post
			}
		}
		return all, err
	}, func(url string) error { return do(url) })
}
