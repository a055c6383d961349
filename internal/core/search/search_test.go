package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// The people. ben wants his posts to be found, ada does not.
const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
	cleo
	adam // of elsewhere.example
	adah // of elsewhere.example, suspended
)

var people = []social.Account{
	{ID: ada, Username: "Ada", DisplayName: "Ada  Lovelace"},
	{ID: ben, Username: "ben", DisplayName: "Bén 100%", Indexable: true},
	{ID: cleo, Username: "cleo_x", DisplayName: "Königin von Ägypten"},
	{ID: adam, Username: "adam", Host: "elsewhere.example", URI: "https://elsewhere.example/adam", Indexable: true},
	{ID: adah, Username: "adah", Host: "elsewhere.example", URI: "https://elsewhere.example/adah", Standing: social.Suspended},
}

type house struct {
	*testing.T
	ctx    context.Context
	store  *store.Store
	clock  *storetest.Clock
	posts  *posts.Service
	rel    *relations.Service
	search *search.Service
}

func as(id social.AccountID) social.Actor {
	if id == 0 {
		return social.Anyone
	}
	return social.Actor{Account: id, Standing: social.Good}
}

func each(t *testing.T, fn func(h *house)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		v := view.New(s, view.Config{BaseURL: "https://plaza.example"})
		h := &house{T: t, ctx: t.Context(), store: s, clock: c, posts: posts.New(s, posts.Config{MaxText: 1000}), rel: relations.New(s, v),
			search: search.New(s, v, "plaza.example")}
		s.Watch(v.Watch)
		h.must(s.Write(h.ctx, func(tx *store.Tx) error {
			for _, a := range people {
				a.Kind, a.CreatedAt = social.Person, tx.Now
				if a.Standing == "" {
					a.Standing = social.Good
				}
				if err := tx.AddAccount(h.ctx, a); err != nil {
					return err
				}
			}
			return nil
		}))
		fn(h)
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) say(by social.AccountID, text string) social.PostID {
	h.Helper()
	return h.publish(by, social.Draft{Text: text, Visibility: social.Public})
}

func (h *house) publish(by social.AccountID, d social.Draft) social.PostID {
	h.Helper()
	h.clock.Pass(time.Second)
	p, err := h.posts.Publish(h.ctx, as(by), d)
	h.must(err)
	return p.ID
}

func (h *house) mark(by social.AccountID, which social.PostID, m social.Marks) {
	h.Helper()
	_, err := h.posts.Mark(h.ctx, as(by), which, m, true)
	h.must(err)
}

func (h *house) ask(by social.AccountID, q search.Query) search.Results {
	h.Helper()
	h.must(work.CatchUp(h.ctx, h.store, search.Follower()))
	if q.Page.Limit == 0 {
		q.Page.Limit = search.MaxPage
	}
	r, err := h.search.Search(h.ctx, as(by), q)
	if err != nil {
		h.Errorf("%+v: %v", q, err)
	}
	return r
}

func postIDs(r search.Results) (out []social.PostID) {
	for _, p := range r.Posts {
		out = append(out, p.ID)
	}
	return out
}

// finds checks which posts somebody finds, newest first.
func (h *house) finds(by social.AccountID, text string, want ...social.PostID) {
	h.Helper()
	want = slices.Clone(want)
	slices.Sort(want)
	slices.Reverse(want)
	if got := postIDs(h.ask(by, search.Query{Text: text, Kind: search.Posts})); !slices.Equal(got, want) {
		h.Errorf("%q by %d: %v, want %v", text, by, got, want)
	}
}

func (h *house) meets(q search.Query, want ...social.AccountID) {
	h.Helper()
	q.Kind = search.Accounts
	var got []social.AccountID
	for _, f := range h.ask(ben, q).Accounts {
		got = append(got, f.ID)
	}
	if !slices.Equal(got, want) {
		h.Errorf("%+v: %v, want %v", q, got, want)
	}
}

