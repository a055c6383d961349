package social

import "slices"

// MatterJoined is how a matter stands that says again what the same sender told
// before and that waits still: it is counted with that one, and answered with it. If
// that is closed without an answer the newest of them waits by itself.
const MatterJoined MatterStatus = "joined"

// Limits of what waits. Beyond them a notice is turned away, and whoever sends it
// is told: what was taken is never thrown away to make room.
const (
	MaxTray       = 1000 // of one class, from senders that nobody here answered before
	MaxUrgentTray = 5000 // the same, of a class where nobody may be kept out
	MaxFromSender = 100  // of one sender, before more of them go to the tray: anybody can give their address
	MaxJoined     = 50   // counted with one matter
	MaxSenderRows = 5    // of one sender in the list of the staff; the others are folded

	MaxNetworkRows = 20 // of one network in that list, but for what is urgent
)

// Urgent reports whether of c nothing may go unheard, however much else comes: life
// and safety, and what authorities or the law want gone within hours or days.
func (c Class) Urgent() bool {
	switch c {
	case ClassTerror, ClassThreat, ClassMinors, ClassOrder, ClassIntimate:
		return true
	}
	return false
}

// TrayRoom is how many of c the tray takes. Whoever fills one class shuts no other.
func (c Class) TrayRoom() int {
	if c.Urgent() || c == ClassHost { // who hosts the house turns it off when turned away
		return MaxUrgentTray
	}
	return MaxTray
}

// SaysAgain reports whether d, by the same sender, names nothing that m, which is
// about the addresses, does not, and says it in the same words: who the sender is
// nobody proved, and a true notice must not go under with a false one.
func (d MatterDraft) SaysAgain(m Matter, about []MatterObject) bool {
	if m.Class != d.Class || m.Category != d.Category || m.Text != d.Text || m.Law != d.Law || m.Work != d.Work || len(d.Addresses) == 0 {
		return false
	}
	for _, a := range d.Addresses {
		if !slices.ContainsFunc(about, func(o MatterObject) bool { return o.Address == a }) {
			return false
		}
	}
	return true
}

// SeesRepeats reports whether who sends what is of c may ask whether somebody did it
// again: who hosts the house, and authorities.
func (c Class) SeesRepeats() bool {
	return c == ClassHost || c == ClassOrder || c == ClassTerror
}

// SeesRepeats reports whether whoever sent m does: they are those that the staff
// put in. What else comes says of its sender what it likes.
func (m Matter) SeesRepeats() bool { return m.Channel == ByStaff && m.Class.SeesRepeats() }

// What an answer says of a thing about which nothing was done.
const (
	ThingNowhere = "Nothing of ours is at this address."
	ThingStays   = "It was looked at, and is still there."
)
