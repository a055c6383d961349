package social

import "github.com/plaza-social/plaza/internal/base/errs"

// A Quote is another post that a post shows within itself, with the consent
// of its author. https://docs.joinmastodon.org/entities/Quote/
type Quote struct {
	Of     PostID // zero if it quotes nothing; the post may be gone
	Author AccountID
	State  QuoteState
}

// QuoteState says whether a quote was agreed to.
type QuoteState string

// The states. What is shown also depends on the reader, see view.Seen.
const (
	QuotePending  QuoteState = "pending"
	QuoteAccepted QuoteState = "accepted"
	QuoteRejected QuoteState = "rejected"
	QuoteRevoked  QuoteState = "revoked"
	QuoteDeleted  QuoteState = "deleted"
)

// QuotePolicy says who may quote a post without asking.
type QuotePolicy string

// The policies, as Mastodon names them. Empty means what is usual for the
// post's visibility: everybody for what everybody can see, nobody else.
// https://docs.joinmastodon.org/methods/statuses/#create
const (
	QuotePublic    QuotePolicy = "public"
	QuoteFollowers QuotePolicy = "followers"
	QuoteNobody    QuotePolicy = "nobody"
)

// ParseQuotePolicy reads a policy's name; empty is one too.
func ParseQuotePolicy(s string) (QuotePolicy, error) {
	switch p := QuotePolicy(s); p {
	case "", QuotePublic, QuoteFollowers, QuoteNobody:
		return p, nil
	}
	return "", errs.New(errs.Invalid, "Validation failed: Quote approval policy is public, followers or nobody.")
}

// Quotable is who may quote p besides its author: of what is not for
// everybody, nobody.
func (p Post) Quotable() QuotePolicy {
	switch {
	case p.Visibility != Public && p.Visibility != Unlisted:
		return QuoteNobody
	case p.QuotePolicy == "":
		return QuotePublic
	}
	return p.QuotePolicy
}

// QuotableBy reports whether who, who can see p and stands to its author as
// rel says, may quote it. Messages, what a circle hears and what is held are never
// quoted, other posts always by their author.
func (p Post) QuotableBy(who AccountID, rel Relation) bool {
	switch {
	case who == 0 || p.IsBoost() || p.Visibility == Direct || p.Visibility == Circle || p.Held != HeldNot:
		return false
	case who == p.Author:
		return true
	case rel.Blocks || rel.BlockedBy:
		return false
	}
	policy := p.Quotable()
	return policy == QuotePublic || policy == QuoteFollowers && rel.Follows
}

// MayQuote reports why by may not quote p, or nil.
func (p Post) MayQuote(by Actor, rel Relation) error {
	switch {
	case p.IsBoost():
		return errs.New(errs.Invalid, "Quote the post, not its boost.")
	case p.Held != HeldNot:
		return errHeld
	case !p.QuotableBy(by.Account, rel):
		return errs.New(errs.Forbidden, "Who wrote this post does not want it quoted by you.")
	}
	return by.MustAct()
}

// Narrowed is the widest visibility, up to v, of a post that quotes p: what is
// for followers is not carried further by a quote.
func (p Post) Narrowed(v Visibility) Visibility {
	if p.Visibility.Narrower(v) && p.Visibility == Followers {
		return p.Visibility
	}
	return v
}
