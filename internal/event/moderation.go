package event

import "github.com/plaza-social/plaza/internal/social"

// Reported: somebody told the staff of somebody.
type Reported struct {
	Report   social.ReportID  `json:"report"`
	Reporter social.AccountID `json:"reporter"`
	Target   social.AccountID `json:"target"`
	Joins    bool             `json:"joins,omitempty"` // a case that was open already
	Crowd    bool             `json:"crowd,omitempty"` // more came from the network of a stranger than its share
}

// Kind implements Fact.
func (Reported) Kind() string { return "report.made" }

// Decided: the staff did something about an account. Letter tells whether its
// owner is to be written to.
type Decided struct {
	Decision social.DecisionID `json:"decision"`
	Account  social.AccountID  `json:"account"`
	By       social.AccountID  `json:"by,omitempty"` // zero for the command line
	Action   social.Action     `json:"action"`
	Letter   bool              `json:"letter,omitempty"`
	Case     social.CaseID     `json:"case,omitempty"` // that it ended
	Posts    []social.PostID   `json:"posts,omitempty"`
	Undoes   social.DecisionID `json:"undoes,omitempty"`
}

// Kind implements Fact.
func (Decided) Kind() string { return "decision.made" }

// CaseClosed: a case is decided, and with it all reports in it. Decision is zero
// if what it asked for was so already.
type CaseClosed struct {
	Case     social.CaseID     `json:"case"`
	Decision social.DecisionID `json:"decision,omitempty"`
}

// Kind implements Fact.
func (CaseClosed) Kind() string { return "case.closed" }

// PostJudged: a post stands otherwise here. What a reader of it must be known by
// stands here, as they may not have it any more.
type PostJudged struct {
	Post        social.PostID       `json:"post"`
	Author      social.AccountID    `json:"author"`
	Was         social.PostStanding `json:"was,omitempty"`
	Standing    social.PostStanding `json:"standing,omitempty"`
	Visibility  social.Visibility   `json:"visibility"`
	ReplyTo     social.PostID       `json:"reply_to,omitempty"`
	ReplyAuthor social.AccountID    `json:"reply_author,omitempty"`
	Mentions    []social.AccountID  `json:"mentions,omitempty"`
	Audience    []social.AccountID  `json:"audience,omitempty"` // of a post for a circle
	Tags        []string            `json:"tags,omitempty"`
	Decision    social.DecisionID   `json:"decision,omitempty"`
}

// Kind implements Fact.
func (PostJudged) Kind() string { return "post.judged" }

// Appealed: somebody wants a decision about them to be looked at again.
type Appealed struct {
	Appeal   social.AppealID   `json:"appeal"`
	Decision social.DecisionID `json:"decision"`
	By       social.AccountID  `json:"by"`
}

// Kind implements Fact.
func (Appealed) Kind() string { return "appeal.made" }

// AppealsAlarmed: so much of the time that there is for some appeals has passed, and
// nobody has answered.
type AppealsAlarmed struct {
	Appeals []social.AppealID `json:"appeals"`
	Percent int               `json:"percent"`
}

// Kind implements Fact.
func (AppealsAlarmed) Kind() string { return "appeals.alarmed" }

// AppealAnswered: somebody has looked.
type AppealAnswered struct {
	Appeal   social.AppealID    `json:"appeal"`
	Decision social.DecisionID  `json:"decision"`
	Account  social.AccountID   `json:"account"` // who appealed
	State    social.AppealState `json:"state"`
}

// Kind implements Fact.
func (AppealAnswered) Kind() string { return "appeal.answered" }

var (
	_ = register[CaseClosed]()
	_ = register[PostJudged]()
	_ = register[Appealed]()
	_ = register[AppealAnswered]()
	_ = register[AppealsAlarmed]()
	_ = register[Reported]()
	_ = register[Decided]()
)
