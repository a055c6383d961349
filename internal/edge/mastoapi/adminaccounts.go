package mastoapi

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/admin/accounts/
func (a *API) adminAccountRoutes() {
	a.do("GET /api/v1/admin/accounts", staff(Moderator, "admin:read:accounts"), a.adminAccounts(filterV1))
	a.do("GET /api/v2/admin/accounts", staff(Moderator, "admin:read:accounts"), a.adminAccounts(filterV2))
	a.do("GET /api/v1/admin/accounts/{id}", staff(Moderator, "admin:read:accounts"), a.adminAccountByID)
	a.do("POST /api/v1/admin/accounts/{id}/approve", staff(Moderator, "admin:write:accounts"), a.changeAccount(a.Auth.Approve))
	a.do("POST /api/v1/admin/accounts/{id}/reject", staff(Moderator, "admin:write:accounts"), a.endAccount(a.Auth.Reject))
	a.do("DELETE /api/v1/admin/accounts/{id}", staff(Admin, "admin:write:accounts"), a.endAccount(a.Auth.Expel), &limitDelete)
	a.do("POST /api/v1/admin/accounts/{id}/action", staff(Moderator, "admin:write:accounts"), a.actOnAccount)
	for path, action := range map[string]social.Action{"enable": social.Enable, "unsilence": social.Unlimit, "unsuspend": social.Unsuspend, "unsensitive": social.Unveil} {
		a.do("POST /api/v1/admin/accounts/{id}/"+path, staff(Moderator, "admin:write:accounts"), a.changeAccount(func(ctx context.Context, by social.Actor, who social.AccountID) error {
			return a.Moderation.Decide(ctx, by, social.Decision{Account: who, Action: action}, false)
		}))
	}
}

// https://docs.joinmastodon.org/entities/Admin_Account/
//
// Addresses of people's machines are not kept, and so there are none to show.
type adminAccount struct {
	ID            string     `json:"id"`
	Username      string     `json:"username"`
	Domain        *string    `json:"domain"`
	CreatedAt     string     `json:"created_at"`
	Email         *string    `json:"email"`
	IP            *string    `json:"ip"`
	IPs           []struct{} `json:"ips"`
	Locale        *string    `json:"locale"`
	InviteRequest *string    `json:"invite_request"`
	Role          *role      `json:"role"`
	Confirmed     bool       `json:"confirmed"`
	Approved      bool       `json:"approved"`
	Disabled      bool       `json:"disabled"`
	Silenced      bool       `json:"silenced"`
	Sensitized    bool       `json:"sensitized"`
	Suspended     bool       `json:"suspended"`
	CreatedBy     *string    `json:"created_by_application_id"`
	InvitedBy     *string    `json:"invited_by_account_id"`
	Account       raw        `json:"account"`
}

func (r renderer) adminAccount(d moderation.Dossier) adminAccount {
	out := adminAccount{ID: num(d.ID), Username: d.Username, CreatedAt: stamp(d.CreatedAt), IPs: []struct{}{}, Silenced: d.Limited, Sensitized: d.Sensitive,
		Suspended: d.Standing == social.Suspended, InvitedBy: numOrNil(d.InvitedBy), Account: r.accountJSON(d.Face)}
	if !d.Local() {
		out.Domain = &d.Host
	}
	if u := d.User; d.Ours() {
		role := roles[u.Role]
		out.Email, out.Role, out.Locale = &u.Email, &role, textOrNil(u.Locale)
		out.Confirmed, out.Approved, out.Disabled, out.InviteRequest = u.Confirmed, u.Approved, u.Disabled, textOrNil(u.Reason)
	}
	return out
}

func textOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

var (
	allStaff   = []social.Role{social.Owner, social.Admin, social.Moderator}
	stateNames = map[string]social.AccountState{"active": social.StateActive, "pending": social.StatePending, "disabled": social.StateDisabled,
		"silenced": social.StateLimited, "sensitized": social.StateSensitive, "suspended": social.StateSuspended}
	origins = map[string]social.Origin{"local": social.Ours, "remote": social.Elsewhere}
)

