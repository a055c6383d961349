package trend

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// said is posts of people, each of another author, with a tag and a link.
func said(all []Entry, part string, people int, tag string) []Entry {
	for range people {
		n := len(all) + 1
		all = append(all, Entry{ID: social.PostID(n), Author: social.AccountID(n), Part: part, At: now.UnixMilli(), Tags: []string{tag}, Link: social.LinkID(len(tag)), URL: "https://" + tag})
	}
	return all
}

// Of those who count together only so many count, for tags, for links and for
// what rises; whoever counts with nobody always does.
func TestTogether(t *testing.T) {
	t.Parallel()
	var all []Entry
	all = said(all, "", 4, "here")
	for i := range 6 {
		all = said(all, fmt.Sprint("@", i, ".example"), 1, "honest")
	}
	all = said(all, "@farm.example", 1000, "farmyard")
	all = said(all, Newcomers, 1000, "newly")
	slices.SortFunc(all, Entry.Compare)
	l := count(t, New(now), all).In("")
	want := map[string]int{"honest": 6, "farmyard": MaxTogether, "newly": MaxTogether, "here": 4}
	if len(l.Tags) != 4 || l.Tags[0].Name != "honest" || len(l.Links) != 4 || l.Links[0].URL != "https://honest" {
		t.Errorf("in order: %+v %+v", l.Tags, l.Links)
	}
	for _, tag := range l.Tags {
		if tag.People != want[tag.Name] || tag.Uses != want[tag.Name] {
			t.Errorf("%s: %d people, %d uses, want %d", tag.Name, tag.People, tag.Uses, want[tag.Name])
		}
	}
	// One who counts does so once, and with all their posts; one who does not, with none.
	for range 3 {
		n := social.PostID(len(all) + 1)
		all = append(all, Entry{ID: n, Author: 1, At: now.UnixMilli(), Tags: []string{"here"}}, Entry{ID: n + 1, Author: social.AccountID(1010), Part: "@farm.example", At: now.UnixMilli(), Tags: []string{"farmyard"}})
	}
	slices.SortFunc(all, Entry.Compare)
	for _, tag := range count(t, New(now), all).In("").Tags {
		if uses := map[string]int{"here": 7, "farmyard": MaxTogether}[tag.Name]; tag.People != want[tag.Name] || uses > 0 && tag.Uses != uses {
			t.Errorf("%s: %d people, %d uses", tag.Name, tag.People, tag.Uses)
		}
	}
}

// What a part does over two days makes nothing rise more than five people do.
func TestNobodyRisesAlone(t *testing.T) {
	t.Parallel()
	var all []Entry
	add := func(part string, people int, ago time.Duration) {
		from := len(all)
		all = said(all, part, people, "x")
		for i := range all[from:] {
			all[from+i].At = now.Add(-ago).UnixMilli()
		}
	}
	add("", 4, 30*time.Hour)
	add("@farm.example", 100, time.Hour)
	slices.SortFunc(all, Entry.Compare)
	if why := count(t, New(now), all).In("").Tags[0].Why; len(why) != 1 || why[0].People != 9 {
		t.Errorf("because %v: 5 of one server are not twice as many as 4", why)
	}
}

func TestPart(t *testing.T) {
	t.Parallel()
	at := func(ago time.Duration) social.AccountID { return social.AccountID(id.Floor(now.Add(-ago))) }
	for name, x := range map[string]struct {
		a     social.Account
		house time.Duration // its age
		want  string
	}{
		"known here":                 {social.Account{ID: at(8 * 24 * time.Hour)}, 30 * 24 * time.Hour, ""},
		"new here":                   {social.Account{ID: at(time.Hour)}, 30 * 24 * time.Hour, Newcomers},
		"new where all are":          {social.Account{ID: at(time.Hour)}, 2 * time.Hour, ""},
		"elsewhere":                  {social.Account{ID: at(0), Host: "a.b.farm.example"}, 0, "@farm.example"},
		"elsewhere, under a site":    {social.Account{ID: at(0), Host: "c.farm.example"}, 0, "@farm.example"},
		"elsewhere, of a public one": {social.Account{ID: at(0), Host: "x.co.uk"}, 0, "@x.co.uk"},
	} {
		if got := Part(x.a, now.Add(-x.house), now); got != x.want {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}

// Languages are those that have a name; who writes in thousands of others takes
// nobody's list away.
func TestLanguages(t *testing.T) {
	t.Parallel()
	var all []Entry
	add := func(lang string) {
		n := social.PostID(len(all) + 1)
		all = append(all, Entry{ID: n, Author: social.AccountID(n), At: now.UnixMilli(), Language: lang, Tags: []string{"t"}, Likes: 1, Post: true})
	}
	for a := 'a'; a <= 'z'; a++ {
		for b := 'a'; b <= 'z'; b++ {
			for _, more := range []string{"", "a", "b-x", "qq"} {
				add(string([]rune{a, b}) + more)
			}
		}
	}
	for _, lang := range []string{"FR", "fr-CA", "fr", "kab", "kab", "und", "mul", "english", "<b>"} {
		add(lang)
	}
	l := count(t, New(now), all)
	got := l.Languages()
	if len(got) != MaxLanguage || got[0] != "fr" || !slices.Contains(got[:8], "kab") || slices.ContainsFunc(got, func(s string) bool { return language(s) != s }) {
		t.Errorf("%d languages: %v", len(got), got)
	}
	if n := len(l.by); n > 700 {
		t.Errorf("%d lists", n)
	}
	if !reflect.DeepEqual(l.In("fr-BE"), l.In("fr")) || len(l.In("fr").Posts) != 4 || len(l.In("nonsense").Posts) != 0 || len(l.In("qqq").Posts) != 0 {
		t.Errorf("in French %v, in nothing %v", l.In("fr"), l.In("nonsense"))
	}
}

// A person stands for the best of what they posted, not for all of it.
func TestPeopleStandForTheirBest(t *testing.T) {
	t.Parallel()
	var all []Entry
	for i := range 1000 {
		all = append(all, Entry{ID: social.PostID(i + 1), Author: 1, Acct: "farmed", At: now.UnixMilli(), Likes: MaxTogether, Boosts: MaxTogether, Post: true})
	}
	for i := range 3 {
		all = append(all, Entry{ID: social.PostID(i + 2001), Author: 2, Acct: "loved", At: now.UnixMilli(), Likes: 60, Post: true})
	}
	p := count(t, New(now), all).In("").People
	if len(p) != 2 || p[0].Acct != "loved" || p[1].Why[0].Likes != PerPerson*MaxTogether {
		t.Errorf("%+v", p)
	}
}
