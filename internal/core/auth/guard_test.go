package auth_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/instance"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func (h *house) ways() (s social.SignUps) {
	h.t.Helper()
	h.read(func(v *store.View) error {
		house, err := v.House(h.ctx)
		s = house.SignUps
		return err
	})
	return s
}

// wave has many want to join, and counts how many of them were let in as soon
// as they have an address.
func (h *house) wave(name string, n int) (free int) {
	h.t.Helper()
	for i := range n {
		f := form(fmt.Sprintf("%s%d", name, i))
		f.Reason = "I sell things"
		a, err := h.SignUp(h.ctx, f)
		if err != nil {
			h.t.Fatal(err)
		}
		if h.user(a.ID).Approved {
			free++
		}
		h.clock.Pass(time.Second)
	}
	return free
}

// came puts some there who have signed up just now, without the dear part.
func (h *house) came(name string, n int) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		for i := range n {
			who := social.AccountID(id.New(tx.Now))
			if err := tx.AddAccount(h.ctx, social.Account{ID: who, Username: fmt.Sprint(name, i), Standing: social.Pending, CreatedAt: tx.Now}); err != nil {
				return err
			}
			if err := tx.AddUser(h.ctx, social.User{Account: who, Email: fmt.Sprint(name, i, "@x.example"), Role: social.Member, Approved: true, CreatedAt: tx.Now}); err != nil {
				return err
			}
		}
		return nil
	})
}

// configs are the config records of the log, as what: from > to by.
func (h *house) configs() (out []string) {
	h.t.Helper()
	var all []store.Record
	h.read(func(v *store.View) (err error) { all, err = v.Evidence(h.ctx, 0, 1000); return err })
	for _, r := range all {
		var c evidence.Configured
		if l, err := evidence.ParseLeaf([]byte(r.Leaf)); err != nil || l.Type != evidence.TypeConfig || l.Outcome != "sign-ups" {
			continue
		}
		if err := json.Unmarshal(r.Body, &c); err != nil {
			h.t.Fatal(err)
		}
		by, _, _ := strings.Cut(c.By, " ")
		if strings.HasPrefix(c.By, "the house itself") {
			by = c.By
		}
		out = append(out, fmt.Sprintf("%s > %s by %s", c.From, c.To, by))
	}
	return out
}

// A wave of sign-ups: from a certain one on all wait for a look, and so do those
// before it who have not shown yet that they have an address. Then somebody
// opens the door again by hand, and it stays open until the next wave.
func TestWaveOfSignUps(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		owner := h.member("ada", social.Owner)
		h.mode(social.SignUpOpen)
		h.came("early", social.GuardFloor-2) // ada is one, too
		if free := h.wave("last", 1); free != 1 || h.ways() != social.SignUpOpen {
			t.Fatalf("of the first %d, the last is free: %d, and joining is %s", social.GuardFloor, free, h.ways())
		}
		h.letters()
		if free := h.wave("bot", 3); free != 0 || h.ways() != social.SignUpApproval {
			t.Errorf("of the next three, %d are free, and joining is %s", free, h.ways())
		}
		told := 0
		for _, l := range h.letters() {
			if strings.HasPrefix(l.Subject, "People who join wait for you now") {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the owner was told %d times, want once", told)
		}
		if g, err := h.Guarded(h.ctx, owner); err != nil || g.Why != social.GuardWave || g.Shut.IsZero() {
			t.Errorf("the guard is %+v, %v", g, err)
		}
		held := 0
		h.read(func(v *store.View) error {
			for i := range social.GuardFloor - 2 {
				a, err := v.AccountNamed(h.ctx, fmt.Sprintf("early%d", i), "")
				if err != nil {
					return err
				}
				if !h.user(a.ID).Approved {
					held++
				}
			}
			return nil
		})
		if held != social.GuardFloor-2 {
			t.Errorf("%d of those who came just before are held back, want all %d", held, social.GuardFloor-2)
		}
		site, err := instance.New(h.store)
		if err != nil {
			t.Fatal(err)
		}
		to := site.Settings()
		to.SignUps = social.SignUpOpen
		if err := site.SetSettings(h.ctx, owner, to); err != nil {
			t.Fatal(err)
		}
		if free := h.wave("late", 3); free != 3 || h.ways() != social.SignUpOpen {
			t.Errorf("opened by hand, %d of three are free, and joining is %s", free, h.ways())
		}
		h.came("again", social.GuardFloor-3)
		if free := h.wave("more", 2); free != 0 || h.ways() != social.SignUpApproval {
			t.Errorf("of the next wave %d are free, and joining is %s", free, h.ways())
		}
		want := []string{"open > approval by the house itself: wave", "approval > open by owner", "open > approval by the house itself: wave"}
		if got := h.configs(); strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("the log says %q, want %q", got, want)
		}
	})
}

