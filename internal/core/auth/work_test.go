package auth_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/altcha-org/altcha-lib-go"

	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// solve does what a browser does.
func solve(t *testing.T, task auth.Task) altcha.Payload {
	t.Helper()
	s, err := altcha.SolveChallenge(task.Challenge, task.Salt, altcha.SHA256, int(task.MaxNumber), 0, nil)
	if err != nil || s == nil {
		t.Fatalf("it cannot be solved: %v", err)
	}
	return altcha.Payload{Algorithm: task.Algorithm, Challenge: task.Challenge, Number: int64(s.Number), Salt: task.Salt, Signature: task.Signature}
}

func answer(t *testing.T, p altcha.Payload) string {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

func TestWork(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.write(func(tx *store.Tx) error {
			to := social.DefaultSettings
			to.Work = true
			return tx.SetHouse(h.ctx, to)
		})
		task := func() auth.Task {
			t.Helper()
			one, err := h.Task(h.ctx)
			if err != nil {
				t.Fatal(err)
			}
			return one
		}
		joins := func(name, work string, want bool) {
			t.Helper()
			f := form(name)
			f.Work = work
			a, err := h.SignUp(h.ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			if got := h.user(a.ID).Approved; got != want {
				t.Errorf("%s is let in without a look: %v, want %v", name, got, want)
			}
		}
		good := answer(t, solve(t, task()))
		joins("worked", good, true)
		joins("again", good, false)
		joins("nothing", "", false)
		joins("noise", "not base64!", false)
		p := solve(t, task())
		p.Number++
		joins("wrong", answer(t, p), false)
		p = solve(t, task())
		p.Signature = strings.Repeat("0", len(p.Signature))
		joins("forged", answer(t, p), false)
		p = solve(t, task()) // one that the server did not set
		own, err := altcha.CreateChallenge(altcha.ChallengeOptions{HMACKey: "mine", MaxNumber: 10, Salt: p.Salt})
		if err != nil {
			t.Fatal(err)
		}
		joins("own", answer(t, solve(t, own)), false)
		p = solve(t, task())
		p.Salt = strings.Replace(p.Salt, "expires=", "expires=9", 1)
		joins("stretched", answer(t, p), false)
		p = solve(t, task())
		p.Algorithm = string(altcha.SHA1)
		joins("weaker", answer(t, p), false)
		joins("long", answer(t, solve(t, task()))+strings.Repeat("=", 2048), false)
		late, last := answer(t, solve(t, task())), answer(t, solve(t, task()))
		h.clock.Pass(time.Hour)
		joins("justintime", last, true)
		h.clock.Pass(time.Second)
		joins("late", late, false)
		if err := h.Tidy(h.ctx); err != nil {
			t.Fatal(err)
		}
		joins("tidied", good, false)
	})
}
