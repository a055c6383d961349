package jurysim

import (
	"math"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

func run(t *testing.T, change func(*Settings)) Report {
	t.Helper()
	s := Usual
	s.Jurors, s.Cases = 200, 10_000
	change(&s)
	r, err := Run(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func near(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if math.Abs(got-want) > by {
		t.Errorf("%s: %.4f, want %.4f within %.4f", what, got, want, by)
	}
}

// The chances that are published: of five with four needed, of seven with five.
func TestAtLeast(t *testing.T) {
	for _, tt := range []struct {
		k, n     int
		p, want  float64
		accuracy float64
	}{
		{2, 3, 0.05, 0.007, 5e-4}, {2, 3, 0.10, 0.028, 5e-4},
		{4, 5, 0.05, 0.00003, 5e-6}, {4, 5, 0.10, 0.0005, 5e-5}, {4, 5, 0.20, 0.007, 5e-4}, {4, 5, 0.30, 0.031, 5e-4}, {4, 5, 0.50, 0.19, 5e-3},
		{5, 7, 0.10, 0.0002, 5e-5}, {5, 7, 0.30, 0.029, 5e-4}, {8, 11, 0.30, 0.004, 5e-4},
		{3, 5, 0.75, 0.90, 5e-3}, {4, 7, 0.75, 0.93, 5e-3},
	} {
		near(t, "at least", AtLeast(tt.k, tt.n, tt.p), tt.want, tt.accuracy)
	}
	f := formula(Settings{Accuracy: 0.75, Hostile: 0.1})
	near(t, "decided by the first", f.First, 0.65, 0.005)
	near(t, "decided by juries", f.First+f.Second, 0.92, 0.005)
	near(t, "of them rightly", f.Right, 0.98, 0.005)
}

// Where nothing depends on anything, what is played is what is computed.
func TestFormulas(t *testing.T) {
	honest := run(t, func(s *Settings) { s.Hostile = 0 })
	near(t, "first", honest.Before.First, honest.Formula.First, 0.015)
	near(t, "second", honest.Before.Second, honest.Formula.Second, 0.015)
	near(t, "right", honest.Before.Right, honest.Formula.Right, 0.005)
	if honest.Before.Captured != 0 || honest.Before.Tipped != 0 || honest.Before.Late != 0 {
		t.Errorf("with nobody hostile: %+v", honest.Before)
	}
	for _, share := range []float64{0.3, 0.5} {
		r := run(t, func(s *Settings) { s.Hostile = share })
		near(t, "capture of the first panel", r.Before.FirstCap, AtLeast(4, 5, share), 0.012)
	}
}

// One in ten is hostile: fewer than one case in a thousand is theirs, and after
// thirty gold cases those who vote wrongly are out.
func TestGoal(t *testing.T) {
	r := run(t, func(s *Settings) { s.Cases = 20_000 })
	if r.Before.Captured >= 0.001 {
		t.Errorf("captured %.3f %%", 100*r.Before.Captured)
	}
	if r.Weeded.Hostile < 0.9 || r.Weeded.Others > 0.15 {
		t.Errorf("out after %d gold: %.0f %% of the hostile, %.0f %% of the others", r.Weeded.Gold, 100*r.Weeded.Hostile, 100*r.Weeded.Others)
	}
	if r.After.Captured != 0 || r.After.Hostile != 0 || r.After.Right < r.Before.Right {
		t.Errorf("after weeding: %+v", r.After)
	}
	if r.Before.Median >= 15 {
		t.Errorf("half of the verdicts take more than %.0f minutes", r.Before.Median)
	}
	careless := run(t, func(s *Settings) { s.Jurors, s.Cases, s.Attack, s.Accuracy = 5000, 1, 0, 0.5 })
	if careless.Weeded.Hostile < 0.85 {
		t.Errorf("of those who toss a coin %.0f %% are out", 100*careless.Weeded.Hostile)
	}
}

// Blocks that act as one and are seen to follow each other have at most two
// seats of five and three of seven: they alone decide nothing.
func TestBlocksThatAreSeen(t *testing.T) {
	for _, blocks := range []int{1, 3} {
		hidden := run(t, func(s *Settings) { s.Hostile, s.Blocks, s.Correlation = 0.3, blocks, 0.5 })
		seen := run(t, func(s *Settings) { s.Hostile, s.Blocks, s.Correlation, s.Seen = 0.3, blocks, 0.5, true })
		if hidden.Before.Captured < 0.02 {
			t.Errorf("%d blocks that nobody sees captured %.2f %%: too few to compare", blocks, 100*hidden.Before.Captured)
		}
		if blocks == 1 && seen.Before.Captured != 0 || seen.Before.Captured > hidden.Before.Captured {
			t.Errorf("%d blocks: seen they captured %.2f %%, hidden %.2f %%", blocks, 100*seen.Before.Captured, 100*hidden.Before.Captured)
		}
	}
}

// What people have in common makes juries worse, and gold does not find those
// who know what they attack.
func TestWhatJuriesCannotDo(t *testing.T) {
	alone := run(t, func(s *Settings) { s.Hostile = 0 })
	alike := run(t, func(s *Settings) { s.Hostile, s.Correlation = 0, 0.6 })
	if alike.Before.Right > alone.Before.Right-0.02 {
		t.Errorf("alike they are right in %.3f, alone in %.3f", alike.Before.Right, alone.Before.Right)
	}
	cunning := run(t, func(s *Settings) { s.Cunning = true })
	if cunning.Weeded.Hostile > 0.15 || cunning.After.Captured > 0.001 {
		t.Errorf("cunning: %.2f are out, and %.4f captured", cunning.Weeded.Hostile, cunning.After.Captured)
	}
}

func TestSilence(t *testing.T) {
	none := run(t, func(s *Settings) { s.Cases, s.Answer = 200, 0 })
	if none.Before.Late != 1 || none.Before.Seats > social.MaxJurySeats {
		t.Errorf("nobody says anything: %+v", none.Before)
	}
	some := run(t, func(s *Settings) { s.Cases, s.Answer = 2000, 0.6 })
	if all := run(t, func(s *Settings) { s.Cases = 2000 }); some.Before.Median <= all.Before.Median || some.Before.Seats <= all.Before.Seats {
		t.Errorf("with fewer answers it takes %.0f minutes and %.1f seats, with all %.0f and %.1f",
			some.Before.Median, some.Before.Seats, all.Before.Median, all.Before.Seats)
	}
}

func TestSameAgain(t *testing.T) {
	change := func(s *Settings) { s.Cases, s.Blocks, s.Correlation, s.Answer = 500, 4, 0.4, 0.8 }
	a, b := run(t, change), run(t, change)
	if a != b {
		t.Errorf("the same settings gave\n%+v and\n%+v", a, b)
	}
	if c := run(t, func(s *Settings) { change(s); s.Seed = 2 }); c.Before == a.Before {
		t.Error("another seed gave the same")
	}
}

func TestCheck(t *testing.T) {
	if err := Usual.Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Settings){
		"too few jurors":    func(s *Settings) { s.Jurors = 24 },
		"too many":          func(s *Settings) { s.Jurors = MaxJurors + 1 },
		"no case":           func(s *Settings) { s.Cases = 0 },
		"too many lots":     func(s *Settings) { s.Jurors, s.Cases = MaxJurors, MaxCases },
		"no block":          func(s *Settings) { s.Blocks = 0 },
		"more than all":     func(s *Settings) { s.Hostile = 1.01 },
		"less than nothing": func(s *Settings) { s.Correlation = -0.01 },
		"no number":         func(s *Settings) { s.Accuracy = math.NaN() },
		"no time":           func(s *Settings) { s.Minutes = 0 },
	} {
		s := Usual
		change(&s)
		if _, err := Run(s); err == nil {
			t.Errorf("%s: it ran", name)
		}
	}
}
