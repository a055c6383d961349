package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/automation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

const autoRulesPage = "/moderation/rules"

// Rules that act by themselves. Moderators see them, admins change them.
func (s *Site) autoRuleRoutes(r *router) {
	r.Do("GET "+autoRulesPage, moderator, s.autoRules)
	r.Do("POST "+autoRulesPage, admin, s.addAutoRule)
	r.Do("GET "+autoRulesPage+"/new", admin, func(q *ask) error {
		return s.showNewAutoRule(q, http.StatusOK, social.AutoRule{Text: social.AutoHelp}, "")
	})
	r.Do("GET "+autoRulesPage+"/{rule}", moderator, func(q *ask) error { return s.showAutoRule(q, http.StatusOK, nil, "") })
	r.Do("POST "+autoRulesPage+"/{rule}", admin, s.changeAutoRule)
	r.Do("GET "+autoRulesPage+"/{rule}/hits", moderator, s.autoHits)
	for what, do := range map[string]func(q *ask, id social.AutoRuleID) error{
		"state": func(q *ask, id social.AutoRuleID) error {
			return s.Automation.SetState(q.Context(), q.by, id, social.AutoState(q.form("state")))
		},
		"try": func(q *ask, id social.AutoRuleID) error { return s.Automation.Try(q.Context(), q.by, id) },
		"seen": func(q *ask, id social.AutoRuleID) error {
			began, _ := strconv.ParseInt(q.form("began"), 10, 64)
			return s.Automation.Look(q.Context(), q.by, id, began)
		},
	} {
		r.Do("POST "+autoRulesPage+"/{rule}/"+what, admin, func(q *ask) error {
			err := do(q, q.autoRule())
			if problem, ok := q.mendable(err); ok {
				return s.showAutoRule(q, http.StatusUnprocessableEntity, nil, problem)
			}
			return s.saved(q, err, autoRuleURL(q.autoRule()))
		})
	}
	r.Do("POST "+autoRulesPage+"/{rule}/remove", admin, func(q *ask) error {
		return s.saved(q, s.Automation.Remove(q.Context(), q.by, q.autoRule()), autoRulesPage)
	})
}

func (q *ask) autoRule() social.AutoRuleID { return social.AutoRuleID(q.number("rule")) }

func autoRuleURL(which social.AutoRuleID) string { return autoRulesPage + "/" + itoa(which) }

func (s *Site) autoRules(q *ask) error {
	all, err := s.Automation.Rules(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.show("Automatic rules", autoRuleList(q.page, all))
}

func (s *Site) showNewAutoRule(q *ask, status int, r social.AutoRule, problem string) error {
	q.settle()
	return q.showAs(status, "A new automatic rule", autoRuleNew(q.page, r, problem))
}

func (s *Site) addAutoRule(q *ask) error {
	name, text := q.form("name"), q.form("text")
	r, err := s.Automation.Add(q.Context(), q.by, name, text)
	if problem, ok := q.mendable(err); ok {
		return s.showNewAutoRule(q, http.StatusUnprocessableEntity, social.AutoRule{Name: name, Text: text}, problem)
	}
	if err != nil {
		return err
	}
	return q.to(autoRuleURL(r.ID))
}

func (s *Site) changeAutoRule(q *ask) error {
	name, text := q.form("name"), q.form("text")
	_, err := s.Automation.Change(q.Context(), q.by, q.autoRule(), name, text)
	if problem, ok := q.mendable(err); ok {
		return s.showAutoRule(q, http.StatusUnprocessableEntity, &social.AutoRule{Name: name, Text: text}, problem)
	}
	return s.saved(q, err, autoRuleURL(q.autoRule()))
}

// An autoRulePage is a rule with all there is to see of it.
type autoRulePage struct {
	automation.Line
	Versions []social.AutoRule
	Examples []*view.Seen
	Problem  string
	// Typed is what somebody entered that could not be kept, or the rule itself.
	Typed social.AutoRule
}

func (s *Site) showAutoRule(q *ask, status int, typed *social.AutoRule, problem string) error {
	l, versions, err := s.Automation.Rule(q.Context(), q.by, q.autoRule())
	if err != nil {
		return err
	}
	p := autoRulePage{Line: l, Versions: versions, Problem: problem, Typed: l.AutoRule}
	if typed != nil {
		p.Typed = *typed
	}
	if p.Examples, err = s.View.Posts(q.Context(), q.by, l.Run.Examples, social.Asked); err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, l.Name, autoRuleOne(q.page, p))
}

// An autoHit is something that met a rule, and what the reader may see of it.
type autoHit struct {
	social.AutoHit
	By   *view.Face // nil if the account is gone
	Post *view.Seen // nil if it is gone, or not for the reader
}

func (s *Site) autoHits(q *ask) error {
	l, _, err := s.Automation.Rule(q.Context(), q.by, q.autoRule())
	if err != nil {
		return err
	}
	hits, err := slice(q, linesOnPage, func(p social.Page) (view.Slice[social.AutoHit], error) {
		return s.Automation.Hits(q.Context(), q.by, l.ID, p)
	})
	if err != nil {
		return err
	}
	all, err := s.withPosts(q, hits.Items)
	if err != nil {
		return err
	}
	q.settle()
	return q.show(q.page.say("What met %s", l.Name), autoHitList(q.page, l, all, hits.Newest, hits.Oldest))
}

