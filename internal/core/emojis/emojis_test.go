package emojis_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/emojis"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// drawer takes what is put into it.
type drawer struct{ n int }

func (d *drawer) PutEmoji(_ context.Context, _ social.AccountID, r io.Reader) (file, still string, size int64, err error) {
	b, err := io.ReadAll(r)
	if string(b) == "no picture" {
		return "", "", 0, errs.New(errs.Invalid, "This is no picture.")
	}
	d.n++
	file = fmt.Sprintf("file%d.gif", d.n)
	return file, "still-of-" + file, int64(len(b)), err
}

var (
	admin  = social.Actor{Account: 1, Standing: social.Good, Role: social.Admin}
	helper = social.Actor{Account: 2, Standing: social.Good, Role: social.Moderator}
)

func start(t *testing.T, s *store.Store) *emojis.Service {
	t.Helper()
	svc, err := emojis.New(t.Context(), s, &drawer{})
	if err != nil {
		t.Fatal(err)
	}
	s.Watch(svc.Watch)
	return svc
}

func wish(code string) social.Emoji {
	return social.Emoji{Shortcode: code, Category: " Cats \n and dogs ", Enabled: true, Listed: true}
}

// dropped is the files that are to be removed.
func dropped(t *testing.T, s *store.Store) (names []string) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		jobs, err := tx.ClaimJobs(t.Context(), store.DropFileJob, 100, 0)
		for _, j := range jobs {
			names = append(names, strings.Trim(string(j.Args), `"`))
			err = errors.Join(err, tx.FinishJob(t.Context(), j))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return names
}

func codes(all []social.Emoji) string {
	var out []string
	for _, e := range all {
		out = append(out, e.Shortcode)
	}
	return strings.Join(out, " ")
}

func TestEmojis(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		svc := start(t, s)
		if got := svc.In("Nothing :cat: here"); got != nil {
			t.Errorf("without any: %v", got)
		}
		cat, err := svc.Add(t.Context(), admin, wish("cat"), strings.NewReader("meow"), false)
		if err != nil || cat.Category != "Cats and dogs" || cat.Size != 4 {
			t.Fatalf("%+v, %v", cat, err)
		}
		if _, err := svc.Add(t.Context(), admin, wish("dog"), strings.NewReader("wow"), false); err != nil {
			t.Fatal(err)
		}
		if got := codes(svc.In(":dog: and :cat:", "10:cat:30 :dog: :bird:")); got != "dog cat" {
			t.Errorf("found %q, want each once, in order", got)
		}
		if got := codes(svc.All()); got != "cat dog" {
			t.Errorf("all: %q", got)
		}
		if _, err := svc.Add(t.Context(), admin, wish("cat"), strings.NewReader("purr"), false); errs.KindOf(err) != errs.Conflict {
			t.Errorf("again: %v, want Conflict", err)
		}
		again, err := svc.Add(t.Context(), admin, wish("cat"), strings.NewReader("purring"), true)
		if err != nil || again.ID != cat.ID || again.File == cat.File {
			t.Errorf("replaced: %+v, %v", again, err)
		}
		if got := strings.Join(dropped(t, s), " "); got != cat.File+" "+cat.Still && got != cat.Still+" "+cat.File {
			t.Errorf("files to be removed: %q, want those that were replaced", got)
		}
		no := false
		if _, err := svc.Change(t.Context(), admin, cat.ID, emojis.Change{Enabled: &no}); err != nil {
			t.Fatal(err)
		}
		if got := codes(svc.In(":dog: :cat:")); got != "dog" || codes(svc.All()) != "cat dog" {
			t.Errorf("with one disabled: %q", got)
		}
		if err := svc.Remove(t.Context(), admin, cat.ID); err != nil || codes(svc.All()) != "dog" {
			t.Errorf("removed: %v, left %q", err, codes(svc.All()))
		}
		if n := len(dropped(t, s)); n != 2 {
			t.Errorf("%d files to be removed, want two", n)
		}
		if err := svc.Remove(t.Context(), admin, cat.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("removed again: %v, want NotFound", err)
		}
		other, err := emojis.New(t.Context(), s, &drawer{})
		if err != nil || codes(other.All()) != "dog" {
			t.Errorf("after a start: %q, %v", codes(other.All()), err)
		}
	})
}

