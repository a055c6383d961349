package auth_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func TestTidyForgetsWhoNeverConfirmed(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx := t.Context()
		svc := auth.New(s, auth.Config{CheapPasswords: true, BaseURL: "https://plaza.example", Title: func() string { return "Plaza" }, Limiter: limit.New(c.Now)})
		who, err := svc.SignUp(ctx, auth.SignUp{Username: "ada", Email: "ada@example.com", Password: "correct horse", Agreed: true})
		if err != nil {
			t.Fatal(err)
		}
		there := func() bool {
			return s.Read(ctx, func(v *store.View) error { _, err := v.User(ctx, who.ID); return err }) == nil
		}
		for _, step := range []struct {
			pass time.Duration
			want bool
		}{{7 * 24 * time.Hour, true}, {time.Hour, false}} {
			c.Pass(step.pass)
			if err := svc.Tidy(ctx); err != nil {
				t.Fatal(err)
			}
			if got := there(); got != step.want {
				t.Errorf("after %v more: there = %v, want %v", step.pass, got, step.want)
			}
		}
	})
}
