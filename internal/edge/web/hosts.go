package web

import (
	"net/http"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) hostRoutes(r *router) {
	r.Do("GET /settings/hosts", admin, func(q *ask) error {
		return s.showHosts(q, http.StatusOK, social.HostBlock{Host: q.URL.Query().Get("host"), Severity: social.HostSilence}, "")
	})
	r.Do("POST /settings/hosts", admin, s.blockHost)
	r.Do("POST /settings/hosts/{host}/end", admin, s.unblockHost)
	r.Do("POST /settings/hosts/limit", admin, s.limitHosts)
	r.Do("POST /settings/hosts/allow", admin, s.allowHost)
	r.Do("POST /settings/hosts/allow/{host}/end", admin, s.disallowHost)
	s.cutRoutes(r)
	s.hostFileRoutes(r)
	s.hostListRoutes(r)
}

// linesOnPage is how many lines of what admins decided a page has.
const linesOnPage = 100

func (q *ask) hostID() social.HostID { return social.HostID(q.number("host")) }

func (s *Site) showHosts(q *ask, status int, wish social.HostBlock, problem string) error {
	blocks, err := slice(q, linesOnPage, func(p social.Page) (view.Slice[social.HostBlock], error) { return s.Hosts.Blocks(q.Context(), q.by, p) })
	if err != nil {
		return err
	}
	allows, err := s.Hosts.Allows(q.Context(), q.by, social.Page{Limit: linesOnPage})
	if err != nil {
		return err
	}
	if there, err := s.Hosts.Of(q.Context(), q.by, wish.Host); err == nil && problem == "" {
		wish = there // to be changed
	}
	sent, err := s.sentTo(q)
	if err != nil {
		return err
	}
	from, err := s.Hosts.Provenance(q.Context(), q.by, blocks.Items)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Other hosts", hostSettings(q.page, blocks, from, allows.Items, wish, problem, sent))
}

// blockHost keeps away from a host, or changes how.
func (s *Site) blockHost(q *ask) error {
	wish := social.HostBlock{Host: strings.TrimSpace(q.form("host")), Severity: social.HostSeverity(q.form("severity")), RejectMedia: q.ticked("reject_media"),
		RejectReports: q.ticked("reject_reports"), Public: strings.TrimSpace(q.form("public")), Private: strings.TrimSpace(q.form("private")), Obfuscate: q.ticked("obfuscate")}
	_, err := s.Hosts.Add(q.Context(), q.by, wish)
	if errs.KindOf(err) == errs.Conflict {
		var there social.HostBlock
		if there, err = s.Hosts.Of(q.Context(), q.by, wish.Host); err == nil {
			_, err = s.Hosts.Change(q.Context(), q.by, there.ID, func(b *social.HostBlock) { *b = wish })
		}
	}
	if problem, ok := q.wrong(err); ok {
		return s.showHosts(q, http.StatusUnprocessableEntity, wish, problem)
	}
	return s.saved(q, err, "/settings/hosts")
}

// saved goes back to a page of the settings, unless that failed.
func (s *Site) saved(q *ask, err error, path string) error {
	if err != nil {
		return err
	}
	q.say("saved")
	return q.to(path)
}

func (s *Site) unblockHost(q *ask) error {
	return s.saved(q, s.Hosts.End(q.Context(), q.by, q.hostID()), "/settings/hosts")
}

func (s *Site) limitHosts(q *ask) error {
	house := q.page.House
	house.LimitedFederation = q.ticked("limited")
	return s.saved(q, s.Instance.SetSettings(q.Context(), q.by, house), "/settings/hosts")
}

func (s *Site) allowHost(q *ask) error {
	_, err := s.Hosts.Allow(q.Context(), q.by, q.form("allow"))
	if problem, ok := q.wrong(err); ok {
		return s.showHosts(q, http.StatusUnprocessableEntity, social.HostBlock{Severity: social.HostSilence}, problem)
	}
	return s.saved(q, err, "/settings/hosts")
}

func (s *Site) disallowHost(q *ask) error {
	return s.saved(q, s.Hosts.Disallow(q.Context(), q.by, q.hostID()), "/settings/hosts")
}
