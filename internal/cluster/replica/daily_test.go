package replica_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/store"
)

// A calendar is what day it is.
type calendar struct{ at atomic.Int64 }

func on(day string) *calendar {
	c := &calendar{}
	at, err := time.Parse("2006-01-02 15:04", day)
	if err != nil {
		panic(err)
	}
	c.at.Store(at.UnixNano())
	return c
}

func (c *calendar) now() time.Time       { return time.Unix(0, c.at.Load()).UTC() }
func (c *calendar) pass(d time.Duration) { c.at.Add(int64(d)) }

// daily is how one is made of the house in dir.
func daily(dir string, keep int, c *calendar) replica.DailyConfig {
	return replica.DailyConfig{Keep: keep, Now: c.now,
		Copy: func(ctx context.Context, to string) error {
			return store.CopyInto(ctx, filepath.Join(dir, "plaza.db"), to)
		},
		Look: func(ctx context.Context, file string) (replica.Contents, error) {
			is, err := store.ContentsOf(ctx, file)
			return replica.Contents(is), err
		}}
}

// keeps opens a house that keeps daily copies, and is let in everywhere.
func keeps(t *testing.T, dir string, keep int, c *calendar, more replica.Config) *house {
	t.Helper()
	more.Daily, more.Opens = daily(dir, keep, c), []age.Identity{id()}
	h := must(t, dir, more)
	h.copied()
	return h
}

func (h *house) mustDaily() replica.Dailies {
	h.t.Helper()
	d, err := h.r.MakeDaily(h.t.Context())
	if err != nil || !d.OK() {
		h.t.Fatalf("%+v, %v", d, err)
	}
	return d
}

// dailyKeys are the keys of all daily copies at a place.
func dailyKeys(t *testing.T, p place.Place) (keys []string) {
	t.Helper()
	if err := p.Each(t.Context(), "daily/", "", func(i place.Info) error { keys = append(keys, i.Key); return nil }); err != nil {
		t.Fatal(err)
	}
	return keys
}

// days are those of which there is one, as often as there is.
func days(t *testing.T, p place.Place) string {
	t.Helper()
	var all []string
	for _, k := range dailyKeys(t, p) {
		if path, ok := strings.CutSuffix(k, "/note"); ok {
			all = append(all, strings.TrimPrefix(path, "daily/")[len("2026-11-"):len("2026-11-26")])
		}
	}
	return strings.Join(all, " ")
}

// back brings one back.
func back(t *testing.T, s replica.Source, day string) (said []string, d replica.Daily, n replica.DailyNote) {
	t.Helper()
	d, err := s.Daily(t.Context(), day)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "plaza.db")
	if n, err = s.DailyDatabase(t.Context(), d, file); err != nil {
		t.Fatal(err)
	}
	if !replica.Missing(file) {
		t.Error("no file came back, and none is missing")
	}
	return saidIn(t, file), d, n
}

