package posts_test

import (
	"context"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func TestQuoteOfAStranger(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		of := receive(t, svc, zoe, note("1"))
		quote := func() social.Post {
			t.Helper()
			q, err := svc.Publish(ctx, as(ada), social.Draft{Text: "look", Visibility: social.Public, Quote: of.ID})
			must(t, err)
			return q
		}
		check := func(what string, q social.Post, state social.QuoteState, quotes int, stamp string) {
			t.Helper()
			got, _ := read(t, s, q.ID)
			quoted, _ := read(t, s, of.ID)
			must(t, s.Read(ctx, func(v *store.View) error {
				kept, err := v.QuoteStamp(ctx, q.ID)
				if got.Quote.State != state || quoted.Quotes != quotes || kept != stamp {
					t.Errorf("%s: %s, %d quotes, stamp %q; want %s, %d, %q", what, got.Quote.State, quoted.Quotes, kept, state, quotes, stamp)
				}
				return err
			}))
		}
		q, stamp := quote(), "https://far.example/stamp/1"
		check("asked", q, social.QuotePending, 0, "")
		for name, err := range map[string]error{
			"by somebody else":         svc.AnswerQuote(ctx, from(yan), q.ID, stamp, true),
			"stamped elsewhere":        svc.AnswerQuote(ctx, from(zoe), q.ID, "https://evil.example/stamp", true),
			"of what quotes nothing":   svc.AnswerQuote(ctx, from(zoe), of.ID, stamp, true),
			"by one of ours":           svc.AnswerQuote(ctx, as(ada), q.ID, stamp, true),
			"of what is not here":      svc.AnswerQuote(ctx, from(zoe), 99, stamp, true),
			"without where it is said": svc.AnswerQuote(ctx, from(zoe), q.ID, "", true),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		check("lies", q, social.QuotePending, 0, "")
		must(t, svc.AnswerQuote(ctx, from(zoe), q.ID, stamp, true))
		must(t, svc.AnswerQuote(ctx, from(zoe), q.ID, stamp, true))
		check("agreed", q, social.QuoteAccepted, 1, stamp)
		must(t, svc.Retract(ctx, from(yan), stamp)) // not yan's
		check("taken back by another", q, social.QuoteAccepted, 1, stamp)
		must(t, svc.Retract(ctx, from(zoe), stamp))
		check("taken back", q, social.QuoteRevoked, 0, "")
		must(t, svc.AnswerQuote(ctx, from(zoe), q.ID, stamp, true)) // late
		check("agreed to before", q, social.QuoteRevoked, 0, "")
		q = quote()
		must(t, svc.AnswerQuote(ctx, from(zoe), q.ID, "", false))
		check("refused", q, social.QuoteRejected, 0, "")
	})
}

