package web

import (
	"net/http"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) listRoutes(r *router) {
	r.Do("GET /lists", member, s.lists)
	r.Do("POST /lists", member, s.addList)
	r.Do("GET /lists/{list}", member, s.list)
	r.Do("POST /lists/{list}", member, s.changeList)
	r.Do("GET /lists/{list}/edit", member, s.editList)
	r.Do("POST /lists/{list}/delete", member, s.deleteList)
	r.Do("POST /lists/{list}/feed", member, s.feedList)
	r.Do("POST /lists/{list}/feed/end", member, s.endFeed)
	r.Do("POST /lists/{list}/members", member, s.addMember)
	r.Do("POST /lists/{list}/members/{account}/remove", member, s.endMember)
}

func listURL(id social.ListID) string { return "/lists/" + itoa(id) }

func (q *ask) list() social.ListID { return social.ListID(q.number("list")) }

func (s *Site) lists(q *ask) error {
	all, err := s.Lists.All(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.page.Tab = "lists"
	return q.show("Lists", listsPage(q.page, all))
}

func (s *Site) addList(q *ask) error {
	l, err := s.Lists.Add(q.Context(), q.by, social.List{Title: strings.TrimSpace(q.form("title")), Replies: social.RepliesList})
	if err != nil {
		return err
	}
	q.say("list")
	return q.to(listURL(l.ID) + "/edit")
}

func (s *Site) list(q *ask) error {
	l, err := s.Lists.Get(q.Context(), q.by, q.list())
	if err != nil {
		return err
	}
	get := func(p social.Page) (view.Slice[*view.Seen], error) {
		return s.Timelines.List(q.Context(), q.by, l.ID, p)
	}
	if asked, err := s.newer(q, get); asked {
		return err
	}
	posts, err := slice(q, postsOnPage, get)
	if err != nil {
		return err
	}
	q.page.Tab = "lists"
	return q.show(l.Title, listPage(q.page, l, posts))
}

func (s *Site) editList(q *ask) error { return s.listForm(q, http.StatusOK, "", "") }

// listForm is the page on which a list is changed; name is of whom nobody was found.
func (s *Site) listForm(q *ask, status int, name, problem string) error {
	l, err := s.Lists.Get(q.Context(), q.by, q.list())
	if err != nil {
		return err
	}
	members, err := slice(q, peopleOnPage, func(p social.Page) (view.Slice[*view.Face], error) {
		return s.Lists.Members(q.Context(), q.by, l.ID, p)
	})
	if err != nil {
		return err
	}
	q.page.Tab, q.page.Here = "lists", listURL(l.ID)+"/edit"
	return q.showAs(status, "Change list", listEditPage(q.page, l, members, name, problem))
}

func (s *Site) changeList(q *ask) error {
	l := social.List{ID: q.list(), Title: strings.TrimSpace(q.form("title")), Replies: social.RepliesPolicy(q.form("replies")), Exclusive: q.ticked("exclusive")}
	if _, err := s.Lists.Change(q.Context(), q.by, l); err != nil {
		return err
	}
	q.say("saved")
	return q.to(listURL(l.ID) + "/edit")
}

// feedList gives a list's feed an address, or another one.
func (s *Site) feedList(q *ask) error {
	if _, err := s.Lists.MakeFeed(q.Context(), q.by, q.list()); err != nil {
		return err
	}
	q.say("fed")
	return q.to(listURL(q.list()) + "/edit#feed")
}

func (s *Site) endFeed(q *ask) error {
	if err := s.Lists.EndFeed(q.Context(), q.by, q.list()); err != nil {
		return err
	}
	q.say("unfed")
	return q.to(listURL(q.list()) + "/edit#feed")
}

func (s *Site) deleteList(q *ask) error {
	if err := s.Lists.Delete(q.Context(), q.by, q.list()); err != nil {
		return err
	}
	q.say("deleted")
	return q.to("/lists")
}

func (s *Site) addMember(q *ask) error {
	name, host, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(q.form("name")), "@"), "@")
	if host == s.config.HandleHost {
		host = ""
	}
	a, err := s.View.Named(q.Context(), name, host)
	if err == nil {
		err = s.Lists.AddMembers(q.Context(), q.by, q.list(), []social.AccountID{a.ID})
	}
	if k := errs.KindOf(err); err != nil && (k == errs.NotFound || k == errs.Invalid) {
		return s.listForm(q, http.StatusUnprocessableEntity, q.form("name"), q.page.say("Only people you follow, and only once: nobody was added."))
	}
	if err != nil {
		return err
	}
	return q.to(listURL(q.list()) + "/edit")
}

func (s *Site) endMember(q *ask) error {
	if err := s.Lists.EndMembers(q.Context(), q.by, q.list(), []social.AccountID{social.AccountID(q.number("account"))}); err != nil {
		return err
	}
	return q.to(listURL(q.list()) + "/edit")
}
