package bayes_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/bayes"
)

// What the made texts are put together from. Both kinds share most words, and
// each has some of the other's: spam speaks of friends, friends of money.
var (
	shared = strings.Fields("today we you the a and from with my new time good free now day see look this that work home house best great city water people think really about")
	breach = strings.Fields("earn money casino bonus click crypto invest profit winner prize cheap pills offer limited guarantee dollars loan agent whatsapp telegram signup")
	plain  = strings.Fields("garden train coffee rain book music kitchen school bicycle river painting bread weather museum cat friend walk evening market bridge concert winner offer")
)

func text(r *rand.Rand, own, other []string) string {
	words := make([]string, 8+r.IntN(20))
	for i := range words {
		from := shared
		switch p := r.Float64(); {
		case p < 0.25:
			from = own
		case p < 0.30:
			from = other
		}
		words[i] = from[r.IntN(len(from))]
		if from[0] == breach[0] && r.IntN(4) == 0 { // as those write who know of filters
			words[i] = strings.NewReplacer("o", "0", "i", "1", "e", "3").Replace(words[i])
		}
	}
	return strings.Join(words, " ")
}

func examples(n int) []bayes.Example {
	r := rand.New(rand.NewPCG(11, 12))
	all := make([]bayes.Example, n)
	for i := range all {
		b := r.IntN(3) == 0
		own, other := plain, breach
		if b {
			own, other = breach, plain
		}
		all[i] = bayes.Example{Text: text(r, own, other), Breach: b}
		if r.IntN(50) == 0 { // who decides is wrong at times
			all[i].Breach = !b
		}
	}
	return all
}

func TestQuality(t *testing.T) {
	q, ok := bayes.Try(examples(3000), 0.5)
	if !ok {
		t.Fatal("3,000 examples are not enough")
	}
	t.Logf("precision %.3f at recall %.3f", q.Precision, q.Recall)
	if q.Precision < 0.9 || q.Recall < 0.5 {
		t.Errorf("precision %.2f at recall %.2f, want at least 0.9 at 0.5", q.Precision, q.Recall)
	}
}

// What cannot be told apart is not: else the set above would prove nothing.
func TestNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	all := make([]bayes.Example, 2000)
	for i := range all {
		all[i] = bayes.Example{Text: text(r, plain, plain), Breach: i%7 < 3}
	}
	q, ok := bayes.Try(all, 0.5)
	if !ok || q.Precision > 0.6 {
		t.Errorf("precision %.2f on texts that say nothing", q.Precision)
	}
}

func TestEnough(t *testing.T) {
	all := examples(bayes.Enough)
	if _, ok := bayes.Train(all[:bayes.Enough-1]); ok {
		t.Errorf("%d examples are enough", bayes.Enough-1)
	}
	m, ok := bayes.Train(all)
	if !ok {
		t.Fatalf("%d examples are not enough", bayes.Enough)
	}
	if a, b := m.Examples(); a+b != bayes.Enough {
		t.Errorf("it learned from %d and %d", a, b)
	}
	for i := range all {
		all[i].Breach = i < bayes.Each-1
	}
	if _, ok := bayes.Train(all); ok {
		t.Errorf("%d breaches are enough", bayes.Each-1)
	}
	all[bayes.Each-1].Breach = true
	if _, ok := bayes.Train(all); !ok {
		t.Errorf("%d breaches are not enough", bayes.Each)
	}
}

func TestScore(t *testing.T) {
	m, ok := bayes.Train(examples(1000))
	if !ok {
		t.Fatal("not enough")
	}
	bad, good := m.Score("earn money now casino bonus from home"), m.Score("rain in the garden today, and coffee with a friend")
	if bad < 0.9 || good > 0.1 || m.Score("") != 0 {
		t.Errorf("spam scores %.2f, a walk %.2f and nothing %.2f", bad, good, m.Score(""))
	}
	long := strings.Repeat("earn money ", bayes.Longest/11+1)
	if m.Score(long) != m.Score(long+strings.Repeat("garden rain coffee ", 100)) {
		t.Error("what comes after the longest length counts")
	}
	if fmt.Sprintf("%.4f", m.Score("a\n\n b\tgarden")) != fmt.Sprintf("%.4f", m.Score("a b garden")) {
		t.Error("blanks count")
	}
}
