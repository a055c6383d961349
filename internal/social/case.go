package social

import (
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Harm is what somebody is reported for, coarsely: queues, clocks and statistics
// go by it.
type Harm string

// The harms.
const (
	HarmSpam       Harm = "spam"
	HarmScam       Harm = "scam"
	HarmHarassment Harm = "harassment"
	HarmHate       Harm = "hate"
	HarmViolence   Harm = "violence"
	HarmSelfHarm   Harm = "self_harm"
	HarmSexual     Harm = "sexual"
	HarmMinors     Harm = "minors"
	HarmPrivacy    Harm = "privacy"
	HarmRights     Harm = "rights" // copyright, trademarks
	HarmIllegal    Harm = "illegal"
	HarmRules      Harm = "rules" // of the house
	HarmOther      Harm = "other"
)

// Queue is where cases wait, by who has to look and how soon.
type Queue string

// The queues, in the order in which they are worked off.
const (
	QueueHarm    Queue = "harm"    // somebody may come to harm
	QueueLegal   Queue = "legal"   // the law may ask for something
	QueueGeneral Queue = "general" // all else
	QueueSpam    Queue = "spam"    // many alike
)

// AllQueues lists them.
var AllQueues = []Queue{QueueHarm, QueueLegal, QueueGeneral, QueueSpam}

// A Routing is where cases of a harm go, how much they matter (0 to 100), and
// how soon somebody has to have decided.
type Routing struct {
	Queue    Queue
	Priority int
	Within   time.Duration
	Class    string // the name of that clock in the log of evidence
}

var routings = map[Harm]Routing{
	HarmMinors:     {QueueHarm, 90, time.Hour, "1h"},
	HarmViolence:   {QueueHarm, 80, time.Hour, "1h"},
	HarmSelfHarm:   {QueueHarm, 80, time.Hour, "1h"},
	HarmPrivacy:    {QueueHarm, 70, 24 * time.Hour, "24h"},
	HarmIllegal:    {QueueLegal, 65, 24 * time.Hour, "24h"},
	HarmRights:     {QueueLegal, 55, 24 * time.Hour, "24h"},
	HarmHate:       {QueueGeneral, 60, 24 * time.Hour, "24h"},
	HarmSexual:     {QueueGeneral, 50, 24 * time.Hour, "24h"},
	HarmHarassment: {QueueGeneral, 50, 24 * time.Hour, "24h"},
	HarmRules:      {QueueGeneral, 35, 24 * time.Hour, "24h"},
	HarmScam:       {QueueSpam, 45, 24 * time.Hour, "24h"},
	HarmSpam:       {QueueSpam, 25, 24 * time.Hour, "24h"},
	HarmOther:      {QueueGeneral, 20, 24 * time.Hour, "24h"},
}

// Harms lists them, the gravest first.
var Harms = []Harm{HarmMinors, HarmViolence, HarmSelfHarm, HarmPrivacy, HarmIllegal, HarmHate, HarmRights, HarmSexual, HarmHarassment, HarmScam, HarmRules, HarmSpam, HarmOther}

// Routing is where cases of h go.
func (h Harm) Routing() Routing { return routings[h] }

// ParseHarm reads a harm's name; empty is other.
func ParseHarm(s string) (Harm, error) {
	if s == "" {
		return HarmOther, nil
	}
	if _, ok := routings[Harm(s)]; !ok {
		return "", errs.New(errs.Invalid, "Choose from the list what it is about.")
	}
	return Harm(s), nil
}

// HarmOf is what a report of a category, as apps send it, is about.
func HarmOf(c ReportCategory) Harm {
	switch c {
	case ReportSpam:
		return HarmSpam
	case ReportLegal:
		return HarmIllegal
	case ReportViolation:
		return HarmRules
	}
	return HarmOther
}

// Category is h as apps know it.
func (h Harm) Category() ReportCategory {
	switch h {
	case HarmSpam, HarmScam:
		return ReportSpam
	case HarmIllegal, HarmRights, HarmMinors:
		return ReportLegal
	case HarmRules:
		return ReportViolation
	}
	return ReportOther
}

// A Subject is what a case is about: an account, or one post of it.
type Subject struct {
	Account AccountID
	Post    PostID // zero for the account
}

// SubjectOf is what a report is about: the post, if it names one alone, else
// whoever is reported.
func SubjectOf(r Report) Subject {
	if len(r.Posts) == 1 && len(r.Collections) == 0 {
		return Subject{r.Target, r.Posts[0]}
	}
	return Subject{Account: r.Target}
}

const (
	// ClaimFor is how long a case is kept for whoever took it: after that others
	// are given it.
	ClaimFor = 15 * time.Minute
	// MaxWeight is how much the reports of one case add to its priority, at most.
	MaxWeight = 20
	// MaxSignal is how much it adds to the priority of a case that it is like others
	// that were upheld.
	MaxSignal = 15
	// MaxSample is how many posts are drawn by lot in a week at most, and judged.
	MaxSample = 100
	// MaxBatch is how many cases are decided in one step, at most.
	MaxBatch = 1000
	// MaxCaseNote is how many characters a note has, and MaxCaseNotes how many
	// there are.
	MaxCaseNote  = 2000
	MaxCaseNotes = 200
)

// A Case is everything that was reported about one subject, until it is decided.
type Case struct {
	ID CaseID
	Subject
	Harm      Harm
	Queue     Queue
	Priority  int // 0 to 100
	Reports   int
	Due       time.Time // until when it is to be decided
	Claimed   AccountID // who has it
	ClaimedTo time.Time
	Text      string   // what the post said when it was reported first
	Proposal  Proposal // of who wants a second pair of eyes
	Outcome   Action   // empty while it is open
	ClosedAt  time.Time
	ClosedBy  AccountID
	Evidence  EvidenceID // the record of how it was sorted
	Signal    string     // why it is more urgent than what was reported makes it, if it is
	Sampled   bool       // its post was drawn by lot
	At        time.Time
}

// Blind reports whether whoever decides about c is not to know whose post it is:
// it was drawn by lot, and nobody has reported it.
func (c Case) Blind() bool { return c.Sampled && c.Reports == 0 && c.Open() }

// Gone is the outcome of a case whose account went before it was decided.
const Gone Action = "gone"

// Open reports whether c is not decided.
func (c Case) Open() bool { return c.ClosedAt.IsZero() }

// ClaimedBy is who has c at a moment, or nobody.
func (c Case) ClaimedBy(now time.Time) AccountID {
	if c.Claimed != 0 && now.Before(c.ClaimedTo) {
		return c.Claimed
	}
	return 0
}

// Add counts one more report of h in, from somebody whose reports weigh so much
// (0 to 1). It reports whether that changed where the case belongs.
func (c *Case) Add(h Harm, weight float64, now time.Time) (moved bool) {
	r := h.Routing()
	c.Reports++
	before := c.Harm.Routing().Priority // zero for a new one
	more := min(max(c.Priority-before, 0)+int(weight*4+0.5), MaxWeight)
	c.Priority = max(c.Priority, min(100, max(before, r.Priority)+more))
	if due := now.Add(r.Within); c.Due.IsZero() || due.Before(c.Due) {
		c.Due = due
	}
	if c.Harm == "" || r.Priority > c.Harm.Routing().Priority {
		c.Harm, c.Queue, moved = h, r.Queue, true
	}
	return moved
}

// A Proposal is a grave decision that waits for a second pair of eyes.
type Proposal struct {
	By       AccountID
	Decision Decision
	Evidence EvidenceID `json:",omitempty"` // the record of it
}

// A CaseNote is what somebody of the staff wrote to the others.
type CaseNote struct {
	ID   int64
	Case CaseID
	By   AccountID
	Text string
	At   time.Time
}

// A CaseQuery says which cases are wanted. Zero is any.
type CaseQuery struct {
	Queue  Queue
	Closed bool
	Harm   Harm
	About  AccountID
	Mine   AccountID // who has them
	Not    AccountID // about whom none are wanted
	Judges []Role    // who is asked about: of what nobody may know whose it is none is wanted of others; nil is any
	Words  string    // what the post said
}

// Accuracy is how much the reports of somebody weigh, of whose last reports so
// many led to something and so many did not: 0 to 1, a half to begin with.
func Accuracy(right, wrong int) float64 { return float64(right+1) / float64(right+wrong+2) }
