package event

import "github.com/plaza-social/plaza/internal/social"

// Joined: one of ours has an account that may be used, or asks for one.
type Joined struct {
	Account social.AccountID `json:"account"`
	Waiting bool             `json:"waiting,omitempty"` // for approval
}

// Kind implements Fact.
func (Joined) Kind() string { return "account.joined" }

// ProfileChanged: an account says something else about itself.
type ProfileChanged struct {
	Account social.AccountID `json:"account"`
}

// Kind implements Fact.
func (ProfileChanged) Kind() string { return "account.profile" }

// AccessChanged: who somebody is or what they may do has changed: role,
// standing, a session or a token that ended. Account zero means everybody, or
// with a token, which is an app's own then, that token alone.
type AccessChanged struct {
	Account social.AccountID `json:"account,omitempty"`
	Token   social.TokenID   `json:"token,omitempty"`
}

// Kind implements Fact.
func (AccessChanged) Kind() string { return "account.access" }

// FactorsChanged: how somebody shows who they are besides their password has
// changed.
type FactorsChanged struct {
	Account social.AccountID `json:"account"`
}

// Kind implements Fact.
func (FactorsChanged) Kind() string { return "account.factors" }

// AccountLeft: an account is leaving. Its row, and what is its own, goes step by
// step from now on.
type AccountLeft struct {
	Account social.AccountID `json:"account"`
}

// Kind implements Fact.
func (AccountLeft) Kind() string { return "account.left" }

// AccountDeleted: an account is gone, with all that was its own.
type AccountDeleted struct {
	Account social.AccountID `json:"account"`
}

// Kind implements Fact.
func (AccountDeleted) Kind() string { return "account.deleted" }

// ListChanged: a list was made, changed, filled or deleted.
type ListChanged struct {
	Owner social.AccountID `json:"owner"`
	List  social.ListID    `json:"list"`
}

// Kind implements Fact.
func (ListChanged) Kind() string { return "list.changed" }

// NoticeMade: somebody has something to be told.
type NoticeMade struct {
	Owner  social.AccountID `json:"owner"`
	Notice social.NoticeID  `json:"notice"`
}

// Kind implements Fact.
func (NoticeMade) Kind() string { return "notice.made" }

// SettingsChanged: the owner changed the house's settings.
type SettingsChanged struct{}

// Kind implements Fact.
func (SettingsChanged) Kind() string { return "settings.changed" }

var (
	_ = register[Joined]()
	_ = register[ProfileChanged]()
	_ = register[AccessChanged]()
	_ = register[FactorsChanged]()
	_ = register[AccountLeft]()
	_ = register[AccountDeleted]()
	_ = register[ListChanged]()
	_ = register[NoticeMade]()
	_ = register[SettingsChanged]()
)
