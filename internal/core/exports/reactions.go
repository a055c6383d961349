package exports

import (
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// reactions gives the emoji that by put under posts, the newest first.
func (p packer) reactions(do func(any) error) error {
	for page := (social.Page{Limit: pageSize}); ; {
		var all []thing
		n := 0
		if err := p.store.Read(p.ctx, func(v *store.View) error {
			made, err := v.ReactionsMade(p.ctx, p.by.Account, page)
			if n = len(made); err != nil || n == 0 {
				return err
			}
			page.Before = int64(made[n-1].ID)
			for _, x := range made {
				url, err := p.urlOf(v, x.Post)
				if err != nil {
					return err
				}
				if url != "" {
					all = append(all, thing{"type": "EmojiReact", "object": url, "content": x.Name})
				}
			}
			return nil
		}); err != nil || n == 0 {
			return err
		}
		for _, a := range all {
			if err := do(a); err != nil {
				return err
			}
		}
	}
}
