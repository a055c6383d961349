package exports

import (
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// drafts gives what was begun and not sent, what was kept last first.
func (p packer) drafts(do func(any) error) error {
	return p.unsent(do, func(v *store.View) (all []thing, err error) {
		kept, err := v.Drafts(p.ctx, p.by.Account, social.MaxDrafts)
		if err != nil {
			return nil, err
		}
		for _, k := range kept {
			t, err := p.unsaid(v, k.Draft)
			if err != nil {
				return nil, err
			}
			t["updated"] = stamp(k.At)
			all = append(all, t)
		}
		return all, nil
	})
}

// scheduled gives what is to be posted later.
func (p packer) scheduled(do func(any) error) error {
	return p.unsent(do, func(v *store.View) (all []thing, err error) {
		later, err := v.Scheduled(p.ctx, p.by.Account, social.Page{Limit: 2 * social.MaxScheduled})
		if err != nil {
			return nil, err
		}
		for _, l := range later {
			t, err := p.unsaid(v, l.Draft)
			if err != nil {
				return nil, err
			}
			t["published"] = stamp(l.At)
			all = append(all, t)
		}
		return all, nil
	})
}

func (p packer) unsent(do func(any) error, read func(*store.View) ([]thing, error)) error {
	var all []thing
	if err := p.store.Read(p.ctx, func(v *store.View) (err error) {
		all, err = read(v)
		return err
	}); err != nil {
		return err
	}
	for _, t := range all {
		if err := do(t); err != nil {
			return err
		}
	}
	return nil
}

// unsaid is a post that was not said yet, with what is to be said after it.
func (p packer) unsaid(v *store.View, d social.Draft) (thing, error) {
	t := thing{"type": "Note", "source": thing{"content": d.Text, "mediaType": "text/plain"}, "summary": d.Warning, "language": d.Language, "visibility": d.Visibility}
	for name, of := range map[string]social.PostID{"inReplyTo": d.ReplyTo, "quote": d.Quote} {
		if of == 0 {
			continue
		}
		url, err := p.urlOf(v, of)
		if err != nil {
			return nil, err
		}
		t[name] = url
	}
	if d.Poll != nil {
		t["poll"] = thing{"options": d.Poll.Options, "multiple": d.Poll.Multiple, "seconds": int(d.Poll.Lasts.Seconds())}
	}
	if len(d.Media) > 0 {
		files, err := v.Media(p.ctx, d.Media)
		if err != nil {
			return nil, err
		}
		var shown []thing
		for _, m := range files {
			for _, c := range d.Describe {
				if c.ID == m.ID {
					m = c.Apply(m)
				}
			}
			if m.Owner == p.by.Account {
				shown = append(shown, thing{"type": "Document", "mediaType": m.Type, "name": m.Alt})
			}
		}
		t["attachment"] = shown
	}
	var then []thing
	for _, after := range d.Then {
		one, err := p.unsaid(v, after)
		if err != nil {
			return nil, err
		}
		then = append(then, one)
	}
	if then != nil {
		t["then"] = then
	}
	return t, nil
}
