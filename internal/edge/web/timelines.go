package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) timelineRoutes(r *router) {
	r.Do("GET /", anyone, s.home)
	r.Do("GET /public", anyone, s.public(social.Everywhere))
	r.Do("GET /public/local", anyone, s.public(social.Ours))
	r.Do("GET /tags/{tag}", anyone, s.tag)
	r.Do("GET /bookmarks", member, s.bookmarks)
	r.Do("GET /favourites", member, s.likes)
	r.Do("GET /menu", member, s.menu)
}

func (s *Site) home(q *ask) error {
	if !q.by.SignedIn() {
		return s.landing(q)
	}
	if q.by.Standing == social.Pending {
		return q.to("/auth/waiting")
	}
	if newer, ok := id.Parse(q.URL.Query().Get("newer")); ok && q.wantsPart() {
		return s.newer(q, newer)
	}
	posts, err := slice(q, postsOnPage, func(p social.Page) (view.Slice[*view.Seen], error) {
		return s.Timelines.Home(q.Context(), q.by, p)
	})
	if err != nil {
		return err
	}
	posts.Items = once(posts.Items)
	news, err := s.told(q)
	if err != nil {
		return err
	}
	q.page.Tab = "home"
	return q.show("Home", homePage(q.page, q.blank(), news, posts))
}

// newer is what came to the home timeline since a post, for the script.
func (s *Site) newer(q *ask, since int64) error {
	posts, err := s.Timelines.Home(q.Context(), q.by, social.Page{After: since, Limit: postsOnPage})
	if err != nil {
		return err
	}
	unread, err := s.Notices.Unread(q.Context(), q.by, social.NoticeFilter{Groups: social.GroupedKinds}, notices.UsualUnread)
	if err != nil {
		return err
	}
	q.w.Header().Set("Plaza-Unread", strconv.Itoa(unread))
	if len(posts.Items) == 0 {
		q.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	q.page.Here = "/"
	return q.part(cards(q.page, once(posts.Items)))
}

func (s *Site) landing(q *ask) error {
	posts, err := slice(q, postsOnPage, func(p social.Page) (view.Slice[*view.Seen], error) {
		return s.Timelines.Public(q.Context(), q.by, social.PublicQuery{From: social.Ours}, p)
	})
	if err != nil {
		return err
	}
	n, err := s.Instance.Counts(q.Context())
	if err != nil {
		return err
	}
	q.page.Tab = "home"
	q.page.Head = meta{Description: q.page.House.Description, URL: q.page.absolute("/")}
	return q.show("", landing(q.page, posts, n))
}

func (s *Site) public(from social.Origin) handler {
	return func(q *ask) error {
		posts, err := slice(q, postsOnPage, func(p social.Page) (view.Slice[*view.Seen], error) {
			return s.Timelines.Public(q.Context(), q.by, social.PublicQuery{From: from}, p)
		})
		if err != nil {
			return err
		}
		q.page.Tab = "public"
		return q.show("Public posts", publicPage(q.page, posts, from == social.Ours))
	}
}

func (s *Site) tag(q *ask) error {
	tag := social.TagName(q.param("tag"))
	posts, err := slice(q, postsOnPage, func(p social.Page) (view.Slice[*view.Seen], error) {
		which := social.TagQuery{Any: []string{social.TagKey(tag)}}
		if q.mirrored() {
			which.From = social.Ours
		}
		return s.Timelines.Tag(q.Context(), q.by, which, p)
	})
	if err != nil {
		return err
	}
	q.page.Head.Feeds = feedsOf(tagPath(tag))
	return q.show("#"+tag, tagPage(q.page, tag, posts))
}

func (s *Site) marked(q *ask, m social.Marks) (view.Slice[*view.Seen], error) {
	return slice(q, postsOnPage, func(p social.Page) (view.Slice[*view.Seen], error) {
		return s.Timelines.Marked(q.Context(), q.by, m, p)
	})
}

func (s *Site) bookmarks(q *ask) error {
	posts, err := s.marked(q, social.Bookmarked)
	if err != nil {
		return err
	}
	q.page.Tab = "bookmarks"
	return q.show("Bookmarks", markedPage(q.page, "Bookmarks", "bookmark", "Nothing kept yet",
		"Bookmark a post to find it again here. Only you see your bookmarks.", posts))
}

func (s *Site) likes(q *ask) error {
	posts, err := s.marked(q, social.Liked)
	if err != nil {
		return err
	}
	q.page.Tab = "likes"
	return q.show("Likes", markedPage(q.page, "Likes", "heart", "No likes yet",
		"A like tells somebody that you enjoyed what they said. Posts you like stand here.", posts))
}

func (s *Site) menu(q *ask) error {
	q.page.Tab = "me"
	return q.show("Menu", menuPage(q.page))
}

// once leaves out what already stands further up the page, when more than one
// of those followed has boosted it.
func once(posts []*view.Seen) []*view.Seen {
	there := map[social.PostID]bool{}
	return slices.DeleteFunc(slices.Clone(posts), func(p *view.Seen) bool {
		id := p.Original().ID
		was := there[id]
		there[id] = true
		return was
	})
}
