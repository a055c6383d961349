package finger

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// A jrd says where to find what somebody asked for.
// https://www.rfc-editor.org/rfc/rfc7033#section-4.4
type jrd struct {
	Subject string   `json:"subject,omitempty"`
	Aliases []string `json:"aliases,omitempty"`
	Links   []link   `json:"links"`
}

type link struct {
	Rel      string `json:"rel"`
	Type     string `json:"type,omitempty"`
	Href     string `json:"href,omitempty"`
	Template string `json:"template,omitempty"`
}

// What links are for, and of what kind what they lead to is.
const (
	relSelf      = "self"
	relPage      = "http://webfinger.net/rel/profile-page"
	relAvatar    = "http://webfinger.net/rel/avatar"
	relSubscribe = "http://ostatus.org/schema/1.0/subscribe"
	relObject    = "https://w3id.org/fep/3b86/Object"

	jrdKind      = "application/jrd+json"
	jsonKind     = "application/json"
	activityKind = "application/activity+json"
	streams      = "https://www.w3.org/ns/activitystreams"
	linkedKind   = `application/ld+json; profile="` + streams + `"`
)

var (
	errResource = errs.New(errs.Invalid, "Say who is looked for, once: ?resource=acct:name@host, or the address of a profile.")
	errNobody   = errs.New(errs.NotFound, "There is nobody of that name here.")
	errGone     = errs.New(errs.Gone, "This account is suspended.")
)

// maxResource is how long what is asked for may be, in bytes.
const maxResource = 2048

// finger tells where one of us is, or the house itself.
func (s *Server) finger(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	asked := query["resource"]
	if len(asked) != 1 || asked[0] == "" || len(asked[0]) > maxResource {
		s.fail(w, r, errResource)
		return
	}
	d, err := s.describe(r.Context(), asked[0])
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if rels := query["rel"]; len(rels) > 0 {
		d.Links = slices.DeleteFunc(d.Links, func(l link) bool { return !slices.Contains(rels, l.Rel) })
	}
	s.answer(w, r, jrdKind, d)
}

// describe finds what a resource names.
func (s *Server) describe(ctx context.Context, resource string) (jrd, error) {
	if s.isHouse(resource) {
		return s.house(), nil
	}
	f, err := s.account(ctx, resource)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return jrd{}, errNobody
	case err != nil:
		return jrd{}, err
	case f.Standing == social.Suspended:
		return jrd{}, errGone
	}
	return s.person(f), nil
}

func (s *Server) account(ctx context.Context, resource string) (*view.Face, error) {
	name, host, ok := acct(resource)
	if !ok {
		return s.View.AccountAt(ctx, resource)
	}
	if !s.View.OwnHost(host) {
		return nil, errNobody
	}
	return s.View.Named(ctx, name, "")
}

// acct cuts "acct:name@host"; some leave the first part out.
func acct(resource string) (name, host string, ok bool) {
	const scheme = "acct:"
	if len(resource) > len(scheme) && strings.EqualFold(resource[:len(scheme)], scheme) {
		resource = resource[len(scheme):]
	} else if strings.ContainsAny(resource, ":/") && !hostPort(resource) {
		return "", "", false
	}
	if plain, err := url.PathUnescape(resource); err == nil {
		resource = plain
	}
	at := strings.LastIndexByte(resource, '@')
	if at < 0 {
		return "", "", false
	}
	name, host = strings.TrimPrefix(resource[:at], "@"), resource[at+1:]
	return name, host, name != "" && host != ""
}

// hostPort reports whether the only colon of a resource stands before a port.
func hostPort(resource string) bool {
	return strings.Count(resource, ":") == 1 && !strings.Contains(resource, "/") && strings.LastIndexByte(resource, '@') < strings.IndexByte(resource, ':')
}

// isHouse reports whether a resource names the house itself: as somebody who
// is called like it, or by its address.
func (s *Server) isHouse(resource string) bool {
	if name, host, ok := acct(resource); ok {
		return s.View.OwnHost(host) && s.View.OwnHost(name)
	}
	return resource == s.View.HouseURI() || strings.TrimSuffix(resource, "/") == s.View.BaseURL()
}

func (s *Server) person(f *view.Face) jrd {
	page := s.View.AccountURL(f)
	d := s.at(f.Username, page, s.View.AccountURI(f))
	if f.Avatar != "" {
		d.Links = append(d.Links, link{Rel: relAvatar, Type: mime.TypeByExtension(path.Ext(f.Avatar)), Href: s.File(f.Avatar)})
	}
	return d
}

func (s *Server) house() jrd {
	return s.at(s.HandleHost, s.View.BaseURL()+"/about", s.View.HouseURI())
}

// at describes who is called name, with a page and an actor. Some readers take
// the first link to an actor, so the kind that all know comes first.
func (s *Server) at(name, page, actor string) jrd {
	interact := s.View.BaseURL() + "/authorize_interaction?uri="
	return jrd{Subject: "acct:" + name + "@" + s.HandleHost, Aliases: []string{page, actor}, Links: []link{
		{Rel: relPage, Type: "text/html", Href: page},
		{Rel: relSelf, Type: activityKind, Href: actor},
		{Rel: relSelf, Type: linkedKind, Href: actor},
		{Rel: relSubscribe, Template: interact + "{uri}"},
		{Rel: relObject, Template: interact + "{object}"}, // FEP-3b86
	}}
}
