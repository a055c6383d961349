package event

import "github.com/plaza-social/plaza/internal/social"

// MatterChanged: somebody told the house of something for which a clock runs,
// or the staff did something about that.
type MatterChanged struct {
	Matter social.MatterID     `json:"matter"`
	Status social.MatterStatus `json:"status"`
	By     social.AccountID    `json:"by,omitempty"` // zero for strangers and for machines
}

// Kind implements Fact.
func (MatterChanged) Kind() string { return "matter.changed" }

// MatterAlarmed: so much of the time that there is for a matter has passed, and
// nobody has answered.
type MatterAlarmed struct {
	Matter  social.MatterID `json:"matter"`
	Percent int             `json:"percent"`
}

// Kind implements Fact.
func (MatterAlarmed) Kind() string { return "matter.alarmed" }

var (
	_ = register[MatterChanged]()
	_ = register[MatterAlarmed]()
)
