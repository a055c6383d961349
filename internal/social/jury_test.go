package social

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

func TestPanelOutcome(t *testing.T) {
	for _, tt := range []struct {
		panel            int
		breach, noBreach int
		want             JuryEnd
	}{
		{0, 0, 0, ""}, {0, 3, 0, ""}, {0, 3, 1, ""}, {0, 1, 3, ""},
		{0, 4, 0, JuryBreach}, {0, 4, 1, JuryBreach}, {0, 1, 4, JuryNoBreach},
		{0, 2, 2, JuryHung}, {0, 3, 2, JuryHung}, {0, 2, 3, JuryHung}, {0, 2, 1, ""},
		{1, 4, 2, ""}, {1, 5, 2, JuryBreach}, {1, 2, 5, JuryNoBreach}, {1, 3, 3, JuryHung}, {1, 4, 3, JuryHung}, {1, 3, 2, ""},
	} {
		if got := Panels[tt.panel].Outcome(Tally{tt.breach, tt.noBreach}); got != tt.want {
			t.Errorf("panel of %d, %d to %d: %q, want %q", Panels[tt.panel].Seats, tt.breach, tt.noBreach, got, tt.want)
		}
	}
	for _, p := range append(Panels, Appeals) {
		for b := 0; b <= p.Seats; b++ {
			if p.Outcome(Tally{b, p.Seats - b}) == "" {
				t.Errorf("all %d voted, %d for a breach, and it goes on", p.Seats, b)
			}
		}
		if p.Close >= p.Quorum {
			t.Errorf("of %d, %d may be close to each other, and %d decide", p.Seats, p.Close, p.Quorum)
		}
	}
}

func TestJuryVoteCheck(t *testing.T) {
	rules := []Rule{{ID: "1"}, {ID: "2"}}
	for name, tt := range map[string]struct {
		v  JuryVote
		ok bool
	}{
		"a breach of a rule":    {JuryVote{Verdict: Breach, Rule: "2", Confidence: Sure}, true},
		"of one there is not":   {JuryVote{Verdict: Breach, Rule: "3", Confidence: Sure}, false},
		"of none":               {JuryVote{Verdict: Breach, Confidence: Sure}, false},
		"no breach":             {JuryVote{Verdict: NoBreach, Confidence: Unsure}, true},
		"no breach of a rule":   {JuryVote{Verdict: NoBreach, Rule: "1", Confidence: Unsure}, false},
		"nothing":               {JuryVote{Confidence: Unsure}, false},
		"less than unsure":      {JuryVote{Verdict: NoBreach}, false},
		"surer than can be":     {JuryVote{Verdict: NoBreach, Confidence: Sure + 1}, false},
		"what is not a verdict": {JuryVote{Verdict: "hang", Confidence: Sure}, false},
	} {
		if err := tt.v.Check(rules); (err == nil) != tt.ok {
			t.Errorf("%s: %v, want ok %v", name, err, tt.ok)
		}
	}
	votes := []JuryVote{{Verdict: Breach, Rule: "2"}, {Verdict: Breach, Rule: "1"}, {Verdict: Breach, Rule: "2"}, {Verdict: NoBreach}}
	if got := Broken(votes, rules); got != "2" {
		t.Errorf("most named 2, and it is %q", got)
	}
	if got := Broken(votes[:2], rules); got != "1" {
		t.Errorf("as many named 1 as 2, and it is %q, not the first", got)
	}
	if got := Broken(votes[3:], rules); got != "" {
		t.Errorf("nobody named one, and it is %q", got)
	}
}

