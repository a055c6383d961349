package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/media"
	"github.com/plaza-social/plaza/internal/edge/blob"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

func quiet(int, int) {}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 40))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// attach has p send a picture, and returns its file.
func attach(t *testing.T, s *apptest.Server, p *apptest.Person) string {
	t.Helper()
	r, err := s.Media.Receive(t.Context(), p.Actor(), bytes.NewReader(picture(t)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Media.Add(t.Context(), p.Actor(), r, media.Upload{Wait: true})
	if err != nil {
		t.Fatal(err)
	}
	return m.File
}

// orphans looks at what RemoveOrphans does where files are kept. now has files
// from then on be as old as it says, those before too where that is possible.
func orphans(t *testing.T, s *apptest.Server, aged func(time.Duration)) {
	b, err := blob.Open(filepath.Join(s.Config.Data, "media"), s.Config.Media)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	there := func(name string) bool {
		f, err := b.File(t.Context(), name)
		return err == nil && f.Close() == nil
	}
	keep := func() string {
		t.Helper()
		name, err := b.Put(t.Context(), 1, "avatar", bytes.NewReader(picture(t)))
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	remove := func(days int, dry bool) app.Orphans {
		t.Helper()
		o, err := s.RemoveOrphans(t.Context(), days, dry, quiet)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	aged(app.OrphanGrace + time.Hour)
	lost := keep()
	aged(app.OrphanGrace + time.Hour)
	if _, err := s.RemoveOrphans(t.Context(), 0, false, quiet); errs.KindOf(err) != errs.Conflict || !there(lost) {
		t.Errorf("where no file is named: %v, want a Conflict, and all is left", err)
	}
	ours := attach(t, s, s.Join("ada", social.Member))
	aged(app.OrphanGrace + time.Hour)
	if o := remove(0, true); o.Orphans != 1 || o.Files != 3 || o.Bytes == 0 || !there(lost) {
		t.Errorf("dry: %+v, want one of three", o)
	}
	if o := remove(7, false); o.Orphans != 0 || !there(lost) {
		t.Errorf("with more days: %+v", o)
	}
	if o := remove(0, false); o.Orphans != 1 || o.Files != 3 || o.Bytes == 0 || there(lost) || !there(ours) {
		t.Errorf("%+v; ours is there: %v", o, there(ours))
	}
	aged(app.OrphanGrace - time.Hour)
	young := keep()
	aged(app.OrphanGrace - time.Hour)
	if o := remove(0, false); o.Orphans != 0 || !there(young) {
		t.Errorf("one that may be on its way: %+v", o)
	}
}

func TestOrphansInAFolder(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		orphans(t, s, func(age time.Duration) {
			at := time.Now().Add(-age)
			if err := filepath.WalkDir(filepath.Join(s.Config.Data, "media"), func(p string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				return os.Chtimes(p, at, at)
			}); err != nil {
				t.Fatal(err)
			}
		})
	})
}

// calendar is a clock of a store elsewhere that is slow by some time.
type calendar struct{ slow atomic.Int64 }

func (c *calendar) Now() time.Time { return time.Now().Add(-time.Duration(c.slow.Load())) }

func (c *calendar) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

func TestOrphansInABucket(t *testing.T) {
	t.Parallel()
	c := &calendar{}
	backend := s3mem.New(s3mem.WithTimeSource(c))
	if err := backend.CreateBucket("plaza"); err != nil {
		t.Fatal(err)
	}
	far := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(far.Close)
	s := apptest.Start(t, func(o *conf.Config) {
		o.Media.Endpoint, o.Media.Bucket, o.Media.Region, o.Media.Key, o.Media.Secret = far.URL, "plaza", "us-east-1", "key", "secret"
	})
	orphans(t, s, func(age time.Duration) { c.slow.Store(int64(age)) })
}

// What goes out comes in again as it was.
func TestEmojisRoundTrip(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, e := range []social.Emoji{{Shortcode: "cat", Category: "Cats", Enabled: true, Listed: true, Featured: true}, {Shortcode: "Dog", Enabled: false, Listed: true}, {Shortcode: "mouse", Enabled: true}} {
			if _, err := s.Emojis.Add(t.Context(), social.Console, e, bytes.NewReader(picture(t)), false); err != nil {
				t.Fatal(err)
			}
		}
		says := func() (out []string) {
			for _, e := range s.Emojis.All() {
				out = append(out, fmt.Sprint(e.Shortcode, " ", e.Category, " ", e.Enabled, e.Listed, e.Featured))
			}
			return out
		}
		s.Eventually("the emojis to be known", func() bool { return len(says()) == 3 })
		before := says()
		at := filepath.Join(t.TempDir(), "emojis.tar.gz")
		write := func(category string, want int) {
			t.Helper()
			f, err := os.Create(at)
			if err != nil {
				t.Fatal(err)
			}
			x, err := s.ExportEmojis(t.Context(), f, category, quiet)
			if err := errors.Join(err, f.Close()); err != nil || x.Emojis != want || len(x.Failed) != 0 {
				t.Fatalf("%+v, %v; want %d", x, err, want)
			}
		}
		read := func(w app.EmojiWish) app.EmojiResult {
			t.Helper()
			f, err := os.Open(at)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			r, err := s.ImportEmojis(t.Context(), f, w, quiet)
			if err != nil || len(r.Failed) != 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			return r
		}
		write("Cats", 1)
		if r := read(app.EmojiWish{}); r.Added != 0 || r.Skipped != 1 {
			t.Errorf("one category, that is here: %+v", r)
		}
		write("", 3)
		for _, e := range s.Emojis.All() {
			if err := s.Emojis.Remove(t.Context(), social.Console, e.ID); err != nil {
				t.Fatal(err)
			}
		}
		s.Eventually("the emojis to be gone", func() bool { return len(says()) == 0 })
		if r := read(app.EmojiWish{}); r.Added != 3 {
			t.Errorf("%+v, want three", r)
		}
		s.Eventually("the emojis to be back", func() bool { return slices.Equal(says(), before) })
		if r := read(app.EmojiWish{Prefix: "other_", Category: "Others", Unlisted: true}); r.Added != 3 {
			t.Errorf("under other names: %+v, want three", r)
		}
		s.Eventually("the wish to hold before the list", func() bool {
			return slices.Contains(says(), "other_cat Others true false true") && slices.Contains(says(), "other_Dog Others false false false")
		})
	})
}

