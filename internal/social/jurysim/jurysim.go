// Package jurysim plays juries with made people: how often hostile ones get
// their way, how often a verdict is right, how long it takes. It draws, seats,
// counts and weeds by the rules in social, the same that a house uses, and
// knows of nothing but them. The same settings give the same figures.
package jurysim

import (
	"fmt"
)

// Settings are what a run is made of. Shares are between 0 and 1.
type Settings struct {
	Jurors      int     `json:"jurors"`
	Hostile     float64 `json:"hostile"`     // share of the pool that wants wrong verdicts
	Blocks      int     `json:"blocks"`      // groups that the hostile ones are in
	Attack      float64 `json:"attack"`      // share of cases in which a block wants a wrong verdict; else it judges like others
	Cunning     bool    `json:"cunning"`     // blocks know what they attack, and never attack gold
	Seen        bool    `json:"seen"`        // blocks follow each other, so that each is a cluster
	Correlation float64 `json:"correlation"` // chance that one goes along with what the others of the same side think
	Accuracy    float64 `json:"accuracy"`    // of the others
	Answer      float64 `json:"answer"`      // chance that who is drawn says something
	Eager       bool    `json:"eager"`       // hostile ones always do
	Minutes     float64 `json:"minutes"`     // that an answer takes on average
	Cases       int     `json:"cases"`
	Seed        uint64  `json:"seed"`
}

// Usual is what is played when nothing else is said.
var Usual = Settings{Jurors: 1000, Hostile: 0.1, Blocks: 1, Attack: 1, Accuracy: 0.75, Answer: 1, Minutes: 5, Cases: 10_000, Seed: 1}

// Limits of a run: so many lots are drawn on one core in minutes.
const (
	MaxJurors = 1_000_000
	MaxCases  = 1_000_000
	MaxLots   = 20_000_000_000
)

// Check reports what is wrong with s, or nil.
func (s Settings) Check() error {
	for name, share := range map[string]float64{"hostile": s.Hostile, "attack": s.Attack, "correlation": s.Correlation, "accuracy": s.Accuracy, "answer": s.Answer} {
		if !(share >= 0 && share <= 1) {
			return fmt.Errorf("%s is a share of %v: it is from 0 to 100 percent", name, share)
		}
	}
	switch {
	case s.Jurors < 25 || s.Jurors > MaxJurors:
		return fmt.Errorf("%d jurors: there are from 25 to %d", s.Jurors, MaxJurors)
	case s.Cases < 1 || s.Cases > MaxCases || s.Jurors*s.Cases > MaxLots:
		return fmt.Errorf("%d cases: there are from 1 to %d, and with so many jurors at most %d", s.Cases, MaxCases, min(MaxCases, MaxLots/s.Jurors))
	case s.Blocks < 1 || s.Blocks > s.Jurors:
		return fmt.Errorf("%d blocks: there is one or more, and no more than jurors", s.Blocks)
	case !(s.Minutes > 0 && s.Minutes <= 24*60):
		return fmt.Errorf("%v minutes: an answer takes some, and less than a day", s.Minutes)
	}
	return nil
}

// A Report is what came of a run.
type Report struct {
	Settings Settings `json:"settings"`
	Before   Figures  `json:"before"` // nobody is out yet
	Weeded   Weeding  `json:"weeded"` // who is out after GoldEach gold cases each
	After    Figures  `json:"after"`  // the same cases, without those
	Formula  Formula  `json:"formula"`
}

// Figures are what a number of cases came to. Shares are of all cases, if
// nothing else is said.
type Figures struct {
	Pool     int     `json:"pool"`
	Hostile  float64 `json:"hostile"`  // share of the pool
	First    float64 `json:"first"`    // decided by the first panel
	Second   float64 `json:"second"`   // by the second
	Hung     float64 `json:"hung"`     // left to the staff: neither agreed
	Late     float64 `json:"late"`     // left to the staff: four hours were over, or nobody left to draw
	Right    float64 `json:"right"`    // of those decided by a jury
	Captured float64 `json:"captured"` // hostile votes alone were enough for a wrong verdict
	FirstCap float64 `json:"captured_by_first"`
	Tipped   float64 `json:"tipped"` // without the hostile votes there had not been the wrong verdict
	Seats    float64 `json:"seats"`  // drawn for a case, on average
	Median   float64 `json:"median_minutes"`
	P95      float64 `json:"p95_minutes"`
}

// GoldEach is how many gold cases each juror is asked before they are weeded.
const GoldEach = 30

// A Weeding is who is out: shares of the hostile and of the others.
type Weeding struct {
	Gold    int     `json:"gold"`
	Hostile float64 `json:"hostile"`
	Others  float64 `json:"others"`
}

// A Formula is what arithmetic says of votes that do not depend on each other:
// capture of the first panel, and with nobody hostile how often the two panels
// decide, and rightly.
type Formula struct {
	Capture float64 `json:"capture"`
	First   float64 `json:"first"`
	Second  float64 `json:"second"`
	Right   float64 `json:"right"`
}

// Run plays s.
func Run(s Settings) (Report, error) {
	if err := s.Check(); err != nil {
		return Report{}, err
	}
	w := newWorld(s)
	r := Report{Settings: s, Formula: formula(s)}
	r.Before = w.play()
	r.Weeded = w.weed()
	r.After = w.play()
	return r, nil
}
