package social_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/pdq"
	"github.com/plaza-social/plaza/internal/social"
)

func TestParseAutoTerms(t *testing.T) {
	got, err := social.ParseAutoTerms(`# what spammers say
for: posts and messages
when: any
words: Casino, "free money, now", CASINO
not links: example.com, *.top, *.spam.example
account younger than: 7 days
similar: 3 in 10 minutes
do: report, warn
priority: high
category: spam
quota: 7`)
	if err != nil {
		t.Fatal(err)
	}
	want := social.AutoTerms{Scope: social.AutoMessages, Any: true, Actions: []social.AutoAction{social.AutoReport, social.AutoWarn},
		Priority: social.AutoHigh, Category: "spam", Quota: 7, Conditions: []social.AutoCondition{
			{Kind: social.AutoWords, Line: `words: Casino, "free money, now", CASINO`, Words: []string{"casino", "free money, now"}},
			{Kind: social.AutoLinks, Not: true, Line: "not links: example.com, *.top, *.spam.example", Words: []string{"example.com", "*.top", "*.spam.example"}},
			{Kind: social.AutoYoung, Line: "account younger than: 7 days", Within: 7 * 24 * time.Hour},
			{Kind: social.AutoAlike, Line: "similar: 3 in 10 minutes", Count: 3, Within: 10 * time.Minute},
		}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := social.ParseAutoTerms(social.AutoHelp); err != nil {
		t.Errorf("the example that is shown: %v", err)
	}
}

func listed(n int, form string) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(form, i))
	}
	return strings.Join(all, ", ")
}

func eachLine(n int, form string) (out string) {
	for i := range n {
		out += fmt.Sprintf(form, i) + "\n"
	}
	return out
}

