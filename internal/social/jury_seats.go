package social

// Passed says why somebody who was drawn is not seated. The log says it, too,
// without saying whom it is about to those who do not know the pseudonyms.
type Passed string

// Why lots are passed over. Empty is that they are not.
const (
	PassedTied   Passed = "tied"    // they have something to do with the case
	PassedUnfit  Passed = "unfit"   // they cannot be drawn any more
	PassedFull   Passed = "full"    // they have seen enough today
	PassedRefuse Passed = "refuses" // they do not want such cases
	PassedClose  Passed = "close"   // too many of those they follow are seated
)

// A Candidate is who comes next by lot.
type Candidate struct {
	Place  int // in the pool
	Member PoolMember
	Passed Passed // what speaks against them, apart from who else is seated
}

// Seating fills a panel from those who come by lot. A panel is not filled at
// once: whoever skips or says nothing is replaced by who comes next.
type Seating struct {
	Panel Panel
	Large map[int]bool // clusters that are not bounded, see JuryPool.Large
	Close map[int]int  // how many of a cluster are seated
}

// Seat is why c is not seated, or empty if c is.
func (s *Seating) Seat(c Candidate) Passed {
	cluster := c.Member.Cluster
	switch {
	case c.Passed != "":
		return c.Passed
	case !s.Large[cluster] && s.Close[cluster] >= s.Panel.Close:
		return PassedClose
	}
	if s.Close == nil {
		s.Close = map[int]int{}
	}
	s.Close[cluster]++
	return ""
}