func TestFindAccounts(t *testing.T) {
	each(t, func(h *house) {
		h.must(h.rel.Follow(h.ctx, as(cleo), social.Follow{Target: adam})) // who comes before ada then
		h.must(h.rel.Answer(h.ctx, as(adam), cleo, true))
		for text, want := range map[string][]social.AccountID{
			"ad":                      {adam, ada},
			"ADA":                     {ada, adam}, // whose name it is comes first
			"@ada":                    {ada, adam},
			"ada lovelace":            {ada},
			"Ada   Love":              {ada},
			"lovelace":                {ada},
			"love":                    {ada},
			"ovelace":                 nil,
			"königin":                 {cleo},
			"KÖNIGIN VON":             {cleo},
			"ägypt":                   {cleo},
			"bén":                     {ben},
			"ben":                     {ben},
			"@ada@plaza.example":      {ada},
			"ada@plaza.example":       {ada},
			"@ada@Plaza.Example":      {ada},
			"@adam@elsewhere.example": {adam},
			"@ad@elsewhere":           {adam},
			"@adam@nowhere.example":   nil,
			"@":                       nil,
			"@@elsewhere.example":     nil,
			"nobody":                  nil,
		} {
			h.meets(search.Query{Text: text}, want...)
		}
		h.meets(search.Query{Text: "ad", Following: true})
		h.must(h.rel.Follow(h.ctx, as(ben), social.Follow{Target: ada}))
		h.meets(search.Query{Text: "ad", Following: true}, ada)
		h.must(h.rel.Block(h.ctx, as(ada), ben))
		h.must(h.rel.Block(h.ctx, as(ben), adam))
		h.meets(search.Query{Text: "ad"})
	})
}

// What is special in LIKE is nothing special here.
func TestFindAccountsWithWildcards(t *testing.T) {
	each(t, func(h *house) {
		for text, want := range map[string][]social.AccountID{
			"%": nil, "_": nil, "a%": nil, "_da": nil, `\`: nil, `\%`: nil, "100": {ben}, "100%": {ben}, "100_": nil,
			"cleo_": {cleo}, "cleo_x": {cleo}, "cleox": nil, "@ada@%": nil, "'": nil, "ada' --": nil, "ada\x00": {ada, adam}, "ada\xff": nil,
		} {
			h.meets(search.Query{Text: text}, want...)
		}
	})
}

func TestFindAccountsInPages(t *testing.T) {
	each(t, func(h *house) {
		for offset, want := range map[int][]social.AccountID{0: {ada}, 1: {adam}, 2: nil} {
			h.meets(search.Query{Text: "ada", Offset: offset, Page: social.Page{Limit: 1}}, want...)
		}
	})
}

func TestFindTags(t *testing.T) {
	each(t, func(h *house) {
		h.say(ada, "#Straße #cat")
		h.say(ben, "#STRASSE #catalog")
		h.say(ben, "#cat #日本語 #dög")
		h.publish(ben, social.Draft{Text: "#category", Visibility: social.Unlisted})
		for text, want := range map[string]string{
			"cat":     "cat 2, catalog 1",
			"#CAT":    "cat 2, catalog 1",
			"#cata":   "catalog 1",
			"straß":   "strasse 2",
			"日":       "日本語 1",
			"dö":      "dög 1",
			"dog":     "",
			"at":      "",
			"@cat":    "",
			"#":       "",
			"%":       "",
			"c_t":     "",
			"cat\x00": "cat 2, catalog 1",
			"ca\xff":  "",
		} {
			var got []string
			for _, t := range h.ask(ada, search.Query{Text: text, Kind: search.Tags}).Tags {
				got = append(got, fmt.Sprint(t.Tag, " ", t.Uses))
			}
			if g := strings.Join(got, ", "); g != want {
				t.Errorf("%q: %s, want %s", text, g, want)
			}
		}
		r := h.ask(ada, search.Query{Text: "cat", Kind: search.Tags, Offset: 1, Page: social.Page{Limit: 1}})
		if len(r.Tags) != 1 || r.Tags[0].Tag != "catalog" {
			t.Errorf("the second page: %v", r.Tags)
		}
	})
}

func TestFindPostsByWords(t *testing.T) {
	each(t, func(h *house) {
		food := h.say(ben, "Crème brûlée, it's good! See https://plaza.example/recipes")
		fox := h.say(ben, "the quick brown fox\njumps over the lazy dog")
		japan := h.say(ben, "日本語を話します")
		street := h.say(ben, "Große STRASSE 42")
		warned := h.publish(ben, social.Draft{Text: "look away", Warning: "spiders", Visibility: social.Public})
		words := h.say(ben, "or near and not")
		for text, want := range map[string][]social.PostID{
			"creme brulee":                    {food},
			"CRÈME":                           {food},
			"it's":                            {food},
			"recipes":                         {food},
			"crem":                            nil, // words, not beginnings
			"brown quick":                     {fox},
			`"quick brown"`:                   {fox},
			`"brown quick"`:                   nil,
			`fox "lazy dog"`:                  {fox},
			`"dog jumps"`:                     nil,
			"日本":                              {japan},
			"本語":                              {japan},
			"日語":                              nil,
			"話":                               {japan},
			"straße":                          {street},
			"grosse 42":                       {street},
			"spiders":                         {warned},
			"spiders away":                    {warned},
			"and or":                          {words},
			"fox spiders":                     nil,
			"fox OR spiders":                  nil,
			"!!!":                             nil,
			`"`:                               nil,
			`" OR NEAR( *`:                    {words},
			`NEAR(quick fox)`:                 nil,
			`quick*`:                          {fox},
			`body:fox`:                        nil,
			`-fox`:                            {fox},
			`^the`:                            {fox},
			`fox) --`:                         {fox},
			`'fox' & dog | !cat`:              nil,
			`fox & dog`:                       {fox},
			`fox <-> dog`:                     {fox},
			"fox\x00":                         {fox},
			"fox\xff dog":                     {fox},
			strings.Repeat("w ", 200) + "fox": nil,
		} {
			h.finds(cleo, text, want...)
		}
	})
}

