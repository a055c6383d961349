package posts

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// KeepDraft keeps what by has begun to write, and returns it as it is kept. Seen
// is when it was kept last as far as the page knows that it comes from: what
// another page has written since is not written over, and this is kept beside it.
// What was sent meanwhile is kept no longer, nor is what says nothing: its id is
// zero then.
func (s *Service) KeepDraft(ctx context.Context, by social.Actor, k social.KeptDraft, seen int64) (kept social.KeptDraft, err error) {
	if err := by.MustAct(); err != nil {
		return kept, err
	}
	k.Draft = clean(k.Draft)
	if err := mayKeep(k); err != nil {
		return kept, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		kept, err = keepDraft(ctx, tx, by, k, seen)
		return err
	})
	if err != nil {
		return kept, fmt.Errorf("keep draft: %w", err)
	}
	return kept, nil
}

func mayKeep(k social.KeptDraft) error {
	body, err := json.Marshal(k)
	switch {
	case err != nil:
		return err
	case len(body) > social.MaxDraftBytes || len(k.Pen) > social.MaxPen:
		return errs.New(errs.Invalid, "This is too long to be kept as a draft.")
	}
	return k.Draft.CheckThread()
}

func keepDraft(ctx context.Context, tx *store.Tx, by social.Actor, k social.KeptDraft, seen int64) (kept social.KeptDraft, err error) {
	if _, err := tx.HoldAccount(ctx, by.Account); err != nil { // counting and adding is for one at a time
		return kept, err
	}
	if key := cmp.Or(k.Draft.Form, k.Draft.Key); key != "" { // it was sent, and this is what the page said before
		if out, err := tx.Keyed(ctx, by.Account, key, tx.Now.Add(-keyLife).UnixMilli()); err != nil || out != 0 {
			return kept, err
		}
		if _, err := tx.KeyedScheduled(ctx, by.Account, key); errs.Absent(err) != nil || err == nil {
			return kept, err
		}
	}
	k.Owner, k.At = by.Account, tx.Now
	if k.Draft, err = ownMedia(ctx, tx, by, k.Draft); err != nil {
		return kept, err
	}
	was, err := tx.DraftOf(ctx, by.Account, k.ID)
	switch there := err == nil; {
	case errs.Absent(err) != nil:
		return kept, err
	case k.ID == 0, there && was.Pen != k.Pen && was.At.UnixMilli() != seen && !sameDraft(was, k):
		k.ID = social.DraftID(id.New(tx.Now))
	case there && k.Draft.Blank():
		return social.KeptDraft{}, dropDraft(ctx, tx, by.Account, k.ID)
	case there:
		return k, setDraft(ctx, tx, k)
	}
	if k.Draft.Blank() {
		return social.KeptDraft{}, nil
	}
	n, err := tx.CountDrafts(ctx, by.Account)
	if err == nil && n >= social.MaxDrafts {
		err = errs.Newf(errs.Invalid, "You have %d drafts already, and more are not kept. Delete one that you no longer need.", social.MaxDrafts)
	}
	if err != nil {
		return kept, err
	}
	return k, setDraft(ctx, tx, k)
}

func sameDraft(a, b social.KeptDraft) bool {
	a.Draft.Kept, a.Draft.Key, a.Draft.Form = 0, "", ""
	b.Draft.Kept, b.Draft.Key, b.Draft.Form = 0, "", ""
	x, _ := json.Marshal(a.Draft)
	y, _ := json.Marshal(b.Draft)
	return slices.Equal(x, y) && a.When == b.When
}

func setDraft(ctx context.Context, tx *store.Tx, k social.KeptDraft) error {
	if err := tx.KeepMedia(ctx, k.Owner, k.Draft.AllMedia(), int64(k.ID)); err != nil {
		return err
	}
	return tx.SetDraft(ctx, k)
}

func dropDraft(ctx context.Context, tx *store.Tx, owner social.AccountID, which social.DraftID) error {
	if err := tx.KeepMedia(ctx, owner, nil, int64(which)); err != nil {
		return err
	}
	_, err := tx.EndDraft(ctx, owner, which)
	return err
}

// ownMedia is d with those of its attachments that are by's and on no post.
func ownMedia(ctx context.Context, tx *store.Tx, by social.Actor, d social.Draft) (social.Draft, error) {
	there, err := loose(ctx, &tx.View, by, d.AllMedia())
	if err != nil {
		return d, err
	}
	own := func(ids []social.MediaID) (out []social.MediaID) {
		for _, which := range ids {
			if slices.ContainsFunc(there, func(m social.Media) bool { return m.ID == which }) && !slices.Contains(out, which) {
				out = append(out, which)
			}
		}
		return out
	}
	d.Media, d.Then = own(d.Media), slices.Clone(d.Then)
	for i := range d.Then {
		d.Then[i].Media = own(d.Then[i].Media)
	}
	return d, nil
}

// loose are those of ids that are by's and on no post, in their order.
func loose(ctx context.Context, v *store.View, by social.Actor, ids []social.MediaID) ([]social.Media, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := v.Media(ctx, ids)
	all = slices.DeleteFunc(all, func(m social.Media) bool {
		return m.Owner != by.Account || m.Post != 0 || m.State == social.MediaFailed
	})
	slices.SortFunc(all, func(a, b social.Media) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return all, err
}

// DraftMedia are the attachments of what by is writing, as they are described
// there: those that are by's and on no post.
func (s *Service) DraftMedia(ctx context.Context, by social.Actor, d social.Draft) (out []social.Media, err error) {
	if len(d.AllMedia()) == 0 {
		return nil, nil
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		out, err = loose(ctx, v, by, d.AllMedia())
		return err
	})
	for _, p := range d.Posts() {
		for _, c := range p.Describe {
			for i := range out {
				if out[i].ID == c.ID {
					out[i] = c.Apply(out[i])
				}
			}
		}
	}
	return out, err
}

// Drafts are all that by has begun to write, what was kept last first.
func (s *Service) Drafts(ctx context.Context, by social.Actor) (out []social.KeptDraft, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		out, err = v.Drafts(ctx, by.Account, social.MaxDrafts)
		return err
	})
	return out, err
}

// Draft is one of by's, or NotFound.
func (s *Service) Draft(ctx context.Context, by social.Actor, which social.DraftID) (k social.KeptDraft, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		k, err = v.DraftOf(ctx, by.Account, which)
		return err
	})
	return k, err
}

// DropDraft forgets one of by's. Its attachments go like others that no post has.
func (s *Service) DropDraft(ctx context.Context, by social.Actor, which social.DraftID) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.DraftOf(ctx, by.Account, which); err != nil {
			return err
		}
		return dropDraft(ctx, tx, by.Account, which)
	})
}
