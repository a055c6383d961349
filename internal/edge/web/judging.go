package web

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// What is decided and what about, in people's words.

var harmNames = map[social.Harm]string{
	social.HarmMinors: "Harm to children", social.HarmViolence: "Threats or violence", social.HarmSelfHarm: "Suicide or self-harm", social.HarmPrivacy: "Private details or pictures",
	social.HarmIllegal: "Against the law", social.HarmHate: "Hate", social.HarmRights: "Copyright or trademarks", social.HarmSexual: "Sexual content", social.HarmHarassment: "Harassment",
	social.HarmScam: "Scam or impersonation", social.HarmRules: "Against a house rule", social.HarmSpam: "Spam", social.HarmOther: "Something else",
}

func harmName(h social.Harm) string {
	if n, ok := harmNames[h]; ok {
		return n
	}
	return harmNames[social.HarmOther]
}

var queueNames = map[social.Queue]string{social.QueueHarm: "Harm", social.QueueLegal: "Legal", social.QueueGeneral: "General", social.QueueSpam: "Spam"}

// A way is something that can be decided: how it is offered, and how it is told
// that it was decided.
type way struct {
	is              social.Action
	key             string
	name, help, did string
}

// ways are in the order of social.Judgements, and chosen by a key each.
var ways = []way{
	{social.Dismiss, "1", "No breach", "Nothing happens, and those who reported it are told.", "No breach"},
	{social.LabelPost, "2", "Label the post", "It stands behind a warning.", "Post labelled"},
	{social.LimitPost, "3", "Limit the post", "Only followers come across it.", "Post limited"},
	{social.HidePost, "4", "Hide the post", "Nobody sees it. Can be taken back.", "Post hidden"},
	{social.DeletePost, "5", "Delete the post", "It is gone for good.", "Post deleted"},
	{social.Warn, "6", "Warn", "Nothing but a word to the account.", "Warned"},
	{social.Limit, "7", "Limit the account", "Only followers come across its posts.", "Account limited"},
	{social.Disable, "8", "Freeze the account", "Nobody can sign in to it. Its posts stay.", "Account frozen"},
	{social.Suspend, "9", "Suspend the account", "It is not here until that is taken back.", "Account suspended"},
	{social.Veil, "0", "Veil its pictures", "What its posts show stands behind a warning.", "Pictures veiled"},
}

// backs is how it is told that something was taken back, and what else stands in
// a record.
var backs = map[social.Action]string{social.Unveil: "Pictures not veiled any more", social.Enable: "Account open again", social.Unlimit: "Account not limited any more", social.Unsuspend: "Account not suspended any more",
	social.RestorePost: "Post restored", social.Pardon: "Taken back", social.Admit: "Let in", social.TurnDown: "Turned down", social.Expel: "Deleted", social.ChangeRole: "Another role", social.ChangeEntry: "Another way in"}

func wayOf(a social.Action) way {
	for _, w := range ways {
		if w.is == a {
			return w
		}
	}
	return way{is: a, name: backs[a], did: backs[a]}
}

func didName(a social.Action) string {
	if d := wayOf(a).did; d != "" {
		return d
	}
	return string(a)
}

// A verdict is a decision as a form has it.
type verdict struct {
	Action            social.Action
	Rule, Law         string
	Template          string
	Text, Facts, Days string
	Letter            bool
	Posts             map[social.PostID]bool // ticked; nil for all
	Seen              time.Time              // when the form was shown
}

// lasts are for how many days something can be decided, as it is offered.
var lasts = []struct{ days, name string }{{"", "Until it is taken back"}, {"1", "1 day"}, {"3", "3 days"}, {"7", "7 days"}, {"30", "30 days"}, {"90", "90 days"}, {"365", "A year"}}

// longestDecision bounds what a form may ask for, in days.
const longestDecision = 3650

