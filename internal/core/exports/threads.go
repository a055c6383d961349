package exports

import (
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// threadRules gives what has replies to by wait, and who looks after by's threads.
func (p packer) threadRules(do func(any) error) error {
	return p.unsent(do, func(v *store.View) (all []thing, err error) {
		r, err := v.ReplyRules(p.ctx, p.by.Account)
		if err != nil {
			return nil, err
		}
		if !r.Empty() {
			all = append(all, thing{"type": "ReplyRules", "words": r.Words, "languages": r.Languages, "minAccountDays": r.MinDays, "holdStrangers": r.Strangers, "holdLimited": r.Limited})
		}
		keepers, err := v.KeepersOf(p.ctx, p.by.Account)
		if err != nil {
			return nil, err
		}
		for _, k := range keepers {
			a, err := v.Account(p.ctx, k.Keeper)
			if err != nil {
				return nil, err
			}
			all = append(all, thing{"type": "CoModerator", "name": "@" + a.Acct(), "accepted": k.Accepted, "published": stamp(k.At)})
		}
		return all, nil
	})
}

// threadActs gives what was done in by's threads, the last first.
func (p packer) threadActs(do func(any) error) error {
	return p.unsent(do, func(v *store.View) (all []thing, err error) {
		var acts []social.ThreadAct
		for page := (social.Page{Limit: pageSize}); ; page.Before = int64(acts[len(acts)-1].ID) {
			part, err := v.ThreadActsFor(p.ctx, p.by.Account, page)
			if err != nil {
				return nil, err
			}
			if acts = append(acts, part...); len(part) < pageSize {
				break
			}
		}
		for _, a := range acts {
			t := thing{"type": string(a.Deed), "published": stamp(a.At), "reason": string(a.Why)}
			for name, of := range map[string]social.PostID{"thread": a.Thread, "object": a.Post} {
				if of == 0 {
					continue
				}
				if t[name], err = p.urlOf(v, of); err != nil {
					return nil, err
				}
			}
			if who, err := v.Account(p.ctx, a.By); err == nil {
				t["by"] = "@" + who.Acct()
			}
			all = append(all, t)
		}
		return all, nil
	})
}
