package web

import (
	"net/url"
	"slices"

	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) timelineRoutes(r *router) {
	r.Do("GET /", anyone, s.home)
	r.Do("GET /public", anyone, s.public(social.Everywhere))
	r.Do("GET /public/local", anyone, s.public(social.Ours))
	r.Do("GET /tags", member, s.followedTags)
	r.Do("GET /tags/{tag}", anyone, s.tag)
	r.Do("POST /tags/{tag}", member, s.followTag)
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
	if q.by.Standing == social.Leaving {
		return q.to("/settings/delete")
	}
	get := func(p social.Page) (view.Slice[*view.Seen], error) { return s.Timelines.Home(q.Context(), q.by, p) }
	if asked, err := s.newer(q, get); asked {
		return err
	}
	posts, err := slice(q, postsOnPage, get)
	if err != nil {
		return err
	}
	posts.Items = once(posts.Items)
	news, err := s.told(q)
	if err != nil {
		return err
	}
	read, err := s.readUpTo(q, notices.MarkHome)
	if err != nil {
		return err
	}
	at := q.page.spotIn(q.URL.Query().Get("here"), read, posts)
	if !q.page.Paged {
		if err := s.hasRead(q, notices.MarkHome, read.LastID, posts.Newest); err != nil {
			return err
		}
	}
	q.page.Tab = "home"
	return q.show("Home", homePage(q.page, q.blank(), news, posts, at))
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
		get := func(p social.Page) (view.Slice[*view.Seen], error) {
			return s.Timelines.Public(q.Context(), q.by, social.PublicQuery{From: from}, p)
		}
		if asked, err := s.newer(q, get); asked {
			return err
		}
		posts, err := slice(q, postsOnPage, get)
		if err != nil {
			return err
		}
		q.page.Tab = "public"
		return q.show("Public posts", publicPage(q.page, posts, from == social.Ours))
	}
}

func (s *Site) tag(q *ask) error {
	tag := social.TagName(q.param("tag"))
	get := func(p social.Page) (view.Slice[*view.Seen], error) {
		which := social.TagQuery{Any: []string{social.TagKey(tag)}}
		if q.mirrored() {
			which.From = social.Ours
		}
		return s.Timelines.Tag(q.Context(), q.by, which, p)
	}
	if asked, err := s.newer(q, get); asked {
		return err
	}
	posts, err := slice(q, postsOnPage, get)
	if err != nil {
		return err
	}
	stand, err := s.Tags.Stands(q.Context(), q.by, []string{social.TagKey(tag)})
	if err != nil {
		return err
	}
	q.page.Head.Feeds = feedsOf(tagPath(tag))
	return q.show("#"+tag, tagPage(q.page, tag, posts, stand.Follows(social.TagKey(tag))))
}

// followTag has posts with a tag come home, or no longer.
func (s *Site) followTag(q *ask) error {
	tag := q.param("tag")
	do, said := s.Tags.Follow, "tag-followed"
	if q.form("do") == "unfollow" {
		do, said = s.Tags.Unfollow, "tag-unfollowed"
	}
	if err := do(q.Context(), q.by, tag); err != nil {
		return err
	}
	return q.back(tagURL(tag), said)
}

// followedTags are the tags that the reader follows.
func (s *Site) followedTags(q *ask) error {
	all, err := slice(q, tagsOnPage, func(p social.Page) (view.Slice[social.FollowedTag], error) {
		return s.Tags.Followed(q.Context(), q.by, p)
	})
	if err != nil {
		return err
	}
	q.page.Tab = "lists"
	return q.show("Tags you follow", followedTagsPage(q.page, all))
}

func tagURL(tag string) string { return "/tags/" + url.PathEscape(tag) }

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
	return q.show("Bookmarks", markedPage(q.page, q.page.say("Bookmarks"), "bookmark", q.page.say("Nothing kept yet"),
		q.page.say("Bookmark a post to find it again here. Only you see your bookmarks."), posts))
}

func (s *Site) likes(q *ask) error {
	posts, err := s.marked(q, social.Liked)
	if err != nil {
		return err
	}
	q.page.Tab = "likes"
	return q.show("Likes", markedPage(q.page, q.page.say("Likes"), "heart", q.page.say("No likes yet"),
		q.page.say("A like tells somebody that you enjoyed what they said. Posts you like stand here."), posts))
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
