package mastoapi

import (
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/core/push"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/push/
func (a *API) pushRoutes() {
	a.do("POST /api/v1/push/subscription", member("push"), a.subscribe, &limitPush)
	a.do("GET /api/v1/push/subscription", member("push"), a.subscription)
	a.do("PUT /api/v1/push/subscription", member("push"), a.changeSubscription)
	a.do("DELETE /api/v1/push/subscription", member("push"), a.unsubscribe)
}

// alerts are what apps ask to be told of; each is answered, also where nothing
// of the kind happens here.
var alerts = []string{"mention", "quote", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quoted_update",
	"added_to_collection", "collection_update", "admin.sign_up", "admin.report", reactionType}

// alertKind is the kind of notice that an alert is for. One that we do not
// have is kept under its own name.
func alertKind(alert string) social.NoticeKind {
	for kind, name := range noticeTypes {
		if name == alert {
			return kind
		}
	}
	return social.NoticeKind(alert)
}

// https://docs.joinmastodon.org/entities/WebPushSubscription/
type pushEntity struct {
	ID        int64           `json:"id"` // a number there
	Endpoint  string          `json:"endpoint"`
	Standard  bool            `json:"standard"`
	ServerKey string          `json:"server_key"`
	Alerts    map[string]bool `json:"alerts"`
	Policy    string          `json:"policy"`
}

func (a *API) pushJSON(p social.PushSubscription) pushEntity {
	out := pushEntity{int64(p.ID), p.Endpoint, p.Standard, a.Push.PublicKey(), map[string]bool{}, string(p.Policy)}
	for _, alert := range alerts {
		out.Alerts[alert] = slices.Contains(p.Alerts, alertKind(alert))
	}
	return out
}

// wants reads of what an app wants to be told; nil is what it does not say.
func (q *request) wants() (c push.Change) {
	for k := range q.params {
		if strings.HasPrefix(k, "data[alerts]") {
			c.Alerts = &[]social.NoticeKind{}
			break
		}
	}
	for _, alert := range alerts {
		if q.flag("data[alerts]["+alert+"]", false) {
			*c.Alerts = append(*c.Alerts, alertKind(alert))
		}
	}
	for _, name := range []string{"policy", "data[policy]"} {
		if s := q.str(name); s != "" {
			p := social.PushPolicy(s)
			c.Policy = &p
		}
	}
	return c
}

func (a *API) subscribe(q *request) (any, error) {
	p := social.PushSubscription{Endpoint: q.str("subscription[endpoint]"), Key: social.ParseKey(q.str("subscription[keys][p256dh]")),
		Secret: social.ParseKey(q.str("subscription[keys][auth]")), Standard: q.flag("subscription[standard]", false), Policy: social.PushAll, Alerts: []social.NoticeKind{}}
	c := q.wants()
	if c.Alerts != nil {
		p.Alerts = *c.Alerts
	}
	if c.Policy != nil {
		p.Policy = *c.Policy
	}
	p, err := a.Push.Subscribe(q.Context(), q.By, p)
	if err != nil {
		return nil, err
	}
	return a.pushJSON(p), nil
}

func (a *API) subscription(q *request) (any, error) {
	p, err := a.Push.Get(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	return a.pushJSON(p), nil
}

func (a *API) changeSubscription(q *request) (any, error) {
	p, err := a.Push.Change(q.Context(), q.By, q.wants())
	if err != nil {
		return nil, err
	}
	return a.pushJSON(p), nil
}

func (a *API) unsubscribe(q *request) (any, error) {
	return nothing{}, a.Push.End(q.Context(), q.By)
}

// Avatar is where an account's picture is.
func (a *API) Avatar(f *view.Face) string { return a.render.picture(f.Avatar, "/avatar.png") }
