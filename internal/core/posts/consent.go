package posts

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// quoteFrom puts on p what a post from elsewhere quotes, and returns where the
// consent to that is, if it holds. Of ours its policy decides; of others'
// posts their author does, who has stamped it. Without consent the quote
// waits.
// https://codeberg.org/fediverse/fep/src/branch/main/fep/044f/fep-044f.md
func (s *Service) quoteFrom(ctx context.Context, tx *store.Tx, p *social.Post, author social.Account, f social.ForeignPost) (stamp string, err error) {
	if f.Quote == "" {
		return "", nil
	}
	of, err := s.find(ctx, &tx.View, f.Quote)
	if errors.Is(err, store.NoPost) || err == nil && of.IsBoost() {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	p.Quote = social.Quote{Of: of.ID, Author: of.Author, State: social.QuotePending}
	ok, stamp, err := mayShow(ctx, tx, of, author, f.QuoteStamp)
	if ok {
		p.Quote.State = social.QuoteAccepted
	}
	if errors.Is(err, store.NoPost) { // it is ours and not for its author
		p.Quote, err = social.Quote{}, nil
	}
	return stamp, err
}

// mayShow reports whether a post by somebody from elsewhere may show another,
// and the stamp by which it may.
func mayShow(ctx context.Context, tx *store.Tx, of social.Post, who social.Account, stamp string) (bool, string, error) {
	if of.Author == who.ID {
		return true, "", nil
	}
	quoted, err := tx.Account(ctx, of.Author)
	if err != nil {
		return false, "", err
	}
	if !quoted.Local() {
		ok := social.Address(stamp) && social.SameHost(stamp, quoted.URI)
		if !ok {
			stamp = ""
		}
		return ok, stamp, nil
	}
	err = mayQuote(ctx, &tx.View, of.ID, who.ID)
	if err != nil && !errors.Is(err, store.NoPost) {
		return false, "", nil
	}
	return err == nil, "", err
}

// mayQuote reports why an account may not quote a post: NoPost if it may not
// see it either.
func mayQuote(ctx context.Context, v *store.View, of social.PostID, who social.AccountID) error {
	p, err := v.VisiblePost(ctx, who, of)
	if err != nil {
		return err
	}
	rel, err := v.Relation(ctx, who, p.Author)
	if err != nil {
		return err
	}
	return p.MayQuote(social.Actor{Account: who, Standing: social.Good, Role: social.Member, Remote: true}, rel)
}

// stampAnew takes a consent that came after the post.
func (s *Service) stampAnew(ctx context.Context, tx *store.Tx, p social.Post, author social.Account, f social.ForeignPost) error {
	if p.Quote.State != social.QuotePending || f.Quote == "" {
		return nil
	}
	of, err := s.find(ctx, &tx.View, f.Quote)
	if err != nil || of.ID != p.Quote.Of {
		return errs.Absent(err)
	}
	ok, stamp, err := mayShow(ctx, tx, of, author, f.QuoteStamp)
	if err != nil || !ok {
		return errs.Absent(err)
	}
	return consent(ctx, tx, p, stamp)
}

// consent has p, whose quote waited, show what it quotes.
func consent(ctx context.Context, tx *store.Tx, p social.Post, stamp string) error {
	if err := tx.SetQuoteState(ctx, p.ID, social.QuoteAccepted); err != nil {
		return err
	}
	tx.Record(event.QuoteChanged{Post: p.ID, Author: p.Author, QuoteOf: p.Quote.Of})
	if err := tx.SetQuoteStamp(ctx, p.ID, stamp); err != nil {
		return err
	}
	if _, open := p.Counts(); !open {
		return nil
	}
	return tx.CountQuote(ctx, p.Quote.Of, 1)
}

// dissent has p not show what it quotes, whatever was said before.
func dissent(ctx context.Context, tx *store.Tx, p social.Post) error {
	state := social.QuoteRejected
	switch _, open := p.Counts(); p.Quote.State {
	case social.QuoteAccepted:
		if state = social.QuoteRevoked; !open {
			break
		}
		if err := tx.CountQuote(ctx, p.Quote.Of, -1); err != nil {
			return err
		}
	case social.QuotePending:
	default:
		return nil
	}
	if err := tx.SetQuoteStamp(ctx, p.ID, ""); err != nil {
		return err
	}
	tx.Record(event.QuoteChanged{Post: p.ID, Author: p.Author, QuoteOf: p.Quote.Of})
	return tx.SetQuoteState(ctx, p.ID, state)
}

// AnswerQuote takes what by, from another server, says to being quoted by a
// post. The stamp is the address of the consent, which whoever calls this has
// looked at. What does not quote by is NotFound.
func (s *Service) AnswerQuote(ctx context.Context, by social.Actor, quoting social.PostID, stamp string, accepted bool) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		author, err := stranger(ctx, tx, by)
		if err != nil {
			return err
		}
		p, err := tx.HoldPost(ctx, quoting)
		if err == nil && (p.Quote.Of == 0 || p.Quote.Author != by.Account) {
			err = store.NoPost
		}
		switch {
		case err != nil:
			return err
		case !accepted:
			return dissent(ctx, tx, p)
		case !social.Address(stamp) || !social.SameHost(stamp, author.URI):
			return errElsewhere
		case p.Quote.State != social.QuotePending:
			return nil // agreed to before, or taken back since
		}
		return consent(ctx, tx, p, stamp)
	})
	if err != nil {
		return fmt.Errorf("answer quote: %w", err)
	}
	return nil
}

// unstamp has the posts that an address let quote something of by's not show
// it any more, and reports whether there was one.
func (s *Service) unstamp(ctx context.Context, tx *store.Tx, by social.Actor, uri string) (was bool, err error) {
	const oneOnly = 10 // a stamp is for one post
	all, err := tx.Stamped(ctx, uri, oneOnly)
	for _, which := range all {
		p, err := tx.HoldPost(ctx, which)
		if err != nil {
			return was, err
		}
		if p.Quote.Author != by.Account {
			continue
		}
		if err := dissent(ctx, tx, p); err != nil {
			return was, err
		}
		was = true
	}
	return was, err
}

// MayBeQuotedBy tells whether a post of ours may be quoted by an account from
// elsewhere, or why not: NotFound for what that account may not see.
func (s *Service) MayBeQuotedBy(ctx context.Context, quoted social.PostID, by social.AccountID) error {
	err := s.store.Read(ctx, func(v *store.View) error { return mayQuote(ctx, v, quoted, by) })
	if err != nil {
		return fmt.Errorf("may be quoted: %w", err)
	}
	return nil
}

// Consent has a post from elsewhere show the post of ours that it quotes, if
// that one's policy is for it: what its author asks us for. It is Forbidden
// otherwise, and NotFound for what quotes nothing of ours.
func (s *Service) Consent(ctx context.Context, by social.Actor, quoting social.PostID) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		p, err := own(ctx, tx, by, quoting)
		if err == nil && (p.Quote.Of == 0 || p.Quote.State == social.QuoteRevoked) {
			err = store.NoPost
		}
		if err != nil {
			return err
		}
		if quoted, err := tx.Account(ctx, p.Quote.Author); err != nil || !quoted.Local() {
			return cmp.Or(err, store.NoPost)
		}
		if err := mayQuote(ctx, &tx.View, p.Quote.Of, by.Account); err != nil || p.Quote.State == social.QuoteAccepted {
			return err
		}
		return consent(ctx, tx, p, "")
	})
	if err != nil {
		return fmt.Errorf("consent to quote: %w", err)
	}
	return nil
}