// filter is what both editions of the list know.
func (q *request) filter() social.AccountFilter {
	return social.AccountFilter{Host: q.str("by_domain"), Username: q.str("username"), Name: q.str("display_name"), Email: q.str("email")}
}

// filterV1 has a flag for each wish.
func filterV1(q *request) (social.AccountFilter, error) {
	f := q.filter()
	for name, from := range origins {
		if q.flag(name, false) {
			f.From = from
		}
	}
	for _, name := range []string{"suspended", "sensitized", "silenced", "disabled", "pending", "active"} {
		if f.State == "" && q.flag(name, false) {
			f.State = stateNames[name]
		}
	}
	if q.flag("staff", false) {
		f.Roles = allStaff
	}
	return f, nil
}

// filterV2 names what is wished for.
func filterV2(q *request) (social.AccountFilter, error) {
	f := q.filter()
	f.Invited = social.AccountID(q.bound("invited_by"))
	var okFrom, okState bool
	f.From, okFrom = origins[q.str("origin")]
	f.State, okState = stateNames[q.str("status")]
	if q.str("origin") != "" && !okFrom || q.str("status") != "" && !okState {
		return f, errs.New(errs.Invalid, "Origin is local or remote; status is active, pending, disabled, silenced or suspended.")
	}
	if q.str("permissions") == "staff" {
		f.Roles = allStaff
	}
	for r, theirs := range roles {
		if slices.Contains(q.strs("role_ids"), theirs.ID) {
			f.Roles = append(slices.Clone(f.Roles), r)
		}
	}
	return f, nil
}

func (a *API) adminAccounts(read func(*request) (social.AccountFilter, error)) func(*request) (any, error) {
	return func(q *request) (any, error) {
		f, err := read(q)
		if err != nil {
			return nil, err
		}
		out := []adminAccount{}
		if q.str("ip") != "" {
			return out, nil // nobody's is kept
		}
		s, err := a.Moderation.Accounts(q.Context(), q.By, f, q.page(moderation.DefaultPage, moderation.MaxPage))
		if err != nil {
			return nil, err
		}
		for _, d := range s.Items {
			out = append(out, a.render.adminAccount(d))
		}
		link(q, s)
		return out, nil
	}
}

func (a *API) adminAccountByID(q *request) (any, error) {
	d, err := a.Moderation.Reveal(q.Context(), q.By, social.AccountID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return a.render.adminAccount(d), nil
}

type command func(ctx context.Context, by social.Actor, who social.AccountID) error

// changeAccount does something about an account and shows it as it is then.
func (a *API) changeAccount(do command) func(*request) (any, error) {
	return func(q *request) (any, error) {
		if err := do(q.Context(), q.By, social.AccountID(q.pathID())); err != nil {
			return nil, err
		}
		return a.adminAccountByID(q)
	}
}

// endAccount does what an account does not outlive, and shows it as it was.
func (a *API) endAccount(do command) func(*request) (any, error) {
	return func(q *request) (any, error) {
		was, err := a.adminAccountByID(q)
		if err != nil {
			return nil, err
		}
		return was, do(q.Context(), q.By, social.AccountID(q.pathID()))
	}
}

// asked is what apps can have done about an account.
var asked = map[string]social.Action{"none": social.Warn, "sensitive": social.Veil, "disable": social.Disable, "silence": social.Limit, "suspend": social.Suspend}

// actOnAccount is what the staff holds against somebody.
func (a *API) actOnAccount(q *request) (any, error) {
	d := social.Decision{Account: social.AccountID(q.pathID()), Report: social.ReportID(q.bound("report_id")), Text: q.str("text")}
	d.Action = asked[q.str("type")]
	if _, err := a.Moderation.Account(q.Context(), q.By, d.Account); err != nil {
		return nil, err
	}
	if d.Action == "" {
		return nil, errs.New(errs.Invalid, "Validation failed: Type is one of none, sensitive, disable, silence, suspend.")
	}
	return nothing{}, a.Moderation.Decide(q.Context(), q.By, d, q.flag("send_email_notification", true))
}
