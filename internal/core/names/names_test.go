package names_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/names"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

var (
	old   = social.HouseName{URL: "https://old.example", Host: "old.example"}
	fresh = social.HouseName{URL: "https://new.example", Host: "new.example"}
	third = social.HouseName{URL: "https://third.example", Host: "third.example"}
)

func of(t *testing.T, s *store.Store, set social.HouseName) *names.Service {
	t.Helper()
	v, err := names.Of(t.Context(), s, set)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// settle has n people live here; the last is not let in yet.
func settle(t *testing.T, s *store.Store, n int) (all []social.AccountID) {
	t.Helper()
	write(t, s, func(tx *store.Tx) error {
		for i := range n {
			a := social.Account{ID: social.AccountID(id.New(tx.Now)), Username: fmt.Sprint("p", i), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now, ChangedAt: tx.Now}
			if i == n-1 {
				a.Standing = social.Pending
			}
			if err := tx.AddAccount(t.Context(), a); err != nil {
				return err
			}
			if err := tx.AddUser(t.Context(), social.User{Account: a.ID, Email: a.Username + "@mail.example", Role: social.Member, Confirmed: true, Approved: true, CreatedAt: tx.Now}); err != nil {
				return err
			}
			all = append(all, a.ID)
		}
		return nil
	})
	return all
}

func write(t *testing.T, s *store.Store, do func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func told(t *testing.T, s *store.Store) (all []event.Fact) {
	t.Helper()
	if err := s.Read(t.Context(), func(v *store.View) error {
		rs, err := v.Facts(t.Context(), event.Pos{}, 1000)
		for _, r := range rs {
			all = append(all, r.Fact)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPrepare(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		v := of(t, s, old)
		for name, tt := range map[string]struct {
			to   social.HouseName
			kind errs.Kind
		}{"its own address": {old, errs.Invalid}, "its own address without a certificate": {social.HouseName{URL: "http://old.example", Host: "www.example"}, errs.Invalid}, "its own host": {social.HouseName{URL: "https://www.example", Host: "old.example"}, errs.Invalid}} {
			if err := v.Prepare(t.Context(), tt.to); errs.KindOf(err) != tt.kind {
				t.Errorf("%s: %v", name, err)
			}
		}
		for range 2 { // again changes nothing
			if err := v.Prepare(t.Context(), fresh); err != nil {
				t.Fatal(err)
			}
		}
		if facts := told(t, s); len(facts) != 1 || facts[0] != (event.HousePrepared{Next: fresh.URL}) {
			t.Errorf("told: %+v", facts)
		}
		if n := of(t, s, old).Names(); n.Now != old || n.Next != fresh || n.Moved() {
			t.Errorf("it is called %+v", n)
		}
		if err := v.Prepare(t.Context(), third); err != nil || of(t, s, old).Names().Next != third {
			t.Errorf("another: %v, %+v", err, of(t, s, old).Names())
		}
	})
}

func TestMove(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		v := of(t, s, old)
		for range 2 { // it is done once
			if err := v.Move(t.Context(), fresh, "We are elsewhere."); err != nil {
				t.Fatal(err)
			}
			c.Pass(time.Minute)
		}
		for _, set := range []social.HouseName{old, fresh} { // whichever the settings say
			n := of(t, s, set).Names()
			if n.Now != fresh || len(n.Former) != 1 || n.Former[0].HouseName != old || !n.Former[0].Until.Equal(storetest.Noon) {
				t.Errorf("with %s set it is called %+v", set.URL, n)
			}
		}
		var moved, announced int
		for _, f := range told(t, s) {
			switch f.(type) {
			case event.HouseMoved:
				moved++
			case event.Announced:
				announced++
			}
		}
		if moved != 1 || announced != 1 {
			t.Errorf("moved %d times, announced %d", moved, announced)
		}
		v = of(t, s, fresh)
		for name, to := range map[string]social.HouseName{"back": old, "where it is": fresh} {
			if err := v.Prepare(t.Context(), to); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := v.Move(t.Context(), old, "Back."); errs.KindOf(err) != errs.Invalid {
			t.Errorf("back: %v", err)
		}
		if err := v.Move(t.Context(), third, "Further."); errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "plaza evacuate --to "+fresh.URL) {
			t.Errorf("before all were taken along: %v", err)
		}
		if err := v.Asked(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		if err := v.Move(t.Context(), third, "Further."); err != nil {
			t.Fatal(err)
		}
		if n := of(t, s, old).Names(); n.Now != third || len(n.Former) != 2 || n.Last() != fresh {
			t.Errorf("after a second time it is called %+v", n)
		}
	})
}

// TestMoveEndsSessions has nobody be signed in any more by a cookie of the old name,
// which browsers send to whoever has that name next.
func TestMoveEndsSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		all := settle(t, s, 3)
		write(t, s, func(tx *store.Tx) error {
			for i, who := range all {
				if err := tx.AddSession(t.Context(), social.Session{ID: social.SessionID(i + 1), Account: who, CreatedAt: tx.Now, UsedAt: tx.Now}, fmt.Sprint("hash ", i)); err != nil {
					return err
				}
			}
			return nil
		})
		left := func() (n int) {
			t.Helper()
			for i := range all {
				err := s.Read(t.Context(), func(v *store.View) error { _, err := v.SessionByHash(t.Context(), fmt.Sprint("hash ", i)); return err })
				if err == nil {
					n++
				} else if errs.KindOf(err) != errs.NotFound {
					t.Fatal(err)
				}
			}
			return n
		}
		v := of(t, s, old)
		if err := v.Prepare(t.Context(), fresh); err != nil || left() != len(all) {
			t.Errorf("when a name is prepared %d of %d stay signed in (%v)", left(), len(all), err)
		}
		if err := v.Move(t.Context(), fresh, "We are elsewhere."); err != nil || left() != 0 {
			t.Errorf("when the house moves %d stay signed in, want none (%v)", left(), err)
		}
	})
}

