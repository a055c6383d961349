package evidence

// Types of records about juries, besides jury_draw, jury_vote and override.
const (
	TypeJuryPool Type = "jury_pool" // among whom lots are drawn from now on
	TypeJuryKey  Type = "jury_key"  // by which key they were drawn
	TypeJuryEnd  Type = "jury_end"
)

// A JuryPooled is the body of a pool: it commits to who is in it and to the key
// by which lots are drawn, before any is.
type JuryPooled struct {
	Pool   string `json:"pool"`
	Size   int    `json:"size"`
	List   string `json:"list"`   // SHA-256 of the list of pseudonyms, a line for each
	Key    string `json:"key"`    // commitment to the key
	Strata []int  `json:"strata"` // sizes of the largest clusters
}

// A JuryKeyed is the body of a key that is told: every draw from its pool can be
// repeated.
type JuryKeyed struct {
	Pool string `json:"pool"`
	Key  string `json:"key"`
}

// A JuryDrawn is the body of a draw.
type JuryDrawn struct {
	Jury   string     `json:"jury"`
	Case   string     `json:"case"`
	Pool   string     `json:"pool"`
	Size   int        `json:"pool_size"`
	Strata []int      `json:"strata"`
	Seed   string     `json:"seed"`      // commitment to it
	Tree   int64      `json:"tree_size"` // of the checkpoint that the seed was made with
	Root   string     `json:"root"`      // of it
	Round  int        `json:"round"`     // which panel, from 1
	First  int        `json:"first"`     // how many lots were drawn before
	Lots   []JuryLot  `json:"lots"`      // in the order of what they drew
	Passed JuryPassed `json:"passed"`
	Why    string     `json:"why"` // begin, hung, silent, skipped, out
}

// A JuryLot is who came by lot, and what spoke against them; empty is nothing.
type JuryLot struct {
	Juror  string `json:"juror"`
	Passed string `json:"passed,omitempty"`
}

// JuryPassed is how many were passed over, by reason.
type JuryPassed map[string]int

// A JuryVoted is the body of a vote.
type JuryVoted struct {
	Jury       string `json:"jury"`
	Case       string `json:"case"`
	Juror      string `json:"juror"`
	Verdict    string `json:"verdict"`
	Rule       string `json:"rule,omitempty"`
	Confidence int    `json:"confidence"`
	Seconds    int    `json:"seconds"`
	Gold       bool   `json:"gold,omitempty"` // the verdict was known
	Counts     bool   `json:"counts"`
}

// A JuryEnded is the body of how a jury ended, with the seed that was committed
// to.
type JuryEnded struct {
	Jury     string `json:"jury"`
	Case     string `json:"case"`
	End      string `json:"end"`
	Rule     string `json:"rule,omitempty"`
	Round    int    `json:"round"`
	Breach   int    `json:"breach"`
	NoBreach int    `json:"no_breach"`
	Seed     string `json:"seed"`
	Seconds  int64  `json:"seconds"`
}

// An Overridden is the body of what the staff decided otherwise than a jury.
type Overridden struct {
	Jury    string `json:"jury"`
	Case    string `json:"case"`
	Said    string `json:"said"`
	Instead string `json:"instead"`
	Reason  string `json:"reason"`
	By      string `json:"by"`
	Count   int    `json:"count"` // how many there have been, this one included
}