// bucket is a place that speaks S3.
func bucket(t *testing.T) place.Place {
	t.Helper()
	kept := s3mem.New()
	if err := kept.CreateBucket("copies"); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(gofakes3.New(kept).Server())
	t.Cleanup(s.Close)
	p, err := place.Open(t.Context(), place.Config{URL: "s3://copies/of/plaza?endpoint=" + s.URL, Key: "key", Secret: "hush"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// neighbour is a place with another Plaza.
func neighbour(t *testing.T) place.Place {
	t.Helper()
	dir, token := t.TempDir(), "a token of some length"
	sum := sha256.Sum256([]byte(token))
	keeps := place.Serve(dir, func(name string) (place.Tenant, bool) { return place.Tenant{Name: name, Token: sum[:]}, name == "us" })
	s := httptest.NewServer(keeps)
	t.Cleanup(func() { s.Close(); keeps.Close() })
	p, err := place.Open(t.Context(), place.Config{URL: "plaza+http://" + strings.TrimPrefix(s.URL, "http://") + "/us", Secret: conf.Secret(token)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// byHand is the hash of a database as one gets it with age alone: behind the
// first line.
func byHand(t *testing.T, p place.Place, key string) string {
	t.Helper()
	r, err := p.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	plain, err := age.Decrypt(r, id())
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	_, db, _ := bytes.Cut(b, []byte("\n"))
	return fmt.Sprintf("%x", sha256.Sum256(db))
}

// TestDaily makes daily copies in a folder, in a bucket and with another Plaza at
// once, and brings each back with what belongs to it.
func TestDaily(t *testing.T) {
	t.Parallel()
	places := []place.Place{&away{Place: folder(t, t.TempDir())}, &away{Place: bucket(t)}, &away{Place: neighbour(t)}}
	s := &shelf{files: map[string][]byte{}}
	for i := range 5 {
		s.set(fmt.Sprintf("%032x.jpg", i), fmt.Sprint("picture ", i))
	}
	settings, dir, c := []byte("max_post = 7"), t.TempDir(), on("2026-11-26 03:04")
	h := keeps(t, dir, 7, c, replica.Config{Destinations: to(places...), Files: s, Settings: settings})
	for i := range 20 {
		h.mustSay(fmt.Sprint("word ", i))
	}
	made := h.mustDaily()
	for i := 20; i < 30; i++ { // of which the daily copy knows nothing
		h.mustSay(fmt.Sprint("word ", i))
	}
	for _, p := range places {
		said, d, n := back(t, source(p), "")
		want(t, said, 20, "the daily copy at "+p.String())
		state := made.Places[p.String()]
		if d.Day() != "2026-11-26" || n.Epoch != h.r.Epoch || n.Files != 5 || n.Contents.Rows["jobs"] != 20 || n.Contents.Schema == "" || n.SHA256 != state.SHA256 || !state.At.Equal(d.At) {
			t.Errorf("%+v, and it was said: %+v", n, state)
		}
		if got := byHand(t, p, dailyKeys(t, p)[0]); got != n.SHA256 {
			t.Errorf("without Plaza its hash is %s, and %s with it", got, n.SHA256)
		}
		if !n.Fits(settings) || n.Fits([]byte("max_post = 8")) || n.Fits(nil) {
			t.Errorf("the settings: %q", n.Settings)
		}
		lost := func(want int) {
			t.Helper()
			into := t.TempDir()
			if err := source(p).Files(t.Context(), into, func(int, int) {}); err != nil {
				t.Fatal(err)
			}
			if n, err := source(p).Lost(t.Context(), d, into); n != want || err != nil {
				t.Errorf("%d files are lost, %v; want %d", n, err, want)
			}
		}
		lost(0)
		if err := p.Remove(t.Context(), fmt.Sprintf("media/00/%032x.jpg", 3)); err != nil {
			t.Fatal(err)
		}
		lost(1)
		if keys := dailyKeys(t, p); len(keys) != 3 || !strings.HasPrefix(keys[0], "daily/2026-11-26/030400-"+h.r.Epoch.String()+"/") {
			t.Errorf("%q", keys)
		}
	}
	for _, x := range h.r.Status().Copies {
		if x.Daily == nil || x.Daily.Late || x.Daily.Bytes == 0 || x.Daily.Fault != "" {
			t.Errorf("%s: %+v", x.Place, x.Daily)
		}
	}
	c.pass(36 * time.Hour)
	if d := h.r.Status().Copies[0].Daily; d.Late {
		t.Errorf("after 36 hours: %+v", d)
	}
	c.pass(time.Second)
	if d := h.r.Status().Copies[0].Daily; !d.Late {
		t.Errorf("after more than 36 hours: %+v", d)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "replica", "daily")); !os.IsNotExist(err) {
		t.Errorf("left beside the database: %v, %v", left, err)
	}
}

// TestDailyKept has daily copies be kept for some days, and of each day one.
func TestDailyKept(t *testing.T) {
	t.Parallel()
	for keep, want := range map[int]string{1: "05", 2: "04 05", 4: "02 03 04 05", 7: "01 02 03 04 05"} {
		t.Run(fmt.Sprint(keep), func(t *testing.T) {
			t.Parallel()
			p, c := &away{Place: folder(t, t.TempDir())}, on("2026-11-01 03:04")
			h := keeps(t, t.TempDir(), keep, c, replica.Config{Destinations: to(p)})
			for range 5 {
				h.mustDaily()
				c.pass(time.Hour)
				h.mustDaily()
				c.pass(23 * time.Hour)
			}
			if got := days(t, p); got != want {
				t.Errorf("days %q, want %q", got, want)
			}
			if _, d, _ := back(t, source(p), ""); d.At.Hour() != 4 {
				t.Errorf("of the day the one of %s is left", d.At)
			}
			_, err := source(p).Daily(t.Context(), "2026-10-31")
			if errs.KindOf(err) != errs.NotFound || !strings.Contains(err.Error(), "2026-11-05") {
				t.Errorf("of a day without: %v", err)
			}
			if _, err := source(p).Daily(t.Context(), "yesterday"); errs.KindOf(err) != errs.Invalid {
				t.Errorf("of no day: %v", err)
			}
		})
	}
	if d, err := must(t, t.TempDir(), replica.Config{Destinations: to(&away{Place: folder(t, t.TempDir())})}).r.MakeDaily(t.Context()); errs.KindOf(err) != errs.Invalid {
		t.Errorf("none is to be kept: %+v, %v", d, err)
	}
}

// A spoiler changes what is put there.
type spoiler struct {
	place.Place
	change func(key string, data []byte) ([]byte, error)
}

func (s *spoiler) Close() error { return nil }

func (s *spoiler) Put(ctx context.Context, key string, r io.Reader, n int64) error {
	data, err := io.ReadAll(r)
	if err == nil {
		data, err = s.change(key, data)
	}
	if err != nil {
		return err
	}
	return s.Place.Put(ctx, key, bytes.NewReader(data), int64(len(data)))
}

// TestDailySpoiled has a place keep something else than it is given: what was
// there before stays, nothing of the new one does, and it is said.
func TestDailySpoiled(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"database", "files", "note"} {
		for how, change := range map[string]func([]byte) []byte{
			"a byte": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
			"a cut":  func(b []byte) []byte { return b[:len(b)-1] },
		} {
			t.Run(part+"/"+how, func(t *testing.T) {
				t.Parallel()
				var spoil atomic.Bool
				p := &spoiler{Place: folder(t, t.TempDir()), change: func(key string, b []byte) ([]byte, error) {
					if spoil.Load() && strings.HasSuffix(key, "/"+part) {
						return change(b), nil
					}
					return b, nil
				}}
				c := on("2026-11-01 03:04")
				h := keeps(t, t.TempDir(), 1, c, replica.Config{Destinations: to(p)})
				h.mustDaily()
				c.pass(24 * time.Hour)
				spoil.Store(true)
				d, err := h.r.MakeDaily(t.Context())
				if fault := d.Places[p.String()].Fault; err != nil || d.OK() || !strings.Contains(fault, "/"+part) {
					t.Errorf("%+v, %v", d, err)
				}
				if keys := dailyKeys(t, p); len(keys) != 3 || days(t, p) != "01" {
					t.Errorf("there is %q", keys)
				}
				spoil.Store(false)
				h.mustDaily()
				if got := days(t, p); got != "02" {
					t.Errorf("then there is %q", got)
				}
			})
		}
	}
}

// TestDailyFenced has two houses make daily copies in one place: the one that was
// taken over from makes none, whenever it learns of that, and what it made
// before does not pass for newer.
func TestDailyFenced(t *testing.T) {
	t.Parallel()
	var taking atomic.Pointer[func()]
	p := &spoiler{Place: folder(t, t.TempDir()), change: func(key string, b []byte) ([]byte, error) {
		if take := taking.Load(); take != nil && strings.HasSuffix(key, "/database") {
			taking.Store(nil)
			(*take)()
		}
		return b, nil
	}}
	fenced := make(chan error, 1)
	fast := on("2026-11-20 03:04") // its clock is ahead
	first := keeps(t, t.TempDir(), 7, fast, replica.Config{Destinations: to(p), Fenced: func(err error) { fenced <- err }})
	first.mustSay("word 0")
	first.copied()
	first.mustDaily()

	var second *house
	take := func() {
		next := t.TempDir()
		if _, err := source(p).Database(context.Background(), filepath.Join(next, "plaza.db")); err != nil {
			t.Error(err)
		}
		second = keeps(t, next, 7, on("2026-11-10 03:04"), replica.Config{Destinations: to(p)})
		second.mustSay("word 1")
		second.mustDaily()
	}
	taking.Store(&take)
	fast.pass(24 * time.Hour)
	d, err := first.r.MakeDaily(t.Context())
	if err != nil || !strings.Contains(d.Places[p.String()].Fault, "Another Plaza has taken over") {
		t.Errorf("%+v, %v", d, err)
	}
	if err := <-fenced; !errors.As(err, new(*replica.Fenced)) {
		t.Errorf("the first house was told %v", err)
	}
	whole := func() {
		t.Helper()
		if got := days(t, p); got != "10 20" || len(dailyKeys(t, p)) != 6 {
			t.Errorf("there is %q", dailyKeys(t, p))
		}
		said, d, _ := back(t, source(p), "")
		if want(t, said, 2, "the newest"); d.Epoch != second.r.Epoch.String() {
			t.Errorf("the newest is of %s", d.Epoch)
		}
	}
	whole()
	if d, err := first.r.MakeDaily(t.Context()); err != nil || d.OK() {
		t.Errorf("again: %+v, %v", d, err)
	}
	whole()
}

// TestDailyClosed makes none while nothing may be written, also if that is found
// out in the midst of it.
func TestDailyClosed(t *testing.T) {
	t.Parallel()
	var closed atomic.Bool
	p := &spoiler{Place: folder(t, t.TempDir()), change: func(key string, b []byte) ([]byte, error) {
		if strings.HasSuffix(key, "/files") {
			closed.Store(true)
		}
		return b, nil
	}}
	h := keeps(t, t.TempDir(), 7, on("2026-11-01 03:04"), replica.Config{Destinations: to(p), Closed: func() string {
		if closed.Load() {
			return "It is another's turn."
		}
		return ""
	}})
	for range 2 {
		if d, err := h.r.MakeDaily(t.Context()); err != nil || !strings.Contains(d.Places[p.String()].Fault, "another's turn") {
			t.Errorf("%+v, %v", d, err)
		}
		if keys := dailyKeys(t, p); len(keys) != 0 {
			t.Errorf("there is %q", keys)
		}
	}
}

// TestDailyByItself waits for one of each day, and for one in the place of one
// that was emptied.
func TestDailyByItself(t *testing.T) {
	t.Parallel()
	p, c, dir := &away{Place: folder(t, t.TempDir())}, on("2026-11-01 03:04"), t.TempDir()
	how := daily(dir, 7, c)
	how.Settle = time.Nanosecond
	h := must(t, dir, replica.Config{Destinations: to(p), Daily: how, Opens: []age.Identity{id()}})
	there := func(want string) {
		t.Helper()
		eventually(t, func() error {
			is := h.r.Status().Copies[0].Daily
			if got := days(t, p); got != want || !is.At.Equal(c.now()) {
				return fmt.Errorf("days %q, and the newest is said to be of %s; want %q and %s", got, is.At, want, c.now())
			}
			return nil
		})
	}
	there("01")
	c.pass(24 * time.Hour)
	there("01 02")
	c.pass(time.Hour) // which is too soon, unless somebody asks
	if err := replica.AskForDaily(filepath.Join(dir, "replica")); err != nil {
		t.Fatal(err)
	}
	there("01 02")
	if err := p.Remove(t.Context(), dailyKeys(t, p)...); err != nil {
		t.Fatal(err)
	}
	c.pass(time.Hour)
	there("02")
}

// TestDailyBroken brings back what somebody has changed.
func TestDailyBroken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, c := &away{Place: folder(t, dir)}, on("2026-11-01 03:04")
	h := keeps(t, t.TempDir(), 7, c, replica.Config{Destinations: to(p)})
	h.mustSay("word 0")
	h.mustDaily()
	c.pass(24 * time.Hour)
	h.mustSay("word 1")
	h.mustDaily()
	h.copied()
	h.stop() // nothing mends what we break
	keys := dailyKeys(t, p)
	older, newer := keys[:3], keys[3:]
	at := func(key string) string { return filepath.Join(dir, filepath.FromSlash(key)) }
	read := func(key string) []byte {
		b, err := os.ReadFile(at(key))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	write := func(key string, b []byte) {
		if err := os.WriteFile(at(key), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	broken := func(what, names string, s replica.Source) {
		t.Helper()
		into := t.TempDir()
		d, err := s.Daily(t.Context(), "2026-11-02")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.DailyDatabase(t.Context(), d, filepath.Join(into, "plaza.db")); err == nil || !strings.Contains(err.Error(), names) {
			t.Errorf("%s: %v, want %s named", what, err, names)
		}
		if left, err := os.ReadDir(into); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v, %v", what, left, err)
		}
		if said, _, _ := back(t, source(p), "2026-11-01"); len(said) != 1 {
			t.Errorf("%s: the older one has %q", what, said)
		}
	}
	part := func(keys []string, name string) string {
		return keys[slices.IndexFunc(keys, func(k string) bool { return strings.HasSuffix(k, "/"+name) })]
	}
	for _, name := range []string{"database", "note"} {
		key := part(newer, name)
		was := read(key)
		for what, is := range map[string][]byte{"cut": was[:len(was)-1], "halved": was[:len(was)/2], "emptied": nil, "longer": append(slices.Clone(was), 0), "of another day": read(part(older, name))} {
			write(key, is)
			broken(name+" "+what, key, source(p))
		}
		for _, at := range []int{0, len(was) / 2, len(was) - 1} {
			is := slices.Clone(was)
			is[at] ^= 1
			write(key, is)
			broken(fmt.Sprint(name, " byte ", at), key, source(p))
		}
		write(key, was)
	}
	for _, key := range older {
		was := read(key)
		is := slices.Clone(was)
		is[len(is)-1] ^= 1
		write(key, is)
		if d := drill(t, h); len(d.Wrong) != 1 || !strings.Contains(d.Wrong[0], key) || d.Daily.Day() != 2 {
			t.Errorf("%s of an older one was changed, and the drill found %+v", key, d)
		}
		write(key, was)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	stranger := source(p)
	stranger.Identities = []age.Identity{other}
	broken("the wrong identity", "sealed for somebody else", stranger)
	if err := os.Remove(at(part(newer, "database"))); err != nil {
		t.Fatal(err)
	}
	broken("no database", part(newer, "database"), source(p))
	if d := drill(t, h); !strings.Contains(strings.Join(d.Wrong, "\n"), part(newer, "database")) || !d.Daily.IsZero() {
		t.Errorf("the database is gone, and the drill found %+v", d)
	}
	if err := p.Remove(t.Context(), newer...); err != nil {
		t.Fatal(err)
	}
	if d := drill(t, h); !strings.Contains(strings.Join(d.Wrong, "\n"), "is not there any more") {
		t.Errorf("the daily copy is gone, and the drill found %+v", d)
	}
	if said, _, _ := back(t, source(p), ""); len(said) != 1 {
		t.Errorf("the one that is left has %q", said)
	}
}

// TestDailyLeftOver kills a house in the midst of one: what is left beside the
// database goes when it is opened, and at the place with the next.
func TestDailyLeftOver(t *testing.T) {
	t.Parallel()
	dir, kept := t.TempDir(), t.TempDir()
	p, c := &away{Place: folder(t, kept)}, on("2026-11-01 03:04")
	h := keeps(t, dir, 7, c, replica.Config{Destinations: to(p)})
	h.mustDaily()
	half := strings.Replace(dailyKeys(t, p)[0], "/030400-", "/020000-", 1)
	if err := p.Put(t.Context(), half, strings.NewReader("half"), 4); err != nil {
		t.Fatal(err)
	}
	h.stop()
	h.store.Close()
	left := filepath.Join(dir, "replica", "daily")
	if err := errors.Join(os.MkdirAll(left, 0o700), os.WriteFile(filepath.Join(left, "database"), []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	h = keeps(t, dir, 7, c, replica.Config{Destinations: to(p)})
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("what was left is still there: %v", err)
	}
	c.pass(time.Minute)
	if said, _, _ := back(t, source(p), ""); len(said) != 0 {
		t.Errorf("%q", said)
	}
	h.mustDaily()
	if keys := dailyKeys(t, p); len(keys) != 3 || slices.Contains(keys, half) {
		t.Errorf("there is %q", keys)
	}
}

// TestDailyNoRoom has less room on the disk than the database needs, and as much.
func TestDailyNoRoom(t *testing.T) {
	p, dir := &away{Place: folder(t, t.TempDir())}, t.TempDir()
	h := keeps(t, dir, 7, on("2026-11-01 03:04"), replica.Config{Destinations: to(p)})
	h.stop() // whose own would be in the way
	need := int64(replica.DailySpare)
	for _, part := range []string{"", "-wal"} {
		if info, err := os.Stat(h.db() + part); err == nil {
			need += info.Size()
		}
	}
	t.Cleanup(replica.SetFree(need - 1))
	if d, err := h.r.MakeDaily(t.Context()); err != nil || !strings.Contains(d.Fault, "no room") || !strings.Contains(d.Places[p.String()].Fault, "no room") {
		t.Errorf("%+v, %v", d, err)
	}
	if keys := dailyKeys(t, p); len(keys) != 0 {
		t.Errorf("there is %q", keys)
	}
	replica.SetFree(need)
	h.mustDaily()
}

// A small place has room for so many daily copies, and for nothing more.
type small struct {
	place.Place
	full atomic.Bool
}

func (s *small) Close() error { return nil }

func (s *small) Put(ctx context.Context, key string, r io.Reader, n int64) error {
	if s.full.Load() {
		return errs.Wrap(errs.Limited, "It is full.", place.ErrFull)
	}
	return s.Place.Put(ctx, key, r, n)
}

func (s *small) Remove(ctx context.Context, keys ...string) error {
	for _, k := range keys {
		if strings.HasPrefix(k, "daily/") {
			s.full.Store(false)
		}
	}
	return s.Place.Remove(ctx, keys...)
}

// TestDailyYields fills a place: the oldest daily copy makes room for what people
// write now.
func TestDailyYields(t *testing.T) {
	t.Parallel()
	p, c := &small{Place: folder(t, t.TempDir())}, on("2026-11-01 03:04")
	h := keeps(t, t.TempDir(), 7, c, replica.Config{Destinations: to(p)})
	for range 3 {
		h.mustDaily()
		c.pass(12 * time.Hour)
	}
	was := days(t, p)
	p.full.Store(true)
	h.mustSay("word 0")
	h.copied()
	want(t, restore(t, p), 1, "the copy at a place that was full")
	if got := days(t, p); was != "01 02" || got != "02" {
		t.Errorf("days %q, and then %q", was, got)
	}
}

// TestDailyYieldsToNobody has a house find a place full that another has taken over,
// or whose turn it is not: what is there is not its own to take away.
func TestDailyYieldsToNobody(t *testing.T) {
	t.Parallel()
	var closed atomic.Bool
	p := &away{Place: folder(t, t.TempDir())}
	h := keeps(t, t.TempDir(), 7, on("2026-11-01 03:04"), replica.Config{Destinations: to(p), Closed: func() string {
		if closed.Load() {
			return "It is another's turn."
		}
		return ""
	}})
	h.mustDaily()
	h.stop()
	full := errs.Wrap(errs.Limited, "It is full.", place.ErrFull)
	closed.Store(true)
	if h.r.Yield(t.Context(), full); days(t, p) != "01" {
		t.Errorf("while it is closed: there is %q", days(t, p))
	}
	closed.Store(false)
	if err := replica.Enter(t.Context(), t.TempDir(), []place.Place{p}); err != nil {
		t.Fatal(err)
	}
	if h.r.Yield(t.Context(), full); days(t, p) != "01" {
		t.Errorf("after another took over: there is %q", days(t, p))
	}
}

// TestDailyPretended has whoever keeps the copies show the name of one that nobody
// made: a copy is made all the same.
func TestDailyPretended(t *testing.T) {
	t.Parallel()
	p, c, dir := &away{Place: folder(t, t.TempDir())}, on("2030-11-01 03:04"), t.TempDir()
	for _, key := range []string{"daily/2030-11-01/020000-0000000000-nobody/note", "daily/2030-11-01/020000-0000000099-nobody/note"} {
		if err := p.Put(t.Context(), key, strings.NewReader("x"), 1); err != nil {
			t.Fatal(err)
		}
	}
	how := daily(dir, 7, c)
	how.Settle = time.Nanosecond
	h := must(t, dir, replica.Config{Destinations: to(p), Daily: how, Opens: []age.Identity{id()}})
	eventually(t, func() error {
		if is := h.r.Status().Copies[0].Daily; !is.At.Equal(c.now()) || is.Epoch != h.r.Epoch.String() {
			return fmt.Errorf("the newest is said to be %+v", is)
		}
		return nil
	})
}