// TestTaking takes along more than fit into one piece, with a second sender
// beside the first.
func TestTaking(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const n = 121
		all := settle(t, s, n)
		if err := of(t, s, old).Move(t.Context(), fresh, "We are elsewhere."); err != nil {
			t.Fatal(err)
		}
		senders := []*names.Service{of(t, s, fresh), of(t, s, fresh)}
		for i := 0; ; i++ {
			if err := senders[i%2].TakeSome(t.Context()); err != nil {
				t.Fatal(err)
			}
			if trip, err := senders[0].Trip(t.Context()); err != nil || trip.AllTold {
				if err != nil || i != 2 || trip.Told != n-1 || trip.Over {
					t.Errorf("after %d pieces: %+v, %v", i+1, trip, err)
				}
				break
			}
		}
		seen := map[social.AccountID]int{}
		for _, f := range told(t, s) {
			if m, ok := f.(event.HomeMoved); ok {
				if seen[m.Account]++; m.From != old.URL || m.To != fresh.URL || !strings.HasSuffix(m.Handle, "@new.example") {
					t.Errorf("told: %+v", m)
				}
			}
		}
		for i, who := range all {
			if want := map[bool]int{true: 1}[i < n-1]; seen[who] != want {
				t.Errorf("person %d was told %d times, want %d", i, seen[who], want)
			}
		}
		for _, last := range []social.FollowID{7, 0} {
			if err := senders[0].Asked(t.Context(), last); err != nil {
				t.Fatal(err)
			}
			if trip, err := senders[0].Trip(t.Context()); err != nil || trip.Asked != last || trip.Over != (last == 0) {
				t.Errorf("after %d was asked again: %+v, %v", last, trip, err)
			}
		}
	})
}

