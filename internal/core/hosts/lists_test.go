package hosts_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// shelf is the lists that others keep, by address.
type shelf map[string]string

func (s shelf) fetch(_ context.Context, address string) ([]byte, error) {
	text, ok := s[address]
	if !ok {
		return nil, errs.New(errs.Unavailable, "The server is down.")
	}
	return []byte(text), nil
}

// list is a file of hosts that are suspended.
func list(names ...string) string { return "#domain\n" + strings.Join(names, "\n") + "\n" }

const one, two = "https://lists.example/one.csv", "https://lists.example/two.csv"

type reader struct {
	house
	t     *testing.T
	shelf shelf
	clock *storetest.Clock
}

func eachReader(t *testing.T, fn func(ctx context.Context, t *testing.T, r reader)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		h := inhabited(t, s)
		r := reader{h, t, shelf{}, c}
		r.Fetch = r.shelf.fetch
		fn(t.Context(), t, r)
	})
}

func (r reader) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// heeds subscribes to a list, and applies what it says.
func (r reader) heeds(address string, auto bool) social.HostListID {
	r.t.Helper()
	l, err := r.Subscribe(r.t.Context(), admin, address, auto)
	r.must(err)
	r.apply(l.ID)
	return l.ID
}

func (r reader) list(which social.HostListID) social.HostList {
	r.t.Helper()
	l, err := r.List(r.t.Context(), admin, which)
	r.must(err)
	return l
}

func (r reader) apply(which social.HostListID) {
	r.t.Helper()
	r.must(r.Apply(r.t.Context(), admin, which, r.list(which).ProposedAt))
}

// rules is all blocks, those by hand with a star.
func (r reader) rules() string {
	r.t.Helper()
	var out []string
	r.must(r.store.Read(r.t.Context(), func(v *store.View) error {
		all, err := v.AllHostBlocks(r.t.Context())
		for _, b := range all {
			name := strings.TrimSuffix(b.Host, ".example") + " " + string(b.Severity)
			if !b.Listed {
				name += "*"
			}
			out = append(out, name)
		}
		return err
	}))
	return strings.Join(out, ", ")
}

func (r reader) has(what, want string) {
	r.t.Helper()
	if got := r.rules(); got != want {
		r.t.Errorf("%s: the rules are %q, want %q", what, got, want)
	}
}

// passes lets a day pass, with its chores.
func (r reader) passes() {
	r.t.Helper()
	r.clock.Pass(social.HostListEvery)
	r.must(r.Tidy(r.t.Context()))
	for n := 1; n > 0; {
		var err error
		n, err = work.Once(r.t.Context(), r.store, r.Worker())
		r.must(err)
	}
}

func TestListIsHeeded(t *testing.T) {
	eachReader(t, func(ctx context.Context, t *testing.T, r reader) {
		r.shelf[one] = "#domain,#severity\nelsewhere.example,silence\nb.example,suspend\nplaza.example,suspend\nno host,suspend\n"
		l, err := r.Subscribe(ctx, admin, one, false)
		r.must(err)
		r.has("before it is applied", "")
		p, err := r.PreviewApply(ctx, admin, l.ID)
		r.must(err)
		if len(p.Added) != 2 || p.Rules != 2 || p.Cut.Known != 1 || p.Cut.Following != 1 || p.Back.Known != 0 {
			t.Errorf("before: %+v", p)
		}
		if err := r.Apply(ctx, admin, l.ID, storetest.Noon.AddDate(-1, 0, 0)); errs.KindOf(err) != errs.Conflict {
			t.Errorf("of what it said some other time: %v, want Conflict", err)
		}
		r.apply(l.ID)
		r.has("applied", "b suspend, elsewhere silence")
		if got := r.list(l.ID); got.Stage != social.HostListIdle || got.Hosts != 2 || got.AppliedAt.IsZero() {
			t.Errorf("%+v", got)
		}
		if err := r.Apply(ctx, admin, l.ID, r.list(l.ID).ProposedAt); errs.KindOf(err) != errs.Conflict {
			t.Errorf("again: %v, want Conflict", err)
		}
		from, err := r.Provenance(ctx, admin, []social.HostBlock{{Host: "b.example"}, {Host: "c.example"}})
		if err != nil || len(from) != 1 || len(from["b.example"]) != 1 || from["b.example"][0].List != l.ID || !from["b.example"][0].Since.Equal(r.store.Now()) {
			t.Errorf("because of: %+v, %v", from, err)
		}
		r.shelf[one] = "#domain,#severity\nelsewhere.example,suspend\nc.example,suspend\n"
		r.passes()
		r.has("it says something else, and asks", "b suspend, elsewhere silence")
		if p, err = r.PreviewApply(ctx, admin, l.ID); err != nil || len(p.Added) != 1 || len(p.Changed) != 1 || len(p.Dropped) != 1 || p.Cut.Known != 1 {
			t.Errorf("the change: %+v, %v", p, err)
		}
		r.apply(l.ID)
		r.has("applied again", "c suspend, elsewhere suspend")
		p, err = r.PreviewUnsubscribe(ctx, admin, l.ID)
		if err != nil || len(p.Dropped) != 2 || p.Rules != 2 || p.Back.Accounts != 1 || p.Cut.Known != 0 {
			t.Errorf("to end it: %+v, %v", p, err)
		}
		r.must(r.Unsubscribe(ctx, admin, l.ID))
		r.has("without it", "")
		if !r.sees(t, ada, social.Offered) {
			t.Error("the list is not heeded any more, and the post is not shown again")
		}
		if _, err := r.List(ctx, admin, l.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the list: %v, want NotFound", err)
		}
	})
}

