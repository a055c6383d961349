package posts

import (
	"context"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// locked is the holding of a reply in a thread of ours that takes no more, or
// none. Its author, and who keeps it for them, go on.
func locked(ctx context.Context, tx *store.Tx, p, root social.Post) (social.Holding, error) {
	if !root.Locked || root.Author == p.Author {
		return social.Holding{}, nil
	}
	if keeps, err := tx.Keeps(ctx, root.Author, p.Author); err != nil || keeps {
		return social.Holding{}, err
	}
	return holding(tx, p, root.Author, root.ID, social.HeldRefused, social.WhyLocked), nil
}

// ruled is the holding of a reply that a rule of who wrote root holds, or none.
func ruled(ctx context.Context, tx *store.Tx, p, root social.Post) (social.Holding, error) {
	rule, err := ruleFor(ctx, tx, root.Author, p)
	if err != nil || rule == "" {
		return social.Holding{}, err
	}
	return holding(tx, p, root.Author, root.ID, social.HeldPending, social.HeldWhy(rule)), nil
}

// ruleFor is the rule of an owner's by which a reply to them waits, or empty. Whom
// the owner follows, who keeps their threads, and the owner are never held.
func ruleFor(ctx context.Context, tx *store.Tx, owner social.AccountID, p social.Post) (social.ReplyRule, error) {
	rules, err := tx.ReplyRules(ctx, owner)
	if err != nil || rules.Empty() || p.Author == owner {
		return "", err
	}
	if rel, err := tx.Relation(ctx, owner, p.Author); err != nil || rel.Follows {
		return "", err
	}
	if keeps, err := tx.Keeps(ctx, owner, p.Author); err != nil || keeps {
		return "", err
	}
	a, err := tx.Account(ctx, p.Author)
	if err != nil {
		return "", err
	}
	c := social.Replying{Language: p.Language, Limited: a.Limited, Age: tx.Now.Sub(a.CreatedAt)}
	if len(rules.Words) > 0 {
		if c.Words, err = spoken(ctx, tx, p); err != nil {
			return "", err
		}
	}
	if !a.Local() { // when it began elsewhere its server may say as it likes
		c.Age = tx.Now.Sub(id.Time(int64(a.ID)))
	}
	if rules.Strangers {
		if c.Known, err = tx.FollowedByFollowed(ctx, owner, a.ID); err != nil {
			return "", err
		}
	}
	return rules.Holds(c), nil
}

// spoken is all that a post says, in one piece: also what its pictures are said to
// show, and what can be chosen in its poll.
func spoken(ctx context.Context, tx *store.Tx, p social.Post) (string, error) {
	said := p.Text
	if p.HTML != "" {
		said = text.FromHTML(p.HTML, func(_, shown string) string { return shown })
	}
	all := []string{p.Warning, said}
	media, err := mediaOf(ctx, &tx.View, p)
	if err != nil {
		return "", err
	}
	for _, m := range media {
		all = append(all, m.Alt)
	}
	poll, err := pollOf(ctx, &tx.View, p)
	if err != nil {
		return "", err
	}
	if poll != nil {
		all = append(all, poll.Titles()...)
	}
	return strings.Join(all, "\n"), nil
}

// ruledAnew holds a reply that says something else now, if the rules would have
// held it: nobody gets past them by saying it afterwards.
func ruledAnew(ctx context.Context, tx *store.Tx, p social.Post) error {
	if !answers(p) || p.Held != social.HeldNot {
		return nil
	}
	was, err := tx.Holding(ctx, p.ID)
	if errs.Absent(err) != nil {
		return err
	}
	for _, which := range []social.PostID{p.ReplyTo, p.Thread} {
		root, err := tx.Post(ctx, which)
		if errs.Absent(err) != nil {
			return err
		}
		if err != nil || root.URI != "" || was.Owner == root.Author && was.By != 0 { // who has looked at it
			continue
		}
		h, err := ruled(ctx, tx, p, root)
		if err != nil {
			return err
		}
		if h.State != social.HeldNot {
			h.Asked, h.Stamp = was.Asked, was.Stamp
			return hold(ctx, tx, p, h, 0)
		}
	}
	return nil
}
