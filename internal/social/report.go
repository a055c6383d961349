package social

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// ReportCategory says what somebody is reported for.
type ReportCategory string

// The categories.
const (
	ReportSpam      ReportCategory = "spam"
	ReportLegal     ReportCategory = "legal"
	ReportViolation ReportCategory = "violation" // of rules of the house
	ReportOther     ReportCategory = "other"
)

// ParseReportCategory reads a category's name; empty is other.
func ParseReportCategory(s string) (ReportCategory, error) {
	switch c := ReportCategory(s); c {
	case "":
		return ReportOther, nil
	case ReportSpam, ReportLegal, ReportViolation, ReportOther:
		return c, nil
	}
	return "", errs.New(errs.Invalid, "Validation failed: A report is about spam, legal, violation or other.")
}

// Channel is how a report came.
type Channel string

// The channels.
const (
	ChannelApp      Channel = "app"      // a member, in an app
	ChannelWeb      Channel = "web"      // a member, on the site
	ChannelStranger Channel = "stranger" // somebody without an account
	ChannelFlag     Channel = "flag"     // another server
	ChannelHost     Channel = "host"     // who hosts us, an authority, a rights holder
	ChannelRule     Channel = "rule"     // a rule that acts by itself
)

// Limits of a report.
const (
	MaxReportComment     = 1000 // characters
	MaxReportPosts       = 50
	MaxReportCollections = MaxCollections
	MaxReportRules       = 20
	MaxContact           = 320 // characters; an address has no more
)

// A Report tells the staff of somebody, and of what they posted or put together.
type Report struct {
	ID          ReportID
	Reporter    AccountID // zero for a stranger, a rule, and who is gone
	Target      AccountID
	Posts       []PostID
	Collections []CollectionID
	Comment     string
	Category    ReportCategory
	Rules       []string // ids of rules of the house, of a violation
	Forward     bool     // the reporter wants the target's own host to know
	Harm        Harm
	Channel     Channel
	Contact     string // of a stranger who wants an answer
	Crowd       bool   // more came from their network than its share; it is not kept
	Hidden      PostID // the reporter's reply whose hiding this is about; it is kept with that
	Case        CaseID
	Evidence    EvidenceID
	Assigned    AccountID
	ClosedBy    AccountID // zero also where the command line did it
	ClosedAt    time.Time // zero while the report is open
	At          time.Time
	Changed     time.Time
}

// Closed reports whether r is resolved.
func (r Report) Closed() bool { return !r.ClosedAt.IsZero() }

// Check reports why r cannot be taken in a house with rules, or nil.
func (r Report) Check(rules []Rule) error {
	switch {
	case r.Reporter == r.Target:
		return errs.New(errs.Invalid, "Validation failed: You cannot report yourself.")
	case utf8.RuneCountInString(r.Comment) > MaxReportComment:
		return errs.Newf(errs.Invalid, "Validation failed: Say it in at most %d characters.", MaxReportComment)
	case len(r.Posts) > MaxReportPosts:
		return errs.Newf(errs.Invalid, "Validation failed: Report at most %d posts at once.", MaxReportPosts)
	case len(r.Collections) > MaxReportCollections:
		return errs.Newf(errs.Invalid, "Validation failed: Report at most %d collections at once.", MaxReportCollections)
	case len(r.Rules) > MaxReportRules:
		return errs.Newf(errs.Invalid, "Validation failed: Name at most %d rules.", MaxReportRules)
	}
	for _, id := range r.Rules {
		if !slices.ContainsFunc(rules, func(one Rule) bool { return one.ID == id }) {
			return errs.New(errs.Invalid, "Validation failed: There is no such rule here.")
		}
	}
	return nil
}

// Same reports whether r says nothing that other does not.
func (r Report) Same(other Report) bool {
	return r.Reporter == other.Reporter && r.Target == other.Target && r.Comment == other.Comment && r.Category == other.Category && r.Harm == other.Harm &&
		slices.Equal(r.Posts, other.Posts) && slices.Equal(r.Collections, other.Collections) && slices.Equal(r.Rules, other.Rules)
}

// A ReportQuery says which reports are wanted. Zero is any.
type ReportQuery struct {
	Closed   bool
	Reporter AccountID
	Target   AccountID
	Not      AccountID // about whom none are wanted
	Known    bool      // only those by somebody we know
}
