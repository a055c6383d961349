package social

import "strings"

// A gold case is one whose verdict is known, shown among the others without
// saying so: from them we learn how well somebody judges.

// Limits of gold cases.
const (
	GoldShare  = 10 // one in so many cases is gold
	GoldUses   = 30 // after that it may be known
	GoldEnough = 20 // answers before anything follows
	GoldKept   = 40 // answers of a juror that count, the last ones
	MinSkill   = 0.6
	MaxGold    = 1000 // cases a house has
)

// Skill is a juror's last answers to gold cases, the oldest first: r for right,
// w for wrong.
type Skill string

// After is s after one more answer.
func (s Skill) After(right bool) Skill {
	s += map[bool]Skill{true: "r", false: "w"}[right]
	return s[max(0, len(s)-GoldKept):]
}

// Accuracy is how often we expect the juror to be right: the mean of a Beta
// distribution that began with two right and one wrong. With one right, one in
// eight of those who judge rightly three times out of four would be out after 30
// answers, with two it is one in thirteen, and nine in ten of those who toss a
// coin are still found.
func (s Skill) Accuracy() float64 {
	return float64(strings.Count(string(s), "r")+2) / float64(len(s)+3)
}

// Out reports whether the juror is not drawn any more, and what they say does
// not count. They are not told: who knows would come back as somebody else.
func (s Skill) Out() bool { return len(s) >= GoldEnough && s.Accuracy() < MinSkill }

// A Gold is a case whose verdict is known.
type Gold struct {
	ID      GoldID
	Text    string
	Warning string
	Verdict Verdict
	Rule    string
	Harm    Harm // that it could be reported for
	Uses    int
	Retired bool
}

// Spent reports whether g is not shown any more.
func (g Gold) Spent() bool { return g.Retired || g.Uses >= GoldUses }

// Right reports whether v is what is known of g. Which rule is broken can be
// seen in more than one way; that one is, cannot.
func (g Gold) Right(v JuryVote) bool { return v.Verdict == g.Verdict }

// ShowGold reports whether the next case of a juror is gold, and of which
// verdict: half of them are innocent, so that always saying the same does not
// help. Random is any number.
func ShowGold(random uint64) (gold bool, v Verdict) {
	if random%GoldShare != 0 {
		return false, ""
	}
	if random/GoldShare%2 == 0 {
		return true, NoBreach
	}
	return true, Breach
}