// What was decided by hand is nothing that a list changes.
func TestByHandComesFirst(t *testing.T) {
	eachReader(t, func(ctx context.Context, t *testing.T, r reader) {
		_, err := r.Add(ctx, admin, social.HostBlock{Host: "a.example", Severity: social.HostNoop})
		r.must(err)
		r.shelf[one], r.shelf[two] = list("a.example", "b.example", "c.example", "d.example"), "#domain,#severity\nb.example,silence\nd.example,silence\n"
		first, second := r.heeds(one, true), r.heeds(two, true)
		r.has("both", "a noop*, b suspend, c suspend, d suspend")
		of := func(host string) social.HostID {
			b, err := r.Of(ctx, admin, host)
			r.must(err)
			return b.ID
		}
		_, err = r.Change(ctx, admin, of("b.example"), func(b *social.HostBlock) { b.Severity = social.HostSilence })
		r.must(err)
		r.must(r.End(ctx, admin, of("c.example")))
		r.has("by hand", "a noop*, b silence*, d suspend")
		r.shelf[one] = list("a.example", "b.example", "c.example", "d.example", "e.example")
		r.passes()
		r.has("after a day", "a noop*, b silence*, d suspend, e suspend")
		r.must(r.Unsubscribe(ctx, admin, first))
		r.has("without the first list", "a noop*, b silence*, d silence")
		r.shelf[one] = list("c.example")
		r.heeds(one, false)
		r.has("no list had it for a while", "a noop*, b silence*, c suspend, d silence")
		r.must(r.Unsubscribe(ctx, admin, second))
		r.has("without the second", "a noop*, b silence*, c suspend")
	})
}

// What changes is applied by itself, unless it is a lot.
func TestSuddenChangesWait(t *testing.T) {
	names := func(from, to int) (out []string) {
		for i := from; i < to; i++ {
			out = append(out, fmt.Sprintf("h%03d.example", i))
		}
		return out
	}
	eachReader(t, func(ctx context.Context, t *testing.T, r reader) {
		for _, tt := range []struct {
			name    string
			before  []string
			after   string
			applied bool
		}{
			{"a fifth more", names(0, 50), list(names(0, 60)...), true},
			{"more than that", names(0, 50), list(names(0, 61)...), false},
			{"a fifth less", names(0, 50), list(names(0, 40)...), true},
			{"less than that", names(0, 50), list(names(0, 39)...), false},
			{"a few of a few", names(0, 6), list(names(0, 1)...), true},
			{"none of them", names(0, 3), list("other.example"), false},
			{"nothing", names(0, 3), "#domain\n", false},
			{"a page", names(0, 3), "<html>", false},
			{"all of them milder", names(0, 50), "#domain,#severity\n" + strings.Join(names(0, 50), ",noop\n") + ",noop\n", false},
		} {
			r.shelf[one] = list(tt.before...)
			l := r.heeds(one, true)
			before := r.rules()
			r.shelf[one] = tt.after
			r.passes()
			if applied := r.rules() != before; applied != tt.applied {
				t.Errorf("%s: applied: %v, want %v", tt.name, applied, tt.applied)
			}
			got := r.list(l)
			if tt.applied != (got.Stage == social.HostListIdle && got.Failure == "") {
				t.Errorf("%s: %+v", tt.name, got)
			}
			r.must(r.Unsubscribe(ctx, admin, l))
			r.has(tt.name+", without the list", "")
		}
	})
}

