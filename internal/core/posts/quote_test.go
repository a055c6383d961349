package posts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func TestQuote(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		open := say(t, svc, ada, "quote me", social.Public)
		closed := say(t, svc, ada, "for friends", social.Followers)
		quotes := func(want int) {
			t.Helper()
			if p, err := read(t, s, open.ID); err != nil || p.Quotes != want {
				t.Errorf("%d quotes, %v; want %d", p.Quotes, err, want)
			}
		}
		q, err := svc.Publish(ctx, as(ben), social.Draft{Quote: open.ID, Visibility: social.Public}) // without words
		if err != nil || q.Quote != (social.Quote{Of: open.ID, Author: ada, State: social.QuoteAccepted}) {
			t.Fatalf("%+v, %v", q.Quote, err)
		}
		quotes(1)
		secret, err := svc.Publish(ctx, as(ben), social.Draft{Text: "@cleo see", Quote: open.ID, Visibility: social.Followers})
		if err != nil {
			t.Fatal(err)
		}
		quotes(1) // that somebody quotes among friends is not told
		mine, err := svc.Publish(ctx, as(ada), social.Draft{Text: "once more", Quote: closed.ID, Visibility: social.Public})
		if err != nil || mine.Visibility != social.Followers {
			t.Errorf("what was for followers is quoted for %s, %v", mine.Visibility, err)
		}
		for name, tt := range map[string]struct {
			by   social.AccountID
			of   social.PostID
			want error
			kind errs.Kind
		}{
			"no such post":           {ben, 99, store.NoPost, errs.NotFound},
			"not for them":           {cleo, closed.ID, store.NoPost, errs.NotFound},
			"blocked":                {cleo, open.ID, store.NoPost, errs.NotFound},
			"for followers, by one":  {ben, closed.ID, nil, errs.Forbidden},
			"a boost":                {ben, boostOf(t, svc, ben, open.ID), nil, errs.Invalid},
			"of a quote for friends": {ada, secret.ID, store.NoPost, errs.NotFound},
		} {
			_, err := svc.Publish(ctx, as(tt.by), social.Draft{Text: "x", Quote: tt.of, Visibility: social.Public})
			if errs.KindOf(err) != tt.kind || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := svc.Edit(ctx, as(ben), q.ID, social.Draft{}); err != nil {
			t.Errorf("an edit of what has no words but a quote: %v", err)
		}
		if p, _ := read(t, s, q.ID); p.Quote != q.Quote || !p.EditedAt.IsZero() {
			t.Errorf("after it: %+v, edited %v", p.Quote, p.EditedAt)
		}
		if _, err := svc.Delete(ctx, as(ben), q.ID); err != nil {
			t.Fatal(err)
		}
		quotes(0)
	})
}

func boostOf(t *testing.T, svc *posts.Service, by social.AccountID, of social.PostID) social.PostID {
	t.Helper()
	b, err := svc.Boost(t.Context(), as(by), of, social.Public)
	if err != nil {
		t.Fatal(err)
	}
	return b.ID
}

func TestRevokeQuote(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		open, other := say(t, svc, ada, "quote me", social.Public), say(t, svc, ada, "another", social.Public)
		q, err := svc.Publish(ctx, as(ben), social.Draft{Text: "look", Quote: open.ID, Visibility: social.Public})
		if err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"not one's own":   svc.RevokeQuote(ctx, as(ben), open.ID, q.ID),
			"not quoted":      svc.RevokeQuote(ctx, as(ada), other.ID, q.ID),
			"does not quote":  svc.RevokeQuote(ctx, as(ada), open.ID, other.ID),
			"no such quote":   svc.RevokeQuote(ctx, as(ada), open.ID, 99),
			"of no such post": svc.RevokeQuote(ctx, as(ada), 99, q.ID),
		} {
			if !errors.Is(err, store.NoPost) {
				t.Errorf("%s: %v, want NoPost", name, err)
			}
		}
		if err := svc.RevokeQuote(ctx, social.Anyone, open.ID, q.ID); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("by nobody: %v", err)
		}
		if of, err := svc.QuotedBy(ctx, as(ada), q.ID); of != open.ID || err != nil {
			t.Errorf("ada's post that is quoted: %d, %v, want %d", of, err, open.ID)
		}
		if _, err := svc.QuotedBy(ctx, as(ben), q.ID); !errors.Is(err, store.NoPost) {
			t.Errorf("ben's post that is quoted: %v, want NoPost", err)
		}
		for range 2 {
			if err := svc.RevokeQuote(ctx, as(ada), open.ID, q.ID); err != nil {
				t.Fatal(err)
			}
		}
		of, _ := read(t, s, open.ID)
		if p, _ := read(t, s, q.ID); p.Quote.State != social.QuoteRevoked || of.Quotes != 0 {
			t.Errorf("it is %s, and there are %d quotes", p.Quote.State, of.Quotes)
		}
		if n := facts(t, s)["post.quote"]; n != 1 {
			t.Errorf("told of %d times, want 1", n)
		}
		if _, err := svc.Delete(ctx, as(ben), q.ID); err != nil {
			t.Fatal(err)
		}
		if of, _ := read(t, s, open.ID); of.Quotes != 0 {
			t.Errorf("%d quotes after what no longer counted went", of.Quotes)
		}
	})
}

func TestQuotePolicy(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p, err := svc.Publish(ctx, as(ada), social.Draft{Text: "mine", Visibility: social.Public, QuotePolicy: social.QuoteNobody})
		if err != nil || p.QuotePolicy != social.QuoteNobody {
			t.Fatalf("%q, %v", p.QuotePolicy, err)
		}
		quote := func() error {
			_, err := svc.Publish(ctx, as(ben), social.Draft{Text: "look", Quote: p.ID, Visibility: social.Public})
			return err
		}
		if err := quote(); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("quoted against her will: %v", err)
		}
		if err := svc.SetQuotePolicy(ctx, as(ben), p.ID, social.QuotePublic); !errors.Is(err, store.NoPost) {
			t.Errorf("by somebody else: %v", err)
		}
		if err := svc.SetQuotePolicy(ctx, as(ada), p.ID, "friends"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("no such policy: %v", err)
		}
		if _, err := svc.Publish(ctx, as(ada), social.Draft{Text: "x", Visibility: social.Public, QuotePolicy: "friends"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("no such policy: %v", err)
		}
		if err := svc.SetQuotePolicy(ctx, as(ada), p.ID, social.QuoteFollowers); err != nil {
			t.Fatal(err)
		}
		if err := quote(); err != nil {
			t.Errorf("by a follower: %v", err)
		}
		c.Pass(time.Minute)
		same := social.Draft{Text: "mine", QuotePolicy: social.QuoteNobody}
		if p, err := svc.Edit(ctx, as(ada), p.ID, same); err != nil || !p.EditedAt.IsZero() {
			t.Errorf("by an edit that changes no words: edited %v, %v", p.EditedAt, err)
		}
		if err := quote(); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("after that: %v", err)
		}
		if q, _ := read(t, s, p.ID); q.Quotes != 1 {
			t.Errorf("%d quotes are left, want 1", q.Quotes)
		}
	})
}
