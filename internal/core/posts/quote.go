package posts

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// quote puts on p what d wants quoted, and who may quote p in turn. What is
// quoted from afar waits for its author's consent.
func quote(ctx context.Context, tx *store.Tx, by social.Actor, p *social.Post, d social.Draft) (err error) {
	if p.QuotePolicy, err = social.ParseQuotePolicy(string(d.QuotePolicy)); err != nil || d.Quote == 0 {
		return err
	}
	of, err := tx.VisiblePost(ctx, by.Account, d.Quote)
	if err != nil {
		return err
	}
	rel, err := tx.Relation(ctx, by.Account, of.Author)
	if err != nil {
		return err
	}
	if err := of.MayQuote(by, rel); err != nil {
		return err
	}
	author, err := tx.Account(ctx, of.Author)
	if err != nil {
		return err
	}
	p.Quote = social.Quote{Of: of.ID, Author: of.Author, State: social.QuoteAccepted}
	if !author.Local() {
		p.Quote.State = social.QuotePending
	}
	p.Visibility, p.LocalOnly = of.Narrowed(p.Visibility), p.LocalOnly || of.LocalOnly
	return nil
}

// RevokeQuote has a post no longer show the post of by's that it quotes. Who
// wrote it may have blocked by; that does not keep it.
func (s *Service) RevokeQuote(ctx context.Context, by social.Actor, of, quoting social.PostID) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.HoldPost(ctx, quoting) // first, as who deletes it does
		if err == nil && p.Quote.Of != of {
			err = store.NoPost
		}
		if err != nil {
			return err
		}
		if _, err := own(ctx, tx, by, of); err != nil || p.Quote.State == social.QuoteRevoked {
			return err
		}
		if _, open := p.Counts(); open && p.Quote.State == social.QuoteAccepted {
			if err := tx.CountQuote(ctx, of, -1); err != nil {
				return err
			}
		}
		tx.Record(event.QuoteChanged{Post: p.ID, Author: p.Author, QuoteOf: of})
		return tx.SetQuoteState(ctx, p.ID, social.QuoteRevoked)
	})
	if err != nil {
		return fmt.Errorf("revoke quote: %w", err)
	}
	return nil
}

// QuotedBy is the post of by's that another quotes. By need not see the other:
// who wrote it may have blocked them. Anybody else is given NoPost.
func (s *Service) QuotedBy(ctx context.Context, by social.Actor, quoting social.PostID) (of social.PostID, err error) {
	if err := by.MustAct(); err != nil {
		return 0, err
	}
	err = s.store.Read(ctx, func(v *store.View) error {
		p, err := v.Post(ctx, quoting)
		if err == nil && (p.Quote.Of == 0 || p.Quote.Author != by.Account) {
			err = store.NoPost
		}
		of = p.Quote.Of
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("find what is quoted: %w", err)
	}
	return of, nil
}

// SetQuotePolicy decides anew who may quote a post of by's. Quotes there are
// stay.
func (s *Service) SetQuotePolicy(ctx context.Context, by social.Actor, which social.PostID, policy social.QuotePolicy) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		p, err := own(ctx, tx, by, which)
		if err != nil {
			return err
		}
		return requote(ctx, tx, &p, policy)
	})
	if err != nil {
		return fmt.Errorf("set quote policy: %w", err)
	}
	return nil
}

// requote has p be quoted by others from now on; empty leaves it as it is.
func requote(ctx context.Context, tx *store.Tx, p *social.Post, policy social.QuotePolicy) error {
	policy, err := social.ParseQuotePolicy(string(policy))
	if err != nil || policy == "" || policy == p.QuotePolicy {
		return err
	}
	if p.IsBoost() {
		return errs.New(errs.Invalid, "A boost is not quoted, so nothing can be said about who may.")
	}
	p.QuotePolicy = policy
	tx.Record(event.QuoteChanged{Post: p.ID, Author: p.Author})
	return tx.SetQuotePolicy(ctx, p.ID, policy)
}
