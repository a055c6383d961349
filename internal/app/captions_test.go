package app_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/webvtt"
	"github.com/plaza-social/plaza/internal/core/media"
	"github.com/plaza-social/plaza/internal/social"
)

const spoken = "WEBVTT\n\nNOTE made at home\n\n00:00.000 --> 00:01.000\nHello <script>\n"

// upload has p send a file of those that the containers are tried with, or a picture.
func upload(t *testing.T, s *apptest.Server, p *apptest.Person, name string) social.Media {
	t.Helper()
	b := picture(t)
	if name != "" {
		var err error
		if b, err = os.ReadFile("../edge/blob/container/testdata/" + name); err != nil {
			t.Fatal(err)
		}
	}
	r, err := s.Media.Receive(t.Context(), p.Actor(), bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Media.Add(t.Context(), p.Actor(), r, media.Upload{Wait: true})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Captions are kept as what was read in them, served like other files, and gone with
// what they belong to.
func TestCaptions(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx, ada, ben := t.Context(), s.Join("ada", social.Member), s.Join("ben", social.Member)
		film, sound, still := upload(t, s, ada, "film.mp4"), upload(t, s, ada, "sound.mp3"), upload(t, s, ada, "")
		set := func(p *apptest.Person, m social.Media, language, captions string) (social.Media, error) {
			return s.Media.SetCaptions(ctx, p.Actor(), m.ID, language, strings.NewReader(captions))
		}
		for name, tt := range map[string]struct {
			by                 *apptest.Person
			m                  social.Media
			language, captions string
			want               errs.Kind
		}{
			"somebody else's": {ben, film, "en", spoken, errs.NotFound},
			"a picture":       {ada, still, "en", spoken, errs.Invalid},
			"no language":     {ada, film, "", spoken, errs.Invalid},
			"no tag":          {ada, film, `en" onload="`, spoken, errs.Invalid},
			"no captions":     {ada, film, "en", "1\n00:00:00,000 --> 00:00:01,000\nSubRip", errs.Invalid},
			"too large":       {ada, film, "en", spoken + strings.Repeat("\n", webvtt.MaxBytes), errs.Invalid},
		} {
			if m, err := set(tt.by, tt.m, tt.language, tt.captions); err == nil || errs.KindOf(err) != tt.want {
				t.Errorf("%s: %+v, %v", name, m, err)
			}
		}

		got, err := set(ada, film, "en", spoken)
		if err != nil {
			t.Fatal(err)
		}
		at := s.URL + "/media/" + got.Captions
		answer, err := http.Get(at)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if h := answer.Header; string(body) != "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHello\n" ||
			h.Get("Content-Type") != "text/vtt; charset=utf-8" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%q with %v", body, h)
		}
		there := func(at string) bool {
			answer, err := http.Get(at)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			return answer.StatusCode == http.StatusOK
		}
		if _, err := set(ada, sound, "de", spoken); err != nil {
			t.Fatal(err)
		}
		again, err := set(ada, film, "fr", strings.ReplaceAll(spoken, "Hello", "Salut"))
		if err != nil || again.Captions == got.Captions || again.Spoken != "fr" {
			t.Fatalf("others: %+v, %v", again, err)
		}
		s.Eventually("the first captions are gone", func() bool { return !there(at) })
		at = s.URL + "/media/" + again.Captions
		var post apptest.Status
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "A film", "media_ids": []string{fmt.Sprint(film.ID)}}, &post)

		page := string(s.Call("GET", "/@ada/"+post.ID, "", nil).Body)
		if want := `<track kind="captions" src="/media/` + again.Captions + `" srclang="fr" label="Français" default`; !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
		files := map[string]string{}
		a := ada.Call("GET", "/api/plaza/v1/exports/archive.zip", nil)
		z, err := zip.NewReader(bytes.NewReader(a.Body), int64(len(a.Body)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(r)
			files[f.Name] = string(b)
		}
		mine := fmt.Sprintf("captions/%d.vtt", film.ID)
		if !strings.Contains(files[mine], "Salut") || !strings.Contains(files[fmt.Sprintf("captions/%d.vtt", sound.ID)], "Hello") || !strings.Contains(files["outbox.json"], mine) {
			t.Errorf("the archive has %q, and in the outbox: %s", files[mine], files["outbox.json"])
		}
		ada.Must("PUT", "/api/v1/statuses/"+post.ID, map[string]any{"status": "A film, and words", "media_ids": []string{fmt.Sprint(film.ID)}}, nil)
		if page := string(s.Call("GET", "/@ada/"+post.ID, "", nil).Body); !strings.Contains(page, again.Captions) {
			t.Error("an edit of the words takes the captions away")
		}
		ada.Must("DELETE", "/api/v1/statuses/"+post.ID, nil, nil)
		s.Eventually("the captions are gone with their post or have another name", func() bool { return !there(at) })
		if none, err := s.Media.SetCaptions(ctx, ada.Actor(), sound.ID, "", nil); err != nil || none.Captions != "" || none.Spoken != "" {
			t.Errorf("taken away: %+v, %v", none, err)
		}
	})
}
