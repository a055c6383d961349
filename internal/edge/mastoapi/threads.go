package mastoapi

import (
	"slices"

	"github.com/plaza-social/plaza/internal/core/threads"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
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
	for _, d := range social.ThreadDeeds {
		a.do("POST /api/plaza/v1/statuses/{id}/"+string(d), member("write:statuses"), a.deed(d))
	}
	a.do("GET /api/plaza/v1/statuses/{id}/thread_acts", member("read:statuses"), a.threadActs)
	a.do("POST /api/plaza/v1/statuses/{id}/appeal_hiding", member("write:reports"), a.appealHiding)
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

// deed does something in a thread, and shows what it was done to as it is now.
func (a *API) deed(d social.ThreadDeed) func(*request) (any, error) {
	return func(q *request) (any, error) {
		which := social.PostID(q.pathID())
		var why social.HideReason
		if d == social.HideReply {
			var err error
			if why, err = social.ParseHideReason(q.str("reason")); err != nil {
				return nil, err
			}
		}
		if err := a.Posts.Do(q.Context(), q.By, which, d, why); err != nil {
			return nil, err
		}
		return a.shown(q, which)
	}
}

// A threadAct is what somebody did in a thread.
type threadAct struct {
	ID     string  `json:"id"`
	Deed   string  `json:"action"`
	Status *string `json:"status_id"`
	Reason *string `json:"reason"`
	By     raw     `json:"by"`
	At     string  `json:"created_at"`
}

func (a *API) threadActs(q *request) (any, error) {
	acts, err := a.Timelines.Acts(q.Context(), q.By, social.PostID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return each(acts, func(x timelines.Act) threadAct {
		out := threadAct{ID: num(x.ID), Deed: string(x.Deed), By: a.render.accountJSON(x.Who), At: stamp(x.At)}
		if x.Post != 0 {
			post := num(x.Post)
			out.Status = &post
		}
		if x.Why != "" {
			why := string(x.Why)
			out.Reason = &why
		}
		return out
	}), nil
}

func (a *API) appealHiding(q *request) (any, error) {
	_, err := a.Moderation.AppealHiding(q.Context(), q.By, social.PostID(q.pathID()), q.str("comment"))
	return nothing{}, err
}

// A traceEntity is what is told of replies that are not shown.
type traceEntity struct {
	Parent string  `json:"in_reply_to_id"`
	State  string  `json:"state"`
	Reason string  `json:"reason"`
	Owner  *string `json:"owner"`
	By     *string `json:"by"`
	Count  int     `json:"count"`
}

// A threadState is what is said of a whole thread beside its posts.
type threadState struct {
	Locked bool          `json:"locked"`
	Pinned *string       `json:"pinned_reply_id"`
	Traces []traceEntity `json:"traces"`
}

func threadJSON(t timelines.Thread) threadState {
	root := t.Post
	if len(t.Ancestors) > 0 {
		root = t.Ancestors[0]
	}
	out := threadState{Locked: root.Locked, Traces: each(t.Traces, func(x timelines.Trace) traceEntity {
		return traceEntity{Parent: num(x.Parent), State: string(x.State), Reason: x.Why, Owner: acctOf(x.Owner), By: acctOf(x.By), Count: x.N}
	})}
	if slices.ContainsFunc(t.Descendants, func(p *view.Seen) bool { return p.ID == root.PinnedReply }) {
		pinned := num(root.PinnedReply)
		out.Pinned = &pinned
	}
	return out
}

// acctOf is the address of somebody, or nil.
func acctOf(f *view.Face) *string {
	if f == nil {
		return nil
	}
	acct := f.Acct()
	return &acct
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