// Each limit holds at its last value, and not past it.
func TestAutoLimits(t *testing.T) {
	report := "\ndo: report"
	for name, c := range map[string]struct{ in, out string }{
		"conditions":  {eachLine(social.MaxAutoConditions, "words: w%d") + report, eachLine(social.MaxAutoConditions+1, "words: w%d") + report},
		"words":       {"words: " + listed(social.MaxAutoWords, "w%d") + report, "words: " + listed(social.MaxAutoWords+1, "w%d") + report},
		"hosts":       {"links: " + listed(social.MaxAutoWords, "w%d.example") + report, "links: " + listed(social.MaxAutoWords+1, "w%d.example") + report},
		"hashes":      {"pictures: " + listed(social.MaxAutoWords, "list %d") + report, "pictures: " + listed(social.MaxAutoWords+1, "list %d") + report},
		"a word":      {"words: " + strings.Repeat("ä", social.MaxAutoWord) + report, "words: " + strings.Repeat("ä", social.MaxAutoWord+1) + report},
		"a count":     {"links at least: 1000" + report, "links at least: 1001" + report},
		"no count":    {"links at least: 1" + report, "links at least: 0" + report},
		"pace":        {"pace: 2 in 24 hours" + report, "pace: 2 in 25 hours" + report},
		"slow pace":   {"pace: 2 in 1 minute" + report, "pace: 1 in 1 minute" + report},
		"alike":       {"similar: 1 in 60m" + report, "similar: 1 in 61m" + report},
		"none alike":  {"similar: 1000 in 1h" + report, "similar: 0 in 1h" + report},
		"age":         {"account younger than: 366 days" + report, "account younger than: 367 days" + report},
		"quota":       {"words: a\nquota: 10000" + report, "words: a\nquota: 10001" + report},
		"least quota": {"words: a\nquota: 1" + report, "words: a\nquota: 0" + report},
		"say": {"words: a\ndo: reject\nsay: " + strings.Repeat("ä", social.MaxAutoSay),
			"words: a\ndo: reject\nsay: " + strings.Repeat("ä", social.MaxAutoSay+1)},
	} {
		if _, err := social.ParseAutoTerms(c.in); err != nil {
			t.Errorf("%s, the most: %v", name, err)
		}
		if _, err := social.ParseAutoTerms(c.out); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s, too much: %v, want Invalid", name, err)
		}
	}
	ok := "words: a\ndo: report"
	for name, c := range map[string]struct {
		name, text string
		fine       bool
	}{
		"longest name": {strings.Repeat("ä", social.MaxAutoName), ok, true},
		"long name":    {strings.Repeat("ä", social.MaxAutoName+1), ok, false},
		"no name":      {" \n ", ok, false},
		"longest text": {"a", ok + "\n#" + strings.Repeat("x", social.MaxAutoText-len(ok)-2), true},
		"long text":    {"a", ok + "\n#" + strings.Repeat("x", social.MaxAutoText-len(ok)-1), false},
	} {
		if _, err := social.NewAutoRule(c.name, c.text); (err == nil) != c.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is wrong is said with the line and with what to do.
func TestAutoTextRefused(t *testing.T) {
	for text, says := range map[string]string{
		"":                                            "Add a condition",
		"words: a":                                    "Add what is to be done",
		"do: report":                                  "Add a condition",
		"words: a\nthen report":                       "Line 2: write what it is about, a colon",
		"words:":                                      "Line 1: write what it is about",
		"words: ,":                                    "name at least one",
		"color: red":                                  `"color" is not known`,
		"\n\nwords: a\ndo: shout":                     `Line 4: "shout" is not known here: choose one of report`,
		"words: a\nquota: 5\nquota: 6":                "Line 3: \"quota\" is there twice",
		"links: http://":                              "is no host",
		"links: *.":                                   "is no host",
		"pictures: cats":                              `write "any list"`,
		"pictures: pdq:00":                            "64 digits",
		"pictures: sha256:zz":                         "64 digits",
		"account younger than: soon":                  `write a time such as "10 minutes"`,
		"pace: 5":                                     "say how many in which time",
		"from: mars":                                  "choose one of here, elsewhere",
		"mail: example.com\ndo: report":               `add "for: sign-ups"`,
		"for: sign-ups\nlinks: any\ndo: report":       "Of who wants to join only",
		"for: sign-ups\nwords: a\ndo: hide":           "Who wants to join can only",
		"words: a\ndo: reject, report":                `let "do" be "reject" alone`,
		"words: a\ndo: report\nsay: no":               `takes "do: reject"`,
		"from: elsewhere\nwords: a\ndo: reject":       `use "do: hide"`,
		"not links: any\nwhen: some\ndo: report":      "choose one of all, any",
		"words: a\npriority: now\ndo: report":         "choose one of low",
		"words: a\ncategory: nonsense\ndo: report":    "choose one of minors",
		"for: everything\nwords: a\ndo: report":       "choose one of posts",
		"hosts: x y\ndo: report":                      "is no host",
		"words: " + strings.Repeat("a,", 10) + "\nx:": "Line 2",
	} {
		if _, err := social.ParseAutoTerms(text); err == nil || !strings.Contains(errs.Public(err), says) {
			t.Errorf("%q: %v, want it to say %q", text, err, says)
		}
	}
}

// looked answers what costs something.
type looked struct {
	posts, pace, alike int
	list               string
	asked              []string
}

func (l *looked) Posts(most int) (int, error) {
	l.asked = append(l.asked, "posts")
	return min(l.posts, most), nil
}

func (l *looked) Pace(_ time.Duration, most int) (int, error) {
	l.asked = append(l.asked, "pace")
	return min(l.pace, most), nil
}

func (l *looked) Alike(time.Duration) (int, error) {
	l.asked = append(l.asked, "alike")
	return l.alike, nil
}

func (l *looked) Listed(_ social.AutoPicture, lists []string, any bool) (string, error) {
	if any || slices.Contains(lists, l.list) {
		return l.list, nil
	}
	return "", nil
}

func TestAutoMeets(t *testing.T) {
	look := pdq.Hash{1, 2, 3, 4}
	near, far := look, look
	near[0] ^= 1<<31 - 1 // 31 bits
	far[0] ^= 1<<32 - 1  // 32
	print := strings.Repeat("ab", 32)
	base := func() social.AutoSubject {
		return social.AutoSubject{Words: social.FilterKey("Get FREE   Money at the casinos"), Links: []string{"shop.example.com", "a.top"}, Mentions: 3,
			Age: time.Hour, Look: &looked{posts: 4, pace: 6, alike: 2, list: "bad"},
			Pictures: []social.AutoPicture{{Print: print, Look: look, Quality: pdq.MinQuality}}}
	}
	remote := base()
	remote.Host = "m.spam.example"
	plain := base()
	plain.Links, plain.Pictures = nil, nil
	poor := base()
	poor.Pictures = []social.AutoPicture{{Print: "x", Look: look, Quality: pdq.MinQuality - 1}}
	joins := social.AutoSubject{Words: "casino", Mail: "x.mail.example"}
	for _, c := range []struct {
		condition string
		x         social.AutoSubject
		want      bool
	}{
		{"words: free money", base(), true},
		{"words: casino", base(), false},
		{"text: casino", base(), true},
		{"not words: casino", base(), true},
		{"links: any", base(), true},
		{"links: any", plain, false},
		{"links: example.com", base(), true},
		{"links: *.example.com", base(), true},
		{"links: *.shop.example.com", base(), false},
		{"links: *.top", base(), true},
		{"links: ample.com", base(), false},
		{"links at least: 2", base(), true},
		{"links at least: 3", base(), false},
		{"mentions at least: 3", base(), true},
		{"mentions at least: 4", base(), false},
		{"account younger than: 61 minutes", base(), true},
		{"account younger than: 1 hour", base(), false},
		{"posts fewer than: 5", base(), true},
		{"posts fewer than: 4", base(), false},
		{"pace: 6 in 1h", base(), true},
		{"pace: 7 in 1h", base(), false},
		{"similar: 2 in 10m", base(), true},
		{"similar: 3 in 10m", base(), false},
		{"from: here", base(), true},
		{"from: elsewhere", base(), false},
		{"from: elsewhere", remote, true},
		{"hosts: spam.example", remote, true},
		{"hosts: spam.example", base(), false},
		{"not hosts: spam.example", base(), true},
		{"pictures: pdq:" + near.String(), base(), true},
		{"pictures: pdq:" + far.String(), base(), false},
		{"pictures: pdq:" + look.String(), poor, false},
		{"pictures: sha256:" + print, base(), true},
		{"pictures: sha256:" + print, poor, false},
		{"pictures: list bad", base(), true},
		{"pictures: list other", base(), false},
		{"pictures: any list", base(), true},
		{"pictures: any list", plain, false},
	} {
		terms, err := social.ParseAutoTerms(c.condition + "\ndo: report")
		if err != nil {
			t.Fatalf("%s: %v", c.condition, err)
		}
		if why, met, err := terms.Meets(c.x); met != c.want || err != nil || met && !slices.Equal(why, []string{c.condition}) {
			t.Errorf("%s: met is %v (%q), want %v", c.condition, met, why, c.want)
		}
	}
	terms, err := social.ParseAutoTerms("for: sign-ups\nmail: mail.example\ndo: report")
	if err != nil {
		t.Fatal(err)
	}
	if _, met, _ := terms.Meets(joins); !met {
		t.Error("an address below a host is not met")
	}
}

// All takes all, any takes one; what is dear is asked last, and not at all
// where the answer is known.
func TestAutoAllAndAny(t *testing.T) {
	for when, c := range map[string]struct {
		want  bool
		asked int
	}{"all": {false, 0}, "any": {true, 0}} {
		terms, err := social.ParseAutoTerms("when: " + when + "\nsimilar: 1 in 5m\nwords: no\nwords: yes\ndo: report")
		if err != nil {
			t.Fatal(err)
		}
		l := &looked{alike: 9}
		if _, met, _ := terms.Meets(social.AutoSubject{Words: "yes", Look: l}); met != c.want || len(l.asked) != c.asked {
			t.Errorf("%s: met is %v after asking %v", when, met, l.asked)
		}
	}
	terms, _ := social.ParseAutoTerms("when: any\nsimilar: 9 in 5m\nwords: no\ndo: report")
	if _, met, _ := terms.Meets(social.AutoSubject{Words: "yes", Look: &looked{}}); met {
		t.Error("any of none is met")
	}
	terms, _ = social.ParseAutoTerms("similar: 2 in 5m\nwords: yes\ndo: report")
	if why, met, _ := terms.Meets(social.AutoSubject{Words: "yes", Look: &looked{alike: 2}}); !met || len(why) != 2 {
		t.Errorf("all of two: met is %v, by %q", met, why)
	}
}

func TestLinkHosts(t *testing.T) {
	got := social.LinkHosts("see https://Example.COM/a, http://пример.рф and https://example.com/b or mailto:x@y.example")
	if want := []string{"example.com", "xn--e1afmkfd.xn--p1ai"}; !slices.Equal(got, want) {
		t.Errorf("hosts are %q, want %q", got, want)
	}
}

func TestMayTurnOn(t *testing.T) {
	r := social.AutoRule{Version: 2, Terms: social.AutoTerms{Scope: social.AutoPosts}}
	now := time.Unix(1e9, 0)
	seen := social.AutoRun{Version: 2, Started: now, Done: now, Seen: now}
	if err := r.MayTurnOn(seen); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*social.AutoRun){
		"none":          func(run *social.AutoRun) { *run = social.AutoRun{} },
		"of another":    func(run *social.AutoRun) { run.Version = 1 },
		"going on":      func(run *social.AutoRun) { run.Done = time.Time{} },
		"nobody looked": func(run *social.AutoRun) { run.Seen = time.Time{} },
		"failed":        func(run *social.AutoRun) { run.Failed = "x" },
	} {
		run := seen
		if spoil(&run); errs.KindOf(r.MayTurnOn(run)) != errs.Invalid {
			t.Errorf("%s: it may be turned on", name)
		}
	}
}
