package web

import (
	"net/url"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/discover"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
)

// How many of each kind a page of what many turn to has.
const (
	trendsOnPage      = 20
	suggestedOnPage   = 20
	trendingPeople    = 10
	collectionsOnPage = 20
)

func (s *Site) exploreRoutes(r *router) {
	r.Do("GET /explore", anyone, s.explorePosts)
	r.Do("GET /help/orders", anyone, s.helpOrders)
	r.Do("GET /explore/tags", anyone, s.exploreTags)
	r.Do("GET /explore/links", anyone, s.exploreLinks)
	r.Do("GET /explore/links/posts", anyone, s.linkPosts)
	r.Do("GET /explore/people", anyone, s.explorePeople)
	r.Do("GET /explore/collections", anyone, s.exploreCollections)
	r.Do("POST /explore/people/{account}/dismiss", member, s.dismiss)
}

// offset is how many of a ranked list were shown before, as the address has it.
func (q *ask) offset() int {
	n, err := strconv.Atoi(q.URL.Query().Get("from"))
	if err != nil || n < 0 || n > discover.MaxOffset {
		return 0
	}
	return n
}

// A ranked is a piece of a list that is in an order of its own.
type ranked[T any] struct {
	Items []T
	Next  string // the address of the next, or empty
	First bool
}

// rank makes a piece of a ranked list, of which get gives some after others, and
// says whether there may be more.
func rank[T any](q *ask, limit int, get func(offset, limit int) ([]T, bool, error)) (r ranked[T], err error) {
	from, more := q.offset(), false
	if r.Items, more, err = get(from, limit); err != nil {
		return r, err
	}
	r.First, q.page.Paged = from == 0, from != 0
	if more && from+limit <= discover.MaxOffset {
		v := q.URL.Query()
		v.Set("from", strconv.Itoa(from+limit))
		r.Next = q.URL.Path + "?" + v.Encode()
	}
	q.page.Tab, q.page.Head.Hide = "explore", true
	return r, nil
}

// full says that a list may go on when a whole page of it came.
func full[T any](get func(offset, limit int) ([]T, error)) func(offset, limit int) ([]T, bool, error) {
	return func(offset, limit int) ([]T, bool, error) {
		items, err := get(offset, limit+1)
		return items[:min(len(items), limit)], len(items) > limit, err
	}
}

func (s *Site) explorePosts(q *ask) error {
	posts, err := rank(q, trendsOnPage, full(func(offset, limit int) ([]*view.Seen, error) {
		return s.Discover.Posts(q.Context(), q.by, q.inLanguage(), offset, limit)
	}))
	if err != nil {
		return err
	}
	w, err := s.exploreIn(q)
	if err != nil {
		return err
	}
	return q.show("Discover", explorePostsPage(q.page, w, posts))
}

func (s *Site) exploreTags(q *ask) error {
	tags, err := rank(q, trendsOnPage, full(func(offset, limit int) ([]trend.Tag, error) {
		return s.Discover.Tags(q.Context(), q.by, q.inLanguage(), offset, limit)
	}))
	if err != nil {
		return err
	}
	w, err := s.exploreIn(q)
	if err != nil {
		return err
	}
	return q.show("Tags that many use", exploreTagsPage(q.page, w, tags))
}

func (s *Site) exploreLinks(q *ask) error {
	links, err := rank(q, trendsOnPage, full(func(offset, limit int) ([]discover.Link, error) {
		return s.Discover.Links(q.Context(), q.by, q.inLanguage(), offset, limit)
	}))
	if err != nil {
		return err
	}
	w, err := s.exploreIn(q)
	if err != nil {
		return err
	}
	return q.show("Links that many pass on", exploreLinksPage(q.page, w, links))
}

// A directory is the people who want to be found.
type directory struct {
	In        tongues
	Trending  []discover.Person
	Suggested []discover.Suggestion
	Newest    bool // those who came last first
	Ours      bool
	People    ranked[*view.Face]
}

func (s *Site) explorePeople(q *ask) error {
	asked := q.URL.Query()
	d := directory{Newest: asked.Get("order") == "new", Ours: asked.Get("whose") != "all"}
	var err error
	if d.People, err = rank(q, peopleOnPage, func(offset, limit int) ([]*view.Face, bool, error) {
		return s.Discover.Directory(q.Context(), q.by, d.Newest, d.Ours, offset, limit)
	}); err != nil {
		return err
	}
	if d.In, err = s.exploreIn(q); err != nil {
		return err
	}
	if d.People.First {
		if d.Trending, err = s.Discover.People(q.Context(), q.by, q.inLanguage(), 0, trendingPeople); err != nil {
			return err
		}
	}
	if q.by.SignedIn() && d.People.First {
		if d.Suggested, err = s.Discover.Suggestions(q.Context(), q.by, suggestedOnPage); err != nil {
			return err
		}
	}
	return q.show("People to find", explorePeoplePage(q.page, d))
}

// dismiss has somebody not be suggested again.
func (s *Site) dismiss(q *ask) error {
	which, _ := id.Parse(q.param("account"))
	if err := s.Discover.Dismiss(q.Context(), q.by, social.AccountID(which)); err != nil {
		return err
	}
	return q.back("/explore/people", "not-suggested")
}

func (s *Site) exploreCollections(q *ask) error {
	all, err := rank(q, collectionsOnPage, func(offset, limit int) ([]view.Collection, bool, error) {
		return s.Collections.Open(q.Context(), q.by, offset, limit)
	})
	if err != nil {
		return err
	}
	return q.show("Collections", exploreCollectionsPage(q.page, all))
}

// directoryURL is the directory in an order.
func directoryURL(newest, ours bool) string {
	v := url.Values{}
	if newest {
		v.Set("order", "new")
	}
	if !ours {
		v.Set("whose", "all")
	}
	if len(v) == 0 {
		return "/explore/people"
	}
	return "/explore/people?" + v.Encode()
}

// postsWithLink is where the posts with a link are.
func postsWithLink(address string) string {
	return "/explore/links/posts?" + url.Values{"url": {address}}.Encode()
}

// linkPosts are the public posts with a link. Where there are none it is not
// told whether the link is known here: it may stand in posts for a few.
func (s *Site) linkPosts(q *ask) error {
	address := q.URL.Query().Get("url")
	posts, err := slice(q, postsOnPage, func(p social.Page) (view.Slice[*view.Seen], error) {
		return s.Links.Posts(q.Context(), q.by, address, p)
	})
	if err != nil {
		return err
	}
	q.page.Tab, q.page.Head.Hide = "explore", true
	return q.show("Posts with a link", linkPostsPage(q.page, posts))
}
