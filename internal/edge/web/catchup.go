package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

const catchUpPath = "/catch-up"

func (s *Site) catchUpRoutes(r *router) { r.Do("GET /catch-up", member, s.catchUp) }

func catchUpSince(last int64) string { return catchUpPath + "?since=" + itoa(last) }

// catchUpHours are how far back one may catch up, and usualHours how far where
// nobody knows how far was read, or all is read.
var catchUpHours = []int{1, 3, 6, 12, 24, 48, 72}

const usualHours = 12

// An ordering is a way to put what was missed in order. Each has a rule that
// can be told.
type ordering struct{ Is, Name, Help string }

var orderings = []ordering{
	{"people", msg("By person"), msg("Whoever said most stands first; of each the newest post first.")},
	{"topics", msg("By topic"), msg("Posts with the same tag or link stand together, the topic of most posts first. A post with several stands with the largest.")},
	{"time", msg("Oldest first"), msg("In the order in which they came.")},
	{"echo", msg("Most echoed first"), msg("By likes plus twice the boosts and replies; of equals the newest first.")},
}

// A recap is what the page of it shows.
type recap struct {
	From, Until int   // hours ago; From is zero if it begins at Since
	Since       int64 // the post after which it begins, or zero
	SinceWhen   string
	Order       ordering
	Boosts      bool // also what was only boosted
	Groups      []missedGroup
	Posts       int
	People      int
	Earlier     string // the address of what was not shown, or empty
}

// A missedGroup is posts that stand together.
type missedGroup struct {
	Name  string
	Face  *view.Face // who said them, if it is one person
	Link  string     // where the name leads, or empty
	Posts []timelines.Missed
}

// catchUp is what came home between two times, with the reason of each post.
func (s *Site) catchUp(q *ask) error {
	r, after, before, err := s.recap(q)
	if err != nil {
		return err
	}
	missed, err := s.Timelines.CatchUp(q.Context(), q.by, after, before, r.Boosts)
	if err != nil {
		return err
	}
	missed.Posts = slices.DeleteFunc(missed.Posts, func(m timelines.Missed) bool { return q.page.leavesOut(m.Seen) })
	people := map[social.AccountID]bool{}
	for _, m := range missed.Posts {
		people[m.Author.ID] = true
	}
	r.Posts, r.People = len(missed.Posts), len(people)
	r.Groups = r.Order.group(q.page, missed.Posts)
	if missed.Oldest != 0 {
		v := q.URL.Query()
		v.Set("before", itoa(missed.Oldest))
		r.Earlier = catchUpPath + "?" + v.Encode()
	}
	q.page.Tab = "catch-up"
	return q.show("Catch up", catchUpPage(q.page, r))
}

// recap is what the address asks for.
func (s *Site) recap(q *ask) (r recap, after, before int64, err error) {
	asked, now := q.URL.Query(), s.config.Clock()
	r.Boosts = asked.Get("boosts") != "no"
	r.Order = orderings[max(0, slices.IndexFunc(orderings, func(o ordering) bool { return o.Is == asked.Get("by") }))]
	if n, err := strconv.Atoi(asked.Get("until")); err == nil && slices.Contains(catchUpHours, n) {
		r.Until = n
		before = id.Floor(now.Add(-time.Duration(n) * time.Hour))
	}
	if n, ok := id.Parse(asked.Get("before")); ok {
		before = n
	}
	if n, err := strconv.Atoi(asked.Get("from")); err == nil && slices.Contains(catchUpHours, n) {
		r.From = n
	}
	oldest := now.Add(-time.Duration(catchUpHours[len(catchUpHours)-1]) * time.Hour)
	if n, ok := id.Parse(asked.Get("since")); ok && r.From == 0 {
		r.Since = n
	} else if r.From == 0 {
		mark, err := s.readUpTo(q, notices.MarkHome)
		if err != nil {
			return r, 0, 0, err
		}
		newest, err := s.Timelines.Home(q.Context(), q.by, social.Page{After: mark.LastID, Limit: 1})
		if err != nil {
			return r, 0, 0, err
		}
		if mark.LastID != 0 && len(newest.Items) > 0 {
			r.Since = mark.LastID
		}
	}
	if r.Since != 0 {
		r.SinceWhen = q.page.lately(id.Time(r.Since))
		return r, max(r.Since, id.Floor(oldest)), before, nil
	}
	r.From = cmp.Or(r.From, usualHours)
	return r, id.Floor(now.Add(-time.Duration(r.From) * time.Hour)), before, nil
}

