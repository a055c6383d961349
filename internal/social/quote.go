package social

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
