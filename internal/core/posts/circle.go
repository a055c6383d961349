package posts

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// within has p be for a circle, if it is for one. What answers a post of a circle
// is for those whom that was for, whatever was asked for: only a message is for
// fewer. Otherwise it is for whoever is on the list that d names, now.
func within(ctx context.Context, tx *store.Tx, p *social.Post, d social.Draft, parent social.Post) error {
	switch {
	case parent.Visibility == social.Circle && p.Visibility != social.Direct:
		p.Visibility, p.Circle, p.Audience = social.Circle, parent.Circle, slices.Clone(parent.Audience)
		p.Audience = slices.DeleteFunc(append(p.Audience, parent.Author), func(who social.AccountID) bool { return who == p.Author })
		return nil
	case p.Visibility != social.Circle:
		if d.Circle != 0 {
			return errs.New(errs.Invalid, "Validation failed: A post that is for a list is for nobody else. Choose the list or another audience.")
		}
		return nil
	case d.Circle == 0:
		return errs.New(errs.Invalid, "Validation failed: Say which of your lists the post is for.")
	}
	l, err := tx.List(ctx, p.Author, d.Circle)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return errs.New(errs.Invalid, "Validation failed: The list that this is for is gone. Choose who can see it.")
	}
	if err != nil {
		return err
	}
	p.Circle = l.ID
	p.Audience, err = tx.Members(ctx, l.ID, social.Page{Limit: social.MaxCircle + 1})
	p.Audience = slices.DeleteFunc(p.Audience, func(who social.AccountID) bool { return who == p.Author })
	switch {
	case err != nil:
		return err
	case len(p.Audience) == 0:
		return errs.Newf(errs.Invalid, "Validation failed: Nobody is on your list “%s”. Put people on it first, or choose who else can see the post.", l.Title)
	case len(p.Audience) > social.MaxCircle:
		return errs.Newf(errs.Invalid, "Validation failed: A post can be for a list of at most %d people.", social.MaxCircle)
	}
	return nil
}

// mayShowWithin reports why a post for a circle cannot show what it quotes, or
// nil: whoever wrote that elsewhere would have to be asked, and so learn of it.
func mayShowWithin(p social.Post) error {
	if p.Visibility == social.Circle && p.Quote.State == social.QuotePending {
		return errs.New(errs.Invalid, "Validation failed: A post for a list cannot quote what somebody wrote on another server. Put its link into the text.")
	}
	return nil
}

// widen adds those who a copy of a circle's post says that it is for: a server
// sends one to each of them.
func widen(ctx context.Context, tx *store.Tx, here social.Post, f social.ForeignPost) error {
	if here.Visibility != social.Circle || f.Visibility != social.Circle || here.Circle != 0 {
		return nil
	}
	here, err := tx.HoldPost(ctx, here.ID) // another copy may be widening it
	if err != nil {
		return err
	}
	all, err := addressed(ctx, tx, here.Author, f)
	if err != nil {
		return err
	}
	was := len(here.Audience)
	for _, who := range all {
		if !slices.Contains(here.Audience, who) && len(here.Audience) < social.MaxForeignMentions {
			here.Audience = append(here.Audience, who)
		}
	}
	if len(here.Audience) == was {
		return nil
	}
	if err := tx.SetAudience(ctx, here.ID, here.Audience); err != nil {
		return err
	}
	added := event.Widened{Post: here.ID, Author: here.Author, To: here.Audience[was:]}
	for _, m := range f.Mentions {
		if slices.Contains(added.To, m.Account) {
			added.Called = append(added.Called, m.Account)
		}
	}
	tx.Record(added)
	return nil
}

// addressed are those of ours whom a post of a circle elsewhere is for, but for
// those who block its author.
func addressed(ctx context.Context, tx *store.Tx, author social.AccountID, f social.ForeignPost) (out []social.AccountID, err error) {
	all, err := tx.Accounts(ctx, f.Audience)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if !a.Local() || a.Standing != social.Good || len(out) == social.MaxForeignMentions {
			continue
		}
		rel, err := tx.Relation(ctx, author, a.ID)
		if err != nil {
			return nil, err
		}
		if !rel.BlockedBy {
			out = append(out, a.ID)
		}
	}
	return out, nil
}
