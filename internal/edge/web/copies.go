package web

import (
	"time"
)

const copiesPage = "/settings/copies"

// CopiesState is how the copies of the house elsewhere are doing.
type CopiesState struct {
	Epoch   int64
	Strict  bool // writes wait for a copy
	Copies  []CopyState
	Drilled time.Time // when they were last brought back; zero is never
	Hook    string    // how the program went that is run when the house takes over; empty if there is none
	HookOK  bool
}

// A CopyState is how one of them is doing.
type CopyState struct {
	Place   string
	Age     time.Duration // of the last moment that can be gone back to
	Late    bool          // that is too long ago
	Waiting int           // things that are not there yet
	Fault   string        // why it does not come further
	Drill   string        // what the last drill found
	Daily   string        // how old the second copy is, which is made once a day; empty if none is made
	Wrong   []string      // each thing that is not as it should be, at most a hundred

	DailyLate bool // that is too old
}

func (s *Site) copiesRoutes(r *router) {
	r.Do("GET "+copiesPage, admin, func(q *ask) error {
		var state *CopiesState
		if s.config.Copies != nil {
			state = s.config.Copies()
		}
		return q.show("Copies", copiesSettings(q.page, state))
	})
}

// ago is how old a copy is, as the page says it.
func ago(d time.Duration) string {
	if d < time.Minute {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
