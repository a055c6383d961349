package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/core/search"
)

func (s *Site) searchRoutes(r *router) { r.Do("GET /search", anyone, s.sparing(searchRule, s.search)) }

// foundOfEach is how many of each kind are shown when all are looked for.
const foundOfEach = 5

func (s *Site) search(q *ask) error {
	asked := q.URL.Query()
	f := finding{Text: strings.TrimSpace(asked.Get("q")), Kind: search.Kind(asked.Get("type"))}
	switch f.Kind {
	case search.Accounts, search.Tags, search.Posts:
	default:
		f.Kind = ""
	}
	page, offset := q.pageOf(postsOnPage), 0
	if f.Kind == "" {
		page.Limit = foundOfEach
	} else if n, err := strconv.Atoi(asked.Get("from")); err == nil && n > 0 {
		offset = n
	}
	var err error
	if f.Found, err = s.Search.Search(q.Context(), q.by, search.Query{Text: f.Text, Kind: f.Kind, Offset: offset, Page: page, Resolve: true}); err != nil {
		return err
	}
	f.Next = f.after(offset)
	q.page.Tab = "search"
	q.page.Head.Hide = true
	return q.show("Search", searchPage(q.page, f))
}

// after is the address of the results behind those on this page.
func (f finding) after(offset int) string {
	n := max(len(f.Found.Accounts), len(f.Found.Tags), len(f.Found.Posts))
	if f.Kind == "" || n < postsOnPage || offset+n > search.MaxOffset {
		return ""
	}
	if f.Kind == search.Posts {
		return searchURL(f.Text, f.Kind) + "&before=" + itoa(f.Found.Posts[n-1].ID)
	}
	return searchURL(f.Text, f.Kind) + "&from=" + strconv.Itoa(offset+n)
}

func (f finding) none() bool {
	return len(f.Found.Accounts) == 0 && len(f.Found.Tags) == 0 && len(f.Found.Posts) == 0
}

// searchOperators are told beside the field.
var searchOperators = []struct{ Form, Does string }{
	{"from:name", msg("By somebody: from:me, from:ada, from:ada@other.example")},
	{"has:image", msg("With something: media, image, video, audio, poll, link, quote, warning")},
	{"is:reply", msg("That is something: reply, quote, sensitive, edited")},
	{"before:2026-03-01", msg("Written before a day; a month (2026-03) or a year does, too")},
	{"after:2026-03-01", msg("Written after it")},
	{"during:2026-03", msg("Written within it")},
	{"language:en", msg("In a language")},
	{"in:library", msg("What you wrote, liked, boosted or bookmarked, or what mentions you; in:public is what is for everybody")},
	{"-has:image", msg("A minus before from:, has: or is: turns it round")},
}

// advice says why nothing may have been found.
func (f finding) advice(signedIn bool) string {
	if f.Found.Vague {
		return msg("What narrows a search needs a word beside it, or from: with a name.")
	}
	if !signedIn && (f.Kind == "" || f.Kind == search.Posts) {
		return msg("Sign in to look through posts, too. People and tags are found by their first letters.")
	}
	return msg("People and tags are found by their first letters. Posts are found if their authors want them to be.")
}

func searchURL(text string, kind search.Kind) string {
	v := url.Values{"q": {text}}
	if kind != "" {
		v.Set("type", string(kind))
	}
	return "/search?" + v.Encode()
}
