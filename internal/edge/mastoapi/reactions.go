package mastoapi

import (
	"strconv"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// What people make of a post besides liking it. Mastodon has neither; emoji are
// as Pleroma and Akkoma have them, whose apps know them, votes are our own.
// https://docs.akkoma.dev/stable/development/API/differences_in_mastoapi_responses/
func (a *API) reactionRoutes() {
	a.do("PUT /api/v1/pleroma/statuses/{id}/reactions/{name}", member("write:favourites"), a.reactTo)
	a.do("DELETE /api/v1/pleroma/statuses/{id}/reactions/{name}", member("write:favourites"), a.unreactTo)
	a.do("GET /api/v1/pleroma/statuses/{id}/reactions", anyone("read:statuses"), a.reactions)
	a.do("GET /api/v1/pleroma/statuses/{id}/reactions/{name}", anyone("read:statuses"), a.reactions)
	a.do("PUT /api/plaza/v1/statuses/{id}/vote", member("write:favourites"), a.voteOn)
}

func (a *API) reactTo(q *request) (any, error) {
	which, err := a.Posts.React(q.Context(), q.By, social.PostID(q.pathID()), q.emojiInPath())
	if err != nil {
		return nil, err
	}
	return a.shown(q, which)
}

// unreactTo shows the post as far as it is still for whoever asks.
func (a *API) unreactTo(q *request) (any, error) {
	which, err := a.Posts.Unreact(q.Context(), q.By, social.PostID(q.pathID()), q.emojiInPath())
	if err != nil {
		return nil, err
	}
	return a.shown(q, which)
}

// A reactionWho is a reaction with those who chose it.
type reactionWho struct {
	reaction
	Accounts raw `json:"accounts"`
}

func (a *API) reactions(q *request) (any, error) {
	only := ""
	if name := q.emojiInPath(); name != "" {
		if only = social.ReactionName(name); only == "" {
			only = name // which is none, and so under no post
		}
	}
	all, people, err := a.View.Reactors(q.Context(), q.By, social.PostID(q.pathID()), only)
	if err != nil {
		return nil, err
	}
	return each(all, func(x social.Reaction) reactionWho {
		return reactionWho{a.render.postReaction(x), a.render.accounts(people[x.Name])}
	}), nil
}

func (a *API) voteOn(q *request) (any, error) {
	value, err := strconv.Atoi(q.str("value"))
	if err != nil {
		return nil, errs.New(errs.Invalid, "Validation failed: A vote is 1, -1, or 0 for none.")
	}
	which, err := a.Posts.Vote(q.Context(), q.By, social.PostID(q.pathID()), value)
	if err != nil {
		return nil, err
	}
	return a.shown(q, which)
}

func (r renderer) postReaction(x social.Reaction) reaction {
	out := r.reaction(x)
	out.Me = &x.Mine
	return out
}

// votes are how people voted on a post.
type votes struct {
	Up    int `json:"up"`
	Down  int `json:"down"`
	Score int `json:"score"`
	Mine  int `json:"mine"`
}

// votes is how a post stands before its reader. Of votes against something nobody is
// told where a community has none, nor of those on what is no reply.
func (r renderer) votes(s *view.Seen) votes {
	v := votes{Up: s.Likes}
	if s.Marks.Has(social.Liked) {
		v.Mine = 1
	}
	if r.downvotes() && s.ReplyAuthor != 0 {
		if v.Down = s.Downs; s.Marks.Has(social.VotedDown) {
			v.Mine = -1
		}
	}
	v.Score = social.Score(v.Up, v.Down)
	return v
}

// appendReactions appends what people make of a post: twice, as we have it and
// as apps know it.
func (r renderer) appendReactions(b []byte, s *view.Seen, reader social.AccountID) []byte {
	s = s.Original()
	emojis := []byte("[]")
	if len(s.Card.Reactions) > 0 {
		emojis = marshal(each(s.Reactions(), r.postReaction))
	}
	b = append(append(appendAudience(append(b, `,"plaza":{`...), s, reader), `"reactions":`...), emojis...)
	v := r.votes(s)
	for _, n := range []struct {
		name string
		n    int
	}{{`,"votes":{"up":`, v.Up}, {`,"down":`, v.Down}, {`,"score":`, v.Score}, {`,"mine":`, v.Mine}} {
		b = strconv.AppendInt(append(b, n.name...), int64(n.n), 10)
	}
	b = appendWhy(r.appendReplies(append(b, '}', ','), s), s.Why)
	b = append(append(b, `},"pleroma":{"emoji_reactions":`...), emojis...)
	return append(b, '}')
}