func TestPostsAreFoundByWhomTheyConcern(t *testing.T) {
	each(t, func(h *house) {
		hers := h.say(ada, "word, not to be found")
		his := h.say(ben, "word, to be found")
		h.publish(ben, social.Draft{Text: "word, unlisted", Visibility: social.Unlisted})
		note := h.publish(ada, social.Draft{Text: "@cleo_x word", Visibility: social.Direct})
		liked, kept, passed := h.say(ada, "word liked"), h.say(ada, "word kept"), h.say(ada, "word passed on")
		h.mark(cleo, liked, social.Liked)
		h.mark(cleo, kept, social.Bookmarked)
		_, err := h.posts.Boost(h.ctx, as(cleo), passed, social.Public)
		h.must(err)
		h.finds(ada, "word", hers, his, note, liked, kept, passed)
		h.finds(cleo, "word", his, note, liked, kept, passed)
		h.finds(adam, "word", his)
		h.finds(0, "word")
		if got := postIDs(h.ask(cleo, search.Query{Text: "word", Kind: search.Posts, By: ada})); !slices.Equal(got, []social.PostID{passed, kept, liked, note}) {
			t.Errorf("ada's alone: %v", got)
		}
		h.must(h.rel.Mute(h.ctx, as(cleo), ben, false, 0))
		h.finds(cleo, "word", note, liked, kept, passed)
		h.must(h.rel.Block(h.ctx, as(ada), cleo))
		h.finds(cleo, "word")
	})
}

func TestIndexFollowsEditsAndDeletes(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ben, "apples")
		h.finds(cleo, "apples", p)
		_, err := h.posts.Edit(h.ctx, as(ben), p, social.Draft{Text: "pears"})
		h.must(err)
		h.finds(cleo, "apples")
		h.finds(cleo, "pears", p)
		_, err = h.posts.Delete(h.ctx, as(ben), p)
		h.must(err)
		h.finds(cleo, "pears")
		quick := h.say(ben, "gone before it was indexed")
		_, err = h.posts.Delete(h.ctx, as(ben), quick)
		h.must(err)
		h.finds(cleo, "indexed")
	})
}

func TestFindPostsInPages(t *testing.T) {
	each(t, func(h *house) {
		var all []social.PostID
		for range 5 {
			all = append(all, h.say(ben, "word"))
		}
		for _, tt := range []struct {
			page   social.Page
			offset int
			want   []social.PostID
		}{
			{social.Page{Limit: 2}, 0, []social.PostID{all[4], all[3]}},
			{social.Page{Limit: 2, Before: int64(all[3])}, 0, []social.PostID{all[2], all[1]}},
			{social.Page{Limit: 2, After: int64(all[1])}, 0, []social.PostID{all[4], all[3]}},
			{social.Page{Limit: 2}, 2, []social.PostID{all[2], all[1]}},
			{social.Page{Limit: 2}, 4, []social.PostID{all[0]}},
			{social.Page{Limit: 2}, 9, nil},
		} {
			if got := postIDs(h.ask(cleo, search.Query{Text: "word", Page: tt.page, Offset: tt.offset})); !slices.Equal(got, tt.want) {
				t.Errorf("%+v at %d: %v, want %v", tt.page, tt.offset, got, tt.want)
			}
		}
	})
}

