package web

import (
	"cmp"
	"context"
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
	social.HarmMinors: msg("Harm to children"), social.HarmViolence: msg("Threats or violence"), social.HarmSelfHarm: msg("Suicide or self-harm"), social.HarmPrivacy: msg("Private details or pictures"),
	social.HarmIllegal: msg("Against the law"), social.HarmHate: msg("Hate"), social.HarmRights: msg("Copyright or trademarks"), social.HarmSexual: msg("Sexual content"), social.HarmHarassment: msg("Harassment"),
	social.HarmScam: msg("Scam or impersonation"), social.HarmRules: msg("Against a house rule"), social.HarmSpam: msg("Spam"), social.HarmOther: msg("Something else"),
}

func harmName(h social.Harm) string {
	if n, ok := harmNames[h]; ok {
		return n
	}
	return harmNames[social.HarmOther]
}

var queueNames = map[social.Queue]string{social.QueueHarm: msg("Harm"), social.QueueLegal: msg("Legal"), social.QueueGeneral: msg("General"), social.QueueSpam: msg("Spam")}

// What is said of a case, and named in other packages.
var _ = []string{
	msg("The rules of this house"),                                                                                                                              // social.GeneralRule
	msg("A hotline for abuse of children, such as the CyberTipline"), msg("The police, of a threat to life or safety"), msg("The police, of terrorist content"), // social.Outsiders
	msg("member"), msg("moderator"), msg("admin"), msg("owner"), // social.Role
}

// A way is something that can be decided: how it is offered, and how it is told
// that it was decided.
type way struct {
	is              social.Action
	key             string
	name, help, did string
}

// ways are in the order of social.Judgements, and chosen by a key each.
var ways = []way{
	{social.Dismiss, "1", msg("No breach"), msg("Nothing happens, and those who reported it are told."), msg("No breach")},
	{social.LabelPost, "2", msg("Label the post"), msg("It stands behind a warning."), msg("Post labelled")},
	{social.LimitPost, "3", msg("Limit the post"), msg("Only followers come across it."), msg("Post limited")},
	{social.HidePost, "4", msg("Hide the post"), msg("Nobody sees it. Can be taken back."), msg("Post hidden")},
	{social.DeletePost, "5", msg("Delete the post"), msg("It is gone for good."), msg("Post deleted")},
	{social.Warn, "6", msg("Warn"), msg("Nothing but a word to the account."), msg("Warned")},
	{social.Limit, "7", msg("Limit the account"), msg("Only followers come across its posts."), msg("Account limited")},
	{social.Disable, "8", msg("Freeze the account"), msg("Nobody can sign in to it. Its posts stay."), msg("Account frozen")},
	{social.Suspend, "9", msg("Suspend the account"), msg("It is not here until that is taken back."), msg("Account suspended")},
	{social.Veil, "0", msg("Veil its pictures"), msg("What its posts show stands behind a warning."), msg("Pictures veiled")},
}

// backs is how it is told that something was taken back, and what else stands in
// a record.
var backs = map[social.Action]string{social.Unveil: msg("Pictures not veiled any more"), social.Enable: msg("Account open again"), social.Unlimit: msg("Account not limited any more"), social.Unsuspend: msg("Account not suspended any more"),
	social.RestorePost: msg("Post restored"), social.Pardon: msg("Taken back"), social.Admit: msg("Let in"), social.TurnDown: msg("Turned down"), social.Expel: msg("Deleted"), social.ChangeRole: msg("Another role"), social.ChangeEntry: msg("Another way in"),
	social.Confirm: msg("Confirmed who it is"), social.Unconfirm: msg("Confirmed no more"), social.Gone: msg("The account was deleted before anybody decided")}

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
var lasts = []struct{ days, name string }{{"", msg("Until it is taken back")}, {"1", msg("1 day")}, {"3", msg("3 days")}, {"7", msg("7 days")}, {"30", msg("30 days")}, {"90", msg("90 days")}, {"365", msg("A year")}}

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
	because := strings.TrimSuffix(cmp.Or(d.Law, f.rule(which), f.say(social.GeneralRule.Text)), ".")
	if d.Until.IsZero() {
		return f.say("Because of: %s. It lasts until it is taken back.", because)
	}
	return f.say("Because of: %s. It lasts until %s.", because, f.longDate(d.Until))
}

// shown is when a form was, as it is sent with it.
func (f *frame) shown() string { return strconv.FormatInt(f.Now.UnixMilli(), 10) }

// dueIn is how long it is until a case is to be decided.
func (f *frame) dueIn(at time.Time) string {
	switch d := at.Sub(f.Now); {
	case d < time.Minute:
		return f.say("due in a minute")
	case d < 2*time.Hour:
		return f.say("due in %d minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return f.say("due in %d hours", int(d.Hours()))
	default:
		return f.say("due in %d days", int(d.Hours()/24))
	}
}

// beginning is the beginning of what a post says.
func (f *frame) beginning(p *view.Seen) string {
	if words := beginning(p); words != wordless {
		return words
	}
	return f.say(wordless)
}

var wordless = msg("A post without words")

func beginning(p *view.Seen) string {
	return snippet(cmp.Or(strings.TrimSpace(p.Warning+" "+p.Plain()), wordless))
}

// likeUpheld is how the reason begins for which a case is more urgent; the measure stands behind it.
var likeUpheld = msg("like cases that were upheld")

// signal is why a case is more urgent than what was reported makes it.
func signal(ctx context.Context, why string) string {
	if measure, ok := strings.CutPrefix(why, likeUpheld); ok {
		return say(ctx, likeUpheld) + measure
	}
	return why
}
