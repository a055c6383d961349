package serve

import (
	"context"
	"strconv"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// Who may reply, and consent to replies:
// https://docs.gotosocial.org/en/latest/federation/interaction_controls/

// repliable is who may reply to a post. Who is not sure to be let through asks:
// what other servers cannot know, whom our author follows who follows them, is
// answered here at once.
func (s scribe) repliable(p *view.Seen, near surroundings) *as2.RuleDocument {
	me := s.View.ActorURI(p.Post.Author)
	policy := p.Repliable()
	r := &as2.RuleDocument{AutomaticApproval: []string{me}, ManualApproval: []string{}}
	if policy.At() != social.ReplyNobody || policy.Asks() {
		r.AutomaticApproval = append(r.AutomaticApproval, s.uris(near.mentioned(p))...)
		if to, ok := near.spots[p.ReplyTo]; ok && to.Author.ID != p.Author.ID && !p.Mentioned(to.Author.ID) {
			r.AutomaticApproval = append(r.AutomaticApproval, s.View.AccountURI(to.Author))
		}
	}
	switch policy.At() {
	case social.ReplyEveryone:
		r.AutomaticApproval = []string{as2.Public}
	case social.ReplyFollowers:
		r.AutomaticApproval = append(r.AutomaticApproval, me+"/followers")
	case social.ReplyFollowing:
		r.AutomaticApproval = append(r.AutomaticApproval, me+"/following")
	case social.ReplyMutuals:
		r.ManualApproval = []string{me + "/followers"}
	}
	if policy.Asks() {
		r.ManualApproval = []string{as2.Public}
	}
	return r
}

// replyStampsOf are the consents to those of posts that are replies: ours, and what
// other servers gave.
func (s scribe) replyStampsOf(ctx context.Context, posts []*view.Seen) (map[social.PostID]string, error) {
	var which []social.PostID
	for _, p := range posts {
		if p.ReplyTo != 0 && p.Held == social.HeldNot {
			which = append(which, p.ID)
		}
	}
	if len(which) == 0 {
		return nil, nil
	}
	all, err := s.View.Holdings(ctx, which)
	out := map[social.PostID]string{}
	for _, h := range all {
		if out[h.Post] = h.Stamp; h.Stamp == "" && h.State == social.HeldNot {
			out[h.Post] = s.View.ReplyStampURI(h.Post)
		}
	}
	return out, err
}

// ReplyAsked implements federation.Speaker.
func (s *Speaker) ReplyAsked(ctx context.Context, post social.PostID) (federation.Said, error) {
	at := s.anew().of(post)
	p, near, err := at.ownHeld(ctx, post)
	if err != nil {
		return federation.Said{}, err
	}
	to, ok := near.spots[p.ReplyTo]
	if !ok || to.Author.Local() {
		return federation.Said{}, nothing
	}
	owner := at.View.AccountURI(to.Author)
	return said(as2.ActivityDocument{Context: as2.ReplyContext, ID: at.View.PostURI(p.ID) + "#reply-request", Type: "ReplyRequest", Actor: at.View.ActorURI(p.Post.Author), To: []string{owner},
		Object: at.uriOf(to), Instrument: at.note(p, near)}, p.Post.Author, to.Author.ID)
}

// replying is a reply that one of ours has decided about, and the post of theirs
// that it answers, or that opened its thread.
func (s scribe) replying(ctx context.Context, post social.PostID) (reply, to view.Spot, h social.Holding, err error) {
	all, err := s.View.Holdings(ctx, []social.PostID{post})
	if err != nil || len(all) == 0 {
		return reply, to, h, firstOf(err, nothing)
	}
	h = all[0]
	spots, err := s.View.Spots(ctx, []social.PostID{post, h.Root})
	reply, here := spots[post]
	to, there := spots[h.Root]
	if err == nil && (!here || !there || !to.Author.Local() || to.Author.ID != h.Owner || to.LocalOnly) {
		err = nothing
	}
	return reply, to, h, err
}

// decision is the address of what is told of a decision: each has its own, as what
// came once under one is not taken again.
func (s scribe) decision(h social.Holding, verb string) string {
	at := s.View.ReplyStampURI(h.Post) + "#" + verb
	if h.Decided.IsZero() {
		return at
	}
	return at + "-" + strconv.FormatInt(h.Decided.UnixMilli(), 10)
}

// ReplyAnswered implements federation.Speaker.
func (s *Speaker) ReplyAnswered(ctx context.Context, post social.PostID, agreed bool) (federation.Said, error) {
	at := s.anew()
	reply, to, h, err := at.replying(ctx, post)
	if err == nil && reply.Author.Local() {
		err = nothing
	}
	if err != nil {
		return federation.Said{}, err
	}
	at = at.of(post)
	by := to.Author.ID
	a := as2.ActivityDocument{Context: as2.ReplyContext, ID: at.decision(h, "reject"), Type: "Reject", Actor: at.View.ActorURI(by), To: []string{at.View.AccountURI(reply.Author)},
		Object: &as2.ActivityDocument{ID: h.Asked, Type: "ReplyRequest", Actor: at.View.AccountURI(reply.Author), Object: at.uriOf(to), Instrument: at.uriOf(reply)}}
	if agreed {
		a.ID, a.Type, a.Result = at.decision(h, "accept"), "Accept", at.View.ReplyStampURI(post)
	}
	return said(a, by, reply.Author.ID)
}

// ReplyRevoked implements federation.Speaker.
func (s *Speaker) ReplyRevoked(ctx context.Context, post social.PostID) (federation.Said, error) {
	at := s.anew()
	reply, to, h, err := at.replying(ctx, post)
	if err != nil {
		return federation.Said{}, err
	}
	p, err := at.View.Card(ctx, post)
	if err != nil {
		return federation.Said{}, err
	}
	wide := p.Visibility
	if p.LocalOnly || wide != social.Public && wide != social.Unlisted { // of what is for fewer, who wrote it is told alone
		wide = social.Direct
	}
	at = at.of(post)
	by := to.Author.ID
	reach := at.audience(by, wide, []string{at.View.AccountURI(reply.Author)})
	return widely(as2.ActivityDocument{Context: as2.ReplyContext, ID: at.decision(h, "delete"), Type: "Delete", Actor: at.View.ActorURI(by), To: reach.to, Cc: reach.cc,
		Object: at.replyStamp(post, by, reply, to)}, by, 0, wide, reply.Author.ID)
}

func (s scribe) replyStamp(post social.PostID, by social.AccountID, reply, to view.Spot) *as2.AuthorizationDocument {
	return &as2.AuthorizationDocument{ID: s.View.ReplyStampURI(post), Type: "ReplyAuthorization", AttributedTo: s.View.ActorURI(by), InteractingObject: s.uriOf(reply), InteractionTarget: s.uriOf(to)}
}

// replyStamp is the consent of one of ours to the reply that the path names, which
// may be anybody's.
func (s *Server) replyStamp(q *ask) (any, error) {
	which := q.post("reply")
	if _, err := s.View.Post(q.Context(), q.by, which); err != nil {
		return nil, err
	}
	at := s.of(which)
	reply, to, h, err := at.replying(q.Context(), which)
	if err != nil || h.State != social.HeldNot {
		return nil, absent
	}
	if err := s.meets(q, to.Author); err != nil {
		return nil, err
	}
	d := at.replyStamp(which, to.Author.ID, reply, to)
	d.Context = as2.ReplyContext
	return d, nil
}
