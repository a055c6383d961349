package social

import "time"

// JurySeatID names a seat: one of a jury, or before a gold case.
type JurySeatID int64

// GoldID names a gold case.
type GoldID int64

// A Jury is a case before those who were drawn for it.
type Jury struct {
	ID      JuryID
	Case    CaseID
	AskedBy AccountID // of the staff
	Pool    JuryPoolID
	Seed    JurySeed
	Tree    int64    // the size of the checkpoint that the seed was made with
	Root    [32]byte // of it
	Charge  Charge
	Ties    Ties
	Exhibit Exhibit
	Posts   []PostID // that are judged
	Appeal  bool
	Round   int // which panel, from 1
	Lots    int // that were drawn
	End     JuryEnd
	Opened  time.Time
	Ended   time.Time
	Rule    string
	Override
}

// Panel is the one that sits now.
func (j Jury) Panel() Panel {
	if j.Appeal {
		return Appeals
	}
	return Panels[min(max(j.Round, 1), len(Panels))-1]
}

// Last reports whether no other panel follows.
func (j Jury) Last() bool { return j.Appeal || j.Round >= len(Panels) }

// Open reports whether j goes on.
func (j Jury) Open() bool { return j.End == "" }

// Late reports whether j has had all the time it has.
func (j Jury) Late(now time.Time) bool { return now.Sub(j.Opened) >= JuryLast }

// Holds is the verdict that holds: what was said, or what the staff put in its
// place.
func (j Jury) Holds() Verdict {
	if j.Override.Verdict != "" {
		return j.Override.Verdict
	}
	return j.End.Verdict()
}

// Why somebody is not on a seat any more without having said anything.
const (
	LeftSkipped = "skipped"
	LeftSilent  = "silent"
	LeftEnded   = "ended" // there is nothing to say any more
)

// A JurySeat is what somebody was asked, and what they said.
type JurySeat struct {
	ID        JurySeatID
	Jury      JuryID // zero before gold
	Gold      GoldID // zero on a jury
	Account   AccountID
	Pseudonym string
	Cluster   int
	Round     int
	Graphic   bool
	Drawn     time.Time
	Seen      time.Time // zero until it was shown
	Said      time.Time // zero until they voted
	Left      string
	JuryVote
	Counts bool
}

// Waits reports whether s is asked and has not answered.
func (s JurySeat) Waits() bool { return s.Said.IsZero() && s.Left == "" }

// Silent reports whether another is drawn for s.
func (s JurySeat) Silent(now time.Time) bool { return s.Waits() && now.Sub(s.Drawn) >= JurySoon }

// Count is how a round of seats stands: what was said that counts, and how many
// are still asked.
func Count(seats []JurySeat, round int) (t Tally, waiting int) {
	for _, s := range seats {
		switch {
		case s.Round != round:
		case s.Waits() && s.Counts:
			waiting++
		case s.Said.IsZero() || !s.Counts:
		case s.Verdict == Breach:
			t.Breach++
		default:
			t.NoBreach++
		}
	}
	return t, waiting
}

// Seated is how many of each cluster sit in a round.
func Seated(seats []JurySeat, round int) map[int]int {
	n := map[int]int{}
	for _, s := range seats {
		if s.Round == round && s.Counts && (s.Left == "" || !s.Said.IsZero()) {
			n[s.Cluster]++
		}
	}
	return n
}