func TestOverrideCheck(t *testing.T) {
	good := Override{Verdict: NoBreach, Reason: "It is a quotation from a play."}
	if err := good.Check(Breach, nil); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for name, tt := range map[string]struct {
		o    Override
		said Verdict
	}{
		"without a reason":     {Override{Verdict: NoBreach}, Breach},
		"with too short a one": {Override{Verdict: NoBreach, Reason: "no"}, Breach},
		"with too long a one":  {Override{Verdict: NoBreach, Reason: string(make([]byte, MaxJuryReason+1))}, Breach},
		"to the same":          {Override{Verdict: Breach, Reason: good.Reason}, Breach},
		"to nothing":           {Override{Reason: good.Reason}, Breach},
		"where none was said":  {good, ""},
	} {
		if tt.o.Check(tt.said, nil) == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}

// Which cases a jury may see is a table; nothing that is not in it is seen.
func TestCharge(t *testing.T) {
	never := []Harm{"scam", "violence", "self_harm", "sexual", "minors", "privacy", "rights", "illegal", "unheard of", ""}
	for _, c := range never {
		if (Charge{Harms: []Harm{c}, Channels: []Channel{"app"}}).MayJury() == nil {
			t.Errorf("a jury sees %q", c)
		}
		if (Charge{Harms: []Harm{"rules", c}, Channels: []Channel{"app"}}).MayJury() == nil {
			t.Errorf("a jury sees %q, if something else is said as well", c)
		}
		if slices.Contains(JuryHarms, c) {
			t.Errorf("jurors are asked whether they want to see %q", c)
		}
	}
	for _, c := range JuryHarms {
		if err := (Charge{Harms: []Harm{c}, Channels: []Channel{"app", "flag", "web", "stranger", "rule"}}).MayJury(); err != nil {
			t.Errorf("no jury sees %q: %v", c, err)
		}
	}
	if len(JuryHarms)+len(never)-2 != len(juryHarms) {
		t.Errorf("%d categories are in the table, and %d are tested", len(juryHarms), len(JuryHarms)+len(never)-2)
	}
	for _, c := range []Channel{"host", "authority", "rights", "pigeon", ""} {
		if (Charge{Harms: []Harm{"rules"}, Channels: []Channel{"app", c}}).MayJury() == nil {
			t.Errorf("a jury sees what came by %q", c)
		}
	}
	for name, m := range map[string]Charge{
		"what is against the law":    {Harms: []Harm{"rules"}, Channels: []Channel{"app"}, Law: true},
		"what not everybody can see": {Harms: []Harm{"rules"}, Channels: []Channel{"app"}, Private: true},
		"what nobody knows to be":    {Channels: []Channel{"app"}},
		"what nobody has reported":   {Harms: []Harm{"rules"}},
	} {
		if errs.KindOf(m.MayJury()) != errs.Forbidden {
			t.Errorf("a jury sees %s", name)
		}
	}
}

func fitJuror(now time.Time) Juror {
	return Juror{Account: 7, Willing: true, Passed: now.Add(-time.Hour), Since: now.Add(-JurorAge), Days: JurorDays,
		Standing: Good, Role: Member, Local: true}
}

func TestJurorFit(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	if err := fitJuror(now).Fit(now); err != nil {
		t.Fatalf("a juror like any other: %v", err)
	}
	for name, change := range map[string]func(*Juror){
		"not willing":           func(j *Juror) { j.Willing = false },
		"a moment too young":    func(j *Juror) { j.Since = j.Since.Add(time.Millisecond) },
		"a day too few":         func(j *Juror) { j.Days-- },
		"struck lately":         func(j *Juror) { j.Struck = now.Add(-JurorClean + time.Millisecond) },
		"without the quiz":      func(j *Juror) { j.Passed = time.Time{} },
		"with a quiz long past": func(j *Juror) { j.Passed = now.Add(-QuizLasts) },
		"away":                  func(j *Juror) { j.Missed = MaxMissed },
		"suspended":             func(j *Juror) { j.Standing = Suspended },
		"from elsewhere":        func(j *Juror) { j.Local = false },
		"a moderator":           func(j *Juror) { j.Role = Moderator },
	} {
		j := fitJuror(now)
		change(&j)
		if j.Fit(now) == nil || j.Drawn(now) {
			t.Errorf("%s: drawn", name)
		}
	}
	for name, change := range map[string]func(*Juror){
		"struck long ago":     func(j *Juror) { j.Struck = now.Add(-JurorClean) },
		"away twice":          func(j *Juror) { j.Missed = MaxMissed - 1 },
		"with a quiz of late": func(j *Juror) { j.Passed = now.Add(-QuizLasts + time.Millisecond) },
	} {
		j := fitJuror(now)
		change(&j)
		if !j.Drawn(now) {
			t.Errorf("%s: not drawn: %v", name, j.Fit(now))
		}
	}
	j := fitJuror(now)
	for range GoldEnough {
		j.Skill = j.Skill.After(false)
	}
	if j.Drawn(now) || j.Fit(now) != nil {
		t.Errorf("who is always wrong: drawn %v, and told %v; want neither", j.Drawn(now), j.Fit(now))
	}
}

func TestJurorTakes(t *testing.T) {
	j := Juror{Refuses: []Harm{"hate"}}
	for name, tt := range map[string]struct {
		m    Charge
		want bool
	}{
		"spam":         {Charge{Harms: []Harm{"spam"}}, true},
		"hate":         {Charge{Harms: []Harm{"hate"}}, false},
		"hate as well": {Charge{Harms: []Harm{"spam", "hate"}}, false},
		"graphic spam": {Charge{Harms: []Harm{"spam"}, Graphic: true}, false},
	} {
		if got := j.Takes(tt.m); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if CheckRefused(JuryHarms) != nil || CheckRefused([]Harm{"minors"}) == nil || CheckRefused(append(JuryHarms, "spam")) == nil {
		t.Error("what may be refused is each kind of case, once")
	}
}

func TestJurorDay(t *testing.T) {
	for _, tt := range []struct {
		d       JurorDay
		graphic bool
		want    bool
	}{
		{JurorDay{}, true, true},
		{JurorDay{MaxJurorDay - 1, 0}, false, true},
		{JurorDay{MaxJurorDay, 0}, false, false},
		{JurorDay{MaxJurorGrave, MaxJurorGrave - 1}, true, true},
		{JurorDay{MaxJurorGrave, MaxJurorGrave}, true, false},
		{JurorDay{MaxJurorGrave, MaxJurorGrave}, false, true},
	} {
		if got := tt.d.Room(tt.graphic); got != tt.want {
			t.Errorf("%+v, graphic %v: %v", tt.d, tt.graphic, got)
		}
	}
}

func TestTies(t *testing.T) {
	ties := Ties{Author: 1, Reporters: []AccountID{3, 2, 1}, Thread: []AccountID{4}, Judged: []AccountID{5}}
	if got := ties.Sides(); !slices.Equal(got, []AccountID{1, 2, 3}) {
		t.Errorf("the sides are %v", got)
	}
	for _, who := range []AccountID{1, 2, 3, 4, 5} {
		if !ties.Bind(who, false) {
			t.Errorf("%d judges", who)
		}
	}
	if ties.Bind(6, false) || !ties.Bind(6, true) {
		t.Error("who has nothing to do with it judges; who is related to a side does not")
	}
}

func pool(n int) JuryPool {
	var members []PoolMember
	for i := range n {
		members = append(members, PoolMember{Account: AccountID(i + 1), Pseudonym: JuryNames{1}.Of(AccountID(i + 1))})
	}
	return NewJuryPool(1, members)
}

// The draw can be repeated by anybody who has the list and the seed.
func TestLots(t *testing.T) {
	p := pool(300)
	seed := JuryKey{9}.Seed("case 1", [32]byte{3})
	lots := seed.Lots(p)
	var got []int
	for place, ok := lots.Next(); ok; place, ok = lots.Next() {
		got = append(got, place)
	}
	type drawn struct {
		lot   uint64
		place int
	}
	var want []drawn
	for i, m := range p.Members { // as the handbook says it
		sum := sha256.Sum256(append(seed[:], m.Pseudonym[:]...))
		want = append(want, drawn{binary.BigEndian.Uint64(sum[:8]), i})
	}
	slices.SortFunc(want, func(a, b drawn) int {
		if a.lot < b.lot {
			return -1
		}
		return 1
	})
	if len(got) != len(want) || lots.Taken() != len(want) {
		t.Fatalf("%d lots of %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i].place {
			t.Fatalf("lot %d: place %d, want %d", i, got[i], want[i].place)
		}
	}
	later := seed.Lots(p)
	later.Skip(10)
	if next, _ := later.Next(); next != got[10] {
		t.Errorf("going on after ten: %d, want %d", next, got[10])
	}
}

func TestLotsDependOnAll(t *testing.T) {
	p := pool(100)
	first := func(s JurySeed) int { n, _ := s.Lots(p).Next(); return n }
	base := JuryKey{9}.Seed("1", [32]byte{3})
	same := 0
	for i := range byte(20) {
		for _, s := range []JurySeed{JuryKey{i + 10}.Seed("1", [32]byte{3}), JuryKey{9}.Seed(string('a'+i), [32]byte{3}), JuryKey{9}.Seed("1", [32]byte{i + 10})} {
			if first(s) == first(base) {
				same++
			}
		}
	}
	if same > 6 {
		t.Errorf("in %d of 60 draws the same came first", same)
	}
	if base.Commitment() == (JuryKey{9}).Seed("1", [32]byte{4}).Commitment() || (JuryKey{1}).Commitment() == (JuryKey{2}).Commitment() {
		t.Error("different secrets have the same commitment")
	}
	if (JuryNames{1}).Of(5) == (JuryNames{2}).Of(5) {
		t.Error("the same name in two pools")
	}
}

// Everybody comes first as often as anybody else: chi-square over 100 places.
func TestLotsAreFair(t *testing.T) {
	p := pool(100)
	var count [100]float64
	const draws = 20_000
	for i := range draws {
		var root [32]byte
		binary.BigEndian.PutUint64(root[:], uint64(i))
		lots := JuryKey{5}.Seed("x", root).Lots(p)
		n, _ := lots.Next()
		count[n]++
	}
	chi := 0.0
	for _, c := range count {
		chi += (c - draws/100) * (c - draws/100) / (draws / 100)
	}
	if chi > 149 { // one in a thousand of fair ones, with 99 degrees of freedom
		t.Errorf("chi-square is %.0f", chi)
	}
}

func TestPoolIsCommittedTo(t *testing.T) {
	a, b := pool(50), pool(50)
	if a.Hash() != b.Hash() {
		t.Error("the same pool has two hashes")
	}
	slices.Reverse(b.Members)
	if b = NewJuryPool(2, b.Members); a.Hash() != b.Hash() {
		t.Error("the order in which members come in matters")
	}
	b.Members[7].Cluster = 3
	if a.Hash() == b.Hash() {
		t.Error("clusters are not committed to")
	}
	if c := pool(49); c.Hash() == a.Hash() {
		t.Error("members are not committed to")
	}
}

func TestSeating(t *testing.T) {
	of := func(cluster int, why Passed) Candidate {
		return Candidate{Member: PoolMember{Cluster: cluster}, Passed: why}
	}
	s := Seating{Panel: Panels[0], Large: map[int]bool{0: true, 9: true}}
	for i, tt := range []struct {
		c    Candidate
		want Passed
	}{
		{of(1, ""), ""}, {of(1, PassedTied), PassedTied}, {of(1, ""), ""}, {of(1, ""), PassedClose}, {of(2, ""), ""},
		{of(0, ""), ""}, {of(0, ""), ""}, {of(0, ""), ""}, {of(9, ""), ""}, {of(9, ""), ""}, {of(9, ""), ""},
	} {
		if got := s.Seat(tt.c); got != tt.want {
			t.Errorf("%d: %+v: %q, want %q", i, tt.c, got, tt.want)
		}
	}
	p := JuryPool{Members: make([]PoolMember, 10)}
	for i := range 4 {
		p.Members[i].Cluster = 1
	}
	if p.Large()[1] {
		t.Error("two fifths are too large")
	}
	p.Members[4].Cluster = 1
	if !p.Large()[1] {
		t.Error("half are not large")
	}
	if got := p.Strata(); !slices.Equal(got, []int{5}) {
		t.Errorf("strata %v", got)
	}
}

func TestClusters(t *testing.T) {
	var links [][2]int
	for _, group := range [][]int{{0, 1, 2, 3}, {4, 5, 6, 7}} {
		for _, a := range group {
			for _, b := range group {
				if a < b {
					links = append(links, [2]int{a, b})
				}
			}
		}
	}
	links = append(links, [2]int{3, 4}, [2]int{8, 8}, [2]int{1, 99}) // a bridge, a loop, a stranger
	got := Clusters(9, links)
	if got[0] != got[1] || got[0] != got[3] || got[4] != got[7] || got[0] == got[4] || got[8] != 0 {
		t.Errorf("clusters %v", got)
	}
	for range 20 {
		if again := Clusters(9, links); !slices.Equal(again, got) {
			t.Fatalf("again it is %v, was %v", again, got)
		}
	}
}

// outBy is the chance that somebody who is right with chance p is out after n
// answers, computed without the code that is tested.
func outBy(p float64, n int) (out float64) {
	by := map[int]float64{0: 1} // chance of so many right, while in
	for i := 1; i <= n; i++ {
		next := map[int]float64{}
		for right, c := range by {
			next[right+1] += c * p
			next[right] += c * (1 - p)
		}
		for right, c := range next {
			if i >= 20 && float64(right+2)/float64(i+3) < 0.6 {
				out += c
				delete(next, right)
			}
		}
		by = next
	}
	return out
}

func TestSkill(t *testing.T) {
	skill := func(right, wrong int) (s Skill) {
		for range right {
			s = s.After(true)
		}
		for range wrong {
			s = s.After(false)
		}
		return s
	}
	for _, tt := range []struct {
		right, wrong int
		out          bool
	}{
		{0, GoldEnough - 1, false}, {0, GoldEnough, true}, {12, 8, false}, {11, 9, true}, {20, 0, false}, {500, 0, false},
		{500, 16, false}, {500, 17, true}, // the past does not count for ever
	} {
		if got := skill(tt.right, tt.wrong); got.Out() != tt.out || len(got) > GoldKept {
			t.Errorf("%d right, %d wrong: out %v with %d kept", tt.right, tt.wrong, got.Out(), len(got))
		}
	}
	for _, tt := range []struct{ p, least, most float64 }{{0, 1, 1}, {0.5, 0.9, 0.92}, {0.75, 0.05, 0.08}, {0.85, 0, 0.005}} {
		if got := outBy(tt.p, 30); got < tt.least || got > tt.most {
			t.Errorf("right with %.2f: out after 30 with %.4f, want %.3f to %.3f", tt.p, got, tt.least, tt.most)
		}
	}
}

func TestGold(t *testing.T) {
	var gold, innocent int
	for i := range uint64(10_000) {
		g, v := ShowGold(i)
		if g {
			gold++
		}
		if v == NoBreach {
			innocent++
		}
	}
	if gold != 1000 || innocent != 500 {
		t.Errorf("%d of 10000 are gold, %d of them innocent", gold, innocent)
	}
	if (Gold{Uses: GoldUses - 1}).Spent() || !(Gold{Uses: GoldUses}).Spent() || !(Gold{Retired: true}).Spent() {
		t.Errorf("gold is shown %d times", GoldUses)
	}
	g := Gold{Verdict: Breach, Rule: "1"}
	if !g.Right(JuryVote{Verdict: Breach, Rule: "2"}) || g.Right(JuryVote{Verdict: NoBreach}) {
		t.Error("a breach is right, no breach is not")
	}
}

func TestQuiz(t *testing.T) {
	rules := []Rule{{ID: "1", Text: "Be kind."}, {ID: "2", Text: "No spam."}, {ID: "3", Text: "No threats."}, {ID: "4", Text: "Mark what is for adults."}}
	for _, rules := range [][]Rule{nil, rules[:1], rules} {
		for try := range int64(50) {
			q := Quiz(rules, QuizSeed(5, try))
			if len(q) != QuizLength {
				t.Fatalf("%d questions", len(q))
			}
			right := make([]int, len(q))
			for i := range q {
				right[i] = q[i].right
				if q[i].Answers[q[i].right] == "" || len(q[i].Answers) != 3 {
					t.Errorf("question %q has answers %q", q[i].Ask, q[i].Answers)
				}
			}
			if !PassesQuiz(q, right) || !PassesQuiz(Quiz(rules, QuizSeed(5, try)), right) {
				t.Error("all is right, and it is not passed")
			}
			for i := range QuizLength - QuizPassMark + 1 {
				right[i] = -1
			}
			if PassesQuiz(q, right) || PassesQuiz(q, nil) {
				t.Error("passed with too few")
			}
		}
	}
}

// Whoever always takes the same place does not pass: the answers are shuffled.
func TestQuizCannotBeGuessed(t *testing.T) {
	passed := 0
	for try := range int64(3000) {
		q := Quiz([]Rule{{Text: "a"}, {Text: "b"}, {Text: "c"}}, QuizSeed(1, try))
		if PassesQuiz(q, make([]int, QuizLength)) {
			passed++
		}
	}
	want := 3000 * 13 / math.Pow(3, 6) // 5 or 6 of 6 with a chance of a third each
	if float64(passed) > 2*want+5 {
		t.Errorf("passed %d times, by chance it is %.0f", passed, want)
	}
}

func BenchmarkLots100k(b *testing.B) {
	p := pool(100_000)
	seed := JuryKey{9}.Seed("case", [32]byte{1})
	for b.Loop() {
		lots := seed.Lots(p)
		for range 40 {
			lots.Next()
		}
	}
}

func BenchmarkPool100k(b *testing.B) {
	for b.Loop() {
		p := pool(100_000)
		p.Hash()
	}
}
