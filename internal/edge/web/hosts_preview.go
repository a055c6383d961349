package web

import (
	"net/http"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// What a rule about hosts would cut has a page of its own before it is made.
func (s *Site) cutRoutes(r *router) {
	r.Do("GET /settings/hosts/preview", admin, s.previewBlock)
	r.Do("GET /settings/hosts/allow/{host}", admin, s.previewDisallow)
	r.Do("GET /settings/hosts/limit", admin, s.previewLimit)
}

// previewBlock shows what is asked for in the address, so that it can be sent
// to a colleague. What is said about it is filled in there: notes of admins are
// nothing for addresses.
func (s *Site) previewBlock(q *ask) error {
	v := q.URL.Query()
	wish := social.HostBlock{Host: v.Get("host"), Severity: social.HostSeverity(v.Get("severity")), RejectMedia: v.Get("reject_media") != "", RejectReports: v.Get("reject_reports") != ""}
	cut, err := s.Hosts.PreviewBlock(q.Context(), q.by, wish)
	if problem, ok := q.wrong(err); ok {
		return s.showHosts(q, http.StatusUnprocessableEntity, wish, problem)
	}
	if err != nil {
		return err
	}
	there, err := s.Hosts.Of(q.Context(), q.by, wish.Host)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	if wish.Host, err = social.CleanHost(wish.Host); err != nil {
		return err
	}
	wish.Public, wish.Private, wish.Obfuscate = there.Public, there.Private, there.Obfuscate
	return q.show(q.page.say("Keep away from %s", wish.Host), blockPreview(q.page, wish, there, cut))
}

func (s *Site) previewDisallow(q *ask) error {
	a, err := s.Hosts.Allowed(q.Context(), q.by, q.hostID())
	if err != nil {
		return err
	}
	cut, err := s.Hosts.PreviewDisallow(q.Context(), q.by, a.Host)
	if err != nil {
		return err
	}
	return q.show(q.page.say("Let %s in no more", a.Host), disallowPreview(q.page, a, cut))
}

func (s *Site) previewLimit(q *ask) error {
	cut, err := s.Hosts.PreviewLimit(q.Context(), q.by)
	if err != nil {
		return err
	}
	return q.show("Only hosts that were let in", limitPreview(q.page, cut))
}
