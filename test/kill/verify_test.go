package kill

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// left is what plaza verify says.
type left struct {
	Theirs *struct{ N int64 }
	Strays []struct {
		Kind, Who, Says, Post, Outcome, Why string
		Mergeable                           bool
	}
	Done, Forgotten int
}

// verify runs plaza verify on the server's folder.
func (s *server) verify(more ...string) (l left) {
	s.Helper()
	out, err := exec.Command(s.plaza, s.args(append([]string{"verify", "--json"}, more...)...)...).Output()
	if err != nil {
		s.Fatalf("verify: %v %s", err, errText(err))
	}
	s.must(json.Unmarshal(out, &l))
	return l
}

func errText(err error) string {
	if e, ok := err.(*exec.ExitError); ok {
		return string(e.Stderr)
	}
	return ""
}

// TestLeftBehind cuts a house from its copy while people go on, has another
// take over, and looks at the old disk: what was never copied is listed, all of
// it and nothing else; what can come over does, and only once.
func TestLeftBehind(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds and a binary")
	}
	plaza := build(t)
	old := newServer(t, plaza, "")
	copied, identity := old.replicate("local", "")
	old.env = []string{"PLAZA_REPLICA_EVERY=1h"} // after the start, nothing is sent any more
	tokens := old.people("ada", "ben", "cleo", "dan")
	old.must(old.start())
	before := old.posts(tokens[0], "Before", 10)
	old.kill()
	old.must(old.start())
	old.saysHowOld()
	want := old.goOn(tokens, before)
	old.kill()

	next := newServer(t, plaza, "")
	next.bringBack(copied, identity)
	next.must(next.start())
	ada := newClient(next.addr, tokens[0])
	again, err := ada.post("Said again meanwhile.", "again")
	next.must(err)
	if out, err := next.command(nil, "account", "suspend", "dan", "--no-letter"); err != nil {
		t.Fatalf("suspend: %v %s", err, out)
	}

	found := old.verify()
	if got := found.says(); found.Theirs == nil || found.Theirs.N != 2 || !slices.Equal(got, want.says) || found.Done != len(want.says) || found.Forgotten != 0 {
		t.Fatalf("it lists\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want.says, "\n"))
	}
	first := old.verify("--merge", "--into", next.data)
	checkMerged(t, first, "brought over")
	for id, text := range want.posts {
		var p status
		if next.must(ada.get("/api/v1/statuses/"+id, &p)); p.Content != "<p>"+text+"</p>" {
			t.Errorf("%s says %q, want %q", id, p.Content, text)
		}
	}
	next.picture(ada, want.pictured)
	next.must(ada.call(http.MethodDelete, "/api/v1/statuses/"+before[9].id, "", nil, &status{}))
	next.must(ada.call(http.MethodDelete, "/api/v1/statuses/"+want.pictured, "", nil, &status{}))
	second := old.verify("--merge", "--into", next.data)
	checkMerged(t, second, "is there already")
	all, err := ada.pages("/api/v1/timelines/public")
	next.must(err)
	seen := map[string]int{}
	for _, p := range all {
		seen[p.ID]++
		seen[p.Content]++
	}
	for id, text := range want.posts {
		if n := seen[id]; n != 1 && id != want.pictured || seen["<p>"+text+"</p>"] != n {
			t.Errorf("%q is there %d times", text, n)
		}
	}
	if seen[want.pictured] != 0 {
		t.Error("what was deleted since has come back")
	}
	if seen[again.ID] != 1 || seen["<p>Said again meanwhile.</p>"] != 1 {
		t.Error("what was said again is there twice")
	}
	if n := next.verify("--from", "file://"+copied); n.Theirs != nil || len(n.Strays) != 0 {
		t.Errorf("the house that writes has left something behind: %+v", n)
	}
}

func (l left) says() (all []string) {
	for _, s := range l.Strays {
		all = append(all, s.Who+" "+s.Says)
	}
	return all
}

// checkMerged checks what came of each: posts of ada, ben and cleo come over.
func checkMerged(t *testing.T, l left, outcome string) {
	t.Helper()
	for _, s := range l.Strays {
		want, why := "by hand", ""
		switch {
		case s.Kind == "post.published" && s.Who == "@dan":
			why = "cannot post here now"
		case strings.Contains(s.Says, "Said again"):
			why = "has said the same since"
		case s.Kind == "post.published":
			want = outcome
		}
		if s.Outcome != want || !strings.Contains(s.Why, why) || (s.Why == "") != (why == "") {
			t.Errorf("%s %s: %q, %q; want %q, %q", s.Who, s.Says, s.Outcome, s.Why, want, why)
		}
	}
}

