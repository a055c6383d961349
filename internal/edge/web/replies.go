package web

import (
	"net/url"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"

	"github.com/plaza-social/plaza/internal/base/id"
)

// repliesPage is where replies wait for their reader.
const repliesPage = "/replies"

func (s *Site) replyRoutes(r *router) {
	r.Do("GET "+repliesPage, member, s.heldReplies)
	r.Do("POST "+repliesPage, member, s.decideReplies)
}

// repliers are who may reply to a post, in people's words, and what that means.
var repliers = []struct {
	is   social.ReplyPolicy
	name string
}{
	{social.ReplyEveryone, msg("Everybody may reply")}, {social.ReplyFollowers, msg("Followers may reply")}, {social.ReplyMutuals, msg("Those who follow me and whom I follow may reply")},
	{social.ReplyMentioned, msg("Only those I mention may reply")}, {social.ReplyApproval, msg("Replies wait for my approval")}, {social.ReplyNobody, msg("Nobody may reply")},
}

// offered reports whether a policy is among them; one that an app has set may not be.
func offeredPolicy(p social.ReplyPolicy) bool {
	for _, r := range repliers {
		if r.is == p {
			return true
		}
	}
	return false
}

// closed is why there is no place to reply, and asks what becomes of a reply
// that is not shown at once; both by the policy of who decides that.
var (
	closed = map[social.ReplyPolicy]string{
		social.ReplyFollowers: msg("Only those who follow %s can reply here."), social.ReplyFollowing: msg("Only those whom %s follows can reply here."),
		social.ReplyMutuals: msg("Only those who follow %s and are followed back can reply here."), social.ReplyMentioned: msg("Only those whom %s mentions can reply here."),
		social.ReplyNobody: msg("%s takes no replies here."),
	}
	replyWaits = msg("%s looks at replies first. Others see yours when it is approved.")
)

// mayReply puts into a composer what becomes of a reply to p.
func (q *ask) mayReply(d *draft, p *view.Seen) error {
	answer, owner, err := q.site.View.Answering(q.Context(), q.by, p)
	if err != nil || owner == nil {
		return err
	}
	name := "@" + owner.Acct()
	switch answer {
	case social.ReplyWaits:
		d.Waits = q.page.say(replyWaits, name)
	case social.ReplyClosed:
		policy := social.ReplyNobody
		if p.Original().Post.Author == owner.ID {
			policy = p.Original().Repliable().At()
		} else if root, err := q.site.View.Card(q.Context(), p.Original().Thread); err == nil {
			policy = root.Repliable().At()
		}
		d.Closed = q.page.say(firstOf(closed[policy], closed[social.ReplyNobody]), name)
	}
	return nil
}

// decidesAt is where the reader decides about what the rules of an owner hold: on
// their own page, or on that of somebody whose threads they look after; or nowhere.
func (f *frame) decidesAt(owner social.AccountID) string {
	switch {
	case f.mine(owner):
		return repliesPage
	case f.signedIn() && f.Ruling.keeps != nil && f.Ruling.keeps(owner):
		return repliesOf(owner)
	}
	return ""
}

// repliesOf is where replies wait for somebody whose threads the reader looks after.
func repliesOf(owner social.AccountID) string { return repliesPage + "?of=" + itoa(owner) }

// A heldList is a page of replies that wait, or were not let through.
type heldList struct {
	All            []heldReply
	State          social.HeldState
	Of             *view.Face // for whom, if it is not the reader
	Newest, Oldest int64
}

// page is where those in a state stand.
func (l heldList) page(state social.HeldState) string {
	v := url.Values{}
	if l.Of != nil {
		v.Set("of", itoa(l.Of.ID))
	}
	if state == social.HeldRefused {
		v.Set("state", string(state))
	}
	if len(v) == 0 {
		return repliesPage
	}
	return repliesPage + "?" + v.Encode()
}

// A heldReply is a reply on the list of those that wait.
type heldReply struct {
	social.Holding
	Post *view.Seen
	To   *view.Seen // nil if it is gone
}

func (s *Site) heldReplies(q *ask) error {
	state, of := social.HeldPending, q.heldFor(q.URL.Query().Get("of"))
	if q.URL.Query().Get("state") == string(social.HeldRefused) {
		state = social.HeldRefused
	}
	page, err := slice(q, postsOnPage, func(p social.Page) (view.Slice[social.Holding], error) {
		return s.Posts.HeldReplies(q.Context(), q.by, of, state, 0, p)
	})
	if err != nil {
		return err
	}
	var ids []social.PostID
	for _, h := range page.Items {
		ids = append(ids, h.Post, h.Parent)
	}
	there, err := s.View.Posts(q.Context(), q.by, ids, social.Asked)
	if err != nil {
		return err
	}
	at := map[social.PostID]*view.Seen{}
	for _, p := range there {
		at[p.ID] = p
	}
	var all []heldReply
	for _, h := range page.Items {
		if p := at[h.Post]; p != nil {
			all = append(all, heldReply{h, p, at[h.Parent]})
		}
	}
	list := heldList{All: all, State: state, Newest: page.Newest, Oldest: page.Oldest}
	if of != 0 {
		if list.Of, err = s.View.Face(q.Context(), of); err != nil {
			return err
		}
	}
	return q.show("Replies that wait", heldRepliesPage(q.page, list))
}

// heldFor is for whom replies wait that a page or form is about: zero for the reader.
func (q *ask) heldFor(of string) social.AccountID {
	n, _ := id.Parse(of)
	if social.AccountID(n) == q.by.Account {
		return 0
	}
	return social.AccountID(n)
}

// decideReplies approves or refuses replies: one, those that are chosen, or all of one
// person.
func (s *Site) decideReplies(q *ask) error {
	do, which := q.pressed()
	n, _ := id.Parse(which)
	var chosen []social.PostID
	switch do {
	case "approve", "refuse":
		if chosen = []social.PostID{social.PostID(n)}; which == "" {
			chosen = nil
			for _, c := range q.PostForm["reply"] {
				if n, ok := id.Parse(c); ok {
					chosen = append(chosen, social.PostID(n))
				}
			}
		}
	case "approve-all", "refuse-all":
		var err error
		if chosen, err = s.Posts.OfOne(q.Context(), q.by, q.heldFor(q.form("of")), social.AccountID(n)); err != nil {
			return err
		}
	}
	decide, say := s.Posts.Approve, "let-through"
	if do == "refuse" || do == "refuse-all" {
		decide, say = s.Posts.Refuse, "not-shown"
	}
	if len(chosen) == 0 {
		return q.back(repliesPage, "none-chosen")
	}
	if _, err := decide(q.Context(), q.by, chosen); err != nil {
		return err
	}
	return q.back(repliesPage, say)
}