func (s *Site) withPosts(q *ask, hits []social.AutoHit) (all []autoHit, err error) {
	var people []social.AccountID
	var posts []social.PostID
	for _, h := range hits {
		people, posts = append(people, h.Account), append(posts, h.Post)
	}
	faces, err := s.View.Faces(q.Context(), slices.Compact(slices.Sorted(slices.Values(people))))
	if err != nil {
		return nil, err
	}
	seen, err := s.View.Posts(q.Context(), q.by, slices.Compact(slices.Sorted(slices.Values(posts))), social.Asked)
	if err != nil {
		return nil, err
	}
	for _, h := range hits {
		one := autoHit{AutoHit: h}
		if i := slices.IndexFunc(faces, func(f *view.Face) bool { return f.ID == h.Account }); i >= 0 {
			one.By = faces[i]
		}
		if i := slices.IndexFunc(seen, func(p *view.Seen) bool { return p.ID == h.Post }); i >= 0 {
			one.Post = seen[i]
		}
		all = append(all, one)
	}
	return all, nil
}

var autoStates = map[social.AutoState]string{social.AutoOff: msg("off"), social.AutoWatch: msg("only watches"), social.AutoOn: msg("acts")}

// autoRuleIs is how a rule stands, in sentences.
func autoRuleIs(f *frame, l automation.Line) string {
	is := map[social.AutoState]string{social.AutoOff: msg("It is off."), social.AutoWatch: msg("It only watches."), social.AutoOn: msg("It is on.")}[l.State]
	return strings.Join([]string{f.say(is), f.say("When it is on, it %s.", autoDeed(f, l.Terms)), f.say("This is version %s, since %s.", itoa(l.Version), f.lately(l.Changed))}, " ")
}

var autoDeeds = map[social.AutoAction]string{
	social.AutoReport: msg("tells the moderators"), social.AutoHold: msg("puts it before the moderators, and lets it be seen"), social.AutoWarn: msg("puts it behind a warning"),
	social.AutoHide: msg("hides it until somebody has looked"), social.AutoLimit: msg("limits the account until somebody has looked"), social.AutoReject: msg("refuses it"),
}

// autoDeed is what a rule does, in words.
func autoDeed(f *frame, t social.AutoTerms) string {
	var all []string
	for _, a := range t.Actions {
		all = append(all, f.say(autoDeeds[a]))
	}
	return strings.Join(all, ", ")
}

// autoWords is what can be written in a rule. Its own words are the same in every
// language, as they are read: they stand beside what is said of them.
var autoWords = []struct {
	key, help string
	words     []any
}{
	{"for", "posts; posts and messages; sign-ups", nil},
	{"when", msg("%s conditions are met, or %s of them"), []any{"all", "any"}},
	{"words, text", msg("words or phrases with commas between them; %s is found within words, too"), []any{"text"}},
	{"links", msg("%s, or hosts: %s with all below it, %s for a whole top level"), []any{"any", "example.com", "*.top"}},
	{"links at least, mentions at least", msg("a number"), nil},
	{"account younger than", "24 hours, 7 days", nil},
	{"posts fewer than", msg("a number"), nil},
	{"from", msg("%s or %s"), []any{"here", "elsewhere"}},
	{"hosts", msg("where the author lives"), nil},
	{"pictures", msg("%s, %s and its name, %s or %s"), []any{"any list", "list", "sha256:…", "pdq:…"}},
	{"pace", msg("%s: so many posts of one account"), []any{"10 in 5 minutes"}},
	{"similar", msg("%s: so many others who said or showed nearly the same"), []any{"4 in 10 minutes"}},
	{"mail", msg("the host of somebody's e-mail, of a sign-up"), nil},
	{"not", msg("before a condition: the other way round"), nil},
	{"do", msg("%s; or %s alone"), []any{"report, hold, warn, hide, limit", "reject"}},
	{"priority, category, quota, say", msg("%s to %s; %s and so on; hits a day; what somebody is told whose post is refused"), []any{"low", "urgent", "spam, scam, hate"}},
}

// autoTrial is how a trial went, in a sentence.
func autoTrial(f *frame, l automation.Line) string {
	run := l.Run
	switch {
	case run.Version == 0:
		return f.say("It was not tried yet.")
	case run.Version != l.Version:
		return f.say("It was changed since it was last tried.")
	case run.Done.IsZero():
		return f.say("It is being tried: %d posts were looked at so far. Load this page again in a while.", run.Looked)
	}
	said := f.say("Of %d posts of the last %d days it would have met %d, by %s.", run.Looked, social.AutoRunDays, run.Hits, f.say("%d accounts", run.People))
	if run.Short {
		said += " " + f.say("There were more posts; the earlier ones were left out.")
	}
	return said
}

// hitState is what was done about a hit, in words.
func hitState(h social.AutoHit) string {
	switch {
	case !h.Acted:
		return msg("only watched")
	case h.Post == 0:
		return msg("acted upon, without a post")
	}
	return msg("acted upon")
}

func hitTime(h social.AutoHit) time.Time { return id.Time(int64(h.ID)) }

// actedToday is how much a rule met in the last day.
func actedToday(f *frame, l automation.Line) string {
	return f.say("In the last day it acted on %d of %d that it may, and only watched %d.", l.Acted, l.Terms.Quota, l.Seen)
}