// wanted is what was done, as it is to be told, and the posts that can come over.
type wanted struct {
	says     []string
	posts    map[string]string
	pictured string
}

// goOn does fifty things that no copy will have.
func (s *server) goOn(tokens []string, before []posted) wanted {
	s.Helper()
	w := wanted{posts: map[string]string{}}
	names := []string{"ada", "ben", "cleo", "dan"}
	for i := range 28 {
		c, text := newClient(s.addr, tokens[i%4]), fmt.Sprintf("Unsent %d.", i)
		p, err := c.post(text, text)
		s.must(err)
		if w.says = append(w.says, fmt.Sprintf("@%s posted %s (public): %q", names[i%4], p.ID, text)); i%4 != 3 {
			w.posts[p.ID] = text
		}
	}
	ada := newClient(s.addr, tokens[0])
	again, err := ada.post("Said again meanwhile.", "once")
	s.must(err)
	pictured := s.postPicture(ada, "With a picture.")
	w.posts[pictured], w.pictured = "With a picture.", pictured
	w.says = append(w.says, fmt.Sprintf("@ada posted %s (public): %q", again.ID, "Said again meanwhile."),
		fmt.Sprintf("@ada posted %s (public), with 1 files: %q", pictured, "With a picture."))
	for i := 1; i < 4; i++ {
		c := newClient(s.addr, tokens[i])
		s.must(c.call(http.MethodPost, "/api/v1/accounts/"+s.idOf("ada", tokens[0])+"/follow", "", nil, &struct{}{}))
		w.says = append(w.says, fmt.Sprintf("@%s followed @ada", names[i]))
		for k := range 4 {
			s.must(c.call(http.MethodPost, "/api/v1/statuses/"+before[5+k].id+"/favourite", "", nil, &status{}))
			w.says = append(w.says, fmt.Sprintf("@%s liked post %s", names[i], before[5+k].id))
		}
	}
	for _, p := range before[:5] {
		s.must(ada.call(http.MethodDelete, "/api/v1/statuses/"+p.id, "", nil, &status{}))
		w.says = append(w.says, "@ada deleted post "+p.id)
	}
	return w
}

// posts posts n times.
func (s *server) posts(token, text string, n int) (all []posted) {
	s.Helper()
	c := newClient(s.addr, token)
	for i := range n {
		p, err := c.post(fmt.Sprint(text, " ", i), fmt.Sprint(text, i))
		s.must(err)
		all = append(all, posted{id: p.ID, text: fmt.Sprint(text, " ", i)})
	}
	return all
}

func (s *server) idOf(name, token string) string {
	s.Helper()
	var a struct{ ID string }
	s.must(newClient(s.addr, token).get("/api/v1/accounts/lookup?acct="+name, &a))
	return a.ID
}

// postPicture posts a picture.
func (s *server) postPicture(c *client, text string) (id string) {
	s.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "a.png")
	s.must(err)
	s.must(png.Encode(part, image.NewNRGBA(image.Rect(0, 0, 20, 20))))
	s.must(form.Close())
	r, err := http.NewRequest(http.MethodPost, "http://"+s.addr+"/api/v2/media", &body)
	s.must(err)
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", form.FormDataContentType())
	answer, err := c.http.Do(r)
	s.must(err)
	defer answer.Body.Close()
	var m struct{ ID string }
	s.must(json.NewDecoder(answer.Body).Decode(&m))
	var p status
	s.must(c.call(http.MethodPost, "/api/v1/statuses", "", map[string]any{"status": text, "media_ids": []string{m.ID}, "visibility": "public"}, &p))
	return p.ID
}

// picture checks that the picture of a post is there.
func (s *server) picture(c *client, id string) {
	s.Helper()
	var p struct {
		Attachments []struct{ URL string } `json:"media_attachments"`
	}
	s.must(c.get("/api/v1/statuses/"+id, &p))
	if len(p.Attachments) != 1 {
		s.Fatalf("%d attachments", len(p.Attachments))
	}
	answer, err := http.Get(strings.Replace(p.Attachments[0].URL, "http://"+c.addr, "http://"+s.addr, 1))
	s.must(err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		s.Errorf("the picture: %d", answer.StatusCode)
	}
}
