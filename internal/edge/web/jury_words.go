package web

import (
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/social"
)

// juryEnds says how a jury ended.
var juryEnds = map[social.JuryEnd]string{
	social.JuryBreach: "It breaks a rule", social.JuryNoBreach: "It breaks no rule", social.JuryHung: "They did not agree",
	social.JuryLate: "It took too long", social.JuryShort: "There was nobody left to draw", social.JuryMoot: "There was nothing to judge any more",
}

// reportedAs is what something was reported for.
func reportedAs(harms []social.Harm) string {
	var out []string
	for _, c := range harms {
		if w := juryWords[c]; w != "" {
			out = append(out, strings.ToLower(w))
		}
	}
	return strings.Join(out, ", ")
}

// pressOf is the key for the rule at a place; only nine have one.
func pressOf(i int) string {
	if i > 8 {
		return ""
	}
	return itoa(i + 1)
}

// showKey is the key that shows a picture.
func showKey(i int) string { return string("vbnm"[min(i, 3)]) }

// speakerTint is the colour of a letter.
func speakerTint(speaker string) string {
	if speaker == "" {
		return "tint-0"
	}
	return "tint-" + itoa(int(speaker[len(speaker)-1]-'A')%8)
}

func waitingCases(n int) string {
	if n == 1 {
		return "A case waits for you"
	}
	return itoa(n) + " cases wait for you"
}

func refuses(j social.Juror, h social.Harm) bool { return slices.Contains(j.Refuses, h) }

// otherVerdict is what the staff could put in the place of what holds, empty if
// nothing was said.
func otherVerdict(j social.Jury) social.Verdict {
	switch j.Holds() {
	case social.Breach:
		return social.NoBreach
	case social.NoBreach:
		return social.Breach
	}
	return ""
}

func goldAnswer(g social.Gold) string {
	if g.Verdict == social.Breach {
		return g.Rule
	}
	return noRule
}
