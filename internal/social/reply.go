package social

import (
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// ReplyPolicy says who may reply to a post at once. With "+approval" behind it,
// everybody else may as well, and waits until the author has agreed; without
// it, they may not. Empty means what is usual: whoever can see the post.
type ReplyPolicy string

// The policies. Others may be read from elsewhere, see ParseReplyPolicy.
const (
	ReplyEveryone  ReplyPolicy = "everyone"
	ReplyFollowers ReplyPolicy = "followers"
	ReplyFollowing ReplyPolicy = "following" // whom the author follows
	ReplyMutuals   ReplyPolicy = "mutuals"   // whom the author follows and who follow the author
	ReplyMentioned ReplyPolicy = "mentioned"
	ReplyNobody    ReplyPolicy = "nobody"
	ReplyApproval  ReplyPolicy = "approval" // everybody, after approval
)

// withApproval is behind a policy that lets others ask.
const withApproval = "+approval"

// ReplyPolicies are those that are offered, from widest to narrowest.
var ReplyPolicies = []ReplyPolicy{ReplyEveryone, ReplyFollowers, ReplyMutuals, ReplyMentioned, ReplyApproval, ReplyNobody}

// ParseReplyPolicy reads a policy's name; empty is one too.
func ParseReplyPolicy(s string) (ReplyPolicy, error) {
	base := strings.TrimSuffix(s, withApproval)
	switch p := ReplyPolicy(base); p {
	case "", ReplyEveryone, ReplyNobody, ReplyApproval:
		if base == s {
			return p, nil
		}
	case ReplyFollowers, ReplyFollowing, ReplyMutuals, ReplyMentioned:
		return ReplyPolicy(s), nil
	}
	return "", errs.New(errs.Invalid, "Validation failed: Reply policy is everyone, followers, following, mutuals, mentioned, nobody or approval; followers+approval and the like let others ask.")
}

// At is who of p may reply at once.
func (p ReplyPolicy) At() ReplyPolicy {
	switch base := ReplyPolicy(strings.TrimSuffix(string(p), withApproval)); base {
	case "":
		return ReplyEveryone
	case ReplyApproval:
		return ReplyNobody
	default:
		return base
	}
}

// Asks reports whether those who may not reply at once may ask to.
func (p ReplyPolicy) Asks() bool {
	return p == ReplyApproval || strings.HasSuffix(string(p), withApproval)
}

// Asking is p, with others who may ask.
func (p ReplyPolicy) Asking() ReplyPolicy {
	switch at := p.At(); at {
	case ReplyEveryone:
		return p
	case ReplyNobody:
		return ReplyApproval
	default:
		return at + withApproval
	}
}

// Repliable is who may reply to p. What is not for everybody is answered by
// whom it is for: its author has chosen them.
func (p Post) Repliable() ReplyPolicy {
	if p.Visibility == Direct || p.ReplyPolicy == "" {
		return ReplyEveryone
	}
	return p.ReplyPolicy
}

// Answer is what becomes of a reply.
type Answer uint8

// The answers.
const (
	ReplyGoes   Answer = iota // it stands beneath the post at once
	ReplyWaits                // until the author of the post agrees
	ReplyClosed               // it does not come to stand there
)

// AnswerTo is what p's policy says to a reply by who, who can see p and stands
// to its author as rel says. Whom the author mentions or has answered may answer,
// unless nobody may: else somebody could be spoken ill of to their face.
func (p Post) AnswerTo(who AccountID, rel Relation) Answer {
	policy := p.Repliable()
	at, asks := policy.At(), policy.Asks()
	switch {
	case who != 0 && who == p.Author, at == ReplyEveryone:
		return ReplyGoes
	case who != 0 && (p.Mentioned(who) || p.ReplyAuthor == who) && (at != ReplyNobody || asks):
		return ReplyGoes
	case at == ReplyFollowers && rel.Follows,
		at == ReplyFollowing && rel.FollowedBy,
		at == ReplyMutuals && rel.Follows && rel.FollowedBy:
		return ReplyGoes
	case asks:
		return ReplyWaits
	}
	return ReplyClosed
}
