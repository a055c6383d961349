package mastoapi

import (
	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/statuses/#quotes
func (a *API) quoteRoutes() {
	a.do("GET /api/v1/statuses/{id}/quotes", anyone("read:statuses"), a.quotes)
	a.do("POST /api/v1/statuses/{id}/quotes/{quoting}/revoke", member("write:statuses"), a.revokeQuote)
	a.do("PUT /api/v1/statuses/{id}/interaction_policy", member("write:statuses"), a.setInteractionPolicy)
}

// approvals say who may quote a post, and whether its reader may. Nobody is
// asked by hand here: an author decides once for each post.
// https://docs.joinmastodon.org/entities/QuoteApproval/
var approvals = func() map[social.QuotePolicy][2]string {
	out := map[social.QuotePolicy][2]string{}
	for policy, who := range map[social.QuotePolicy]string{social.QuotePublic: `"public"`, social.QuoteFollowers: `"followers"`, social.QuoteNobody: ``} {
		begin := `,"quote_approval":{"automatic":[` + who + `],"manual":[],"current_user":`
		out[policy] = [2]string{begin + `"denied"}`, begin + `"automatic"}`}
	}
	return out
}()

// appendQuote appends what a post quotes as its reader is given it, or null,
// and who may quote the post.
// https://docs.joinmastodon.org/entities/Quote/
func (r renderer) appendQuote(b []byte, s *view.Seen, reader social.AccountID) []byte {
	may, o := 0, s.Original()
	if o.Quoting {
		may = 1
	}
	b = append(b, `,"quote":`...)
	b = r.appendQuoted(b, s, reader)
	return append(b, approvals[o.Quotable()][may]...)
}

func (r renderer) appendQuoted(b []byte, s *view.Seen, reader social.AccountID) []byte {
	if s.Quote.Of == 0 {
		return append(b, `null`...)
	}
	state := s.Unseen
	if state == "" {
		state = string(social.QuoteAccepted)
	}
	b = append(append(append(b, `{"state":"`...), state...), `","quoted_status`...)
	switch {
	case s.Within && s.Quoted != nil: // https://docs.joinmastodon.org/entities/ShallowQuote/
		b = append(append(append(b, `_id":"`...), num(s.Quoted.ID)...), '"')
	case s.Within:
		b = append(b, `_id":null`...)
	case s.Quoted != nil:
		b = r.appendStatus(append(b, `":`...), s.Quoted, reader)
	default:
		b = append(b, `":null`...)
	}
	return append(b, '}')
}

// pastQuote is what a post quotes, for its history: an edit does not change it.
func (r renderer) pastQuote(s *view.Seen, reader social.AccountID) raw {
	return r.appendQuoted(nil, s, reader)
}

// quoted reads what a client wants to quote, and who may quote it in turn.
func (q *request) quoted(d *social.Draft, usual social.QuotePolicy) (err error) {
	if d.QuotePolicy = usual; q.str("quote_approval_policy") != "" {
		if d.QuotePolicy, err = social.ParseQuotePolicy(q.str("quote_approval_policy")); err != nil {
			return err
		}
	}
	of := q.str("quoted_status_id")
	if of == "" {
		return nil
	}
	n, ok := id.Parse(of)
	if !ok {
		return errAbsent
	}
	d.Quote = social.PostID(n)
	return nil
}

func (a *API) quotes(q *request) (any, error) {
	s, err := a.Timelines.Quotes(q.Context(), q.By, social.PostID(q.pathID()), q.posts())
	return a.timeline(q, s, err)
}

// revokeQuote answers with the post that no longer quotes, if it is there for
// the person at all.
func (a *API) revokeQuote(q *request) (any, error) {
	quoting, _ := id.Parse(chi.URLParam(q.Request, "quoting"))
	if err := a.Posts.RevokeQuote(q.Context(), q.By, social.PostID(q.pathID()), social.PostID(quoting)); err != nil {
		return nil, err
	}
	s, err := a.shown(q, social.PostID(quoting))
	if err != nil && errs.KindOf(err) == errs.NotFound {
		return nothing{}, nil
	}
	return s, err
}

func (a *API) setInteractionPolicy(q *request) (any, error) {
	which := social.PostID(q.pathID())
	if err := a.Posts.SetQuotePolicy(q.Context(), q.By, which, social.QuotePolicy(q.str("quote_approval_policy"))); err != nil {
		return nil, err
	}
	policy, err := q.replyPolicy("")
	if err == nil && policy != "" {
		err = a.Posts.SetReplyPolicy(q.Context(), q.By, which, policy)
	}
	if err != nil {
		return nil, err
	}
	return a.shown(q, which)
}

// quotesUsually is who may quote somebody's posts if they say nothing else.
func quotesUsually(p social.Prefs) string {
	if p.Quotes == "" {
		return string(social.QuotePublic)
	}
	return string(p.Quotes)
}