// Where many join anyway, as many more are no wave.
func TestNoWaveWhereManyJoin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member("ada", social.Owner)
		h.write(func(tx *store.Tx) error {
			for i := range 10 * 24 * 28 { // ten an hour
				who := social.AccountID(1000 + i)
				if err := tx.AddAccount(h.ctx, social.Account{ID: who, Username: fmt.Sprint("m", i), Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
				if err := tx.AddUser(h.ctx, social.User{Account: who, Email: fmt.Sprint(i, "@x.example"), Role: social.Member, Confirmed: true, CreatedAt: tx.Now.Add(-2 * time.Hour)}); err != nil {
					return err
				}
			}
			return nil
		})
		h.came("new", 48) // with ada and the next there are fifty
		if free := h.wave("one", 1); free != 1 || h.ways() != social.SignUpOpen {
			t.Errorf("of one %d are free, and joining is %s", free, h.ways())
		}
	})
}

func TestDoorThatNobodyWatches(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		owner := h.member("ada", social.Owner)
		h.session(owner)
		guard := func(when string, want social.SignUps) {
			t.Helper()
			if err := h.Guard(h.ctx); err != nil || h.ways() != want {
				t.Errorf("%s joining is %s, %v; want %s", when, h.ways(), err, want)
			}
		}
		h.clock.Pass(social.GuardAway)
		guard("after three days", social.SignUpOpen)
		h.clock.Pass(time.Second)
		a, err := h.SignUp(h.ctx, form("ben"))
		if err != nil {
			t.Fatal(err)
		}
		if h.ways() != social.SignUpApproval || !h.user(a.ID).Approved { // the one who found it open may still come in
			t.Errorf("a second later joining is %s, and who came is approved: %v", h.ways(), h.user(a.ID).Approved)
		}
		if g, _ := h.Guarded(h.ctx, owner); g.Why != social.GuardDeserted {
			t.Errorf("the guard is %+v", g)
		}
		_, err = h.Guarded(h.ctx, social.Actor{Account: 5, Standing: social.Good, Role: social.Moderator})
		wantKind(t, "a moderator asks", err, errs.Forbidden)
	})
}

// A door that the owner wants open stays open, one that is shut stays shut, and
// where there is no staff nobody could let anybody in.
func TestDoorLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.clock.Pass(100 * 24 * time.Hour)
		if err := h.Guard(h.ctx); err != nil || h.ways() != social.SignUpOpen {
			t.Errorf("without staff joining is %s, %v", h.ways(), err)
		}
		h.member("ada", social.Owner)
		h.clock.Pass(100 * 24 * time.Hour)
		for _, way := range []social.SignUps{social.SignUpClosed, social.SignUpInvite, social.SignUpApproval} {
			h.mode(way)
			if err := h.Guard(h.ctx); err != nil || h.ways() != way {
				t.Errorf("joining was %s and is %s, %v", way, h.ways(), err)
			}
		}
		h.write(func(tx *store.Tx) error {
			to := social.DefaultSettings
			to.NoGuard = true
			return tx.SetHouse(h.ctx, to)
		})
		h.came("many", 30)
		if free := h.wave("bot", 1); free != 1 || h.ways() != social.SignUpOpen {
			t.Errorf("unguarded, %d of one are free, and joining is %s", free, h.ways())
		}
	})
}
