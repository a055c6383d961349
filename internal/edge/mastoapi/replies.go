package mastoapi

import (
	"strconv"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// Who may reply, and replies that wait: as GoToSocial's apps know it, and as we have
// it. https://docs.gotosocial.org/en/latest/api/swagger/
func (a *API) replyRoutes() {
	a.do("GET /api/v1/interaction_requests", member("read:notifications"), a.interactionRequests)
	a.do("GET /api/v1/interaction_requests/{id}", member("read:notifications"), a.interactionRequest)
	a.do("POST /api/v1/interaction_requests/{id}/authorize", member("write:statuses"), a.decideRequest((*API).approveReplies))
	a.do("POST /api/v1/interaction_requests/{id}/reject", member("write:statuses"), a.decideRequest((*API).refuseReplies))
	a.do("GET /api/plaza/v1/replies", member("read:statuses"), a.heldReplies)
	a.do("POST /api/plaza/v1/replies/approve", member("write:statuses"), a.decideAll((*API).approveReplies))
	a.do("POST /api/plaza/v1/replies/refuse", member("write:statuses"), a.decideAll((*API).refuseReplies))
	a.do("GET /api/plaza/v1/statuses/{id}/replying", anyone("read:statuses"), a.replying)
}

func (a *API) approveReplies(q *request, which ...social.PostID) (int, error) {
	return a.Posts.Approve(q.Context(), q.By, which)
}

func (a *API) refuseReplies(q *request, which ...social.PostID) (int, error) {
	return a.Posts.Refuse(q.Context(), q.By, which)
}

// replies is what a status says of replies to it, and of itself as one.
type replies struct {
	Policy  string  `json:"policy"`  // who may reply
	Waiting int     `json:"waiting"` // replies to it that are not shown yet
	Refused int     `json:"refused"` // and those that are not shown, or no more
	Held    string  `json:"held"`    // it is not shown beneath what it answers: pending, refused or hidden; or empty
	HeldBy  *string `json:"held_by"` // by the rules of this account
}

func (r renderer) replies(s *view.Seen) replies {
	out := replies{Policy: string(s.Repliable()), Held: string(s.Held), HeldBy: numOrNil(s.HeldBy)}
	for _, h := range s.HeldUnder {
		if h.State == social.HeldPending {
			out.Waiting += h.N
		} else {
			out.Refused += h.N
		}
	}
	return out
}

// appendReplies appends that.
func (r renderer) appendReplies(b []byte, s *view.Seen) []byte {
	v := r.replies(s)
	b = append(append(append(b, `"replies":{"policy":"`...), v.Policy...), `","waiting":`...)
	b = strconv.AppendInt(b, int64(v.Waiting), 10)
	b = strconv.AppendInt(append(b, `,"refused":`...), int64(v.Refused), 10)
	b = append(append(append(b, `,"held":"`...), v.Held...), `","held_by":`...)
	if v.HeldBy == nil {
		return append(b, `null}`...)
	}
	return append(append(append(b, '"'), *v.HeldBy...), `"}`...)
}

// interactionRequest is a reply that waits, or was decided about, as GoToSocial has
// it. https://docs.gotosocial.org/en/latest/api/swagger/
type interactionRequest struct {
	ID         string  `json:"id"`
	Type       string  `json:"type"`
	CreatedAt  string  `json:"created_at"`
	Account    raw     `json:"account"`
	Status     raw     `json:"status"`
	Reply      raw     `json:"reply"`
	AcceptedAt *string `json:"accepted_at"`
	RejectedAt *string `json:"rejected_at"`
	URI        *string `json:"uri"`
}

// heldReply is the same in our words.
type heldReply struct {
	ID        string  `json:"id"`
	State     string  `json:"state"` // pending, refused, hidden or approved
	Why       string  `json:"why"`
	HeldAt    string  `json:"held_at"`
	DecidedAt *string `json:"decided_at"`
	Status    raw     `json:"status"`      // the reply
	InReplyTo raw     `json:"in_reply_to"` // or null
}

// heldPosts are the replies that holdings are about, and what they answer.
func (a *API) heldPosts(q *request, all []social.Holding) (map[social.PostID]*view.Seen, error) {
	var ids []social.PostID
	for _, h := range all {
		ids = append(ids, h.Post, h.Parent)
	}
	ps, err := a.View.Posts(q.Context(), q.By, ids, social.Asked)
	out := map[social.PostID]*view.Seen{}
	for _, p := range ps {
		out[p.ID] = p
	}
	return out, err
}

func (a *API) requestsOf(q *request, all []social.Holding) ([]interactionRequest, error) {
	there, err := a.heldPosts(q, all)
	out := []interactionRequest{}
	for _, h := range all {
		reply, to := there[h.Post], there[h.Parent]
		if reply == nil || to == nil {
			continue
		}
		x := interactionRequest{ID: num(h.Post), Type: "reply", CreatedAt: stamp(h.At), Account: a.render.accountJSON(reply.Author), Status: a.render.status(to, q.By.Account),
			Reply: a.render.status(reply, q.By.Account)}
		switch h.State {
		case social.HeldNot:
			x.AcceptedAt = stampOrNil(h.Decided)
		case social.HeldRefused, social.HeldHidden:
			x.RejectedAt = stampOrNil(h.Decided)
		}
		if h.Stamp != "" {
			x.URI = &h.Stamp
		}
		out = append(out, x)
	}
	return out, err
}

func (a *API) interactionRequests(q *request) (any, error) {
	if !q.flag("replies", true) { // nothing else is asked for here
		return []interactionRequest{}, nil
	}
	s, err := a.Posts.HeldReplies(q.Context(), q.By, 0, social.HeldPending, 0, q.page(social.MaxHeldPage, social.MaxHeldPage))
	if err != nil {
		return nil, err
	}
	link(q, s)
	return a.requestsOf(q, s.Items)
}

func (a *API) interactionRequest(q *request) (any, error) {
	h, err := a.Posts.HeldReply(q.Context(), q.By, social.PostID(q.pathID()))
	if err != nil {
		return nil, err
	}
	all, err := a.requestsOf(q, []social.Holding{h})
	if err == nil && len(all) == 0 {
		err = errAbsent
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func (a *API) decideRequest(do func(*API, *request, ...social.PostID) (int, error)) func(*request) (any, error) {
	return func(q *request) (any, error) {
		if _, err := do(a, q, social.PostID(q.pathID())); err != nil {
			return nil, err
		}
		return a.interactionRequest(q)
	}
}

// heldStates are the states by their names; what was approved has one, too.
var heldStates = map[string]social.HeldState{"": social.HeldPending, "pending": social.HeldPending, "refused": social.HeldRefused, "hidden": social.HeldHidden, "approved": social.HeldNot}

var errState = errs.New(errs.Invalid, "Validation failed: State is pending, refused, hidden or approved.")

func (a *API) heldReplies(q *request) (any, error) {
	state, ok := heldStates[q.str("state")]
	if !ok {
		return nil, errState
	}
	s, err := a.Posts.HeldReplies(q.Context(), q.By, social.AccountID(q.bound("owner_id")), state, social.AccountID(q.bound("account_id")), q.page(social.MaxHeldPage, social.MaxHeldPage))
	if err != nil {
		return nil, err
	}
	there, err := a.heldPosts(q, s.Items)
	if err != nil {
		return nil, err
	}
	out := []heldReply{}
	for _, h := range s.Items {
		reply := there[h.Post]
		if reply == nil {
			continue
		}
		x := heldReply{ID: num(h.Post), State: string(h.State), Why: string(h.Why), HeldAt: stamp(h.At), DecidedAt: stampOrNil(h.Decided), Status: a.render.status(reply, q.By.Account), InReplyTo: raw("null")}
		if h.State == social.HeldNot {
			x.State = "approved"
		}
		if to := there[h.Parent]; to != nil {
			x.InReplyTo = a.render.status(to, q.By.Account)
		}
		out = append(out, x)
	}
	link(q, s)
	return out, nil
}

// decided is how many replies were decided about.
type decided struct {
	Decided int `json:"decided"`
}

// decideAll decides about replies by their ids, or about all of one account that wait:
// for the reader, or for an owner whose threads they keep.
func (a *API) decideAll(do func(*API, *request, ...social.PostID) (int, error)) func(*request) (any, error) {
	return func(q *request) (any, error) {
		ids, err := q.ids("ids")
		if err != nil {
			return nil, err
		}
		var which []social.PostID
		for _, n := range ids {
			which = append(which, social.PostID(n))
		}
		if q.has("account_id") {
			more, err := a.Posts.OfOne(q.Context(), q.By, social.AccountID(q.bound("owner_id")), social.AccountID(q.bound("account_id")))
			if err != nil {
				return nil, err
			}
			which = append(which, more...)
		}
		n, err := do(a, q, which...)
		return decided{n}, err
	}
}

// replying is whether somebody may reply to a post.
type replying struct {
	Policy string `json:"policy"`
	Answer string `json:"answer"` // goes, waits or closed
	Owner  raw    `json:"owner"`  // whose rules say so, or null
}

var answerNames = map[social.Answer]string{social.ReplyGoes: "goes", social.ReplyWaits: "waits", social.ReplyClosed: "closed"}

func (a *API) replying(q *request) (any, error) {
	p, err := a.View.Post(q.Context(), q.By, social.PostID(q.pathID()))
	if err != nil {
		return nil, err
	}
	answer, owner, err := a.View.Answering(q.Context(), q.By, p)
	out := replying{Policy: string(p.Original().Repliable()), Answer: answerNames[answer], Owner: raw("null")}
	if owner != nil {
		out.Owner = a.render.accountJSON(owner)
	}
	return out, err
}

// replyPolicy reads who may reply to what a client says: by our name of it, or as
// GoToSocial's apps send it.
func (q *request) replyPolicy(usual social.ReplyPolicy) (social.ReplyPolicy, error) {
	if s := q.str("reply_policy"); s != "" {
		return social.ParseReplyPolicy(s)
	}
	const rule = "interaction_policy[can_reply]"
	at := append(q.strs(rule+"[automatic_approval]"), q.strs(rule+"[always]")...)
	ask := append(q.strs(rule+"[manual_approval]"), q.strs(rule+"[with_approval]")...)
	if len(at)+len(ask) == 0 {
		return usual, nil
	}
	policy, width := social.ReplyNobody, 0
	for _, who := range at {
		if p, ok := gotosocialWho[who]; ok && p.width > width {
			policy, width = p.is, p.width
		}
	}
	for _, who := range ask {
		if who != "author" && who != "me" {
			return policy.Asking(), nil
		}
	}
	return policy, nil
}

// gotosocialWho are whom GoToSocial's policies name; of several the widest counts.
var gotosocialWho = map[string]struct {
	is    social.ReplyPolicy
	width int
}{"public": {social.ReplyEveryone, 5}, "followers": {social.ReplyFollowers, 4}, "following": {social.ReplyFollowing, 3}, "mutuals": {social.ReplyMutuals, 2}, "mentioned": {social.ReplyMentioned, 1}}

// repliesUsually is who may reply to somebody's posts if they say nothing else.
func repliesUsually(p social.Prefs) string {
	if p.Replies == "" {
		return string(social.ReplyEveryone)
	}
	return string(p.Replies)
}