// A list that cannot be read, or that has no end, is refused.
func TestEmojiListsOfStrangers(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	for what, list := range map[string]string{"no list": `{"file":1}`, "cut off": `[{"file":"cat.png"`, "too long": "[" + strings.Repeat(" ", 2<<20) + "]"} {
		at := filepath.Join(t.TempDir(), "emojis.tar.gz")
		if err := os.WriteFile(at, zipped(t, map[string][]byte{"emojis.json": []byte(list)}), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(at)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ImportEmojis(t.Context(), f, app.EmojiWish{}, quiet); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v, want Invalid", what, err)
		}
		f.Close()
	}
}

// A server that runs fetches anew what there is a copy of, and what is asked
// for; the copies are those it shows.
func TestRefreshMedia(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		var edition, calls atomic.Int64
		origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			fmt.Fprintf(w, "\x00\x00\x00\x20ftypisom edition %d %s", edition.Load(), strings.Repeat("film", 100))
		}))
		t.Cleanup(origin.Close)
		var p social.Post
		if err := s.Store.Write(t.Context(), func(tx *store.Tx) error {
			a := social.Account{ID: social.AccountID(id.New(tx.Now)), Username: "zoe", Host: "far.example", URI: "https://far.example/zoe", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
			p = social.Post{ID: social.PostID(id.New(tx.Now)), Author: a.ID, HTML: "<p>Look!</p>", Visibility: social.Public, URI: "https://far.example/1", At: tx.Now}
			m := social.Media{ID: social.MediaID(id.New(tx.Now)), Owner: a.ID, Post: p.ID, Kind: social.Video, State: social.MediaReady, Remote: origin.URL + "/film.mp4", At: tx.Now}
			p.Thread, p.Media = p.ID, []social.MediaID{m.ID}
			if err := tx.AddAccount(t.Context(), a); err != nil {
				return err
			}
			if err := tx.AddMedia(t.Context(), m, ""); err != nil {
				return err
			}
			return tx.AddPost(t.Context(), p)
		}); err != nil {
			t.Fatal(err)
		}
		var shown struct {
			Media []struct{ URL string } `json:"media_attachments"`
		}
		s.Call("GET", fmt.Sprintf("/api/v1/statuses/%d", p.ID), "", nil).JSON(t, &shown)
		see := func() string {
			a := s.Call("GET", strings.TrimPrefix(shown.Media[0].URL, s.URL), "", nil)
			_, of, _ := strings.Cut(string(a.Body), "edition ")
			return of[:min(1, len(of))]
		}
		unlock, err := app.Lock(s.Config.Data) // as a server in its own process has it
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(unlock)
		refresh := func(w app.RefreshWish) {
			t.Helper()
			r, err := s.RefreshMedia(t.Context(), w, quiet)
			if err != nil || r.Files != 1 || r.Later == w.DryRun {
				t.Fatalf("%+v: %+v, %v", w, r, err)
			}
		}
		idle := func() bool {
			all, err := jobs(t, s)
			return err == nil && !slices.ContainsFunc(all, func(j store.JobStat) bool { return j.Kind == "media.refresh" })
		}
		edition.Store(1)
		refresh(app.RefreshWish{Host: "https://Far.example/"})
		if s.Eventually("the job to be done", idle); calls.Load() != 0 {
			t.Error("fetched what nobody has looked at")
		}
		if got := see(); got != "1" {
			t.Fatalf("edition %q", got)
		}
		edition.Store(2)
		refresh(app.RefreshWish{Post: p.ID, DryRun: true})
		refresh(app.RefreshWish{Account: "@zoe@far.example"})
		s.Eventually("the new edition", func() bool { return see() == "2" })
		s.Eventually("that job to be done", idle) // a second of the same file would be the first until then
		edition.Store(3)
		refresh(app.RefreshWish{Post: p.ID, Missing: true})
		s.Eventually("the newest edition", func() bool { return see() == "3" })
	})
}

func jobs(t *testing.T, s *apptest.Server) (all []store.JobStat, err error) {
	t.Helper()
	err = s.Store.Read(t.Context(), func(v *store.View) (err error) {
		all, err = v.JobStats(t.Context())
		return err
	})
	return all, err
}