// group puts posts, the newest of which is first, in order.
func (o ordering) group(f *frame, posts []timelines.Missed) []missedGroup {
	switch o.Is {
	case "topics":
		return byTopic(posts, f.say("Everything else"))
	case "time":
		slices.SortStableFunc(posts, func(a, b timelines.Missed) int { return cmp.Compare(a.At, b.At) })
	case "echo":
		weight := func(m timelines.Missed) int { return m.Likes + 2*m.Boosts + 2*m.Replies }
		slices.SortStableFunc(posts, func(a, b timelines.Missed) int { return cmp.Compare(weight(b), weight(a)) })
	default:
		return byPerson(posts)
	}
	return []missedGroup{{Posts: posts}}
}

func byPerson(posts []timelines.Missed) (out []missedGroup) {
	at := map[social.AccountID]int{}
	for _, m := range posts {
		i, there := at[m.Author.ID]
		if !there {
			i, at[m.Author.ID] = len(out), len(out)
			out = append(out, missedGroup{Name: m.Author.Name(), Face: m.Author, Link: profileURL(m.Author.Account)})
		}
		out[i].Posts = append(out[i].Posts, m)
	}
	slices.SortStableFunc(out, func(a, b missedGroup) int { return cmp.Compare(len(b.Posts), len(a.Posts)) })
	return out
}

// topic is a tag or a link that a post is about.
type topic struct{ key, name, link string }

func topicsOf(m timelines.Missed) (out []topic) {
	for _, t := range m.Tags {
		out = append(out, topic{"#" + social.TagKey(t), "#" + t, tagURL(t)})
	}
	if l := m.Link; l != nil {
		out = append(out, topic{l.URL, cmp.Or(strings.TrimSpace(l.Title), social.LinkHost(l.URL)), ""})
	}
	return out
}

// byTopic has what is about none of several under the name rest.
func byTopic(posts []timelines.Missed, rest string) (out []missedGroup) {
	uses := map[string]int{}
	for _, m := range posts {
		for _, t := range topicsOf(m) {
			uses[t.key]++
		}
	}
	at, others := map[string]int{}, missedGroup{Name: rest}
	for _, m := range posts {
		var best topic
		for _, t := range topicsOf(m) {
			if uses[t.key] > 1 && uses[t.key] > uses[best.key] {
				best = t
			}
		}
		if best.key == "" {
			others.Posts = append(others.Posts, m)
			continue
		}
		i, there := at[best.key]
		if !there {
			i, at[best.key] = len(out), len(out)
			out = append(out, missedGroup{Name: best.name, Link: best.link})
		}
		out[i].Posts = append(out[i].Posts, m)
	}
	slices.SortStableFunc(out, func(a, b missedGroup) int { return cmp.Compare(len(b.Posts), len(a.Posts)) })
	if len(others.Posts) > 0 {
		out = append(out, others)
	}
	return out
}

// reasons say why a post came home.
func reasons(f *frame, m timelines.Missed) string {
	var out []string
	if m.ToReader {
		out = append(out, f.say("answers you"))
	}
	if m.Followed {
		out = append(out, f.say("you follow %s", m.Author.Name()))
	}
	if n := m.BoostedBy; n > 0 {
		var names []string
		for _, b := range m.Boosters {
			names = append(names, b.Name())
		}
		if n > len(names) {
			out = append(out, f.say("boosted by %s and %d more", f.listed(names), n-len(names)))
		} else {
			out = append(out, f.say("boosted by %s", f.listed(names)))
		}
	}
	if len(m.FollowsTags) > 0 {
		var tags []string
		for _, t := range m.FollowsTags {
			tags = append(tags, "#"+t)
		}
		out = append(out, f.say("you follow %s", f.listed(tags)))
	}
	if len(out) == 0 {
		return f.say("was in your home")
	}
	return strings.Join(out, " · ")
}

// listed is names one after the other.
func (f *frame) listed(names []string) (out string) {
	for i, name := range names {
		if i == 0 {
			out = name
		} else {
			out = f.say("%s, %s", out, name)
		}
	}
	return out
}

// span says which time the page is about.
func (r recap) span(f *frame) string {
	var from string
	switch {
	case r.Since != 0:
		from = f.say("since you were here, %s", r.SinceWhen)
	case r.From%24 == 0:
		from = f.say("in the last %d days", r.From/24)
	default:
		from = f.say("in the last %d hours", r.From)
	}
	if r.Until > 0 {
		return f.say("%s, until %s", from, before(f, r.Until))
	}
	return from
}
