package web

import (
	"net/http"
	"strings"

	"github.com/plaza-social/plaza/internal/core/measures"
	"github.com/plaza-social/plaza/internal/core/reach"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) reachRoutes(r *router) {
	r.Do("GET /@{name}/{post}/reach", member, s.reach)
}

// countViews counts the posts that were shown. Nobody is counted who does not want
// to be, whatever fetches ahead did not read, and machines do not.
func (q *ask) countViews() {
	if len(q.page.viewed) == 0 || q.page.Mirror != nil || q.Method != http.MethodGet ||
		q.Header.Get("Sec-GPC") == "1" || q.Header.Get("DNT") == "1" || strings.Contains(q.Header.Get("Sec-Purpose"), "prefetch") {
		return
	}
	q.site.Reach.Viewed(q.Context(), q.by, q.stranger(), q.page.viewed)
}

// stranger tells one reader who is not signed in from another, by the network they
// come from; it is empty for machines.
func (q *ask) stranger() string {
	at := q.from()
	if !at.IsValid() || !browser(q.UserAgent()) {
		return ""
	}
	if at.Is6() {
		if home, err := at.Prefix(64); err == nil { // what one household has
			return home.String()
		}
	}
	return at.String()
}

// browser reports whether a person may be behind what calls itself so.
func browser(agent string) bool {
	agent = strings.ToLower(agent)
	if !strings.HasPrefix(agent, "mozilla/5.0") {
		return false
	}
	for _, machine := range []string{"bot", "crawl", "spider", "slurp", "preview", "archive", "monitor", "headless", "http:", "https:"} {
		if strings.Contains(agent, machine) {
			return false
		}
	}
	return true
}

func (s *Site) reach(q *ask) error {
	p, err := s.post(q)
	if err != nil {
		return err
	}
	r, err := s.Reach.Of(q.Context(), q.by, p.ID)
	if err != nil {
		return err
	}
	q.page.Head.Hide = true
	return q.show("How far it came", reachPage(q.page, p, r))
}

// aWeek is how many days a chart has room for at least.
const aWeek = 7

// viewsChart are the views of each day, as far as they are shown. Before it was posted
// nothing is known.
func viewsChart(f *frame, r reach.Reach) chart {
	c := chart{Name: "views", Title: f.say("Views"), Large: f.locale().Number(r.Views), Least: social.LeastViews}
	for n := aWeek - len(r.Days); n > 0; n-- {
		c.Days = append(c.Days, measures.Point{At: r.Days[0].At.AddDate(0, 0, -n)})
	}
	for _, d := range r.Days {
		c.Days = append(c.Days, measures.Point{At: d.At, N: d.Views, Known: true})
	}
	return c
}

// echoed are the days on which others took up a post, the last first.
func echoed(r reach.Reach) (out []reach.Day) {
	for i := len(r.Days) - 1; i >= 0; i-- {
		for _, n := range r.Days[i].Echoes {
			if n > 0 {
				out = append(out, r.Days[i])
				break
			}
		}
	}
	return out
}

// echoNames are what the ways are called in which others take up a post.
var echoNames = map[social.Echo]string{social.EchoBoosts: msg("Boosts"), social.EchoQuotes: msg("Quotes"), social.EchoLikes: msg("Likes"), social.EchoReplies: msg("Replies")}

// uncountedWhy says why views are not counted.
var uncountedWhy = map[reach.Uncounted]string{
	reach.HouseOff:  msg("Views are not counted in this house."),
	reach.AuthorOff: msg("You do not want views counted."),
	reach.ForFew:    msg("Views are counted of posts for everybody only: of a post for a few, a number could tell who read it."),
}
