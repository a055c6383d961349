package posts

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

var (
	errKinds = errs.Newf(errs.Invalid, "Validation failed: At most %d different reactions stand under a post.", social.MaxReactionKinds)
	errEach  = errs.Newf(errs.Invalid, "Validation failed: One person puts at most %d reactions under a post.", social.MaxReactionsEach)
)

// React puts an emoji under a post (for a boost, what it passes on) and returns
// which post that was: a sign, one of the house's by its name, or one of
// another host's that stands there already. That it is there already is fine.
func (s *Service) React(ctx context.Context, by social.Actor, which social.PostID, name string) (social.PostID, error) {
	err := s.store.WriteFor(ctx, by, "react", func(tx *store.Tx) error {
		p, err := marked(ctx, tx, by, which, social.Liked, true)
		if err != nil {
			return err
		}
		which, name = p.ID, social.ReactionName(name)
		if err := mayReactWith(ctx, tx, p, name); err != nil {
			return err
		}
		_, err = react(ctx, tx, by, p, name)
		return err
	})
	return which, err
}

// mayReactWith reports why name is no emoji that people here can put under a
// post, or nil.
func mayReactWith(ctx context.Context, tx *store.Tx, p social.Post, name string) error {
	if _, host, pictured := social.Pictured(name); name == "" {
		return social.ErrReaction
	} else if !pictured {
		return nil
	} else if host != "" {
		there, err := tx.ReactionCounts(ctx, []social.PostID{p.ID})
		if err == nil && !slices.ContainsFunc(there, func(x store.PostReaction) bool { return x.Name == name }) {
			err = social.ErrReaction
		}
		return err
	}
	return ofHouse(ctx, tx, name)
}

// ofHouse reports why name is no emoji of this house, or nil.
func ofHouse(ctx context.Context, tx *store.Tx, name string) error {
	e, err := tx.HoldEmojiNamed(ctx, name)
	if errs.KindOf(err) == errs.NotFound && err != nil || err == nil && !e.Enabled {
		return social.ErrReaction
	}
	return err
}

// react puts an emoji under a post, within the limits, and returns what stands
// there then.
func react(ctx context.Context, tx *store.Tx, by social.Actor, p social.Post, name string) (x social.Reacting, err error) {
	if _, err := tx.HoldPost(ctx, p.ID); err != nil { // counting and adding is for one at a time
		return x, err
	}
	mine, err := tx.ReactionsBy(ctx, by.Account, []social.PostID{p.ID})
	if err != nil {
		return x, err
	}
	if i := slices.IndexFunc(mine, func(m social.Reacting) bool { return m.Name == name }); i >= 0 {
		return mine[i], nil
	}
	if len(mine) >= social.MaxReactionsEach {
		return x, errEach
	}
	there, err := tx.ReactionCounts(ctx, []social.PostID{p.ID})
	if err != nil {
		return x, err
	}
	if len(there) >= social.MaxReactionKinds && !slices.ContainsFunc(there, func(t store.PostReaction) bool { return t.Name == name }) {
		return x, errKinds
	}
	x, isNew, err := tx.React(ctx, by.Account, p.ID, name)
	if isNew {
		tx.Record(event.Reacted{Reaction: x.ID, Owner: by.Account, Post: p.ID, Author: p.Author, Name: name})
	}
	return x, err
}

// Unreact takes an emoji away and returns from which post. That it is not there
// is fine.
func (s *Service) Unreact(ctx context.Context, by social.Actor, which social.PostID, name string) (social.PostID, error) {
	err := s.store.WriteFor(ctx, by, "take reaction away", func(tx *store.Tx) error {
		p, err := marked(ctx, tx, by, which, social.Liked, false)
		if err != nil {
			return err
		}
		which = p.ID
		was, err := unreact(ctx, tx, by, p, social.ReactionName(name))
		if err == nil && !was { // with nothing to take away, an invisible post is no post
			_, err = tx.VisiblePost(ctx, by.Account, p.ID)
		}
		return err
	})
	return which, err
}

func unreact(ctx context.Context, tx *store.Tx, by social.Actor, p social.Post, name string) (was bool, err error) {
	if _, err := tx.HoldPost(ctx, p.ID); err != nil {
		return false, err
	}
	x, was, err := tx.Unreact(ctx, by.Account, p.ID, name)
	if err != nil || !was {
		return false, err
	}
	tx.Record(event.Reacted{Reaction: x.ID, Owner: by.Account, Post: p.ID, Author: p.Author, Name: name, Off: true})
	if !by.Remote {
		return true, nil
	}
	return true, tx.EndAct(ctx, by.Account, social.ActReaction, int64(x.ID))
}

