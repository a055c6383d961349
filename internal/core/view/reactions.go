package view

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// attachReactions fills in the emoji under cards. Where there are none, which a
// post knows of itself, nothing is read.
func attachReactions(ctx context.Context, s *store.View, cards []*Card) error {
	var ids []social.PostID
	for _, c := range cards {
		if c.Kinds > 0 {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	all, err := s.ReactionCounts(ctx, ids)
	for _, c := range cards {
		for _, x := range all {
			if x.Post == c.ID {
				c.Reactions = append(c.Reactions, x.Reaction)
			}
		}
	}
	return err
}

// reacted fills in which of the emoji under posts are the reader's.
func (l *layout) reacted(ctx context.Context, v *View, out []*Seen) error {
	var ids []social.PostID
	for _, s := range out {
		if len(s.Card.Reactions) > 0 {
			ids = append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return v.store.Read(ctx, func(s *store.View) error {
		mine, err := s.ReactionsBy(ctx, l.reader.ID, ids)
		for _, o := range out {
			o.Reacted = nil // it may stand here twice
			for _, x := range mine {
				if x.Post == o.ID {
					o.Reacted = append(o.Reacted, x.Name)
				}
			}
		}
		return err
	})
}

// Reactions are the emoji under a post before its reader.
func (s *Seen) Reactions() []social.Reaction {
	out := slices.Clone(s.Card.Reactions)
	for i := range out {
		out[i].Mine = slices.Contains(s.Reacted, out[i].Name)
	}
	return out
}

// ReactionEmoji is the picture of another host that a reaction is, if it is one
// and known here.
func (v *View) ReactionEmoji(ctx context.Context, name string) (e social.ForeignEmoji, ok bool, err error) {
	err = v.store.Read(ctx, func(s *store.View) error {
		all, err := s.ReactionEmojis(ctx, []string{name})
		e, ok = all[name]
		return err
	})
	return e, ok, err
}

// How many of those who put an emoji under a post are named, if all of its emoji
// are asked for, and if it alone is.
const (
	FewReactors = 10
	MaxReactors = 80
)

// Reactors is who put each of the emoji under a post that by may see there, or
// one of them, the last first. Whom by has blocked, or who has blocked by, is
// not named.
func (v *View) Reactors(ctx context.Context, by social.Actor, which social.PostID, only string) ([]social.Reaction, map[string][]*Face, error) {
	post, err := v.Post(ctx, by, which)
	if err != nil {
		return nil, nil, err
	}
	post = post.Original()
	kinds := slices.DeleteFunc(post.Reactions(), func(x social.Reaction) bool { return only != "" && x.Name != only })
	if !post.Names(by.Account) {
		return kinds, nil, nil
	}
	var names []string
	for _, x := range kinds {
		names = append(names, x.Name)
	}
	most := FewReactors
	if only != "" {
		most = MaxReactors
	}
	var all []social.Reacting
	if err := v.store.Read(ctx, func(s *store.View) error {
		all, err = s.ReactionsOf(ctx, post.ID, names, most)
		return err
	}); err != nil || len(all) == 0 {
		return kinds, nil, err
	}
	people, err := v.reactors(ctx, by, all)
	out := map[string][]*Face{}
	for _, x := range all {
		if f := people[x.Owner]; f != nil {
			out[x.Name] = append(out[x.Name], f)
		}
	}
	return kinds, out, err
}

// reactors are those who reacted whom by may be shown.
func (v *View) reactors(ctx context.Context, by social.Actor, all []social.Reacting) (map[social.AccountID]*Face, error) {
	r, err := v.Reader(ctx, by.Account)
	if err != nil {
		return nil, err
	}
	ids := make([]social.AccountID, len(all))
	for i, x := range all {
		ids[i] = x.Owner
	}
	faces, err := v.Faces(ctx, ids)
	out := map[social.AccountID]*Face{}
	for _, f := range faces {
		if rel := r.RelationTo(f, v.store.Now()); f.Standing == social.Good && !rel.Apart() {
			out[f.ID] = f
		}
	}
	return out, err
}
