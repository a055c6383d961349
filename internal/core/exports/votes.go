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
	for page := (social.Page{Limit: pageSize}); ; {
		var urls []string
		n := 0
		if err := p.store.Read(p.ctx, func(v *store.View) error {
			aside, err := v.VotesAside(p.ctx, p.by.Account, page)
			if n = len(aside); err != nil || n == 0 {
				return err
			}
			page.Before = int64(aside[n-1].ID)
			for _, vote := range aside {
				if vote.Mark() != way {
					continue
				}
				url, err := p.urlOf(v, vote.Post)
				if err != nil {
					return err
				}
				if url != "" {
					urls = append(urls, url)
				}
			}
			return nil
		}); err != nil || n == 0 {
			return err
		}
		for _, url := range urls {
			if err := do(url); err != nil {
				return err
			}
		}
	}
}
