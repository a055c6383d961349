package mastoapi

import (
	"errors"
	"net/http"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/admin/domain_blocks/
// https://docs.joinmastodon.org/methods/admin/domain_allows/
// https://docs.joinmastodon.org/methods/instance/#domain_blocks
func (a *API) hostRoutes() {
	read, write := staff(Admin, "admin:read:domain_blocks"), staff(Admin, "admin:write:domain_blocks")
	a.do("GET /api/v1/admin/domain_blocks", read, a.hostBlocks)
	a.do("GET /api/v1/admin/domain_blocks/{id}", read, a.hostBlockByID)
	a.do("POST /api/v1/admin/domain_blocks", write, a.addHostBlock)
	a.do("PUT /api/v1/admin/domain_blocks/{id}", write, a.changeHostBlock)
	a.do("DELETE /api/v1/admin/domain_blocks/{id}", write, a.endHostBlock)
	read, write = staff(Admin, "admin:read:domain_allows"), staff(Admin, "admin:write:domain_allows")
	a.do("GET /api/v1/admin/domain_allows", read, a.hostAllows)
	a.do("GET /api/v1/admin/domain_allows/{id}", read, a.hostAllowByID)
	a.do("POST /api/v1/admin/domain_allows", write, a.addHostAllow)
	a.do("DELETE /api/v1/admin/domain_allows/{id}", write, a.endHostAllow)
	a.do("GET /api/v1/instance/domain_blocks", anyone(""), a.publishedHosts)
}

// The lengths of the lists that admins read.
const (
	staffPage    = 100
	maxStaffPage = 200
)

// https://docs.joinmastodon.org/entities/Admin_DomainBlock/
type hostBlock struct {
	ID             string  `json:"id"`
	Domain         string  `json:"domain"`
	Digest         string  `json:"digest"`
	CreatedAt      string  `json:"created_at"`
	Severity       string  `json:"severity"`
	RejectMedia    bool    `json:"reject_media"`
	RejectReports  bool    `json:"reject_reports"`
	PrivateComment *string `json:"private_comment"`
	PublicComment  *string `json:"public_comment"`
	Obfuscate      bool    `json:"obfuscate"`
}

func hostBlockJSON(b social.HostBlock) hostBlock {
	return hostBlock{num(b.ID), b.Host, b.Digest(), stamp(b.CreatedAt), string(b.Severity), b.RejectMedia, b.RejectReports, orNil(b.Private), orNil(b.Public), b.Obfuscate}
}

// answerOf is what one makes of x, unless that failed.
func answerOf[T, E any](x T, err error, one func(T) E) (any, error) {
	if err != nil {
		return nil, err
	}
	return one(x), nil
}

func (a *API) hostBlocks(q *request) (any, error) {
	all, err := a.Hosts.Blocks(q.Context(), q.By, q.page(staffPage, maxStaffPage))
	link(q, all)
	return each(all.Items, hostBlockJSON), err
}

func (a *API) hostBlockByID(q *request) (any, error) {
	b, err := a.Hosts.Block(q.Context(), q.By, social.HostID(q.pathID()))
	return answerOf(b, err, hostBlockJSON)
}

// hostBlock has b say what was sent.
func (q *request) hostBlock(b *social.HostBlock) {
	if q.str("severity") != "" {
		b.Severity = social.HostSeverity(q.str("severity"))
	}
	b.RejectMedia, b.RejectReports = q.flag("reject_media", b.RejectMedia), q.flag("reject_reports", b.RejectReports)
	b.Obfuscate = q.flag("obfuscate", b.Obfuscate)
	if q.has("private_comment") {
		b.Private = q.str("private_comment")
	}
	if q.has("public_comment") {
		b.Public = q.str("public_comment")
	}
}

// addHostBlock answers for a host that has a block already with that one.
func (a *API) addHostBlock(q *request) (any, error) {
	b := social.HostBlock{Host: q.str("domain"), Severity: social.HostSilence}
	q.hostBlock(&b)
	made, err := a.Hosts.Add(q.Context(), q.By, b)
	if e := (*errs.Error)(nil); !errors.As(err, &e) || e.Kind != errs.Conflict {
		return answerOf(made, err, hostBlockJSON)
	}
	there, ferr := a.Hosts.Of(q.Context(), q.By, b.Host)
	if ferr != nil {
		return nil, err // it was taken away meanwhile
	}
	return coded{http.StatusUnprocessableEntity, map[string]any{"error": errs.Public(err), "existing_domain_block": hostBlockJSON(there)}}, nil
}

func (a *API) changeHostBlock(q *request) (any, error) {
	b, err := a.Hosts.Change(q.Context(), q.By, social.HostID(q.pathID()), q.hostBlock)
	return answerOf(b, err, hostBlockJSON)
}

func (a *API) endHostBlock(q *request) (any, error) {
	return nothing{}, a.Hosts.End(q.Context(), q.By, social.HostID(q.pathID()))
}

// https://docs.joinmastodon.org/entities/Admin_DomainAllow/
type hostAllow struct {
	ID        string `json:"id"`
	Domain    string `json:"domain"`
	CreatedAt string `json:"created_at"`
}

func hostAllowJSON(a social.HostAllow) hostAllow {
	return hostAllow{num(a.ID), a.Host, stamp(a.CreatedAt)}
}

func (a *API) hostAllows(q *request) (any, error) {
	all, err := a.Hosts.Allows(q.Context(), q.By, q.page(staffPage, maxStaffPage))
	link(q, all)
	return each(all.Items, hostAllowJSON), err
}

func (a *API) hostAllowByID(q *request) (any, error) {
	one, err := a.Hosts.Allowed(q.Context(), q.By, social.HostID(q.pathID()))
	return answerOf(one, err, hostAllowJSON)
}

func (a *API) addHostAllow(q *request) (any, error) {
	one, err := a.Hosts.Allow(q.Context(), q.By, q.str("domain"))
	return answerOf(one, err, hostAllowJSON)
}

func (a *API) endHostAllow(q *request) (any, error) {
	return nothing{}, a.Hosts.Disallow(q.Context(), q.By, social.HostID(q.pathID()))
}

// https://docs.joinmastodon.org/entities/DomainBlock/
type publishedHost struct {
	Domain   string `json:"domain"`
	Digest   string `json:"digest"`
	Severity string `json:"severity"`
	Comment  string `json:"comment"`
}

func (a *API) publishedHosts(q *request) (any, error) {
	all, err := a.Hosts.Published(q.Context())
	return each(all, func(b social.HostBlock) publishedHost {
		return publishedHost{b.Shown(), b.Digest(), string(b.Severity), b.Public}
	}), err
}
