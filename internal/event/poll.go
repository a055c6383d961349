package event

import "github.com/plaza-social/plaza/internal/social"

// Voted: somebody voted in a post's poll, or their votes were taken back.
type Voted struct {
	Poll  social.PollID    `json:"poll"`
	Post  social.PostID    `json:"post"`
	Voter social.AccountID `json:"voter"`
}

// Kind implements Fact.
func (Voted) Kind() string { return "poll.voted" }

// PollEnded: nobody can vote in a post's poll any more.
type PollEnded struct {
	Poll   social.PollID    `json:"poll"`
	Post   social.PostID    `json:"post"`
	Author social.AccountID `json:"author"`
}

// Kind implements Fact.
func (PollEnded) Kind() string { return "poll.ended" }

var (
	_ = register[Voted]()
	_ = register[PollEnded]()
)
