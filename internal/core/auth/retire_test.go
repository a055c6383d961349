package auth_test

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"

	"github.com/plaza-social/plaza/internal/base/limit"
)

func TestNameOfSomebodyGoneIsNotGivenOut(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx := t.Context()
		svc := auth.New(s, auth.Config{CheapPasswords: true, BaseURL: "https://plaza.example", Title: func() string { return "Plaza" }, Limiter: limit.New(c.Now)})
		who, password, err := svc.Create(ctx, auth.SignUp{Username: "Ada", Email: "ada@example.com"}, social.Member)
		if err != nil {
			t.Fatal(err)
		}
		if err := svc.DeleteAccount(ctx, social.Actor{Account: who.ID, Standing: social.Good, Role: social.Member}, password); err != nil {
			t.Fatal(err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.DeleteAccount(ctx, who.ID) }); err != nil {
			t.Fatal(err)
		}
		_, err = svc.SignUp(ctx, auth.SignUp{Username: "aDA", Email: "new@example.com", Password: "correct horse", Agreed: true})
		if err == nil || !strings.Contains(err.Error(), "taken") {
			t.Errorf("the name of somebody gone: %v, want taken", err)
		}
	})
}
