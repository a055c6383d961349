package accounts_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// web is pages that link back or not; what it does not know cannot be had.
type web struct {
	pages map[string]social.LinkBack
	asked []string
	then  func() // while a page is asked
}

func (w *web) ask(_ context.Context, page string, to []string) (social.LinkBack, error) {
	w.asked = append(w.asked, page)
	if w.then != nil {
		w.then()
	}
	if !slices.Equal(to, []string{base + "/@ada", base + "/ap/users/1"}) || w.pages[page] == "" {
		return social.Unread, nil
	}
	return w.pages[page], nil
}

func TestFieldsAreChecked(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		const page, other = "https://ada.example/", "https://other.example/"
		w := &web{pages: map[string]social.LinkBack{page: social.LinksBack}}
		set := func(values ...string) {
			t.Helper()
			var fields []social.Field
			for _, v := range values {
				fields = append(fields, social.Field{Name: "x", Value: v})
			}
			if _, err := svc.SetProfile(ctx, as(ada), social.Profile{Fields: &fields}); err != nil {
				t.Fatal(err)
			}
		}
		visit := func(asks ...string) {
			t.Helper()
			w.asked = nil
			if err := svc.CheckFields(ctx); err != nil {
				t.Fatal(err)
			}
			if _, err := work.Once(ctx, s, svc.FieldsWorker(w.ask)); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(w.asked, asks) {
				t.Errorf("asked %q, want %q", w.asked, asks)
			}
		}
		verified := func(want ...bool) {
			t.Helper()
			var got []bool
			for _, f := range account(t, s, ada).Fields {
				got = append(got, f.VerifiedAt != nil)
			}
			if !slices.Equal(got, want) {
				t.Errorf("verified %v, want %v", got, want)
			}
		}
		set("London", "http://plain.example")
		visit()
		set(page, "London", page)
		visit(page)
		verified(true, false, true)
		before := account(t, s, ada)
		visit() // not before a week
		c.Pass(social.FieldCheckEvery - time.Millisecond)
		visit()
		c.Pass(time.Millisecond)
		visit(page)

		delete(w.pages, page) // it is not there: the mark stays for a while
		c.Pass(social.FieldCheckEvery)
		for i := range social.MaxFieldMisses {
			visit(page)
			verified(i+1 < social.MaxFieldMisses, false, i+1 < social.MaxFieldMisses)
			visit()
			c.Pass(social.FieldCheckRetry)
		}
		visit() // once a week again
		w.pages[page] = social.LinksBack
		c.Pass(social.FieldCheckEvery)
		visit(page)
		verified(true, false, true)
		w.pages[page] = social.LinksNot
		c.Pass(social.FieldCheckEvery)
		visit(page)
		verified(false, false, false)
		if !account(t, s, ada).ChangedAt.Equal(before.ChangedAt) {
			t.Error("the profile counts as changed")
		}
		told := 0
		for _, f := range facts(t, s) {
			if _, ok := f.(event.FieldsChecked); ok {
				told++
			}
		}
		if told != 6 { // verified, three misses, verified, no more
			t.Errorf("told %d times", told)
		}

		// What changes while pages are asked is not verified by the old answer, and
		// comes next; saving again and again does not ask again and again.
		w.pages[page], w.pages[other] = social.LinksBack, social.LinksBack
		set(page)
		w.then = func() { w.then = nil; set(other) }
		c.Pass(social.FieldCheckRest)
		visit(page)
		verified(false)
		visit(other)
		verified(true)
		delete(w.pages, page)
		set(page)
		visit()
		c.Pass(social.FieldCheckRest - time.Millisecond)
		visit()
		c.Pass(time.Millisecond)
		visit(page)
		set()
		c.Pass(social.FieldCheckEvery)
		visit()
	})
}

// Nobody's pages are asked but those of our own people in good standing.
func TestWhoseFieldsAreChecked(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		w := &web{}
		field := []social.Field{{Name: "x", Value: "https://ada.example/"}}
		zoe := meet(t, svc, stranger("zoe", func(z *social.Stranger) { z.Account.Fields = field }))
		if _, err := svc.SetProfile(ctx, as(ada), social.Profile{Fields: &field}); err != nil {
			t.Fatal(err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for _, who := range []social.AccountID{zoe.ID, 99} {
				if err := tx.AddJob(ctx, store.CheckFieldsJob, who, tx.Now, ""); err != nil {
					return err
				}
			}
			return tx.SetStanding(ctx, ada, social.Suspended)
		}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := work.Once(ctx, s, svc.FieldsWorker(w.ask)); err != nil {
				t.Fatal(err)
			}
		}
		if len(w.asked) != 0 {
			t.Errorf("asked %q", w.asked)
		}
	})
}

// TestDomainsAreChecked asks the domains whose front pages stand in a profile whose
// they are, and no others.
func TestDomainsAreChecked(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		says, asked := social.LinksBack, []string(nil)
		svc.Domain = func(_ context.Context, username, domain string, actors []string) (social.LinkBack, error) {
			asked = append(asked, domain)
			if username != "ada" || !slices.Equal(actors, []string{base + "/ap/users/1"}) {
				t.Errorf("asked %s for %s to be one of %q", domain, username, actors)
			}
			return says, nil
		}
		w := &web{pages: map[string]social.LinkBack{}}
		visit := func() {
			t.Helper()
			if err := svc.CheckFields(ctx); err != nil {
				t.Fatal(err)
			}
			if _, err := work.Once(ctx, s, svc.FieldsWorker(w.ask)); err != nil {
				t.Fatal(err)
			}
		}
		fields := []social.Field{{Name: "mine", Value: "https://Ada.example/"}, {Name: "page", Value: "https://site.example/ada"}, {Name: "asks", Value: "https://site.example/?u=ada"}}
		if _, err := svc.SetProfile(ctx, as(ada), social.Profile{Fields: &fields}); err != nil {
			t.Fatal(err)
		}
		visit()
		of := func() string {
			var out []string
			for _, b := range social.Badges(account(t, s, ada), social.Member, nil) {
				out = append(out, string(b.Kind)+" "+b.Host)
			}
			return strings.Join(out, ", ")
		}
		if !slices.Equal(asked, []string{"ada.example"}) || of() != "domain ada.example" {
			t.Errorf("asked %q, she has %q", asked, of())
		}
		fields[1].Value = "elsewhere" // what is proven stays proven
		if _, err := svc.SetProfile(ctx, as(ada), social.Profile{Fields: &fields}); err != nil || of() != "domain ada.example" {
			t.Errorf("after another field changed: %q, %v", of(), err)
		}
		says = social.Unread
		for i := range social.MaxFieldMisses {
			if of() == "" {
				t.Errorf("lost after %d misses", i)
			}
			c.Pass(social.FieldCheckEvery)
			visit()
		}
		if of() != "" {
			t.Errorf("after %d misses she has %q", social.MaxFieldMisses, of())
		}
		says = social.LinksBack
		c.Pass(social.FieldCheckEvery)
		visit()
		says = social.LinksNot
		if of() == "" {
			t.Error("it does not come back")
		}
		c.Pass(social.FieldCheckEvery)
		if visit(); of() != "" {
			t.Errorf("when the domain says no she has %q", of())
		}
	})
}
