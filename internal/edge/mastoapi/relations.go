package mastoapi

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/accounts/#follow and what follows it,
// https://docs.joinmastodon.org/methods/follow_requests/, …/blocks/, …/mutes/
func (a *API) relationRoutes() {
	a.do("POST /api/v1/accounts/{id}/follow", member("write:follows"), a.follow, &limitFollow)
	a.do("POST /api/v1/accounts/{id}/unfollow", member("write:follows"), a.toward(a.Relations.Unfollow))
	a.do("POST /api/v1/accounts/{id}/block", member("write:blocks"), a.toward(a.Relations.Block))
	a.do("POST /api/v1/accounts/{id}/unblock", member("write:blocks"), a.toward(a.Relations.Unblock))
	a.do("POST /api/v1/accounts/{id}/mute", member("write:mutes"), a.mute)
	a.do("POST /api/v1/accounts/{id}/unmute", member("write:mutes"), a.toward(a.Relations.Unmute))
	a.do("POST /api/v1/accounts/{id}/remove_from_followers", member("write:follows"), a.toward(a.Relations.RemoveFollower))
	a.do("POST /api/v1/accounts/{id}/note", member("write:accounts"), a.note)
	a.do("GET /api/v1/accounts/{id}/followers", anyone("read:accounts"), a.peopleOf(social.EdgesFollowers))
	a.do("GET /api/v1/accounts/{id}/following", anyone("read:accounts"), a.peopleOf(social.EdgesFollowing))
	a.do("GET /api/v1/blocks", member("read:blocks"), a.myPeople(social.EdgesBlocking))
	a.do("GET /api/v1/mutes", member("read:mutes"), a.myPeople(social.EdgesMuting))
	a.do("GET /api/v1/follow_requests", member("read:follows"), a.myPeople(social.EdgesRequests))
	a.do("POST /api/v1/follow_requests/{id}/authorize", member("write:follows"), a.toward(a.Relations.Accept))
	a.do("POST /api/v1/follow_requests/{id}/reject", member("write:follows"), a.toward(a.Relations.Refuse))
}

// related is the answer with how the person now stands to another.
func (a *API) related(q *request, other social.AccountID) (any, error) {
	r, err := a.View.Relation(q.Context(), q.By, other)
	if err != nil {
		return nil, err
	}
	return relationJSON(other, r), nil
}

// toward is a route that does something about the account in the path.
func (a *API) toward(do func(ctx context.Context, by social.Actor, other social.AccountID) error) func(*request) (any, error) {
	return func(q *request) (any, error) {
		other := social.AccountID(q.pathID())
		if err := do(q.Context(), q.By, other); err != nil {
			return nil, err
		}
		return a.related(q, other)
	}
}

func (a *API) follow(q *request) (any, error) {
	other := social.AccountID(q.pathID())
	was, err := a.View.Relation(q.Context(), q.By, other)
	if err != nil {
		return nil, err
	}
	already := was.Follows || was.Requested
	f := social.Follow{Target: other, Boosts: q.flag("reblogs", !already || was.Boosts), Notify: q.flag("notify", already && was.Notify), Languages: was.Languages}
	if languages := q.optStrs("languages"); languages != nil {
		f.Languages = *languages
	}
	if err := a.Relations.Follow(q.Context(), q.By, f); err != nil {
		return nil, err
	}
	return a.related(q, other)
}

// maxSeconds is the longest time for which somebody can be muted: a hundred
// years.
const maxSeconds = 100 * 365 * 24 * 3600

func (a *API) mute(q *request) (any, error) {
	other := social.AccountID(q.pathID())
	while := time.Duration(q.num("duration", 0, maxSeconds)) * time.Second
	if err := a.Relations.Mute(q.Context(), q.By, other, q.flag("notifications", true), while); err != nil {
		return nil, err
	}
	return a.related(q, other)
}

func (a *API) note(q *request) (any, error) {
	other := social.AccountID(q.pathID())
	if err := a.Relations.SetNote(q.Context(), q.By, other, q.str("comment")); err != nil {
		return nil, err
	}
	return a.related(q, other)
}

func (q *request) peoplePage() social.Page { return q.page(relations.DefaultPage, relations.MaxPage) }

func (a *API) peopleOf(k social.EdgeKind) func(*request) (any, error) {
	return func(q *request) (any, error) {
		s, err := a.Relations.People(q.Context(), q.By, k, social.AccountID(q.pathID()), q.peoplePage())
		return a.people(q, s, err)
	}
}

func (a *API) myPeople(k social.EdgeKind) func(*request) (any, error) {
	return func(q *request) (any, error) {
		s, err := a.Relations.People(q.Context(), q.By, k, q.By.Account, q.peoplePage())
		return a.people(q, s, err)
	}
}
