package as2

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
)

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// FuzzParse reads anything as everything. Nothing is found but by the rules,
// and what is refused is refused as the sender's fault.
func FuzzParse(f *testing.F) {
	paths, _ := filepath.Glob("testdata/read/*.json")
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, name := range keys(ours) {
		f.Add([]byte(rendered(ours[name])))
	}
	for _, name := range keys(hostile) {
		if len(hostile[name]) < 1000 {
			f.Add([]byte(hostile[name]))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Rules{}.Parse(b)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("%q: %v is not Invalid", b, err)
			}
			return
		}
		checkDoc(t, d)
	})
}

// checkDoc reads d as all that it could be.
func checkDoc(t *testing.T, d Doc) {
	if a, err := d.Actor(); err == nil {
		checkIDs(t, true, a.ID, a.Inbox)
		checkIDs(t, false, append(a.AlsoKnownAs, a.SharedInbox, a.MovedTo, a.Outbox, a.Followers, a.Following, a.Featured, a.FeaturedTags)...)
		checkHTML(t, a.Bio)
		checkTags(t, a.Tags)
		for _, k := range a.Keys {
			checkIDs(t, true, k.ID)
			checkIDs(t, false, k.Owner)
		}
		for _, field := range a.Fields {
			checkHTML(t, field.Value)
		}
		checkWords(t, a.Name, a.Username, a.Handle)
	} else {
		checkRefused(t, err)
	}
	if n, err := d.Note(); err == nil {
		checkIDs(t, true, n.AttributedTo...)
		checkIDs(t, false, n.ID, n.InReplyTo, n.Context, n.Quote.Of, n.Quote.Authorization)
		checkIDs(t, true, slices.Concat(n.To, n.Cc, n.Audience)...)
		checkHTML(t, n.Content)
		checkTags(t, n.Tags)
		checkWords(t, n.Name, n.Language)
	} else {
		checkRefused(t, err)
	}
	if a, err := d.Activity(); err == nil {
		checkIDs(t, true, a.Actor)
		checkIDs(t, false, a.ID, a.Target, a.Origin, a.Result)
		checkTags(t, a.Tags)
		for _, o := range append(a.More, a.Object) {
			if o.Empty() {
				t.Error("an activity about nothing")
			}
			checkIDs(t, !o.Embedded(), o.ID())
			if o.Embedded() {
				checkDoc(t, o)
			}
		}
	} else {
		checkRefused(t, err)
	}
	if c, err := d.Collection(); err == nil {
		checkIDs(t, false, c.ID, c.By, c.Last, c.Next, c.Prev, c.PartOf)
		if c.Total < -1 {
			t.Error("a collection of", c.Total)
		}
	} else {
		checkRefused(t, err)
	}
	_, err := d.Authorization()
	checkRefused(t, err)
	_, err = d.Tombstone()
	checkRefused(t, err)
	_, err = d.Key()
	checkRefused(t, err)
}

func checkRefused(t *testing.T, err error) {
	t.Helper()
	if err != nil && errs.KindOf(err) != errs.Invalid {
		t.Errorf("%v is not Invalid", err)
	}
}

func checkIDs(t *testing.T, must bool, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if clean, err := (Rules{}).Clean(id); (id != "" || must) && id != Public && (err != nil || clean != id) {
			t.Errorf("%q is no clean id: %q, %v", id, clean, err)
		}
	}
}

func checkHTML(t *testing.T, s string) {
	t.Helper()
	if again := text.SafeHTML(s); again != s {
		t.Errorf("%q is not clean: %q", s, again)
	}
}

func checkTags(t *testing.T, tags []Tag) {
	t.Helper()
	for _, tag := range tags {
		if tag.Type == "Mention" {
			checkIDs(t, true, tag.Href)
		}
		checkIDs(t, false, tag.ID)
		for _, s := range []string{tag.Href, tag.Icon} {
			if s != web(s) {
				t.Errorf("%q is no clean address", s)
			}
		}
		checkWords(t, tag.Name)
	}
}

func checkWords(t *testing.T, all ...string) {
	t.Helper()
	for _, s := range all {
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\n\r\t") {
			t.Errorf("%q is not one line of words", s)
		}
	}
}
