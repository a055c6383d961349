package families

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// A bot signs up with an app, from wherever it likes, reads its letter and posts.
type bot struct {
	t    *testing.T
	s    *apptest.Server
	name string
	key  string // its token
}

func (b *bot) join(app string) {
	b.t.Helper()
	var joined struct {
		Token string `json:"access_token"`
	}
	a := b.s.Call("POST", "/api/v1/accounts", app, fmt.Sprintf("username=%s&email=%s@mail.example&password=correct+horse+battery&agreement=true&reason=I+like+it", b.name, b.name))
	if a.Status != 200 {
		b.t.Fatalf("sign-up of %s: %d %s", b.name, a.Status, a.Body)
	}
	a.JSON(b.t, &joined)
	b.key = joined.Token
}

var confirmation = regexp.MustCompile(`/auth/confirmation\?[^\s]*token=([\w-]+)`)

// confirm does what the letter says.
func (b *bot) confirm() {
	b.t.Helper()
	found := confirmation.FindStringSubmatch(b.s.Letter(b.name + "@mail.example").Text)
	if found == nil {
		b.t.Fatalf("%s has no link", b.name)
	}
	if a := (browser{t: b.t, s: b.s}).get("/auth/confirmation?token=" + found[1]); a.Status != 303 && a.Status != 200 {
		b.t.Errorf("%s confirms: %d", b.name, a.Status)
	}
}

// out reports whether the bot gets a post out.
func (b *bot) out() bool {
	b.t.Helper()
	a := b.s.Call("POST", "/api/v1/statuses", b.key, "status=Buy+watches&visibility=public")
	if a.Status != 200 && a.Status != 403 {
		b.t.Errorf("%s posts: %d %s", b.name, a.Status, a.Body)
	}
	return a.Status == 200
}

func newApp(t *testing.T, s *apptest.Server) string {
	t.Helper()
	app, _, err := s.Auth.RegisterApp(t.Context(), social.App{Name: "Script", Redirects: []string{"https://app.example/done"}, Scopes: auth.Scopes})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.Auth.AppToken(t.Context(), app, auth.Scopes)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// wave is the wave of early 2024, small: this many, who read their letters so many
// sign-ups later. At 5,000 in five minutes 20 come within 1.2 seconds.
func wave(t *testing.T, s *apptest.Server, many, later int) (out int) {
	t.Helper()
	app := newApp(t, s)
	bots := make([]*bot, many)
	for i := range many + later {
		if i < many {
			bots[i] = &bot{t: t, s: s, name: fmt.Sprintf("bot%d", i)}
			bots[i].join(app)
		}
		if i >= later {
			b := bots[i-later]
			if b.confirm(); b.out() {
				out++
			}
		}
	}
	for _, b := range bots { // and once more when all is over
		if b.out() {
			out++
		}
	}
	return out
}

// openDoor is a house that anybody may join, in which somebody of the staff was
// seen.
func openDoor(t *testing.T, s *apptest.Server) *apptest.Person {
	t.Helper()
	mona, _ := staff(s)
	mona.Must("GET", "/api/v1/accounts/verify_credentials", nil, nil)
	if needs(t, s) {
		t.Fatal("the door is shut before anybody came")
	}
	return mona
}

// needs reports whether whoever joins has to wait for a look.
func needs(t *testing.T, s *apptest.Server) bool {
	t.Helper()
	var house struct {
		Registrations struct {
			Approval bool `json:"approval_required"`
		}
	}
	s.Call("GET", "/api/v2/instance", "", nil).JSON(t, &house)
	return house.Registrations.Approval
}

// When scripts sign up the door shuts by itself, and what they came to say is not
// said: at most one in a hundred gets a post out, and whoever came honestly is
// let in by hand.
func TestSignUpSurge(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	mona := openDoor(t, s)
	const many = 200
	out := wave(t, s, many, social.GuardFloor+5)
	if !needs(t, s) {
		t.Error("the door is open still")
	}
	if out > many/100 {
		t.Errorf("%d posts of %d scripts got out, want at most %d", out, many, many/100)
	}
	t.Logf("%d of %d scripts got a post out", out, many)
	honest := &bot{t: t, s: s, name: "hanna"}
	honest.join(newApp(t, s))
	honest.confirm()
	if honest.out() {
		t.Error("who joins after a wave need not wait")
	}
	var waiting []struct{ ID, Username string }
	mona.Must("GET", "/api/v2/admin/accounts?status=pending&username=hanna", nil, &waiting)
	if len(waiting) != 1 {
		t.Fatalf("%d wait under that name", len(waiting))
	}
	mona.Must("POST", "/api/v1/admin/accounts/"+waiting[0].ID+"/approve", nil, nil)
	if !honest.out() {
		t.Error("who was let in cannot post")
	}
}

// Scripts that read their letters at once are not more than those it takes to see
// that it is a wave, however many come: of 5,000 that is one in 250.
func TestSurgeOfTheQuick(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		openDoor(t, s)
		if out := wave(t, s, 2*social.GuardFloor, 0); out == 0 || out > 2*social.GuardFloor { // each that is in posts twice
			t.Errorf("%d scripts got a post out, want at most %d", out/2, social.GuardFloor)
		}
		if !needs(t, s) {
			t.Error("the door is open still")
		}
	})
}
