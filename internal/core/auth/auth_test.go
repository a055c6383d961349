package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const base = "https://plaza.example"

// A house is a Service with all around it.
type house struct {
	*auth.Service
	t     *testing.T
	ctx   context.Context
	store *store.Store
	clock *storetest.Clock
}

func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		fn(t, open(t, s, c, limit.New(c.Now)))
	})
}

func open(t *testing.T, s *store.Store, c *storetest.Clock, l *limit.Limiter) *house {
	svc := auth.New(s, auth.Config{CheapPasswords: true, BaseURL: base, Title: func() string { return "Ada's\nhouse" }, Limiter: l, FactorKey: []byte(strings.Repeat("k", auth.FactorKeyBytes))})
	s.Watch(svc.Watch)
	return &house{Service: svc, t: t, ctx: t.Context(), store: s, clock: c}
}

func (h *house) write(fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.store.Write(h.ctx, fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) read(fn func(v *store.View) error) {
	h.t.Helper()
	if err := h.store.Read(h.ctx, fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) user(id social.AccountID) (u social.User) {
	h.t.Helper()
	h.read(func(v *store.View) (err error) { u, err = v.User(h.ctx, id); return err })
	return u
}

func (h *house) account(id social.AccountID) (a social.Account) {
	h.t.Helper()
	h.read(func(v *store.View) (err error) { a, err = v.Account(h.ctx, id); return err })
	return a
}

// mode sets who may join.
func (h *house) mode(m social.SignUps) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		to := social.DefaultSettings
		to.SignUps = m
		return tx.SetHouse(h.ctx, to)
	})
}

// letters are those written since it was last asked, by address.
func (h *house) letters() (all []auth.Letter) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		all = nil
		jobs, err := tx.ClaimJobs(h.ctx, auth.LetterJob, 100, time.Hour)
		for _, j := range jobs {
			var l auth.Letter
			if err := json.Unmarshal(j.Args, &l); err != nil {
				return err
			}
			all = append(all, l)
			if err := tx.FinishJob(h.ctx, j); err != nil {
				return err
			}
		}
		return err
	})
	slices.SortFunc(all, func(a, b auth.Letter) int { return strings.Compare(a.To, b.To) })
	return all
}

// letter is the only letter since letters were last asked for.
func (h *house) letter(to, subject string) auth.Letter {
	h.t.Helper()
	all := h.letters()
	if len(all) != 1 {
		h.t.Fatalf("%d letters, want one to %s: %+v", len(all), to, all)
	}
	if l := all[0]; l.To != to || l.Subject != subject+" · Ada's house" || !strings.Contains(l.Text, "Was it not you?") && !strings.Contains(l.Text, "Did you not ask") {
		h.t.Errorf("letter %+v, want %q to %s that says what to do if it was not them", l, subject, to)
	}
	return all[0]
}

var link = regexp.MustCompile(regexp.QuoteMeta(base) + `(/\S+)\?token=([A-Za-z0-9_-]{43})\s`)

// secret is that of the link in a letter, which leads to path.
func (h *house) secret(l auth.Letter, path string) string {
	h.t.Helper()
	m := link.FindStringSubmatch(l.Text)
	if m == nil || m[1] != path {
		h.t.Fatalf("no link to %s in %q", path, l.Text)
	}
	return m[2]
}

func form(name string) auth.SignUp {
	return auth.SignUp{Username: name, Email: name + "@Example.org", Password: "correct horse", Agreed: true, Locale: "en"}
}

// member is somebody who may do everything.
func (h *house) member(name string, role social.Role) social.Actor {
	h.t.Helper()
	a, _, err := h.Create(h.ctx, form(name), role)
	if err != nil {
		h.t.Fatal(err)
	}
	return social.Actor{Account: a.ID, Standing: social.Good, Role: role}
}

// signedIn is member with a session.
func (h *house) signedIn(name string) (social.Actor, string) {
	h.t.Helper()
	m := h.member(name, social.Member)
	return h.session(m)
}

func (h *house) session(m social.Actor) (social.Actor, string) {
	h.t.Helper()
	secret, err := h.StartSession(h.ctx, m.Account, "Firefox")
	if err != nil {
		h.t.Fatal(err)
	}
	by, err := h.BySession(h.ctx, secret)
	if err != nil {
		h.t.Fatal(err)
	}
	return by, secret
}

// facts gives those since it was last called.
func (h *house) facts() func() []event.Fact {
	var last event.Pos
	return func() (out []event.Fact) {
		h.t.Helper()
		settle(h.t, h.store)
		h.read(func(v *store.View) error {
			rs, err := v.Facts(h.ctx, last, 1000)
			for _, r := range rs {
				last = r.Pos
				if _, mark := r.Fact.(event.NoticeMade); !mark {
					out = append(out, r.Fact)
				}
			}
			return err
		})
		return out
	}
}

// settle returns when every watcher has been told of all that was recorded.
// On PostgreSQL a transaction of somebody else's can hold that up.
func settle(t *testing.T, s *store.Store) {
	t.Helper()
	mark, seen := event.NoticeMade{Notice: social.NoticeID(id.New(s.Now()))}, make(chan bool)
	s.Watch(func(_ context.Context, rs []event.Record) {
		for _, r := range rs {
			if r.Fact == mark {
				close(seen)
			}
		}
	})
	if err := s.Write(t.Context(), func(tx *store.Tx) error { tx.Record(mark); return nil }); err != nil {
		t.Fatal(err)
	}
	<-seen
}

func wantKind(t *testing.T, what string, err error, want errs.Kind) {
	t.Helper()
	if err == nil || errs.KindOf(err) != want {
		t.Errorf("%s: %v, want kind %d", what, err, want)
	}
}

// codes are an error's problems, as field:code.
func codes(err error) string {
	var ps auth.Problems
	if !errors.As(err, &ps) {
		return fmt.Sprint(err)
	}
	var out []string
	for _, p := range ps {
		if p.Text == "" {
			return "a problem without a text"
		}
		out = append(out, p.Field+":"+p.Code)
	}
	return strings.Join(out, " ")
}
