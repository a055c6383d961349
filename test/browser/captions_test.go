package browser

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// give puts a file into a field for one.
func (b *tab) give(selector, name, kind string, file []byte) {
	b.t.Helper()
	b.until(fmt.Sprintf(`(() => { const into = new DataTransfer(), input = document.querySelector(%q);
		into.items.add(new File([Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))], %q, { type: %q }));
		input.files = into.files; input.dispatchEvent(new Event("change", { bubbles: true })); return true })()`,
		selector, base64.StdEncoding.EncodeToString(file), name, kind))
}

// A film gets captions while its post is written, with the script and without, and
// others afterwards; whoever watches sees them.
func TestCaptioned(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	film, err := os.ReadFile("../../internal/edge/blob/container/testdata/film.webm")
	if err != nil {
		t.Fatal(err)
	}
	const said, field = "WEBVTT\n\n00:00.000 --> 00:10.000\nGood morning\n", `input[name^="captions"]`
	s := apptest.Start(t)
	for name, script := range map[string]bool{"ada": true, "ben": false} {
		by := s.Join(name, social.Member)
		b := open(t, s.URL)
		b.signIn(name, by.Password)
		b.script(script)
		b.scheme("light") // and nothing moves
		b.visit("/new")
		b.fill("#text", fmt.Sprint("A film, with a script: ", script))
		b.give(`input[name="files"]`, "film.webm", "video/webm", film)
		if !script {
			b.click(`details:has(input[name="files"]) > summary`)
			b.press(`button[value="attach"]`)
		}
		b.until(`document.querySelector(` + strconv.Quote(field) + `)`)
		b.fill(`.attached textarea`, "Somebody says good morning")
		s.Eventually("the film is made", func() bool { // a post waits for that
			var all []social.Media
			err := s.Store.Read(t.Context(), func(v *store.View) (err error) {
				all, err = v.MediaBy(t.Context(), by.ID, 1)
				return err
			})
			return err == nil && len(all) == 1 && all[0].State == social.MediaReady
		})
		b.give(field, "film.vtt", "text/vtt", []byte("1\n00:00:00,000 --> 00:00:01,000\nGood morning\n"))
		b.press(post)
		b.until(`document.readyState === "complete"`)
		b.examine(page{"new-captions", name, ""})
		b.says("The captions cannot be read (line 1: it does not begin with WEBVTT).")
		b.give(field, "film.vtt", "text/vtt", []byte(said))
		b.press(post)
		b.says("Your post is out.")
		b.visit("/@" + name)
		b.press(`article .hint a`)
		shows := func(words string) {
			t.Helper()
			b.until(`document.querySelector("video").textTracks[0]?.mode === "showing" && document.querySelector("video").textTracks[0].cues?.[0].text === ` + strconv.Quote(words))
		}
		shows("Good morning")
		b.until(`document.querySelector("track").kind === "captions" && document.querySelector("track").srclang === "en"`)
		b.give(field, "other.vtt", "text/vtt", []byte("WEBVTT\n\n00:02.000 --> 00:01.000\nBackwards\n"))
		b.press(`form[action$="captions"] .button`)
		b.says("line 3: it ends before it begins")
		b.give(field, "other.vtt", "text/vtt", []byte("WEBVTT\n\n00:00.000 --> 00:10.000\nGuten Morgen\n"))
		b.until(`(() => { document.querySelector("#spoken").value = "de"; return true })()`)
		b.press(`form[action$="captions"] .button`)
		b.says("Saved.")
		shows("Guten Morgen")
		b.until(`document.querySelector("track").srclang === "de" && document.querySelector("track").label === "Deutsch"`)
		b.examine(page{"media-captions", name, ""})
		b.click(`input[name="uncaption"]`)
		b.press(`form[action$="captions"] .button`)
		b.says("Saved.")
		b.until(`!document.querySelector("track")`)
	}
}
