package web

import (
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/push"
	"github.com/plaza-social/plaza/internal/social"
)

// Where a browser is told of notifications while no page is open in it. The worker
// names the first, too.
const (
	pushPage    = noticeSettings + "/push"
	pushEndPage = pushPage + "/end"
)

// pushRule bounds how often a browser says where it is told.
var pushRule = limit.Rule{Name: "web push", Burst: 60, Per: 30 * time.Minute}

func (s *Site) pushRoutes(r *router) {
	r.Do("POST "+pushPage, member, s.sparing(pushRule, s.savePush))
	r.Do("POST "+pushEndPage, member, s.endPush)
}

// An alarm is something that a browser can be told of.
type alarm struct {
	Name, Label string
	Kinds       []social.NoticeKind
	Usual, On   bool
}

// toldHere is what the reader's browser is told of.
type toldHere struct {
	On      bool
	Key     string // of the house
	Alarms  []alarm
	Policy  social.PushPolicy
	Problem string
}

// pushPolicies are whose doings are told, in people's words.
var pushPolicies = []pick{{string(social.PushAll), msg("Everybody"), ""}, {string(social.PushFollowed), msg("Those whom I follow"), ""},
	{string(social.PushFollower), msg("Those who follow me"), ""}, {string(social.PushNone), msg("Nobody, for now"), ""}}

// alarms are all that the reader can be told of.
func (f *frame) alarms() []alarm {
	all := []alarm{
		{"mention", msg("Somebody mentions me"), []social.NoticeKind{social.NoticeMention}, true, false},
		{"quote", msg("Somebody quotes me"), []social.NoticeKind{social.NoticeQuote}, true, false},
		{"follow", msg("Somebody follows me"), []social.NoticeKind{social.NoticeFollow}, true, false},
		{"follow_request", msg("Somebody asks to follow me"), []social.NoticeKind{social.NoticeFollowRequest}, true, false},
		{"like", msg("Somebody likes a post of mine"), []social.NoticeKind{social.NoticeLike}, false, false},
		{"reply", msg("A reply waits for me, or mine was approved"), []social.NoticeKind{social.NoticeReplyWaits, social.NoticeReplyLet}, true, false},
		{"keeper", msg("Somebody asks me to look after their threads"), []social.NoticeKind{social.NoticeKeeperAsked}, true, false},
		{"reaction", msg("Somebody reacts to a post of mine"), []social.NoticeKind{social.NoticeReaction}, false, false},
		{"boost", msg("Somebody boosts a post of mine"), []social.NoticeKind{social.NoticeBoost}, false, false},
		{"post", msg("Somebody I asked to be told of posts something"), []social.NoticeKind{social.NoticePost}, true, false},
		{"poll", msg("A poll that I asked or took part in has ended"), []social.NoticeKind{social.NoticePoll}, true, false},
		{"edit", msg("A post that I boosted or quoted was changed"), []social.NoticeKind{social.NoticeEdit, social.NoticeQuotedEdit}, false, false},
		{"collection", msg("I am put into a collection, or it changes"), []social.NoticeKind{social.NoticeCollected, social.NoticeCollectionEdit}, false, false},
		{"decision", msg("Something was decided about me, or about what I reported"), []social.NoticeKind{social.NoticeWarning, social.NoticeHeard, social.NoticeAnswer, social.NoticeConfirmed, social.NoticeUnconfirmed}, true, false},
	}
	if f.staff() {
		all = append(all, alarm{"signup", msg("Somebody joins, or asks to"), []social.NoticeKind{social.NoticeSignUp}, false, false},
			alarm{"report", msg("Somebody reports something, or appeals"), []social.NoticeKind{social.NoticeReport, social.NoticeAppeal}, true, false})
	}
	return all
}

// toldHere is what the browser that asks is told of or, if it is not, would be.
func (s *Site) toldHere(q *ask) (toldHere, error) {
	t := toldHere{Key: s.Push.PublicKey(), Alarms: q.page.alarms(), Policy: social.PushAll}
	p, err := s.Push.Get(q.Context(), q.by)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return t, err
	}
	if t.On = err == nil; t.On {
		t.Policy = p.Policy
	}
	for i, a := range t.Alarms {
		t.Alarms[i].On = a.Usual && !t.On || slices.Contains(p.Alerts, a.Kinds[0])
	}
	return t, nil
}

// pushWish is what the form says is to be told.
func (q *ask) pushWish() (kinds []social.NoticeKind, policy social.PushPolicy) {
	kinds = []social.NoticeKind{}
	for _, a := range q.page.alarms() {
		if q.ticked("push_" + a.Name) {
			kinds = append(kinds, a.Kinds...)
		}
	}
	return kinds, social.PushPolicy(q.form("push_policy"))
}

// savePush has this browser told from now on, or changes of what it is. The worker
// sends a new address alone, where the browser has made one.
func (s *Site) savePush(q *ask) error {
	kinds, policy := q.pushWish()
	p := social.PushSubscription{Endpoint: q.form("endpoint"), Key: social.ParseKey(q.form("p256dh")), Secret: social.ParseKey(q.form("auth")), Standard: true, Alerts: kinds, Policy: policy}
	var err error
	switch {
	case q.form("renew") != "":
		was, missing := s.Push.Get(q.Context(), q.by)
		if missing != nil {
			return missing
		}
		p.Alerts, p.Policy = was.Alerts, was.Policy
		fallthrough
	case p.Endpoint != "":
		_, err = s.Push.Subscribe(q.Context(), q.by, p)
	default:
		if _, err = s.Push.Change(q.Context(), q.by, push.Change{Alerts: &kinds, Policy: &policy}); errs.KindOf(err) == errs.NotFound && err != nil {
			err = errs.New(errs.Conflict, "This browser is not told of anything any more. Go back, and turn it on again.")
		}
	}
	if err != nil {
		return err
	}
	q.say("saved")
	return q.to(noticeSettings + "#push")
}

func (s *Site) endPush(q *ask) error {
	if err := s.Push.End(q.Context(), q.by); err != nil {
		return err
	}
	q.say("saved")
	return q.to(noticeSettings + "#push")
}

// NoticePage is the page that a notice leads to.
func NoticePage(n notices.Told) string {
	switch {
	case n.Post != nil:
		return postURL(n.Post)
	case n.Collection != nil:
		return collectionURL(n.Collection.ID)
	}
	switch n.Kind {
	case social.NoticeFollow, social.NoticeSignUp:
		return whose(n.From.Account)
	case social.NoticeFollowRequest:
		return "/settings/follow_requests"
	case social.NoticeReport, social.NoticeAppeal:
		return "/moderation"
	case social.NoticeWarning, social.NoticeHeard:
		return recordPage
	case social.NoticeAnswer:
		return reportsPage
	case social.NoticeConfirmed, social.NoticeUnconfirmed:
		return "/settings/profile"
	}
	return "/notifications"
}
