package trend

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

var now = time.UnixMilli(1_800_000_000_000)

// crowd is posts of many people with many tags, the same for a seed.
func crowd(seed uint64, people, each, tags int) (out []Entry) {
	r := rand.New(rand.NewPCG(seed, 1))
	zipf := rand.NewZipf(r, 1.3, 4, uint64(tags-1))
	for a := range people {
		for range each {
			e := Entry{ID: social.PostID(len(out) + 1), Author: social.AccountID(a + 1), Acct: fmt.Sprint("p", a+1), Post: r.IntN(4) > 0,
				At: now.Add(-time.Duration(r.Int64N(int64(Span)))).UnixMilli(), Language: []string{"en", "fr-CA", "FR", "", "de"}[r.IntN(5)], Likes: r.IntN(9), Boosts: r.IntN(3)}
			for range r.IntN(4) {
				e.Tags = append(e.Tags, fmt.Sprint("t", zipf.Uint64()))
			}
			if n := r.IntN(40); n > 20 {
				e.Link, e.URL = social.LinkID(n), fmt.Sprint("https://example.com/", n)
			}
			out = append(out, e)
		}
	}
	return out
}

func count(t testing.TB, c *Count, all []Entry) Lists {
	t.Helper()
	for _, e := range all {
		if err := c.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	return c.Lists()
}

// truth is how many people used each tag, in a language or in all, counted
// without any bound.
func truth(all []Entry, lang string) map[string]int {
	of := map[string]map[social.AccountID]bool{}
	for _, e := range all {
		for _, tag := range e.Tags {
			if lang == "" || language(e.Language) == lang {
				if of[tag] == nil {
					of[tag] = map[social.AccountID]bool{}
				}
				of[tag][e.Author] = true
			}
		}
	}
	out := map[string]int{}
	for tag, who := range of {
		out[tag] = len(who)
	}
	return out
}

// While there are no more tags than counters, every count is what it is.
func TestCountIsExact(t *testing.T) {
	t.Parallel()
	all := crowd(7, 300, 4, 90)
	l := count(t, New(now), all)
	if l.Missed != 0 || l.Posts != len(all) {
		t.Errorf("of %d posts %d were counted, and %d people missed", len(all), l.Posts, l.Missed)
	}
	for _, lang := range []string{"", "fr", "de", "en"} {
		want, last := truth(all, lang), 1<<30
		for _, tag := range l.In(lang).Tags {
			if tag.People != want[tag.Name] || tag.People > last || tag.Why[0] != (Reason{Kind: People, People: tag.People, Language: lang}) {
				t.Errorf("%q: %s has %d people, after one of %d, because of %v; want %d", lang, tag.Name, tag.People, last, tag.Why, want[tag.Name])
			}
			last = tag.People
		}
		enough := 0
		for _, n := range want {
			if n >= Least {
				enough++
			}
		}
		if got := len(l.In(lang).Tags); got != min(enough, MaxTags) || got == 0 {
			t.Errorf("%q: %d tags, want %d", lang, got, enough)
		}
	}
	if got := l.Languages(); len(got) != 3 {
		t.Errorf("languages: %v", got)
	}
}

// With too few counters nobody is counted who was not there, nobody is missed
// beyond what is said, and what is missed altogether has no more people.
func TestCountIsBounded(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		all := crowd(seed, 200, 5, 3000)
		c := newCount(now, 64)
		l := count(t, c, all)
		if len(c.tags.by) > 64 || len(c.tags.heap) > 64 || l.Missed == 0 {
			t.Fatalf("%d counters, %d missed", len(c.tags.by), l.Missed)
		}
		pairs, want := 0, truth(all, "")
		for _, n := range want {
			pairs += n
		}
		if l.Missed > pairs/64+1 {
			t.Errorf("%d people are missed, of %d pairs of a person and a tag with 64 counters", l.Missed, pairs)
		}
		for tag, n := range want {
			got := 0
			if at := c.tags.by[tag]; at != nil {
				got = int(at.places[0].people.n)
			}
			if got > n || n-got > l.Missed {
				t.Errorf("%s has %d people, counted as %d; at most %d may be missed", tag, n, got, l.Missed)
			}
		}
	}
}

