package auth_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func TestTheOnlyOwnerStays(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx := t.Context()
		svc := auth.New(s, auth.Config{CheapPasswords: true, BaseURL: "https://plaza.example", Title: func() string { return "Plaza" }, Limiter: limit.New(c.Now)})
		own := func(name string) (social.Actor, string) {
			a, password, err := svc.Create(ctx, auth.SignUp{Username: name, Email: name + "@example.com"}, social.Owner)
			if err != nil {
				t.Fatal(err)
			}
			return social.Actor{Account: a.ID, Standing: social.Good, Role: social.Owner}, password
		}
		ada, password := own("ada")
		if err := svc.DeleteAccount(ctx, ada, password); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("the only owner leaves: %v, want Forbidden", err)
		}
		own("ben")
		if err := svc.DeleteAccount(ctx, ada, password); err != nil {
			t.Errorf("one of two owners leaves: %v", err)
		}
	})
}
