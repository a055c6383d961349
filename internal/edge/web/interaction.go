package web

import (
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) interactionRoutes(r *router) {
	r.Do("GET /authorize_interaction", member, s.sparing(searchRule, s.interact))
}

// interact leads somebody who met an account or a post on another server to it
// here, where they can follow or answer. WebFinger names this address, and
// other servers fill in what it is about. Where it leads is always here.
func (s *Site) interact(q *ask) error {
	about := strings.TrimSpace(q.URL.Query().Get("uri"))
	if about == "" || len(about) > search.MaxQuery {
		return errs.New(errs.Invalid, "The link that brought you here does not say what it is about. Copy the address of the account or post, and search for it.")
	}
	if len(about) > len("acct:") && strings.EqualFold(about[:len("acct:")], "acct:") {
		about = "@" + strings.TrimPrefix(about[len("acct:"):], "@")
	}
	path, err := s.pageAbout(q, about)
	if err != nil {
		return err
	}
	return q.to(path)
}

// pageAbout is the page of the account that is called or addressed so, or of
// the post of ours that is; otherwise that of what a search finds.
func (s *Site) pageAbout(q *ask, about string) (string, error) {
	face, err := s.View.AccountAt(q.Context(), about)
	if name, host, ok := strings.Cut(strings.TrimPrefix(about, "@"), "@"); ok && about[0] == '@' {
		if s.View.OwnHost(host) {
			host = ""
		}
		face, err = s.View.Named(q.Context(), name, strings.ToLower(host))
	}
	if err == nil && face.Standing == social.Good {
		return "/@" + face.Acct(), nil
	}
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return "", err
	}
	if !strings.HasPrefix(about, s.config.BaseURL+"/@") {
		return searchURL(about, ""), nil
	}
	found, err := s.Search.Search(q.Context(), q.by, search.Query{Text: about, Kind: search.Posts, Page: social.Page{Limit: 1}})
	if err == nil && len(found.Posts) == 1 {
		p := found.Posts[0]
		return "/@" + p.Author.Acct() + "/" + itoa(p.ID), nil
	}
	return searchURL(about, ""), err
}
