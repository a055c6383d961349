package mastoapi

import (
	"github.com/plaza-social/plaza/internal/core/threads"
	"github.com/plaza-social/plaza/internal/social"
)

// What people may do in the threads that they opened. Mastodon has none of it.
func (a *API) threadRoutes() {
	a.do("GET /api/plaza/v1/reply_rules", member("read:accounts"), a.replyRules)
	a.do("PUT /api/plaza/v1/reply_rules", member("write:accounts"), a.setReplyRules)
	a.do("GET /api/plaza/v1/thread_keepers", member("read:accounts"), a.keepers)
	a.do("POST /api/plaza/v1/accounts/{id}/thread_keeper", member("write:accounts"), a.askKeeper)
	a.do("DELETE /api/plaza/v1/accounts/{id}/thread_keeper", member("write:accounts"), a.endKeeper)
	a.do("POST /api/plaza/v1/accounts/{id}/keep_threads", member("write:accounts"), a.acceptKeeper)
	a.do("DELETE /api/plaza/v1/accounts/{id}/keep_threads", member("write:accounts"), a.leaveKeeper)
}

// A replyRules is what holds replies until they are approved.
type replyRules struct {
	Words     []string `json:"words"`
	Languages []string `json:"languages"`
	MinDays   int      `json:"min_account_days"`
	Strangers bool     `json:"hold_strangers"`
	Limited   bool     `json:"hold_limited"`
}

func rulesJSON(r social.ReplyRules, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return replyRules{notNil(r.Words), notNil(r.Languages), r.MinDays, r.Strangers, r.Limited}, nil
}

func (a *API) replyRules(q *request) (any, error) {
	return rulesJSON(a.Threads.Rules(q.Context(), q.By))
}

// setReplyRules changes what is said, and leaves the rest as it is.
func (a *API) setReplyRules(q *request) (any, error) {
	r, err := a.Threads.Rules(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	if words := q.optStrs("words"); words != nil {
		r.Words = *words
	}
	if languages := q.optStrs("languages"); languages != nil {
		r.Languages = *languages
	}
	if q.has("min_account_days") {
		r.MinDays = q.num("min_account_days", -1, social.MaxReplyDays+1)
	}
	r.Strangers, r.Limited = q.flag("hold_strangers", r.Strangers), q.flag("hold_limited", r.Limited)
	return rulesJSON(a.Threads.SetRules(q.Context(), q.By, r))
}

// A keeperEntity is somebody who keeps threads, or whose are kept.
type keeperEntity struct {
	Account  raw    `json:"account"`
	Accepted bool   `json:"accepted"`
	Since    string `json:"since"`
}

// keepersEntity is who keeps somebody's threads, and whose they keep themselves.
type keepersEntity struct {
	Keepers []keeperEntity `json:"keepers"`
	Kept    []keeperEntity `json:"kept"`
}

func (a *API) keepers(q *request) (any, error) {
	mine, err := a.Threads.Keepers(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	others, err := a.Threads.Kept(q.Context(), q.By)
	if err != nil {
		return nil, err
	}
	one := func(k threads.Keeping) keeperEntity {
		return keeperEntity{a.render.accountJSON(k.Who), k.Accepted, stamp(k.At)}
	}
	return keepersEntity{each(mine, one), each(others, one)}, nil
}

func (a *API) askKeeper(q *request) (any, error) {
	if err := a.Threads.AskKeeper(q.Context(), q.By, social.AccountID(q.pathID())); err != nil {
		return nil, err
	}
	return a.keepers(q)
}

func (a *API) endKeeper(q *request) (any, error) {
	if err := a.Threads.EndKeeper(q.Context(), q.By, q.By.Account, social.AccountID(q.pathID())); err != nil {
		return nil, err
	}
	return a.keepers(q)
}

func (a *API) acceptKeeper(q *request) (any, error) {
	if err := a.Threads.AcceptKeeper(q.Context(), q.By, social.AccountID(q.pathID())); err != nil {
		return nil, err
	}
	return a.keepers(q)
}

func (a *API) leaveKeeper(q *request) (any, error) {
	if err := a.Threads.EndKeeper(q.Context(), q.By, social.AccountID(q.pathID()), q.By.Account); err != nil {
		return nil, err
	}
	return a.keepers(q)
}
