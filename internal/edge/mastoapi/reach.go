package mastoapi

import (
	"github.com/plaza-social/plaza/internal/core/reach"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// How far a post came, for who wrote it. It is told in no status: apps that do not
// know it show nothing of it.
func (a *API) reachRoutes() {
	a.do("GET /api/plaza/v1/statuses/{id}/reach", member("read:statuses"), a.reach)
}

// viewed counts posts that a person's app asked for. What asks without a person
// is no reader: it may be anything. Apps in a browser ask not to be counted as it does.
func (a *API) viewed(q *request, posts []*view.Seen) {
	if q.Header.Get("Sec-GPC") == "1" || q.Header.Get("DNT") == "1" {
		return
	}
	a.Reach.Viewed(q.Context(), q.By, "", posts)
}

// A postReach is what its author sees of it: numbers of views in steps of least,
// zero for fewer.
type postReach struct {
	Counted bool       `json:"counted"`
	Reason  *string    `json:"reason"` // why not: house, author, audience
	Least   int        `json:"least"`
	Views   int        `json:"views"`
	Days    []reachDay `json:"days"`
}

type reachDay struct {
	Day     string `json:"day"`
	Views   int    `json:"views"`
	Boosts  int    `json:"boosts"`
	Quotes  int    `json:"quotes"`
	Likes   int    `json:"likes"`
	Replies int    `json:"replies"`
}

func (a *API) reach(q *request) (any, error) {
	r, err := a.Reach.Of(q.Context(), q.By, social.PostID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return reachJSON(r), nil
}

func reachJSON(r reach.Reach) postReach {
	out := postReach{Counted: r.Why == "", Least: social.LeastViews, Views: r.Views, Days: each(r.Days, func(d reach.Day) reachDay {
		return reachDay{d.At.Format("2006-01-02"), d.Views, d.Echoes[social.EchoBoosts], d.Echoes[social.EchoQuotes], d.Echoes[social.EchoLikes], d.Echoes[social.EchoReplies]}
	})}
	if why := string(r.Why); why != "" {
		out.Reason = &why
	}
	return out
}