func TestStrangersQuote(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.AddBlock(ctx, ada, yan) }))
		open, closed := say(t, svc, ada, "hello", social.Public), say(t, svc, ada, "friends", social.Followers)
		mine, err := svc.Publish(ctx, as(ada), social.Draft{Text: "mine", Visibility: social.Public, QuotePolicy: social.QuoteNobody})
		must(t, err)
		theirs := receive(t, svc, yan, note("of"))
		for name, tt := range map[string]struct {
			by        social.AccountID
			of, stamp string
			want      social.Quote
		}{
			"ours, for all":           {zoe, base.PostURI(open.ID), "", social.Quote{Of: open.ID, Author: ada, State: social.QuoteAccepted}},
			"ours, for none":          {zoe, base.PostURI(mine.ID), "", social.Quote{Of: mine.ID, Author: ada, State: social.QuotePending}},
			"ours, not for zoe":       {zoe, base.PostURI(closed.ID), "", social.Quote{}},
			"ours, by the blocked":    {yan, base.PostURI(open.ID), "", social.Quote{}},
			"nothing":                 {zoe, "https://far.example/none", "", social.Quote{}},
			"theirs":                  {zoe, theirs.URI, "", social.Quote{Of: theirs.ID, Author: yan, State: social.QuotePending}},
			"theirs, stamped":         {zoe, theirs.URI, "https://far.example/s", social.Quote{Of: theirs.ID, Author: yan, State: social.QuoteAccepted}},
			"theirs, stamped by mal":  {zoe, theirs.URI, "https://evil.example/s", social.Quote{Of: theirs.ID, Author: yan, State: social.QuotePending}},
			"one's own":               {yan, theirs.URI, "", social.Quote{Of: theirs.ID, Author: yan, State: social.QuoteAccepted}},
			"ours, stamped by nobody": {zoe, base.PostURI(mine.ID), "https://far.example/s", social.Quote{Of: mine.ID, Author: ada, State: social.QuotePending}},
		} {
			p := receive(t, svc, tt.by, note(name2uri(name), func(f *social.ForeignPost) { f.Quote, f.QuoteStamp = tt.of, tt.stamp }))
			if p.Quote != tt.want {
				t.Errorf("%s: %+v, want %+v", name, p.Quote, tt.want)
			}
		}
		for name, tt := range map[string]struct {
			of   social.PostID
			by   social.AccountID
			want errs.Kind
		}{"for all": {open.ID, zoe, errs.Internal}, "for none": {mine.ID, zoe, errs.Forbidden}, "unseen": {closed.ID, zoe, errs.NotFound}, "blocked": {open.ID, yan, errs.NotFound}, "none": {99, zoe, errs.NotFound}} {
			if err := svc.MayBeQuotedBy(ctx, tt.of, tt.by); errs.KindOf(err) != tt.want || (err == nil) != (tt.want == errs.Internal) {
				t.Errorf("may quote %s: %v", name, err)
			}
		}
	})
}

func name2uri(name string) string {
	out := []byte(name)
	for i, b := range out {
		if b < 'a' || b > 'z' {
			out[i] = '-'
		}
	}
	return string(out)
}

// A policy that became wider lets a quote be seen that waited.
func TestConsent(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		of, err := svc.Publish(ctx, as(ada), social.Draft{Text: "mine", Visibility: social.Public, QuotePolicy: social.QuoteNobody})
		must(t, err)
		q := receive(t, svc, zoe, note("1", func(f *social.ForeignPost) { f.Quote = base.PostURI(of.ID) }))
		if err := svc.Consent(ctx, from(zoe), q.ID); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("against the policy: %v", err)
		}
		must(t, svc.SetQuotePolicy(ctx, as(ada), of.ID, social.QuotePublic))
		if err := svc.Consent(ctx, from(yan), q.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("for somebody else's post: %v", err)
		}
		must(t, svc.Consent(ctx, from(zoe), q.ID))
		must(t, svc.Consent(ctx, from(zoe), q.ID))
		got, _ := read(t, s, q.ID)
		quoted, _ := read(t, s, of.ID)
		if got.Quote.State != social.QuoteAccepted || quoted.Quotes != 1 {
			t.Errorf("%s, %d quotes", got.Quote.State, quoted.Quotes)
		}
		must(t, svc.RevokeQuote(ctx, as(ada), of.ID, q.ID))
		if err := svc.Consent(ctx, from(zoe), q.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("after it was taken back: %v", err)
		}
	})
}

// A stamp that came after the post counts.
func TestReviseTakesAStamp(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		of := receive(t, svc, yan, note("of"))
		f := note("1", func(f *social.ForeignPost) { f.Quote = of.URI })
		q := receive(t, svc, zoe, f)
		f.QuoteStamp = "https://far.example/s"
		must(t, svc.Revise(ctx, from(zoe), f))
		if got, _ := read(t, s, q.ID); got.Quote.State != social.QuoteAccepted || !got.EditedAt.IsZero() {
			t.Errorf("%s, edited %v", got.Quote.State, got.EditedAt)
		}
	})
}
