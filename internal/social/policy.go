package social

import (
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// NoticeRule says what becomes of a notice: it is told, kept apart, or never
// made.
type NoticeRule string

// The rules, as Mastodon names them.
const (
	NoticeTold    NoticeRule = "accept"
	NoticeHeld    NoticeRule = "filter"
	NoticeDropped NoticeRule = "drop"
)

// NoticePolicy is what somebody wants to become of notices of what others did.
// https://docs.joinmastodon.org/entities/NotificationPolicy/
type NoticePolicy struct {
	NotFollowing    NoticeRule `json:"not_following"`
	NotFollowers    NoticeRule `json:"not_followers"`
	NewAccounts     NoticeRule `json:"new_accounts"`
	PrivateMentions NoticeRule `json:"private_mentions"` // messages that nobody asked for
	Limited         NoticeRule `json:"limited"`
	Bots            NoticeRule `json:"bots"`
}

// UsualPolicy is that of somebody who has not chosen.
var UsualPolicy = NoticePolicy{NotFollowing: NoticeTold, NotFollowers: NoticeTold, NewAccounts: NoticeTold,
	PrivateMentions: NoticeHeld, Limited: NoticeHeld, Bots: NoticeTold}

// Limits of what is kept apart. What goes beyond is forgotten, oldest first.
const (
	MaxHeld          = 100  // notices of one account
	MaxRequests      = 1000 // accounts
	MaxRequestsShown = 100  // up to which they are counted
	NewAccount       = 30 * 24 * time.Hour
)

// Check reports why p is no policy, or nil.
func (p NoticePolicy) Check() error {
	for _, r := range []NoticeRule{p.NotFollowing, p.NotFollowers, p.NewAccounts, p.PrivateMentions, p.Limited, p.Bots} {
		if r != NoticeTold && r != NoticeHeld && r != NoticeDropped {
			return errs.New(errs.Invalid, "Validation failed: Choose accept, filter or drop for each kind of account.")
		}
	}
	return nil
}

// Filterable are the kinds that a policy is about: what anybody can do to one.
var Filterable = []NoticeKind{NoticeMention, NoticeQuote, NoticeFollow, NoticeFollowRequest, NoticeBoost, NoticeLike, NoticeCollected}

// A Caller is whoever did what a notice tells of, to its owner.
type Caller struct {
	Account  Account
	Relation Relation // of the owner to the account
	Staff    bool     // looks after the house
	Private  bool     // what it did is a message
	Asked    bool     // that answers one of the owner's
}

// Rule is what becomes of a notice of what c did: the strictest rule that is
// about c. Whom the owner follows, and who looks after the house, is always
// heard with messages, and so is an answer.
func (p NoticePolicy) Rule(n Notice, c Caller, now time.Time) NoticeRule {
	if !slices.Contains(Filterable, n.Kind) || c.Staff && n.Kind == NoticeMention {
		return NoticeTold
	}
	rule := NoticeTold
	for _, x := range []struct {
		about bool
		rule  NoticeRule
	}{
		{!c.Relation.Follows, p.NotFollowing},
		{!c.Relation.FollowedBy && n.Kind != NoticeFollow && n.Kind != NoticeFollowRequest, p.NotFollowers},
		{now.Sub(c.Account.CreatedAt) < NewAccount && !c.Relation.Follows, p.NewAccounts},
		{c.Private && !c.Asked && !c.Relation.Follows, p.PrivateMentions},
		{c.Account.Limited && !c.Relation.Follows, p.Limited},
		{c.Account.Kind == Bot || c.Account.Kind == Service, p.Bots},
	} {
		switch {
		case !x.about || x.rule == NoticeTold:
		case x.rule == NoticeDropped:
			return NoticeDropped
		default:
			rule = x.rule
		}
	}
	return rule
}

// A NoticeRequest is an account that would tell an owner more than the policy
// lets through.
type NoticeRequest struct {
	ID       NoticeRequestID
	Owner    AccountID
	From     AccountID
	Accepted bool // not kept apart any more
	Count    int  // notices that are kept apart
	Newest   NoticeID
	Post     PostID // that the newest about one is about
}
