package event

import "github.com/plaza-social/plaza/internal/social"

// JuryDrawn: lots were drawn, and these sit on a jury now.
type JuryDrawn struct {
	Jury   social.JuryID      `json:"jury"`
	Jurors []social.AccountID `json:"jurors"`
}

// Kind implements Fact.
func (JuryDrawn) Kind() string { return "jury.drawn" }

// JuryEnded: a jury has said something, or nothing will come of it.
type JuryEnded struct {
	Jury social.JuryID  `json:"jury"`
	End  social.JuryEnd `json:"end"`
}

// Kind implements Fact.
func (JuryEnded) Kind() string { return "jury.ended" }

// JuryOverridden: the staff decided otherwise than a jury.
type JuryOverridden struct {
	Jury social.JuryID    `json:"jury"`
	By   social.AccountID `json:"by"`
}

// Kind implements Fact.
func (JuryOverridden) Kind() string { return "jury.overridden" }

var (
	_ = register[JuryDrawn]()
	_ = register[JuryEnded]()
	_ = register[JuryOverridden]()
)
