package browser

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

var mirrorPictures = flag.String("mirror-pictures", "", "a folder to put pictures of the mirror into")

// A mirror is read from a server that knows nothing but files, below some path.
func TestMirrorRead(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	h := furnish(t, s.App, s.URL)
	h.crowd()
	folder := t.TempDir()
	if _, err := h.MirrorOnce(t.Context(), folder, false); err != nil {
		t.Fatal(err)
	}
	files := http.NewServeMux()
	files.Handle("/old/arcade/", http.StripPrefix("/old/arcade/", http.FileServer(http.Dir(folder))))
	web := httptest.NewServer(files)
	t.Cleanup(web.Close)

	b := open(t, web.URL)
	b.visit("/old/arcade/")
	b.says("Lately here", "for reading only")
	b.press(`article .who[href*="@juno"]`)
	b.says("Juno", "posts")
	b.press(`article .when`)
	b.says("Thread")
	b.visit("/old/arcade/@juno/")
	b.press(`a[href*="tags/"]`)
	b.says("#")
	b.press(`article .when`)
	b.says("Thread")
	b.until(`(history.back(), true)`)
	b.until(`document.querySelector("h1")?.innerText.startsWith("#")`)
	b.until(`(document.querySelector(".sidebar .brand").click(), true)`) // a page that was kept has no nodes the mouse finds
	b.says("Lately here")
	b.press(`.mirror a[href*="status"]`)
	b.says("What works")

	omar := strings.TrimPrefix(h.latest("omar", "Jupiter"), h.url)
	for _, p := range []page{{"mirror-home", "", "/"}, {"mirror-profile", "", "/@juno/"}, {"mirror-thread", "", omar + "/"}, {"mirror-tag", "", "/tags/sourdough/"},
		{"mirror-status", "", "/status/"}, {"mirror-about", "", "/about/"}, {"mirror-public", "", "/public/local/"}, {"mirror-long", "", "/@" + longName + "/"}, {"mirror-rtl", "", "/@laila/"}} {
		p.path = "/old/arcade" + p.path
		b.inspect(p)
		b.deadLinks(p)
		if *mirrorPictures != "" {
			b.picture(p, *mirrorPictures, true)
		}
	}
}

// deadLinks fails the test for links on a page, within the mirror, behind which is
// no file, and for forms.
func (b *tab) deadLinks(p page) {
	b.t.Helper()
	dead, err := eval[[]string](b, `(async () => {
		const bad = [...document.querySelectorAll("form, input, textarea")].map((e) => e.outerHTML.slice(0, 100));
		const links = new Set([...document.querySelectorAll("a[href]")].map((a) => a.href.split("#")[0]).filter((u) => u.startsWith(location.origin)));
		for (const u of links) if (!u.startsWith(location.origin + "/old/arcade/")) bad.push("outside: " + u);
		return bad.concat([...links].map((u) => "link " + u));
	})()`)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, d := range dead {
		link, ok := strings.CutPrefix(d, "link ")
		if !ok {
			b.t.Errorf("%s: %s", p, d)
			continue
		}
		resp, err := http.Get(link) // not by the page: its policy lets it ask nobody
		if err != nil {
			b.t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			b.t.Errorf("%s: %s is %s", p, link, resp.Status)
		}
	}
}
