package mastoapi

import (
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/polls/
func (a *API) pollRoutes() {
	a.do("GET /api/v1/polls/{id}", anyone("read:statuses"), a.poll)
	a.do("POST /api/v1/polls/{id}/votes", member("write:statuses"), a.vote)
}

// https://docs.joinmastodon.org/entities/Poll/
type poll struct {
	ID          string       `json:"id"`
	ExpiresAt   *string      `json:"expires_at"`
	Expired     bool         `json:"expired"`
	Multiple    bool         `json:"multiple"`
	VotesCount  int          `json:"votes_count"`
	VotersCount int          `json:"voters_count"`
	Options     []pollOption `json:"options"`
	Emojis      []emoji      `json:"emojis"`
	Voted       *bool        `json:"voted,omitempty"`
	OwnVotes    *[]int       `json:"own_votes,omitempty"`
}

type pollOption struct {
	Title string `json:"title"`
	Votes *int   `json:"votes_count"`
}

// poll is a post's poll before its reader. Votes that are hidden until the end
// are shown to nobody before, also not to who asked.
func (r renderer) poll(s *view.Seen, reader social.AccountID) poll {
	p := s.Poll
	out := poll{ID: num(p.ID), ExpiresAt: stampOrNil(p.EndsAt), Expired: p.Ended(r.now()), Multiple: p.Multiple, VotesCount: p.Votes(), VotersCount: p.Voters, Emojis: r.emojisOf(s.Author, s.Emojis, options(p)...)}
	for _, o := range p.Options {
		one := pollOption{Title: o.Title}
		if !p.HideVotes || out.Expired {
			one.Votes = &o.Votes
		}
		out.Options = append(out.Options, one)
	}
	if reader != 0 {
		voted, own := len(s.Votes) > 0 || p.Author == reader, s.Votes
		if own == nil {
			own = []int{}
		}
		out.Voted, out.OwnVotes = &voted, &own
	}
	return out
}

// appendPoll appends a post's poll as its reader is given it, or null.
func (r renderer) appendPoll(b []byte, s *view.Seen, reader social.AccountID) []byte {
	if s.Poll == nil {
		return append(b, `,"poll":null`...)
	}
	return append(append(b, `,"poll":`...), marshal(r.poll(s, reader))...)
}

func (a *API) poll(q *request) (any, error) {
	s, err := a.Polls.Get(q.Context(), q.By, social.PollID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return a.render.poll(s, q.By.Account), nil
}

func (a *API) vote(q *request) (any, error) {
	var choices []int
	for _, c := range q.strs("choices") {
		n, err := strconv.Atoi(c)
		if err != nil || len(choices) > social.MaxPollOptions {
			return nil, errs.New(errs.Invalid, "Validation failed: The chosen vote option does not exist")
		}
		choices = append(choices, n)
	}
	s, err := a.Polls.Vote(q.Context(), q.By, social.PollID(q.pathID()), choices)
	if err != nil {
		return nil, err
	}
	return a.render.poll(s, q.By.Account), nil
}

// pollDraft is what a client wants to ask, or nil.
func (q *request) pollDraft() *social.PollDraft {
	options := q.strs("poll[options]")
	if len(options) == 0 {
		return nil
	}
	seconds := q.num("poll[expires_in]", 0, int(2*social.MaxPoll/time.Second))
	return &social.PollDraft{Options: options, Multiple: q.flag("poll[multiple]", false), HideVotes: q.flag("poll[hide_totals]", false),
		Lasts: time.Duration(seconds) * time.Second}
}

// pastPoll is a poll of an earlier version of a post, or null.
// https://docs.joinmastodon.org/entities/StatusEdit/#poll
func pastPoll(titles []string) any {
	if len(titles) == 0 {
		return nil
	}
	options := make([]map[string]string, len(titles))
	for i, t := range titles {
		options[i] = map[string]string{"title": t}
	}
	return map[string]any{"options": options}
}