// ReactAs is React and Unreact for by from another server, under an address as
// for Like. A picture of theirs is kept as their others are.
func (s *Service) ReactAs(ctx context.Context, by social.Actor, of social.PostID, r social.ForeignReaction, uri string, on bool) error {
	return s.store.WriteFor(ctx, by, "reaction from elsewhere", func(tx *store.Tx) error {
		who, err := theirAct(ctx, tx, by, uri)
		if err != nil {
			return err
		}
		if !on {
			return unreactAs(ctx, tx, by, of, foreignName(r, who), uri)
		}
		if had, err := done(ctx, tx, uri); err != nil || had {
			return err
		}
		p, err := marked(ctx, tx, by, of, social.Liked, true)
		if err != nil {
			return err
		}
		name, err := kept(ctx, tx, r, who)
		if err != nil {
			return err
		}
		x, err := react(ctx, tx, by, p, name)
		if err != nil || uri == "" {
			return err
		}
		return tx.AddAct(ctx, social.Act{URI: uri, Kind: social.ActReaction, Owner: by.Account, Target: int64(x.ID)})
	})
}

// done reports whether a reaction with an address has come before, or was taken
// away before it came.
func done(ctx context.Context, tx *store.Tx, uri string) (bool, error) {
	if gone, err := undone(ctx, tx, uri); err != nil || gone || uri == "" {
		return gone, err
	}
	_, err := tx.Act(ctx, uri)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return false, nil
	}
	return true, err
}

// foreignName is the name of what who reacts with.
func foreignName(r social.ForeignReaction, who social.Account) string {
	if r.Emoji.Shortcode != "" {
		return social.ReactionName(r.Emoji.Shortcode + "@" + who.Host)
	}
	return social.ReactionName(r.Name)
}

// kept is the name of what who reacts with, whose picture is kept.
func kept(ctx context.Context, tx *store.Tx, r social.ForeignReaction, who social.Account) (string, error) {
	name := foreignName(r, who)
	_, host, pictured := social.Pictured(name)
	switch {
	case name == "":
		return "", social.ErrReaction
	case !pictured:
		return name, nil
	case host == "":
		return name, ofHouse(ctx, tx, name)
	}
	e, ok := r.Theirs(who.Host)
	if !ok {
		return "", social.ErrReaction
	}
	return name, tx.SetForeignEmojis(ctx, []social.ForeignEmoji{e}, social.MaxHostEmojis)
}

// unreactAs takes away what was put there under an address; without one, what
// is called so.
func unreactAs(ctx context.Context, tx *store.Tx, by social.Actor, of social.PostID, name, uri string) error {
	p, err := marked(ctx, tx, by, of, social.Liked, false)
	if err != nil {
		return err
	}
	if uri != "" {
		x, err := reactedAt(ctx, tx, by, uri)
		if err != nil || x.ID == 0 {
			return err
		}
		if x.Post != p.ID {
			return errElsewhere
		}
		name = x.Name
	}
	_, err = unreact(ctx, tx, by, p, name)
	return err
}

// reactedAt is what by put under a post under an address. If that has not come
// yet, it has no effect when it comes.
func reactedAt(ctx context.Context, tx *store.Tx, by social.Actor, uri string) (x social.Reacting, err error) {
	act, err := tx.Act(ctx, uri)
	if errs.KindOf(err) == errs.NotFound && err != nil || err == nil && (act.Owner != by.Account || act.Kind != social.ActReaction) {
		return x, tx.SetGone(ctx, uri)
	}
	if err != nil {
		return x, err
	}
	all, err := tx.ReactionsNamed(ctx, []social.ReactionID{social.ReactionID(act.Target)})
	if err != nil || len(all) == 0 {
		return x, err
	}
	return all[0], nil
}

// UnreactAt takes away what by, who is from another server, put under a post
// under an address.
func (s *Service) UnreactAt(ctx context.Context, by social.Actor, uri string) error {
	return s.store.WriteFor(ctx, by, "take reaction from elsewhere away", func(tx *store.Tx) error {
		if _, err := theirAct(ctx, tx, by, uri); err != nil {
			return err
		}
		x, err := reactedAt(ctx, tx, by, uri)
		if err != nil || x.ID == 0 {
			return err
		}
		p, err := tx.Post(ctx, x.Post)
		if err != nil {
			return err
		}
		_, err = unreact(ctx, tx, by, p, x.Name)
		return err
	})
}