func TestFindByAddress(t *testing.T) {
	each(t, func(h *house) {
		p, hidden := h.say(ben, "hello"), h.publish(ada, social.Draft{Text: "friends", Visibility: social.Followers})
		for text, want := range map[string][2]int{ // accounts, posts
			"https://plaza.example/@ben":                       {1, 0},
			"https://plaza.example/@BEN/":                      {1, 0},
			"https://plaza.example/@nobody":                    {0, 0},
			fmt.Sprint("https://plaza.example/@ben/", p):       {0, 1},
			fmt.Sprint("https://plaza.example/@ada/", hidden):  {0, 0},
			"https://plaza.example/@ben/abc":                   {0, 0},
			"https://plaza.example/@adam@elsewhere.example":    {1, 0},
			fmt.Sprint("https://plaza.example/@ben/", p, "/x"): {0, 0},
			fmt.Sprint("https://elsewhere.example/@ben/", p):   {0, 0},
		} {
			if r := h.ask(cleo, search.Query{Text: text}); len(r.Accounts) != want[0] || len(r.Posts) != want[1] {
				t.Errorf("%s: %d accounts, %d posts; want %v", text, len(r.Accounts), len(r.Posts), want)
			}
		}
	})
}

func TestSearchRefuses(t *testing.T) {
	each(t, func(h *house) {
		for name, q := range map[string]search.Query{
			"too long":     {Text: strings.Repeat("a", search.MaxQuery+1)},
			"too far":      {Text: "a", Offset: search.MaxOffset + 1},
			"the far side": {Text: "a", Offset: -1},
		} {
			if _, err := h.search.Search(h.ctx, as(ben), q); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v, want Invalid", name, err)
			}
		}
		if r := h.ask(ben, search.Query{Text: " \n"}); len(r.Accounts)+len(r.Posts)+len(r.Tags) != 0 {
			t.Errorf("nothing asked for: %+v", r)
		}
	})
}

func TestAllKindsAtOnce(t *testing.T) {
	each(t, func(h *house) {
		h.say(ben, "ben speaks of #benches and ben")
		r := h.ask(cleo, search.Query{Text: "ben"})
		if len(r.Accounts) != 1 || len(r.Posts) != 1 || len(r.Tags) != 1 {
			t.Errorf("%d accounts, %d posts, %d tags; want one of each", len(r.Accounts), len(r.Posts), len(r.Tags))
		}
		if r := h.ask(0, search.Query{Text: "ben"}); len(r.Accounts) != 1 || len(r.Posts) != 0 || len(r.Tags) != 1 {
			t.Errorf("for anyone: %d accounts, %d posts, %d tags; want no posts", len(r.Accounts), len(r.Posts), len(r.Tags))
		}
	})
}

func TestTagDays(t *testing.T) {
	each(t, func(h *house) {
		plant := func(by social.AccountID, v social.Visibility, at time.Time) {
			h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
				p := social.Post{ID: social.PostID(id.New(at)), Author: by, Text: "#Cat", Tags: []string{"Cat"}, Visibility: v, At: at}
				p.Thread = p.ID
				return tx.AddPost(h.ctx, p)
			}))
		}
		midnight := storetest.Noon.Truncate(24 * time.Hour)
		plant(ada, social.Public, midnight)
		plant(ada, social.Public, midnight.Add(time.Hour))
		plant(ben, social.Public, midnight.Add(2*time.Hour))
		plant(ben, social.Unlisted, midnight.Add(3*time.Hour))
		plant(ben, social.Public, midnight.Add(-time.Millisecond))
		got, err := h.search.TagDays(h.ctx, "#CAT", 3)
		if err != nil || len(got) != 3 {
			t.Fatalf("%d days, %v; want 3", len(got), err)
		}
		for i, want := range []store.TagDay{{Uses: 3, Accounts: 2}, {Uses: 1, Accounts: 1}, {}} {
			if day := midnight.AddDate(0, 0, -i).Unix(); got[i].TagDay != want || got[i].Day != day {
				t.Errorf("%d days ago: %+v, want %+v on %d", i, got[i], want, day)
			}
		}
	})
}

// Of a post from elsewhere its words are found, and not its HTML.
func TestFindHTML(t *testing.T) {
	each(t, func(h *house) {
		p := social.Post{ID: social.PostID(id.New(h.store.Now())), Author: adam, HTML: `<p>The <b>light</b>house <a href="https://x.example/">stands</a></p>`,
			Visibility: social.Public, URI: "https://elsewhere.example/1", At: h.store.Now()}
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			tx.Record(event.PostPublished{Post: p.ID, Author: p.Author, Visibility: p.Visibility, Remote: true})
			return tx.AddPost(h.ctx, p)
		}))
		h.finds(ben, "lighthouse", p.ID)
		h.finds(ben, "stands", p.ID)
		h.finds(ben, "href")
	})
}