func TestWhatCannotBeAnEmoji(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		svc := start(t, s)
		long := strings.Repeat("a", social.MaxShortcode)
		for code, want := range map[string]errs.Kind{"": errs.Invalid, "a": errs.Invalid, "a-b": errs.Invalid, "é_é": errs.Invalid, long + "a": errs.Invalid} {
			if _, err := svc.Add(t.Context(), admin, wish(code), strings.NewReader("x"), false); errs.KindOf(err) != want || err == nil {
				t.Errorf("%q: %v, want Invalid", code, err)
			}
		}
		for _, code := range []string{"ab", long, "A_9"} {
			if _, err := svc.Add(t.Context(), admin, wish(code), strings.NewReader("x"), false); err != nil {
				t.Errorf("%q: %v", code, err)
			}
		}
		w := wish("category")
		if w.Category = strings.Repeat("é", social.MaxEmojiCategory+1); true {
			if _, err := svc.Add(t.Context(), admin, w, strings.NewReader("x"), false); errs.KindOf(err) != errs.Invalid {
				t.Errorf("a long category: %v", err)
			}
		}
		if w.Category = strings.Repeat("é", social.MaxEmojiCategory); true {
			if _, err := svc.Add(t.Context(), admin, w, strings.NewReader("x"), false); err != nil {
				t.Errorf("a category as long as it may be: %v", err)
			}
		}
		if _, err := svc.Add(t.Context(), admin, wish("none"), strings.NewReader("no picture"), false); errs.KindOf(err) != errs.Invalid {
			t.Errorf("no picture: %v", err)
		}
		all := svc.All()
		for what, err := range map[string]error{
			"add":    second(svc.Add(t.Context(), helper, wish("mine"), strings.NewReader("x"), false)),
			"change": second(svc.Change(t.Context(), helper, all[0].ID, emojis.Change{})), "remove": svc.Remove(t.Context(), helper, all[0].ID),
		} {
			if errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s by a moderator: %v, want Forbidden", what, err)
			}
		}
		if got := dropped(t, s); len(got) != 0 {
			t.Errorf("files to be removed: %v", got)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// One too many is turned down, and its files go again.
func TestThereAreNotTooMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for i := range social.MaxEmojis - 1 {
				if err := tx.AddEmoji(ctx, social.Emoji{ID: social.EmojiID(i + 1), Shortcode: fmt.Sprintf("e%d", i), At: tx.Now}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		svc := start(t, s)
		if _, err := svc.Add(ctx, admin, wish("last"), strings.NewReader("x"), false); err != nil {
			t.Errorf("the last: %v", err)
		}
		if _, err := svc.Add(ctx, admin, wish("one_more"), strings.NewReader("x"), false); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one more: %v, want Invalid", err)
		}
		if n := len(dropped(t, s)); n != 2 {
			t.Errorf("%d files to be removed, want those of the one too many", n)
		}
	})
}

// Texts without a colon cost nothing worth measuring.
func BenchmarkIn(b *testing.B) {
	s := storetest.SQLite(b)
	svc, err := emojis.New(b.Context(), s, &drawer{})
	if err != nil {
		b.Fatal(err)
	}
	s.Watch(svc.Watch)
	if _, err := svc.Add(b.Context(), admin, wish("cat"), strings.NewReader("x"), false); err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{"none": strings.Repeat("So much bread. ", 30), "one": strings.Repeat("So much bread. ", 29) + ":cat:", "links": strings.Repeat("https://a.example/b ", 20)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				svc.In(text)
			}
		})
	}
}