// A list that cannot be had changes nothing, and is asked for once a day.
func TestListThatIsDown(t *testing.T) {
	eachReader(t, func(ctx context.Context, t *testing.T, r reader) {
		if _, err := r.Subscribe(ctx, admin, one, false); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("one that is not there: %v", err)
		}
		asked := 0
		r.Fetch = func(ctx context.Context, address string) ([]byte, error) {
			asked++
			return r.shelf.fetch(ctx, address)
		}
		r.shelf[one] = list("a.example")
		l := r.heeds(one, true)
		delete(r.shelf, one)
		r.passes()
		for range 3 {
			r.must(r.Tidy(ctx))
			_, err := work.Once(ctx, r.store, r.Worker())
			r.must(err)
		}
		r.has("while it is down", "a suspend")
		if got := r.list(l); got.Failure != "The server is down." || asked != 2 {
			t.Errorf("%+v; asked %d times, want at first and once a day", got, asked)
		}
		r.shelf[one] = list("a.example", "b.example")
		r.passes()
		r.has("when it is back", "a suspend, b suspend")
		if got := r.list(l); got.Failure != "" {
			t.Errorf("%+v", got)
		}
	})
}

// A process that dies in the middle leaves what another goes on with.
func TestApplyGoesOn(t *testing.T) {
	eachReader(t, func(ctx context.Context, t *testing.T, r reader) {
		var names []string
		for i := range 1201 {
			names = append(names, fmt.Sprintf("h%04d.example", i))
		}
		r.shelf[one] = list(names...)
		l, err := r.Subscribe(ctx, admin, one, false)
		r.must(err)
		cut, stop := context.WithCancel(ctx)
		r.store.Watch(stopAfter(stop, 1))
		if err := r.Apply(cut, admin, l.ID, l.CheckedAt); err == nil {
			t.Fatal("it was not stopped")
		}
		stop()
		half := strings.Count(r.rules(), "suspend")
		if half == 0 || half == len(names) {
			t.Fatalf("%d of %d", half, len(names))
		}
		r.must(r.Tidy(ctx))
		_, err = work.Once(ctx, r.store, r.Worker())
		r.must(err)
		if n := strings.Count(r.rules(), "suspend"); n != len(names) || r.list(l.ID).Stage != social.HostListIdle {
			t.Errorf("%d of %d, and the list is %q", n, len(names), r.list(l.ID).Stage)
		}
	})
}

func TestListsAreForAdmins(t *testing.T) {
	eachReader(t, func(ctx context.Context, t *testing.T, r reader) {
		r.shelf[one] = list("a.example")
		l, err := r.Subscribe(ctx, admin, one, false)
		r.must(err)
		if _, err := r.Subscribe(ctx, admin, one, false); errs.KindOf(err) != errs.Conflict {
			t.Errorf("twice: %v, want Conflict", err)
		}
		for _, bad := range []string{"", "http://lists.example/one.csv", "https://", "file:///etc/passwd", "https://user:secret@lists.example/", "https://lists.example/" + strings.Repeat("x", social.MaxHostListURL)} {
			if _, err := r.Subscribe(ctx, admin, bad, false); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%.40q: %v, want Invalid", bad, err)
			}
		}
		mona := social.Actor{Account: 8, Standing: social.Good, Role: social.Moderator}
		_, e1 := r.Lists(ctx, mona)
		_, e2 := r.Subscribe(ctx, mona, two, false)
		_, e3 := r.PreviewApply(ctx, mona, l.ID)
		for i, err := range []error{e1, e2, e3, r.Apply(ctx, mona, l.ID, l.ProposedAt), r.Unsubscribe(ctx, mona, l.ID), r.Check(ctx, mona, l.ID), r.SetAuto(ctx, mona, l.ID, true)} {
			if errs.KindOf(err) != errs.Forbidden {
				t.Errorf("a moderator, %d: %v, want Forbidden", i, err)
			}
		}
		for i := range social.MaxHostLists {
			r.shelf[fmt.Sprint(two, i)] = list("a.example")
			_, err := r.Subscribe(ctx, admin, fmt.Sprint(two, i), false)
			if more := i+2 > social.MaxHostLists; more != (errs.KindOf(err) == errs.Invalid && err != nil) {
				t.Errorf("list %d: %v", i+2, err)
			}
		}
		all, err := r.Lists(ctx, admin)
		if err != nil || !slices.ContainsFunc(all, func(x social.HostList) bool { return x.ID == l.ID }) {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

// stopAfter is a watcher that ends a context after so many commits.
func stopAfter(stop func(), n int) store.Watcher {
	return func(context.Context, []event.Record) {
		if n--; n == 0 {
			stop()
		}
	}
}
