package event

import "github.com/plaza-social/plaza/internal/social"

// VotesShifted: votes of somebody were set aside, or put back. Nobody is told of it,
// but what shows the counts of these posts shows others now.
type VotesShifted struct {
	Owner social.AccountID `json:"owner"`
	Posts []social.PostID  `json:"posts"`
}

// Kind implements Fact.
func (VotesShifted) Kind() string { return "votes.shifted" }

var _ = register[VotesShifted]()
