package exports

import (
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// badges gives what was known of who by is, and by whom; also that they were
// confirmed under another name, which nobody else is shown.
func (p packer) badges(do func(any) error) error {
	for _, b := range p.me.Badges {
		if err := do(badge(b)); err != nil {
			return err
		}
	}
	var c social.Confirmation
	if err := p.store.Read(p.ctx, func(v *store.View) (err error) { c, err = v.Confirmation(p.ctx, p.by.Account); return errs.Absent(err) }); err != nil {
		return err
	}
	if c.Account == 0 || c.Holds(p.me.Account) {
		return nil
	}
	one := badge(social.Badge{Kind: social.BadgeConfirmed, Role: c.Role, Reason: c.Reason, Since: c.At})
	one["forName"] = c.Name
	return do(one)
}

func badge(b social.Badge) thing {
	one := thing{"type": "Badge", "name": string(b.Kind)}
	for key, value := range map[string]string{"role": string(b.Role), "summary": b.Reason, "url": b.URL} {
		if value != "" {
			one[key] = value
		}
	}
	if !b.Since.IsZero() {
		one["published"] = stamp(b.Since)
	}
	return one
}

// keptNames gives an owner the names that are kept for somebody, and nobody else
// any. The links that claim them are in no archive.
func (p packer) keptNames(do func(any) error) error {
	if p.by.MustBe(social.Owner) != nil {
		return nil
	}
	var all []social.HeldName
	if err := p.store.Read(p.ctx, func(v *store.View) (err error) { all, err = v.HeldNames(p.ctx); return err }); err != nil {
		return err
	}
	for _, h := range all {
		if err := do(thing{"type": "Person", "preferredUsername": h.Username, "summary": h.Note, "published": stamp(h.CreatedAt)}); err != nil {
			return err
		}
	}
	return nil
}