// TestReturn has the people of one house be in another that knows nobody.
func TestReturn(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		all := settle(t, s, 3)
		fan := social.Account{ID: social.AccountID(id.New(s.Now())), URI: "https://far.example/fan", Username: "fan", Host: "far.example", Kind: social.Person, Standing: social.Good, CreatedAt: s.Now(), ChangedAt: s.Now()}
		write(t, s, func(tx *store.Tx) error {
			if err := tx.AddAccount(t.Context(), fan); err != nil {
				return err
			}
			if err := tx.SetContact(t.Context(), social.Contact{Account: fan.ID, Inbox: fan.URI + "/inbox", SharedInbox: "https://far.example/inbox", FetchedAt: tx.Now}); err != nil {
				return err
			}
			if err := tx.AddOwnKey(t.Context(), social.OwnKey{Account: all[0], Kind: social.RSA, PKCS8: []byte("key"), MadeAt: tx.Now}); err != nil {
				return err
			}
			return tx.AddFollow(t.Context(), social.Follow{Owner: fan.ID, Target: all[0]}, true)
		})
		v := of(t, s, old)
		if made, n, err := v.Unkept(t.Context()); err != nil || !made.IsZero() || n != 0 {
			t.Errorf("before a file was made: %v %d %v", made, n, err)
		}
		if err := v.Kept(t.Context()); err != nil {
			t.Fatal(err)
		}
		var kept []names.Person
		if err := v.Each(t.Context(), func(p names.Person) error { kept = append(kept, p); return nil }); err != nil || len(kept) != 2 {
			t.Fatalf("%d are kept, %v: want those in good standing", len(kept), err)
		}
		c.Pass(time.Second)
		late := social.Account{ID: social.AccountID(id.New(s.Now())), Username: "late", Kind: social.Person, Standing: social.Good, CreatedAt: s.Now(), ChangedAt: s.Now()}
		write(t, s, func(tx *store.Tx) error { return tx.AddAccount(t.Context(), late) })
		if _, n, err := v.Unkept(t.Context()); err != nil || n != 1 {
			t.Errorf("%d have come since, want 1 (%v)", n, err)
		}
		if err := v.Recover(t.Context(), third, fresh); errs.KindOf(err) != errs.Conflict {
			t.Errorf("where others live: %v", err)
		}
		if err := v.Recover(t.Context(), old, fresh); errs.KindOf(err) != errs.Conflict {
			t.Errorf("where they live themselves, and who has left would come back: %v", err)
		}

		bare := storetest.SQLite(t)
		there := of(t, bare, third)
		for range 2 { // again changes nothing
			if err := there.Recover(t.Context(), old, fresh); err != nil {
				t.Fatal(err)
			}
			for _, p := range kept {
				if err := there.Return(t.Context(), p); err != nil {
					t.Fatal(err)
				}
			}
			there = of(t, bare, old)
		}
		if n := there.Names(); n.Now != old || n.Next != fresh {
			t.Errorf("it is called %+v", n)
		}
		if err := there.Move(t.Context(), fresh, "We are elsewhere."); errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Public(err), "plaza evacuate recover") {
			t.Errorf("before all are back the house moves: %v", err)
		}
		if err := there.Recovered(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := there.Recover(t.Context(), old, fresh); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a house that people live in again: %v", err)
		}
		if err := bare.Read(t.Context(), func(v *store.View) error {
			a, err := v.Account(t.Context(), all[0])
			u, fault := v.User(t.Context(), all[0])
			ks, problem := v.Keepsakes(t.Context(), all[0], 0, 10)
			if err != nil || fault != nil || problem != nil || a.Username != "p0" || a.Followers != 1 || u.Email != "p0@mail.example" || len(ks) != 1 || ks[0].URI != fan.URI || ks[0].Shared != "https://far.example/inbox" {
				t.Errorf("she is %+v, %+v, followed by %+v (%v %v %v)", a, u, ks, err, fault, problem)
			}
			keys, err := v.OwnKeys(t.Context(), all[0])
			if err != nil || len(keys) != 1 || string(keys[0].PKCS8) != "key" {
				t.Errorf("her keys are %+v, %v", keys, err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
