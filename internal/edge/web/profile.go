package web

import (
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/core/tags"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) profileRoutes(r *router) {
	r.Do("GET /@{name}", anyone, s.profilePosts(social.AccountQuery{NoReplies: true}, "posts"))
	r.Do("GET /@{name}/with_replies", anyone, s.profilePosts(social.AccountQuery{}, "replies"))
	r.Do("GET /@{name}/media", anyone, s.profilePosts(social.AccountQuery{OnlyMedia: true, NoBoosts: true}, "media"))
	r.Do("GET /@{name}/featured", anyone, s.profileFeatured)
	r.Do("GET /@{name}/about", anyone, s.profileAbout)
	r.Do("GET /@{name}/followers", anyone, s.profilePeople(social.EdgesFollowers, "followers"))
	r.Do("GET /@{name}/following", anyone, s.profilePeople(social.EdgesFollowing, "following"))
}

// named is the account that the path speaks of. One that is suspended, or not
// yet let in, is as good as none.
func (s *Site) named(q *ask) (*view.Face, error) {
	name, host, _ := strings.Cut(q.param("name"), "@")
	if host == s.config.HandleHost {
		host = ""
	}
	face, err := s.View.Named(q.Context(), name, host)
	if err == nil && (face.Standing != social.Good || q.mirrored() && !face.Mirrored()) {
		err = nowhere
	}
	return face, err
}

// profile is everything about an account but its lists.
func (s *Site) profile(q *ask, part string) (p profile, err error) {
	if p.Face, err = s.named(q); err != nil {
		return p, err
	}
	if q.by.SignedIn() && q.by.Account != p.Face.ID {
		if p.Rel, err = s.View.Relation(q.Context(), q.by, p.Face.ID); err != nil {
			return p, err
		}
	}
	p.Part, p.Bio, p.OwnPage = part, s.View.Bio(p.Face), s.View.AccountURL(p.Face)
	p.Shown = !p.Rel.Apart()
	for i := range p.Face.Fields {
		p.Fields = append(p.Fields, s.View.FieldHTML(p.Face, i))
	}
	if p.Face.ID == q.by.Account {
		q.page.Tab = "me"
	}
	q.page.Head = meta{Feeds: feedsOfAccount(p.Face), Description: snippet(p.Face.PlainBio()), URL: p.OwnPage, Hide: !p.Face.Indexable, Kind: "profile", ImageAlt: p.Face.AvatarAlt}
	if p.Face.Avatar != "" {
		q.page.Head.Image = q.page.absolute(q.page.media(p.Face.Avatar))
	}
	return p, nil
}

func (s *Site) profilePosts(which social.AccountQuery, part string) handler {
	return func(q *ask) error {
		p, err := s.profile(q, part)
		if err != nil {
			return err
		}
		if q.wantsPart() { // while the mouse rests on a name
			return q.part(hoverCard(q.page, p))
		}
		which := which
		which.OursOnly = q.mirrored()
		if p.Shown {
			if p.Posts, err = slice(q, postsOnPage, func(page social.Page) (view.Slice[*view.Seen], error) {
				return s.Timelines.Account(q.Context(), q.by, p.Face.ID, which, page)
			}); err != nil {
				return err
			}
		}
		if p.Shown && part == "posts" && !q.page.Paged {
			pinned, err := s.Timelines.Pinned(q.Context(), q.by, p.Face.ID)
			if err != nil {
				return err
			}
			p.Pinned = pinned.Items
			p.Posts.Items = without(p.Posts.Items, pinned.Items)
		}
		return q.show(titleOf(p.Face), profilePage(q.page, p))
	}
}

// featured is what somebody shows of themselves and others.
type featured struct {
	Pinned      []*view.Seen
	Tags        []tags.Featured
	People      []*view.Face
	Collections []view.Collection
}

// Limits of what is shown as featured.
const featuredOfEach = 20

func (f featured) none() bool {
	return len(f.Pinned) == 0 && len(f.Tags) == 0 && len(f.People) == 0 && len(f.Collections) == 0
}

// profileFeatured is what somebody put on their page to be found there.
func (s *Site) profileFeatured(q *ask) error {
	p, err := s.profile(q, "featured")
	if err != nil {
		return err
	}
	if !p.Shown {
		return q.show(titleOf(p.Face), profilePage(q.page, p))
	}
	pinned, err := s.Timelines.Pinned(q.Context(), q.by, p.Face.ID)
	if err != nil {
		return err
	}
	p.Featured.Pinned = pinned.Items
	if p.Featured.Tags, err = s.Tags.Featured(q.Context(), q.by, p.Face.ID); err != nil {
		return err
	}
	people, err := s.Relations.People(q.Context(), q.by, social.EdgesEndorsed, p.Face.ID, social.Page{Limit: featuredOfEach})
	if err != nil {
		return err
	}
	p.Featured.People = people.Items
	if p.Featured.Collections, err = s.Collections.Of(q.Context(), q.by, p.Face.ID, featuredOfEach, 0); err != nil {
		return err
	}
	return q.show(titleOf(p.Face), profilePage(q.page, p))
}

// profileAbout is what is known of somebody, in full.
func (s *Site) profileAbout(q *ask) error {
	p, err := s.profile(q, "about")
	if err != nil {
		return err
	}
	return q.show(titleOf(p.Face), profilePage(q.page, p))
}

// without leaves out the posts that stand elsewhere on the page.
func without(posts, elsewhere []*view.Seen) []*view.Seen {
	return slices.DeleteFunc(posts, func(p *view.Seen) bool {
		return slices.ContainsFunc(elsewhere, func(other *view.Seen) bool { return other.ID == p.ID })
	})
}

func (s *Site) profilePeople(kind social.EdgeKind, part string) handler {
	return func(q *ask) error {
		p, err := s.profile(q, part)
		if err != nil {
			return err
		}
		p.Shown = p.Shown && (!p.Face.HideFollows || p.Face.ID == q.by.Account)
		if p.Shown {
			if p.People, err = s.people(q, kind, p.Face.ID); err != nil {
				return err
			}
		}
		return q.show(titleOf(p.Face), profilePage(q.page, p))
	}
}

// people is a page of a list of relations.
func (s *Site) people(q *ask, kind social.EdgeKind, of social.AccountID) (view.Slice[*view.Face], error) {
	return slice(q, peopleOnPage, func(p social.Page) (view.Slice[*view.Face], error) {
		return s.Relations.People(q.Context(), q.by, kind, of, p)
	})
}

func titleOf(a *view.Face) string { return a.Name() + " (@" + a.Acct() + ")" }

// snippetLength is how much of a text stands in a preview, in characters.
const snippetLength = 200

// snippet is the beginning of what somebody wrote, on one line.
func snippet(text string) string { return shortTo(snippetLength, text) }

// shortTo is the beginning of a text on one line, in at most n characters.
func shortTo(n int, text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= n {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}
