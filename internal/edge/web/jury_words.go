package web

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/social"
)

// juryEnds says how a jury ended.
var juryEnds = map[social.JuryEnd]string{
	social.JuryBreach: msg("It breaks a rule"), social.JuryNoBreach: msg("It breaks no rule"), social.JuryHung: msg("They did not agree"),
	social.JuryLate: msg("It took too long"), social.JuryShort: msg("There was nobody left to draw"), social.JuryMoot: msg("There was nothing to judge any more"),
}

// overrideWords say what the staff decides in the place of a jury.
var overrideWords = map[social.Verdict]string{social.Breach: msg("It breaks a rule, and that is written down"), social.NoBreach: msg("It breaks no rule, and that is written down")}

// juryReports are juryWords within a sentence.
var juryReports = map[social.Harm]string{social.HarmSpam: msg("spam"), social.HarmHarassment: msg("harassment"), social.HarmHate: msg("hate"), social.HarmRules: msg("rules of the house"), social.HarmOther: msg("something else")}

// reportedAs is what something was reported for.
func reportedAs(ctx context.Context, harms []social.Harm) (out string) {
	for _, c := range harms {
		w := juryReports[c]
		switch {
		case w == "":
		case out == "":
			out = say(ctx, w)
		default:
			out = say(ctx, "%s, %s", out, say(ctx, w))
		}
	}
	return out
}

// notShown stands in the place of what jurors are not shown.
func notShown(k social.MediaKind) string {
	switch k {
	case social.Image:
		return msg("There is an image here that is not shown.")
	case social.GIFV, social.Video:
		return msg("There is a video here that is not shown.")
	case social.Audio:
		return msg("There is a sound here that is not shown.")
	}
	return msg("There is something here that is not shown.")
}

// What social.Quiz asks, and the answers.
var _ = []string{
	msg("Which of these is a rule here?"),
	msg("You find a post foolish and rude, and it breaks none of the rules here. What do you say?"), msg("It breaks no rule"), msg("It breaks a rule"), msg("I skip it, so that others remove it"),
	msg("You think you know who wrote what you are shown. What do you do?"), msg("Skip it"), msg("Judge it as that person deserves"), msg("Ask them what they meant"),
	msg("Most cases you were shown today broke a rule. What about the next?"), msg("I judge it by itself"), msg("It breaks one as well, most likely"), msg("It is time for one that does not"),
	msg("You agree with what a post says, and it breaks a rule. What do you say?"), msg("It depends on how many agree"), msg("You cannot tell whether a rule is broken. What do you do?"),
	msg("Skip it, or say that I am unsure"), msg("Say that one is, to be on the safe side"), msg("Look up who wrote it"), msg("May you tell others what you were shown as a juror?"), msg("No"), msg("Yes, without names"),
	msg("Yes, after the verdict"), msg("Nobody may contradict the owner of the house."), msg("Every post has a picture."), msg("Write replies only in verse."), msg("Who joined later has to agree with who joined earlier."),
	msg("Posts may not be longer than seven words."), msg("Everybody posts at least once a day."), msg("It is forbidden to mention the weather."), msg("Only people with a picture of themselves may like posts."),
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
