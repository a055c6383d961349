package browser

import (
	"flag"
	"fmt"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/social"
)

var mirrorPosts = flag.Int("mirror-posts", 95, "how many posts there are in the mirror that is read")

// A mirror is read in a browser, with the script and without it, from a server
// that knows only files and from a bucket that shows its objects; it verifies
// as it is shown there.
func TestMirrorJourney(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	store := s3mem.New()
	if err := store.CreateBucket("pages"); err != nil {
		t.Fatal(err)
	}
	objects := httptest.NewServer(gofakes3.New(store).Server())
	t.Cleanup(objects.Close)
	s := apptest.Start(t, func(c *conf.Config) { c.Mirror.Way = conf.Place{Key: "key", Secret: "hush"} })
	speak(t, s, *mirrorPosts)
	folder := t.TempDir()
	files := httptest.NewServer(http.FileServer(http.Dir(folder)))
	t.Cleanup(files.Close)
	for to, web := range map[string]string{folder: files.URL, "s3://pages/of/plaza?endpoint=" + objects.URL: objects.URL + "/pages/of/plaza"} {
		began := time.Now()
		k, err := s.MirrorOnce(t.Context(), to, false)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d pages, %d files, %.1f MB in %v", k.Did.Pages, k.Did.Files, float64(k.Did.Bytes)/1e6, time.Since(began).Round(100*time.Millisecond))
		began = time.Now()
		r, err := app.VerifyMirror(t.Context(), conf.Place{URL: web}, app.MirrorCheck{})
		if err != nil || !r.OK() || int64(r.Checked) != r.Manifest.Files {
			t.Fatalf("as it is shown: %d of %d, changed %v, missing %v, %v", r.Checked, r.Manifest.Files, r.Changed, r.Missing, err)
		}
		t.Logf("verified over the web in %v", time.Since(began).Round(100*time.Millisecond))
		for _, scripted := range []bool{true, false} {
			host, path := web, ""
			if i := strings.Index(web, "/pages"); i > 0 {
				host, path = web[:i], web[i:]
			}
			b := open(t, host)
			b.script(scripted)
			b.readThrough(path, *mirrorPosts)
		}
	}
}

// speak has two people say n things, of which every 30th is an answer; the last
// has a picture.
func speak(t *testing.T, s *apptest.Server, n int) {
	t.Helper()
	ada, ben := s.Join("ada", social.Owner), s.Join("ben", social.Member)
	var first social.PostID
	for i := range n {
		by, d := ada, social.Draft{Text: fmt.Sprintf("Number %d of many #talk #t%d", i, i%40), Visibility: social.Public}
		if i%30 == 10 {
			by, d.ReplyTo = ben, first
		}
		p, err := s.Posts.Publish(t.Context(), by.Actor(), d)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = p.ID
		}
	}
	ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "The harbour #talk", "media_ids": []string{s.SendPicture(t, ada, image.NewRGBA(image.Rect(0, 0, 60, 40)))}}, nil)
}

// readThrough is what a reader does: the newest, somebody's page, a thread, a tag,
// older pages to the first, a picture, a feed, and how things stand.
func (b *tab) readThrough(below string, n int) {
	b.t.Helper()
	b.visit(below + "/index.html")
	b.says("Lately here", "for reading only", "The harbour")
	b.until(`[...document.images].some((i) => i.src.includes("/media/") && i.complete && i.naturalWidth > 0)`)
	b.press(`article .who[href*="@ada"]`)
	b.says("The harbour", "posts")
	b.feed()
	b.press(`article a[href*="tags/talk"]`)
	b.says("#talk", "The harbour")
	b.press(`a[rel=next]`)
	b.says("Number")
	b.press(`a[rel=prev]`)
	b.says("The harbour")
	b.visit(below + "/public/local/index.html")
	b.press(`a[rel=next]`)
	b.visit(below + "/public/local/page/1/index.html")
	b.says("Number 0 of many")
	b.until(`!document.querySelector("a[rel=next]")`)
	b.press(`article:last-of-type .when`)
	b.says("Thread", "Number 0 of many", "Number 10 of many")
	if n > 40 {
		b.says("Number 40 of many")
	}
	b.press(`.mirror a[href*="status"]`)
	b.says("What works")
}

// feed reads the feed that the page names.
func (b *tab) feed() {
	b.t.Helper()
	at, err := eval[string](b, `document.querySelector("link[type='application/atom+xml']").href`)
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := http.Get(at) // not by the page: its policy lets it ask nobody
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(text), "The harbour") {
		b.t.Errorf("the feed %s: %s, %d bytes, %v", at, resp.Status, len(text), err)
	}
}
