package houses

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

const oldName, newName = "old.example", "new.example"

var elsewhere = social.HouseName{URL: "https://" + newName, Host: newName}

// fan is somebody on a server that is no Plaza, who follows one of ours.
func fan(t *testing.T, w *fedtest.World, s *apptest.Server, of *apptest.Person) *fedtest.Actor {
	t.Helper()
	a := w.Host("far.example").Actor("fan")
	if status := a.Send(target(s), a.Does("Follow", actorAt(oldName, of), nil)); status != http.StatusAccepted {
		t.Fatalf("the follow: %d", status)
	}
	s.Eventually("the follow to be accepted", func() bool { return len(a.Got("Accept")) == 1 })
	return a
}

func target(s *apptest.Server) fedtest.Target {
	return fedtest.Target{Base: "https://" + oldName, Listens: s.URL}
}

func actorAt(host string, p *apptest.Person) string {
	return fmt.Sprintf("https://%s/ap/users/%d", host, p.ID)
}

// called has the server be found under more names.
func called(w *fedtest.World, s *apptest.Server, names ...string) {
	for _, name := range names {
		w.Host(name).Be(s.Handler())
	}
}

func followers(p *apptest.Person) int {
	var a account
	p.Must("GET", "/api/v1/accounts/"+fmt.Sprint(p.ID), nil, &a)
	return a.FollowersCount
}

// TestPrepared has a house answer under another name that it does not have yet:
// who asks sees who lives there, and can follow nobody.
func TestPrepared(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	s := house(t, w, oldName)
	ada := s.Join("ada", social.Member)
	far := fan(t, w, s, ada)
	if err := s.PrepareName(t.Context(), elsewhere); err != nil {
		t.Fatal(err)
	}
	s = s.Anew(t)
	called(w, s, oldName, newName)
	ada, eve := s.As(ada), s.Join("eve", social.Member) // who came after
	at := fedtest.Target{Base: "https://" + newName, Listens: s.URL}
	for _, p := range []*apptest.Person{ada, eve} {
		var found struct {
			ID          string
			AlsoKnownAs []string
			MovedTo     string
		}
		document(t, s, newName, "/ap/users/"+fmt.Sprint(p.ID), &found)
		if found.ID != actorAt(newName, p) || !slices.Equal(found.AlsoKnownAs, []string{actorAt(oldName, p)}) || found.MovedTo != "" {
			t.Errorf("%s is %+v", p.Name, found)
		}
		before := len(far.Got("Reject"))
		if status := far.Send(at, far.Does("Follow", actorAt(newName, p), nil)); status != http.StatusAccepted {
			t.Errorf("following %s: %d", p.Name, status)
		}
		s.Eventually("the follow to be turned down", func() bool { return len(far.Got("Reject")) > before })
		if no := far.Got("Reject")[before]; no["actor"] != actorAt(newName, p) {
			t.Errorf("turned down by %v", no["actor"])
		}
	}
	if n := followers(ada); n != 1 {
		t.Errorf("ada has %d followers, want the one from before", n)
	}
	if n := followers(eve); n != 0 {
		t.Errorf("eve has %d followers, want none", n)
	}
}

// document reads one of ActivityPub under a name of the house.
func document(t *testing.T, s *apptest.Server, host, path string, into any) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	r.Header.Set("Accept", fedtest.Kind)
	a := s.Do(r)
	if a.Status != http.StatusOK {
		t.Fatalf("%s at %s: %d %s", path, host, a.Status, a.Body)
	}
	a.JSON(t, into)
}

// moved looks at what a server is told of somebody who moved along, and follows.
func moved(t *testing.T, s *apptest.Server, far *fedtest.Actor, p *apptest.Person) {
	t.Helper()
	s.Eventually("the move to be told", func() bool { return len(far.Got("Move")) == 1 && len(far.Got("Update")) > 0 })
	said := far.Got("Move")[0]
	if said["actor"] != actorAt(oldName, p) || said["object"] != said["actor"] || said["target"] != actorAt(newName, p) {
		t.Errorf("told: %v", said)
	}
	for _, a := range far.Asked() {
		if a.JSON()["type"] == "Move" && !strings.Contains(a.Header.Get("Signature")+a.Header.Get("Signature-Input"), actorAt(oldName, p)+"#main-key") {
			t.Errorf("it is signed by %q", a.Header)
		}
	}
	before := len(far.Got("Accept"))
	if status := far.Send(fedtest.Target{Base: "https://" + newName, Listens: s.URL}, far.Does("Follow", actorAt(newName, p), nil)); status != http.StatusAccepted {
		t.Fatalf("following where she is now: %d", status)
	}
	s.Eventually("the follow to be accepted", func() bool { return len(far.Got("Accept")) > before })
	if yes := far.Got("Accept")[before]; yes["actor"] != actorAt(newName, p) {
		t.Errorf("accepted by %v", yes["actor"])
	}
}

// compared reports whether what somebody says to their followers tells a server
// who of its people those are.
func compared(s *apptest.Server, far *fedtest.Actor, p *apptest.Person, text string) (told bool) {
	p.Post(text, "private")
	s.Eventually("the followers to hear "+text, func() bool {
		for _, a := range far.Asked() {
			if note, ok := a.JSON()["object"].(map[string]any); ok && a.JSON()["type"] == "Create" && strings.Contains(fmt.Sprint(note["content"]), text) {
				told = a.Header.Get("Collection-Synchronization") != ""
				return true
			}
		}
		return false
	})
	return told
}

