package accounts_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// phonebook answers for other servers, and counts how often.
type phonebook struct {
	svc   *accounts.Service
	asked int
}

func (p *phonebook) Whom(ctx context.Context, _ social.Actor, typed string) (social.AccountID, error) {
	p.asked++
	name, host, _ := strings.Cut(strings.TrimPrefix(typed, "@"), "@")
	if address, ok := strings.CutPrefix(typed, "https://far.example/"); ok {
		name, host = address, "far.example"
	}
	switch host {
	case "far.example":
		return p.svc.Lookup(ctx, "https://far.example/"+name)
	case "":
		return 0, nil
	}
	return 0, errs.New(errs.Unavailable, "The server does not answer in time.")
}

func TestAliases(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		book := &phonebook{svc: svc}
		svc.Elsewhere = book
		meet(t, svc, stranger("zoe"))
		has := func(want ...string) {
			t.Helper()
			home, err := svc.Home(ctx, as(ada))
			got := []string{}
			for _, a := range home.Aliases {
				got = append(got, a.URI)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("aliases %q, want %q (%v)", got, want, err)
			}
		}
		zoe, benURI := "https://far.example/zoe", base+"/ap/users/2"
		for _, typed := range []string{" @zoe@far.example ", zoe, "zoe@far.example"} {
			if _, err := svc.AddAlias(ctx, as(ada), typed); err != nil {
				t.Fatalf("%s: %v", typed, err)
			}
		}
		has(zoe)
		for _, typed := range []string{"@ben", "ben@PLAZA.example", base + "/@ben", benURI} {
			if a, err := svc.AddAlias(ctx, as(ada), typed); err != nil || a.ID != ben {
				t.Fatalf("%s: %v, %v", typed, a.ID, err)
			}
		}
		has(zoe, benURI)
		for typed, kind := range map[string]errs.Kind{"": errs.Invalid, "@ada": errs.Invalid, "@nobody": errs.NotFound, "@nobody@far.example": errs.NotFound, "@zoe@dead.example": errs.Unavailable,
			"https://": errs.Invalid, strings.Repeat("a", social.MaxAddress+1): errs.Invalid, base + "/ap/posts/7": errs.NotFound} {
			if _, err := svc.AddAlias(ctx, as(ada), typed); errs.KindOf(err) != kind {
				t.Errorf("%.40q: %v, want %v", typed, err, kind)
			}
		}
		asked := book.asked
		if err := svc.KnownAs(ctx, as(ada), []string{benURI, zoe}); err != nil || book.asked != asked {
			t.Errorf("what is there already: %v, asked %d times", err, book.asked-asked)
		}
		has(benURI, zoe)
		if err := svc.KnownAs(ctx, as(ada), []string{zoe, "@zoe@far.example"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one twice: %v", err)
		}
		if err := svc.DropAlias(ctx, as(ada), benURI); err != nil {
			t.Fatal(err)
		}
		has(zoe)
		if err := svc.KnownAs(ctx, as(ada), nil); err != nil {
			t.Fatal(err)
		}
		has()
		for i := range social.MaxAliases + 1 {
			meet(t, svc, stranger(fmt.Sprint("z", i)))
			if _, err := svc.AddAlias(ctx, as(ada), fmt.Sprintf("@z%d@far.example", i)); (err == nil) != (i < social.MaxAliases) {
				t.Errorf("number %d: %v", i+1, err)
			}
		}
	})
}

// A move goes by what is typed, and says what to do when it cannot be.
func TestMoveTo(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		svc.Elsewhere = &phonebook{svc: svc}
		meet(t, svc, stranger("zoe"))
		_, err := svc.MoveTo(ctx, as(ada), "@zoe@far.example")
		for _, needed := range []string{"ada@plaza.example", base + "/ap/users/1"} {
			if !strings.Contains(errs.Public(err), needed) {
				t.Errorf("%q does not tell of %s", errs.Public(err), needed)
			}
		}
		meet(t, svc, stranger("zoe", func(w *social.Stranger) { w.Account.Aliases = []string{base + "/ap/users/1"} }))
		if _, err := svc.MoveTo(ctx, as(ada), "@zoe@far.example"); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.AddAlias(ctx, as(ben), "@ada"); err != nil {
			t.Fatal(err)
		}
		if err := svc.SetAliases(ctx, as(ada), []string{base + "/ap/users/2"}); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.MoveTo(ctx, as(ben), "@ada"); !strings.Contains(errs.Public(err), "moved away itself") {
			t.Errorf("to who has moved: %v", err)
		}
	})
}