// The same data give the same answer, also when they went through a file.
func TestAgain(t *testing.T) {
	t.Parallel()
	all := crowd(3, 150, 6, 500)
	first := count(t, New(now), all)
	var data bytes.Buffer
	w, err := NewWriter(&data, "example.com", now)
	for _, e := range all {
		if err == nil {
			err = w.Add(e)
		}
	}
	if err == nil {
		err = w.End()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"", "fr", "xx"} {
		again, err := Again(data.Bytes(), lang, nil)
		if err != nil || !reflect.DeepEqual(again, first.Answer(lang)) {
			t.Errorf("%q: counted again from a file: %v\n%+v\nfirst:\n%+v", lang, err, again, first.Answer(lang))
		}
	}
	heeded, err := Again(data.Bytes(), "", []string{"p1@example.com", "p2", "p3@elsewhere.example"})
	used := map[string]int{}
	for _, e := range all {
		if e.Author == 1 || e.Author == 2 {
			for _, tag := range e.Tags {
				used[tag] |= int(e.Author)
			}
		}
	}
	for _, tag := range heeded.Tags {
		want := []int{0, 1, 1, 2}[used[tag.Name]]
		if has := tag.Why[0].Kind == UsedBy; has != (want > 0) || has && tag.Why[0].People != want {
			t.Errorf("%s: %v, and %d who are followed use it (%v)", tag.Name, tag.Why, want, err)
		}
	}
	lines := strings.SplitAfter(data.String(), "\n")
	for what, bad := range map[string]string{
		"empty": "", "another file": "id,author\n1,2\n", "cut off": data.String()[:data.Len()/2], "cut at a line": strings.Join(lines[:9], ""),
		"a line lost": strings.Join(slices.Delete(slices.Clone(lines), 4, 5), ""), "a line twice": strings.Join(slices.Insert(slices.Clone(lines), 4, lines[4]), ""),
		"going on": data.String() + lines[3],
	} {
		if _, err := Again([]byte(bad), "", nil); err == nil {
			t.Errorf("%s: it was counted", what)
		}
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		likes, boosts int
		age           time.Duration
		want          int64
	}{{0, 0, 0, 0}, {1, 0, 0, 1024}, {0, 1, 0, 2048}, {1, 0, -time.Hour, 1024}, {1, 0, 6 * time.Hour, 768}, {1, 0, 12 * time.Hour, 512}, {1, 0, 48 * time.Hour, 64}, {1 << 40, 0, 0, 1 << 34}} {
		if got := Score(x.likes, x.boosts, x.age); got != x.want {
			t.Errorf("%d likes and %d boosts after %v: %d, want %d", x.likes, x.boosts, x.age, got, x.want)
		}
	}
}

// The best of an author are two, in each language and in all.
func TestPosts(t *testing.T) {
	t.Parallel()
	at := now.UnixMilli()
	l := count(t, New(now), []Entry{
		{ID: 1, Author: 1, At: at, Likes: 9, Post: true, Language: "en"}, {ID: 2, Author: 1, At: at, Likes: 8, Post: true, Language: "fr"},
		{ID: 3, Author: 1, At: at, Likes: 7, Post: true, Language: "fr"}, {ID: 4, Author: 1, At: at, Likes: 99, Language: "fr"},
		{ID: 5, Author: 2, At: at, Likes: 8, Post: true, Language: "fr"}, {ID: 6, Author: 2, At: at, Post: true},
		{ID: 7, Author: 3, At: now.Add(-Span - time.Second).UnixMilli(), Likes: 99, Post: true},
	})
	for lang, want := range map[string]string{"": "1 5 2", "fr": "5 2 3", "en": "1", "de": ""} {
		var got []string
		for _, p := range l.In(lang).Posts {
			got = append(got, fmt.Sprint(p.ID))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", lang, got, want)
		}
	}
	if p := l.In("").People; len(p) != 2 || p[0].ID != 1 || p[0].Why[0].Likes != 24 {
		t.Errorf("people: %+v", p)
	}
}

func TestRising(t *testing.T) {
	t.Parallel()
	var all []Entry
	add := func(tag, lang string, people int, ago time.Duration) {
		for range people {
			all = append(all, Entry{ID: social.PostID(len(all) + 1), Author: social.AccountID(len(all) + 1), At: now.Add(-ago).UnixMilli(), Language: lang, Tags: []string{tag}})
		}
	}
	add("pain", "fr", 4, time.Hour)
	add("pain", "en", 1, time.Hour)
	add("pain", "fr", 2, 30*time.Hour)
	add("mixed", "fr", 2, time.Hour)
	add("mixed", "en", 2, time.Hour)
	add("old", "fr", 3, 30*time.Hour)
	add("steady", "fr", 3, time.Hour)
	add("steady", "fr", 2, 30*time.Hour)
	l := count(t, New(now), all)
	want := map[string]string{"pain": "7 people in 2 days; rising in fr", "mixed": "4 people in 2 days; rising", "old": "3 people in 2 days", "steady": "5 people in 2 days"}
	for _, tag := range l.In("").Tags {
		var got []string
		for _, r := range tag.Why {
			got = append(got, r.String())
		}
		if strings.Join(got, "; ") != want[tag.Name] {
			t.Errorf("%s: %q, want %q", tag.Name, got, want[tag.Name])
		}
	}
}

// What stands in another order is not counted: each author must come once.
func TestOrder(t *testing.T) {
	t.Parallel()
	for _, second := range []Entry{{ID: 1, Author: 1}, {ID: 2, Author: 2}, {ID: 9, Author: 1}} {
		c := New(now)
		if err := c.Add(Entry{ID: 2, Author: 2}); err != nil {
			t.Fatal(err)
		}
		if err := c.Add(second); err == nil {
			t.Errorf("%+v was counted", second)
		}
	}
}

func BenchmarkCount(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		all := crowd(1, n/10, 10, 50_000)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				count(b, New(now), all)
			}
		})
	}
}
