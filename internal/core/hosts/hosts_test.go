package hosts_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/discover"
	"github.com/plaza-social/plaza/internal/core/hosts"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// ada is of this house; rita lives elsewhere, and ada's friend fred follows her.
const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	fred
	rita
)

const said social.PostID = 3_400_000_000_000_000_100

func as(id social.AccountID) social.Actor {
	return social.Actor{Account: id, Standing: social.Good, Role: social.Member}
}

var admin = social.Actor{Account: 9, Standing: social.Good, Role: social.Admin}

type house struct {
	*hosts.Service
	store *store.Store
	view  *view.View
}

func each(t *testing.T, fn func(ctx context.Context, t *testing.T, h house)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) { fn(t.Context(), t, inhabited(t, s)) })
}

// inhabited is a house with everybody in it.
func inhabited(t *testing.T, s *store.Store) house {
	t.Helper()
	ctx := t.Context()
	if err := s.Write(ctx, func(tx *store.Tx) error {
		for who, host := range map[social.AccountID]string{ada: "", fred: "", rita: "sub.elsewhere.example"} {
			name := map[social.AccountID]string{ada: "ada", fred: "fred", rita: "rita"}[who]
			if err := tx.AddAccount(ctx, social.Account{ID: who, Username: name, Host: host, Kind: social.Person, Standing: social.Good, Discoverable: true, CreatedAt: tx.Now}); err != nil {
				return err
			}
		}
		if err := tx.AddFollow(ctx, social.Follow{Owner: fred, Target: rita}, true); err != nil {
			return err
		}
		return tx.AddPost(ctx, social.Post{ID: said, Author: rita, Text: "Hello", HTML: "Hello", Visibility: social.Public, At: tx.Now})
	}); err != nil {
		t.Fatal(err)
	}
	v := view.New(s, view.Config{HandleHost: "social.plaza.example"})
	s.Watch(v.Watch)
	s.WatchEarly(v.Watch)
	return house{hosts.New(s, v), s, v}
}

func (h house) sees(t *testing.T, who social.AccountID, door social.Door) bool {
	t.Helper()
	ps, err := h.view.Posts(t.Context(), as(who), []social.PostID{said}, door)
	if err != nil {
		t.Fatal(err)
	}
	return len(ps) == 1
}

// names is whom the house puts before ada unasked.
func (h house) names(t *testing.T) (out []string) {
	t.Helper()
	faces, _, err := discover.New(h.store, h.view).Directory(t.Context(), as(ada), true, false, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	found, err := search.New(h.store, h.view, "plaza.example").Search(t.Context(), as(ada), search.Query{Text: "rit", Kind: search.Accounts, Page: social.Page{Limit: 10}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(faces, found.Accounts...) {
		if f.ID == rita {
			out = append(out, f.Username)
		}
	}
	return out
}

// What a block of a host does to its people and their posts, at once and back.
func TestBlock(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, h house) {
		if !h.sees(t, ada, social.Offered) || len(h.names(t)) != 2 {
			t.Fatal("who is of a host that nothing was decided about is not shown")
		}
		b, err := h.Add(ctx, admin, social.HostBlock{Host: "Elsewhere.example", Severity: social.HostSilence})
		if err != nil {
			t.Fatal(err)
		}
		if h.sees(t, ada, social.Offered) || !h.sees(t, ada, social.Asked) || !h.sees(t, fred, social.Offered) || len(h.names(t)) != 0 {
			t.Error("who is of a silenced host is shown to those who follow, and to those who ask")
		}
		face, err := h.view.Face(ctx, rita)
		if err != nil || !face.Limited || face.Standing != social.Good {
			t.Errorf("silenced: %+v, %v", face, err)
		}
		if b, err = h.Change(ctx, admin, b.ID, func(b *social.HostBlock) {
			b.Severity, b.Public, b.Host = social.HostSuspends, "Spam.", "other.example"
		}); err != nil || b.Host != "elsewhere.example" {
			t.Fatal(b, err)
		}
		for _, who := range []social.AccountID{0, ada, fred} {
			if h.sees(t, who, social.Asked) {
				t.Errorf("%d sees a post of a suspended host", who)
			}
		}
		if face, err := h.view.Face(ctx, rita); err != nil || face.Standing != social.Suspended || len(h.names(t)) != 0 {
			t.Errorf("suspended: %+v, %v", face, err)
		}
		if err := relations.New(h.store, h.view).Follow(ctx, as(ada), social.Follow{Target: rita}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("follow somebody of a suspended host: %v", err)
		}
		if err := h.End(ctx, admin, b.ID); err != nil {
			t.Fatal(err)
		}
		if !h.sees(t, ada, social.Offered) {
			t.Error("the block has ended, and the post is not shown again")
		}
	})
}

// Where federation is limited only hosts that were let in are shown.
func TestAllow(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, h house) {
		a, err := h.Allow(ctx, admin, "sub.elsewhere.example")
		if err != nil {
			t.Fatal(err)
		}
		again, err := h.Allow(ctx, admin, "https://sub.elsewhere.example/")
		if err != nil || again != a {
			t.Errorf("allowed twice: %+v, %v, want %+v", again, err, a)
		}
		limit := social.DefaultSettings
		limit.LimitedFederation = true
		if err := h.store.Write(ctx, func(tx *store.Tx) error { return tx.SetHouse(ctx, limit) }); err != nil {
			t.Fatal(err)
		}
		if !h.sees(t, ada, social.Offered) {
			t.Error("a host that was let in is not shown")
		}
		if err := h.Disallow(ctx, admin, a.ID); err != nil {
			t.Fatal(err)
		}
		if h.sees(t, ada, social.Asked) {
			t.Error("a host that is not let in is shown")
		}
	})
}