// TestEvacuated has a house take its new name, and says what others may still do
// under the old one: nothing that changes who follows.
func TestEvacuated(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	s := house(t, w, oldName)
	ada := s.Join("ada", social.Member)
	far := fan(t, w, s, ada)
	ada.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"locked": true}, nil)
	before := ada.Post("It is quiet here.", "public")
	if !compared(s, far, ada, "Among us.") {
		t.Error("nobody is told who follows her: this test looks at the wrong thing")
	}
	if err := s.MoveHouse(t.Context(), elsewhere); err != nil {
		t.Fatal(err)
	}
	s = s.Anew(t)
	called(w, s, newName)
	w.Host(oldName).Be(http.NotFoundHandler())
	ada = s.As(ada)
	if a := ada.Call("GET", "/api/v1/accounts/verify_credentials", nil); a.Status != http.StatusUnauthorized || !strings.Contains(string(a.Body), "another address") {
		t.Errorf("with a token that the next owner of the old name may have: %d %s", a.Status, a.Body)
	}
	ada.Token = ada.TokenWith(app.AllScopes)
	if compared(s, far, ada, "Before you have come.") {
		t.Error("a server is told who follows where it has sent nobody yet: it has them leave")
	}
	moved(t, s, far, ada)
	if text := s.Letter("ada@example.com").Text; !strings.Contains(text, "https://"+newName) || !strings.Contains(text, "@ada@"+newName) {
		t.Errorf("she was written: %s", text)
	}
	for what, act := range map[string]fedtest.M{"following who she was": far.Does("Follow", actorAt(oldName, ada), nil),
		"leaving who she was": far.Does("Undo", far.Does("Follow", actorAt(oldName, ada), nil), nil)} {
		if status := far.Send(fedtest.Target{Base: "https://" + newName, Listens: s.URL}, act); status != http.StatusAccepted {
			t.Errorf("%s: %d", what, status)
		}
	}
	far.Send(fedtest.Target{Base: "https://" + newName, Listens: s.URL}, far.Does("Like", "https://"+oldName+"/ap/posts/"+before.ID, nil))
	s.Eventually("the old post to be liked", func() bool {
		var st status
		ada.Must("GET", "/api/v1/statuses/"+before.ID, nil, &st)
		return st.Favourites == 1
	})
	if n := followers(ada); n != 1 {
		t.Errorf("she has %d followers, want 1", n)
	}
	s.Eventually("the trip to be over", func() bool {
		d, err := s.Departing(t.Context(), elsewhere)
		return err == nil && d.Over && d.Told == 1 && d.Arrived == 1 && d.Followers == 1
	})
	ada.Must("DELETE", "/api/v1/statuses/"+before.ID, nil, nil)
	s.Eventually("the deletion to be told", func() bool { return len(far.Got("Delete")) == 1 })
	if gone := far.Got("Delete")[0]; gone["actor"] != actorAt(oldName, ada) {
		t.Errorf("it is deleted by %v: others let only who said it do that", gone["actor"])
	}
}

// TestRecovered has nothing be left of a house but its recovery file.
func TestRecovered(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	s := house(t, w, oldName)
	ada := s.Join("ada", social.Member)
	far := fan(t, w, s, ada)
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "recovery.age")
	if n, err := s.WriteRecovery(t.Context(), elsewhere, file, []string{identity.Recipient().String()}); err != nil || n != 1 {
		t.Fatalf("%d are in the file: %v", n, err)
	}
	sealed, err := os.ReadFile(file)
	if err != nil || bytes.Contains(sealed, []byte("far.example")) || bytes.Contains(sealed, []byte("ada@example.com")) {
		t.Fatalf("anybody can read it, or nobody: %v", err)
	}

	s = house(t, w, oldName) // another machine, in an empty folder
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	damaged := slices.Clone(sealed)
	damaged[len(damaged)-1] ^= 1
	for what, try := range map[string]struct {
		file []byte
		with *age.X25519Identity
	}{"another identity": {sealed, other}, "no file": {nil, identity}, "a changed byte": {damaged, identity}, "half of it": {sealed[:len(sealed)/2], identity}} {
		if n, _, err := s.Recover(t.Context(), bytes.NewReader(try.file), []byte(try.with.String())); err == nil {
			t.Errorf("%s: %d came back", what, n)
		}
	}
	if n, next, err := s.Recover(t.Context(), bytes.NewReader(sealed), []byte(identity.String())); err != nil || n != 1 || next != elsewhere {
		t.Fatalf("%d came back, to go to %+v: %v", n, next, err)
	}
	if err := s.MoveHouse(t.Context(), elsewhere); err != nil {
		t.Fatal(err)
	}
	s = s.Anew(t)
	called(w, s, newName)
	w.Host(oldName).Be(http.NotFoundHandler())
	if _, _, err := s.Auth.SignIn(t.Context(), "ada", ada.Password, ""); err != nil {
		t.Errorf("her password: %v", err)
	}
	ada = s.As(ada)
	ada.Token = ada.TokenWith(app.AllScopes)
	moved(t, s, far, ada)
	if n := followers(ada); n != 1 {
		t.Errorf("she has %d followers, want 1", n)
	}
}