// verdictOf reads the form that decides.
func verdictOf(q *ask) verdict {
	v := verdict{Action: social.Action(q.form("action")), Rule: q.form("rule"), Law: strings.TrimSpace(q.form("law")), Template: q.form("template"),
		Text: strings.TrimSpace(q.form("text")), Facts: strings.TrimSpace(q.form("facts")), Days: q.form("days"), Letter: q.ticked("letter"), Posts: map[social.PostID]bool{}}
	if ms, err := strconv.ParseInt(q.form("seen"), 10, 64); err == nil {
		v.Seen = time.UnixMilli(ms)
	}
	for _, p := range q.PostForm["post"] {
		if n, ok := id.Parse(p); ok {
			v.Posts[social.PostID(n)] = true
		}
	}
	return v
}

// decision is what v decides about what is of a harm, in the words of the house
// where it has none of its own.
func (v verdict) decision(f *frame, h social.Harm) social.Decision {
	d := social.Decision{Action: v.Action, Rule: v.Rule, Law: v.Law, Facts: v.Facts, Text: v.Text, Seen: v.Seen}
	if d.Law != "" {
		d.Ground = social.GroundLaw
	}
	if days, err := strconv.Atoi(v.Days); err == nil && days > 0 && v.Action.Inverse() != "" {
		d.Until = f.Now.Add(time.Duration(min(days, longestDecision)) * 24 * time.Hour)
	}
	if v.Action.OfPost() {
		for p := range v.Posts {
			d.Posts = append(d.Posts, p)
		}
	}
	if d.Text == "" && v.Action.Sanction() {
		d.Text = v.words(f, h)
	}
	d.Text = social.Fill(d.Text, f.House.Title, f.rule(v.Rule), d)
	return d
}

// grounded reports what is missing for v to be held against somebody: who decides
// here says which rule or law was broken, where the house has rules.
func (v verdict) grounded(f *frame) error {
	if v.Action.Sanction() && v.Rule == "" && v.Law == "" && len(f.House.Rules) > 0 {
		return errs.New(errs.Invalid, "Choose which rule was broken, or write down which law.")
	}
	return nil
}

// words are those kept ready that v names, or that fit it best.
func (v verdict) words(f *frame, h social.Harm) string {
	for _, t := range f.House.Templates {
		if t.Name == v.Template && v.Template != "" {
			return t.Text
		}
	}
	return social.Words(f.House.Templates, v.Action, h)
}

// rule is what a rule of the house says.
func (f *frame) rule(which string) string {
	for _, r := range f.House.Rules {
		if r.ID == which {
			return r.Text
		}
	}
	return ""
}

// wanted is on what somebody's proposal rests, and for how long it is.
func (f *frame) wanted(d social.Decision) string {
	which, _, _ := strings.Cut(d.Rule, "@")
	because, until := strings.TrimSuffix(cmp.Or(d.Law, f.rule(which), social.GeneralRule.Text), "."), f.say("it is taken back")
	if !d.Until.IsZero() {
		until = f.longDate(d.Until)
	}
	return f.say("Because of: %s. It lasts until %s.", because, until)
}

// shown is when a form was, as it is sent with it.
func (f *frame) shown() string { return strconv.FormatInt(f.Now.UnixMilli(), 10) }

// ahead is how long it is until a moment.
func (f *frame) ahead(at time.Time) string {
	switch d := at.Sub(f.Now); {
	case d < time.Minute:
		return "a minute"
	case d < 2*time.Hour:
		return itoa(int(d.Minutes())) + " minutes"
	case d < 48*time.Hour:
		return itoa(int(d.Hours())) + " hours"
	default:
		return itoa(int(d.Hours()/24)) + " days"
	}
}

func longDay(at time.Time) string { return at.UTC().Format("2 January 2006") }

// beginning is the beginning of what a post says.
func beginning(p *view.Seen) string {
	words := strings.TrimSpace(p.Warning + " " + p.Plain())
	if words == "" {
		words = "A post without words"
	}
	return snippet(words)
}
