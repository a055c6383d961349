package houses

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

type relation struct {
	Following, Blocking, Muting, Requested bool
	Note                                   string
}

func stands(p *apptest.Person, to string) relation {
	var rels []relation
	p.Must("GET", "/api/v1/accounts/relationships?id[]="+to, nil, &rels)
	return rels[0]
}

// TestMoving has somebody move from one house to another. Those who follow,
// list, mute, block and know them go along in both.
func TestMoving(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, there := house(t, w, "here.example"), house(t, w, "there.example")
	ada, ben := here.Join("ada", social.Member), there.Join("ben", social.Member) // ada becomes ben
	id := func(p *apptest.Person) string { return fmt.Sprint(p.ID) }
	circle := func(s *apptest.Server, from func(*apptest.Person) string) map[string]*apptest.Person {
		out := map[string]*apptest.Person{}
		for _, name := range []string{"fan", "foe", "mute"} {
			out[name] = s.Join(name, social.Member)
		}
		old := from(out["fan"])
		out["fan"].Must("POST", "/api/v1/accounts/"+old+"/follow", nil, nil)
		s.Eventually("the follow to be accepted", func() bool { return stands(out["fan"], old).Following })
		out["fan"].Must("POST", "/api/v1/accounts/"+old+"/note", map[string]string{"comment": "Bakes."}, nil)
		var list struct{ ID string }
		out["fan"].Must("POST", "/api/v1/lists", map[string]string{"title": "bakers"}, &list)
		out["fan"].Must("POST", "/api/v1/lists/"+list.ID+"/accounts", map[string]any{"account_ids": []string{old}}, nil)
		out["foe"].Must("POST", "/api/v1/accounts/"+from(out["foe"])+"/block", nil, nil)
		out["mute"].Must("POST", "/api/v1/accounts/"+from(out["mute"])+"/mute", nil, nil)
		return out
	}
	atHome := circle(here, func(*apptest.Person) string { return id(ada) })
	abroad := circle(there, func(p *apptest.Person) string { return found(t, p, "@ada@here.example").ID })

	if a := ada.Call("POST", "/api/v1/accounts/move", map[string]string{"moved_to_uri": "@ben@there.example", "password": ada.Password}); a.Status != 422 || !strings.Contains(string(a.Body), "ada@here.example") {
		t.Errorf("without ben's consent: %d %s", a.Status, a.Body)
	}
	ben.Must("POST", "/api/v1/accounts/alias", map[string]any{"also_known_as_uris": []string{"@ada@here.example"}}, nil)
	if a := ada.Call("POST", "/api/v1/accounts/move", map[string]string{"moved_to_uri": "@ben@there.example", "password": ada.Password}); a.Status != 202 {
		t.Fatalf("with it: %d %s", a.Status, a.Body)
	}

	for _, side := range []struct {
		s        *apptest.Server
		people   map[string]*apptest.Person
		old, new string
	}{{here, atHome, id(ada), found(t, atHome["fan"], "@ben@there.example").ID}, {there, abroad, found(t, abroad["fan"], "@ada@here.example").ID, id(ben)}} {
		fan := side.people["fan"]
		side.s.Eventually("the fan to follow ben", func() bool { return stands(fan, side.new).Following && !stands(fan, side.old).Following })
		side.s.Eventually("the note to come along", func() bool { return strings.Contains(stands(fan, side.new).Note, "Bakes.") })
		side.s.Eventually("ben to be blocked and muted", func() bool {
			return stands(side.people["foe"], side.new).Blocking && stands(side.people["mute"], side.new).Muting
		})
		var lists []struct{ Title string }
		if fan.Must("GET", "/api/v1/accounts/"+side.new+"/lists", nil, &lists); len(lists) != 1 {
			t.Errorf("ben is on %+v", lists)
		}
	}
	var shown struct{ Moved *account }
	abroad["fan"].Must("GET", "/api/v1/accounts/"+found(t, abroad["fan"], "@ada@here.example").ID, nil, &shown)
	if shown.Moved == nil || shown.Moved.Acct != "ben" {
		t.Errorf("abroad ada is shown as moved to %+v", shown.Moved)
	}
}

// TestRefollow has a house forget who follows from the other, as after a
// restore, and be told again.
func TestRefollow(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, there := house(t, w, "here.example"), house(t, w, "there.example")
	ada, ben := here.Join("ada", social.Member), there.Join("ben", social.Member)
	far := found(t, ada, "@ben@there.example").ID
	ada.Must("POST", "/api/v1/accounts/"+far+"/follow", nil, nil)
	followers := func() int {
		var a account
		ben.Must("GET", "/api/v1/accounts/"+fmt.Sprint(ben.ID), nil, &a)
		return a.FollowersCount
	}
	here.Eventually("the follow to be accepted", func() bool { return stands(ada, far).Following })
	forgotten := found(t, ben, "@ada@here.example").ID
	forget(t, there, forgotten, ben)
	if followers() != 0 {
		t.Fatalf("ben has %d followers, want none", followers())
	}
	for range 2 {
		if n, err := here.Refollow(t.Context(), "ada", false, func(int, int) {}); err != nil || n != 1 {
			t.Fatalf("%d asked again: %v", n, err)
		}
	}
	there.Eventually("ada to follow ben again", func() bool { return followers() == 1 })
	if !stands(ada, far).Following {
		t.Error("ada does not follow ben any more")
	}
}

// forget takes a follow out of a house without a word to anybody.
func forget(t *testing.T, s *apptest.Server, who string, of *apptest.Person) {
	t.Helper()
	if err := s.Store.Write(t.Context(), func(tx *store.Tx) error {
		n, err := strconv.ParseInt(who, 10, 64)
		if err != nil {
			return err
		}
		if _, _, err := tx.EndFollow(t.Context(), social.AccountID(n), of.ID); err != nil {
			return err
		}
		tx.Record(event.AccessChanged{Account: of.ID}) // what is remembered of it
		return tx.CountFollow(t.Context(), social.AccountID(n), of.ID, -1)
	}); err != nil {
		t.Fatal(err)
	}
}
