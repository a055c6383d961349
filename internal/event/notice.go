package event

import "github.com/plaza-social/plaza/internal/social"

// NoticesMerged: what was kept apart from somebody is among their notices now.
type NoticesMerged struct {
	Owner social.AccountID `json:"owner"`
}

// Kind implements Fact.
func (NoticesMerged) Kind() string { return "notices.merged" }

var _ = register[NoticesMerged]()
