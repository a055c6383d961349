package mastoapi

import (
	"io"

	"github.com/plaza-social/plaza/internal/social/trend"
)

// Why something is put before people, and the data that it was counted from.
// Mastodon has neither; docs/decisions/0013-trends.md tells the rules.

// A reason is why something is there: as numbers, for who says it in another
// language, and in plain English.
type reason struct {
	Kind     trend.Kind `json:"kind"`
	People   int        `json:"people,omitempty"`
	Likes    int        `json:"likes,omitempty"`
	Boosts   int        `json:"boosts,omitempty"`
	Language string     `json:"language,omitempty"`
	Text     string     `json:"text"`
}

func reasonJSON(r trend.Reason) reason {
	return reason{r.Kind, r.People, r.Likes, r.Boosts, r.Language, r.String()}
}

// A why is what we add to entities that are there for a reason.
type why struct {
	Reasons []reason `json:"reasons"`
}

func whyOf(all []trend.Reason) *why { return &why{each(all, reasonJSON)} }

// appendWhy appends why a post is there, if it is for a reason.
func appendWhy(b []byte, all []trend.Reason) []byte {
	if len(all) == 0 {
		return b
	}
	return append(append(b, `,"reasons":`...), marshal(each(all, reasonJSON))...)
}

// A trendList is all that many turn to, in short. at is the moment it was
// counted at, and that of the data; missed, how many people too few a tag or a
// link may have.
type trendList struct {
	At       int64         `json:"at"`
	Counted  int           `json:"counted"`
	Missed   int           `json:"missed"`
	Language string        `json:"language"`
	Posts    []trendPost   `json:"posts"`
	Tags     []trendTag    `json:"tags"`
	Links    []trendLink   `json:"links"`
	People   []trendPerson `json:"people"`
}

type trendPost struct {
	ID      string   `json:"id"`
	Acct    string   `json:"acct"`
	Reasons []reason `json:"reasons"`
}

type trendTag struct {
	Name    string   `json:"name"`
	People  int      `json:"people"`
	Uses    int      `json:"uses"`
	Reasons []reason `json:"reasons"`
}

type trendLink struct {
	ID      string   `json:"id"`
	URL     string   `json:"url"`
	People  int      `json:"people"`
	Uses    int      `json:"uses"`
	Reasons []reason `json:"reasons"`
}

type trendPerson struct {
	ID      string   `json:"id"`
	Acct    string   `json:"acct"`
	Reasons []reason `json:"reasons"`
}

func (a *API) trends(q *request) (any, error) {
	lang := q.str("language")
	of, list, err := a.Discover.Trends(q.Context(), q.By, lang)
	if err != nil {
		return nil, err
	}
	return trendList{of.At.UnixMilli(), of.Posts, of.Missed, lang,
		each(list.Posts, func(p trend.Post) trendPost { return trendPost{num(p.ID), p.Acct, each(p.Why, reasonJSON)} }),
		each(list.Tags, func(t trend.Tag) trendTag { return trendTag{t.Name, t.People, t.Uses, each(t.Why, reasonJSON)} }),
		each(list.Links, func(l trend.Link) trendLink {
			return trendLink{num(l.ID), l.URL, l.People, l.Uses, each(l.Why, reasonJSON)}
		}),
		each(list.People, func(p trend.Person) trendPerson { return trendPerson{num(p.ID), p.Acct, each(p.Why, reasonJSON)} })}, nil
}

func (a *API) trendData(q *request) (any, error) {
	return download{"trends.ndjson", func(w io.Writer) error { return a.Discover.Data(q.Context(), w) }}, nil
}
