package notices

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// reacted tells the author of a post which emoji somebody put under it.
func (t teller) reacted(ctx context.Context, f event.Reacted) error {
	n := social.Notice{Owner: f.Author, Kind: social.NoticeReaction, From: f.Owner, Post: f.Post, About: int64(f.Reaction)}
	if f.Off {
		return t.tx.EndNotice(ctx, n)
	}
	if there, err := t.tx.ReactionsNamed(ctx, []social.ReactionID{f.Reaction}); err != nil || len(there) == 0 {
		return err // taken away again
	}
	return t.tell(ctx, n)
}

// reactions fills in the emoji that notices are about, and leaves out those
// whose emoji is gone. Where there are none it reads nothing.
func (s *Service) reactions(ctx context.Context, told []Told) ([]Told, error) {
	var ids []social.ReactionID
	for _, t := range told {
		if t.Kind == social.NoticeReaction {
			ids = append(ids, social.ReactionID(t.About))
		}
	}
	if len(ids) == 0 {
		return told, nil
	}
	there := map[social.ReactionID]*social.Reaction{}
	if err := s.store.Read(ctx, func(v *store.View) error {
		all, err := v.ReactionsNamed(ctx, ids)
		if err != nil {
			return err
		}
		names := make([]string, len(all))
		for i, x := range all {
			names[i] = x.Name
		}
		images, err := v.ReactionEmojis(ctx, names)
		for _, x := range all {
			there[x.ID] = &social.Reaction{Name: x.Name, Count: 1, Image: images[x.Name].Image}
		}
		return err
	}); err != nil {
		return nil, err
	}
	for i, t := range told {
		if t.Kind == social.NoticeReaction {
			told[i].Reaction = there[social.ReactionID(t.About)]
		}
	}
	return slices.DeleteFunc(told, func(t Told) bool { return t.Kind == social.NoticeReaction && t.Reaction == nil }), nil
}
