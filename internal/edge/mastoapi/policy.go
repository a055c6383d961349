package mastoapi

import (
	"context"
	"strconv"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/notifications/#get-policy and what
// follows it.
func (a *API) policyRoutes() {
	a.do("GET /api/v2/notifications/policy", member("read:notifications"), a.policy)
	a.do("PATCH /api/v2/notifications/policy", member("write:notifications"), a.setPolicy)
	a.do("GET /api/v1/notifications/policy", member("read:notifications"), a.policyV1)
	a.do("PUT /api/v1/notifications/policy", member("write:notifications"), a.setPolicyV1)
	a.do("GET /api/v1/notifications/requests", member("read:notifications"), a.requests)
	a.do("GET /api/v1/notifications/requests/merged", member("read:notifications"), a.merged)
	a.do("POST /api/v1/notifications/requests/accept", member("write:notifications"), a.answerMany(a.Notices.Accept))
	a.do("POST /api/v1/notifications/requests/dismiss", member("write:notifications"), a.answerMany(a.Notices.Refuse))
	a.do("GET /api/v1/notifications/requests/{id}", member("read:notifications"), a.requestByID)
	a.do("POST /api/v1/notifications/requests/{id}/accept", member("write:notifications"), a.answerOne(a.Notices.Accept))
	a.do("POST /api/v1/notifications/requests/{id}/dismiss", member("write:notifications"), a.answerOne(a.Notices.Refuse))
}

// https://docs.joinmastodon.org/entities/NotificationPolicy/
type policyEntity struct {
	NotFollowing    social.NoticeRule `json:"for_not_following"`
	NotFollowers    social.NoticeRule `json:"for_not_followers"`
	NewAccounts     social.NoticeRule `json:"for_new_accounts"`
	PrivateMentions social.NoticeRule `json:"for_private_mentions"`
	Limited         social.NoticeRule `json:"for_limited_accounts"`
	Bots            social.NoticeRule `json:"for_bots"`
	Summary         policySummary     `json:"summary"`
}

type policySummary struct {
	Requests      int `json:"pending_requests_count"`
	Notifications int `json:"pending_notifications_count"`
}

func (a *API) policy(q *request) (any, error) {
	p, err := a.Notices.Policy(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	return policyEntity{p.NotFollowing, p.NotFollowers, p.NewAccounts, p.PrivateMentions, p.Limited, p.Bots, policySummary{p.Accounts, p.Notices}}, nil
}

func (a *API) setPolicy(q *request) (any, error) {
	if err := a.Notices.SetPolicy(q.Context(), q.By, func(p *social.NoticePolicy) {
		for name, rule := range map[string]*social.NoticeRule{"for_not_following": &p.NotFollowing, "for_not_followers": &p.NotFollowers,
			"for_new_accounts": &p.NewAccounts, "for_private_mentions": &p.PrivateMentions, "for_limited_accounts": &p.Limited, "for_bots": &p.Bots} {
			if q.has(name) {
				*rule = social.NoticeRule(q.str(name))
			}
		}
	}); err != nil {
		return nil, err
	}
	return a.policy(q)
}

// https://docs.joinmastodon.org/entities/V1_NotificationPolicy/
type policyEntityV1 struct {
	NotFollowing    bool          `json:"filter_not_following"`
	NotFollowers    bool          `json:"filter_not_followers"`
	NewAccounts     bool          `json:"filter_new_accounts"`
	PrivateMentions bool          `json:"filter_private_mentions"`
	Summary         policySummary `json:"summary"`
}

// policyV1 is the policy as it was when nothing could be dropped.
func (a *API) policyV1(q *request) (any, error) {
	p, err := a.Notices.Policy(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	held := func(r social.NoticeRule) bool { return r != social.NoticeTold }
	return policyEntityV1{held(p.NotFollowing), held(p.NotFollowers), held(p.NewAccounts), held(p.PrivateMentions), policySummary{p.Accounts, p.Notices}}, nil
}

func (a *API) setPolicyV1(q *request) (any, error) {
	if err := a.Notices.SetPolicy(q.Context(), q.By, func(p *social.NoticePolicy) {
		for name, rule := range map[string]*social.NoticeRule{"filter_not_following": &p.NotFollowing, "filter_not_followers": &p.NotFollowers,
			"filter_new_accounts": &p.NewAccounts, "filter_private_mentions": &p.PrivateMentions} {
			switch on := q.optFlag(name); {
			case on == nil:
			case *on:
				*rule = social.NoticeHeld
			default:
				*rule = social.NoticeTold
			}
		}
	}); err != nil {
		return nil, err
	}
	return a.policyV1(q)
}

// https://docs.joinmastodon.org/entities/NotificationRequest/
type notificationRequest struct {
	ID         string `json:"id"`
	CreatedAt  string `json:"created_at"`
	UpdatedAt  string `json:"updated_at"`
	Count      string `json:"notifications_count"` // a text there
	Account    raw    `json:"account"`
	LastStatus raw    `json:"last_status,omitempty"`
}

func (r renderer) notificationRequest(x notices.Request) notificationRequest {
	out := notificationRequest{ID: num(x.ID), CreatedAt: stamp(x.Since), UpdatedAt: stamp(x.At), Count: strconv.Itoa(x.Count), Account: r.accountJSON(x.From)}
	if x.Post != nil {
		out.LastStatus = r.status(x.Post, x.Owner)
	}
	return out
}

func (a *API) requests(q *request) (any, error) {
	s, err := a.Notices.Requests(q.Context(), q.By, q.page(40, notices.MaxPage))
	if err != nil {
		return nil, err
	}
	out := []notificationRequest{}
	for _, x := range s.Items {
		out = append(out, a.render.notificationRequest(x))
	}
	link(q, s)
	return out, nil
}

func (a *API) requestByID(q *request) (any, error) {
	x, err := a.Notices.Request(q.Context(), q.By, social.NoticeRequestID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return a.render.notificationRequest(x), nil
}

// merged is always so: what is accepted is among the notices at once.
func (a *API) merged(*request) (any, error) { return map[string]bool{"merged": true}, nil }

// answering is notices.Service.Accept or Refuse.
type answering = func(ctx context.Context, by social.Actor, which []social.NoticeRequestID) error

func (a *API) answerOne(do answering) func(*request) (any, error) {
	return func(q *request) (any, error) {
		return nothing{}, do(q.Context(), q.By, []social.NoticeRequestID{social.NoticeRequestID(q.pathID())})
	}
}

// answerMany passes over ids that name no request of the person's.
func (a *API) answerMany(do answering) func(*request) (any, error) {
	return func(q *request) (any, error) {
		ids, err := q.ids("id")
		if err != nil {
			return nil, err
		}
		err = do(q.Context(), q.By, named[social.NoticeRequestID](ids))
		if err != nil && errs.KindOf(err) == errs.NotFound {
			err = nil
		}
		return nothing{}, err
	}
}
