package doors

import (
	"bytes"
	"fmt"
	"image"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// fromElsewhere stores an account of another server, with pictures at
// addresses there, and a post of it with attachments.
func fromElsewhere(t *testing.T, s *apptest.Server, origin string) (a social.Account, p social.Post) {
	t.Helper()
	ctx := t.Context()
	if err := s.Store.Write(ctx, func(tx *store.Tx) error {
		a = social.Account{ID: social.AccountID(id.New(tx.Now)), Username: "zoe", Host: "far.example", URI: "https://far.example/zoe", Kind: social.Person, Standing: social.Good,
			Avatar: origin + "/face.png", Header: origin + "/wide.png", CreatedAt: tx.Now, ChangedAt: tx.Now}
		p = social.Post{ID: social.PostID(id.New(tx.Now)), Author: a.ID, HTML: "<p>Look!</p>", Visibility: social.Public, URI: "https://far.example/1", At: tx.Now}
		p.Thread = p.ID
		if err := tx.AddAccount(ctx, a); err != nil {
			return err
		}
		for _, m := range []social.Media{{Kind: social.Image, Remote: origin + "/photo.png"}, {Kind: social.Video, Remote: origin + "/film.mp4"}, {Kind: social.Image, Remote: "javascript:alert(1)"}} {
			m.ID, m.Owner, m.Post, m.State, m.At = social.MediaID(id.New(tx.Now)), a.ID, p.ID, social.MediaReady, tx.Now
			if err := tx.AddMedia(ctx, m, ""); err != nil {
				return err
			}
			p.Media = append(p.Media, m.ID)
		}
		return tx.AddPost(ctx, p)
	}); err != nil {
		t.Fatal(err)
	}
	return a, p
}

// What other servers show is shown from here, made anew, and only where we
// said so.
func TestFilesOfOtherServers(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	var calls atomic.Int64
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if strings.HasSuffix(r.URL.Path, ".mp4") {
			fmt.Fprint(w, "\x00\x00\x00\x20ftypisom"+strings.Repeat("film", 100))
			return
		}
		w.Write(append(pngOf(t, 900, 600), "where it was taken"...))
	}))
	defer origin.Close()
	a, p := fromElsewhere(t, s, origin.URL)
	var shown struct {
		Account struct{ Avatar, Header string }
		Media   []struct {
			URL     *string
			Preview *string `json:"preview_url"`
			Remote  string  `json:"remote_url"`
		} `json:"media_attachments"`
	}
	send(t, s, "GET", fmt.Sprintf("/api/v1/statuses/%d", p.ID)).JSON(t, &shown)
	if len(shown.Media) != 3 || shown.Media[0].Remote != origin.URL+"/photo.png" || shown.Media[2].URL != nil || shown.Media[1].Preview != nil {
		t.Fatalf("attachments %+v", shown.Media)
	}
	for _, x := range []struct {
		what, url string
		w, h      int
	}{{"avatar", shown.Account.Avatar, 400, 400}, {"header", shown.Account.Header, 1500, 500}, {"photo", *shown.Media[0].URL, 900, 600}, {"preview", *shown.Media[0].Preview, 640, 426}} {
		path := strings.TrimPrefix(x.url, s.URL)
		if !strings.HasPrefix(path, "/proxy/") || !strings.HasPrefix(x.url, s.URL) {
			t.Fatalf("%s is at %s, want it below /proxy/ here", x.what, x.url)
		}
		a := send(t, s, "GET", path)
		wantStatus(t, x.what, a, 200)
		c, _, err := image.DecodeConfig(bytes.NewReader(a.Body))
		if err != nil || c.Width != x.w || c.Height != x.h {
			t.Errorf("%s has %d × %d pixels, %v; want %d × %d", x.what, c.Width, c.Height, err, x.w, x.h)
		}
		if h := a.Header; !strings.HasPrefix(h.Get("Content-Type"), "image/") || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || bytes.Contains(a.Body, []byte("taken")) {
			t.Errorf("%s: headers %v, or more than pixels", x.what, h)
		}
	}
	film := strings.TrimPrefix(*shown.Media[1].URL, s.URL)
	if part := send(t, s, "GET", film, header("Range", "bytes=4-11")); part.Status != 206 || string(part.Body) != "ftypisom" || part.Header.Get("Content-Type") != "video/mp4" {
		t.Errorf("a part of the film: %d %q %v", part.Status, part.Body, part.Header)
	}
	before := calls.Load()
	wantStatus(t, "the film again", send(t, s, "GET", film), 200)
	for _, forged := range []string{strings.Replace(film, "/media/", "/avatar/", 1), film[:len(film)-4] + "AAAA", "/proxy/" + strings.Repeat("0", 32) + film[len("/proxy/")+32:]} {
		wantStatus(t, "a path that is not ours", send(t, s, "GET", forged), 404)
	}
	if calls.Load() != before {
		t.Errorf("%d calls more", calls.Load()-before)
	}
	if page := string(send(t, s, "GET", "/@"+a.Acct()).Body); strings.Contains(page, "src=\""+origin.URL) || !strings.Contains(page, "src=\"/proxy/") {
		t.Error("the page shows pictures of other servers by their own addresses")
	}

	mona := s.Join("mona", social.Moderator)
	faces, files := []string{shown.Account.Avatar, shown.Account.Header}, []string{*shown.Media[0].URL, *shown.Media[0].Preview, s.URL + film}
	after := func(what string, d social.Decision, faceStatus, fileStatus int) {
		t.Helper()
		d.Account = a.ID
		if err := s.Moderation.Decide(t.Context(), moderator(mona), d, false); err != nil {
			t.Fatal(err)
		}
		for want, all := range map[*int][]string{&faceStatus: faces, &fileStatus: files} {
			for _, url := range all {
				path := strings.TrimPrefix(url, s.URL)
				wantStatus(t, what+", "+path, send(t, s, "GET", path), *want)
			}
		}
	}
	after("hidden", social.Decision{Action: social.HidePost, Posts: []social.PostID{p.ID}}, 200, 404)
	after("restored", social.Decision{Action: social.RestorePost, Posts: []social.PostID{p.ID}}, 200, 200)
	after("limited", social.Decision{Action: social.Limit}, 200, 200)
	after("suspended", social.Decision{Action: social.Suspend}, 404, 404)
	after("not suspended any more", social.Decision{Action: social.Unsuspend}, 200, 200)
}