func TestLists(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, h house) {
		for _, b := range []social.HostBlock{{Host: "b.example", Severity: social.HostSuspends, Private: "secret", Public: "Spam."}, {Host: "a.example", Severity: social.HostNoop},
			{Host: "c.example", Severity: social.HostSilence, Obfuscate: true}} {
			if _, err := h.Add(ctx, admin, b); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.Add(ctx, admin, social.HostBlock{Host: "B.example", Severity: social.HostNoop}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("twice: %v, want Conflict", err)
		}
		for _, bad := range []social.HostBlock{{Host: "no host", Severity: social.HostNoop}, {Host: "d.example"}} {
			if _, err := h.Add(ctx, admin, bad); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%+v: %v, want Invalid", bad, err)
			}
		}
		all, err := h.Blocks(ctx, admin, social.Page{Limit: 2})
		if err != nil || len(all.Items) != 2 || all.Oldest != int64(all.Items[1].ID) {
			t.Fatal(all, err)
		}
		rest, err := h.Blocks(ctx, admin, social.Page{Limit: 2, Before: all.Oldest})
		if err != nil || len(rest.Items) != 1 {
			t.Error(rest, err)
		}
		public, err := h.Published(ctx)
		if err != nil || len(public) != 2 || public[0].Private != "" {
			t.Errorf("the public list: %+v, %v", public, err)
		}
		if !slices.Equal([]string{public[0].Shown(), public[1].Shown()}, []string{"b.example", "c.*****le"}) {
			t.Errorf("shown: %s, %s", public[0].Shown(), public[1].Shown())
		}
		mona := social.Actor{Account: 8, Standing: social.Good, Role: social.Moderator}
		if _, err := h.Blocks(ctx, mona, social.Page{Limit: 2}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a moderator reads: %v", err)
		}
		if err := h.End(ctx, mona, all.Items[0].ID); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a moderator ends: %v", err)
		}
		if err := h.End(ctx, admin, 1); errs.KindOf(err) != errs.NotFound {
			t.Errorf("one that is not there: %v", err)
		}
	})
}

// What is decided about hosts is in the log, in the words of what it is and was.
func TestMeasuresAreInTheLog(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, h house) {
		b, err := h.Add(ctx, admin, social.HostBlock{Host: "bad.example", Severity: social.HostSilence})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Change(ctx, admin, b.ID, func(b *social.HostBlock) { b.Severity = social.HostSuspends }); err != nil {
			t.Fatal(err)
		}
		if err := h.End(ctx, admin, b.ID); err != nil {
			t.Fatal(err)
		}
		a, err := h.Allow(ctx, admin, "good.example")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Allow(ctx, admin, "good.example"); err != nil { // again
			t.Fatal(err)
		}
		if err := h.Disallow(ctx, admin, a.ID); err != nil {
			t.Fatal(err)
		}
		var got []string
		if err := h.store.Read(ctx, func(v *store.View) error {
			all, err := v.Evidence(ctx, 0, 100)
			for _, r := range all {
				var m evidence.Measured
				if err := json.Unmarshal(r.Body, &m); err != nil {
					return err
				}
				for _, c := range m.Changes {
					got = append(got, c.Target+": "+c.From+" > "+c.To)
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		want := []string{"bad.example:  > silence", "bad.example: silence > suspend", "bad.example: suspend > ", "good.example:  > let in", "good.example: let in > "}
		if !slices.Equal(got, want) {
			t.Errorf("the log has %q, want %q", got, want)
		}
	})
}
