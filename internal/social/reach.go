package social

// How views of posts are counted, and what of that their authors are shown.
// docs/decisions/0050-reach.md
const (
	// LeastViews is the least number of views that is shown: below, it is said that
	// there were fewer. Others are shown in steps of it. So no number changes by
	// one, and nobody learns of one reader that they were there.
	LeastViews = 5
	// ReachDays is how many days are kept, today included.
	ReachDays = 90
)

// ShownViews is what is shown of n views: zero stands for fewer than LeastViews.
func ShownViews(n int) int { return n - n%LeastViews }

// Counted reports whether views of p, which is by somebody here, are counted: of
// what is for everybody only. Who may read a post for a few is known, so a number
// would tell who did; people of this house, or who keeps a thread, are a few.
func (p Post) Counted() bool {
	return !p.IsBoost() && p.URI == "" && (p.Visibility == Public || p.Visibility == Unlisted) && !p.LocalOnly && p.Held == HeldNot
}

// An Echo is one way in which others take up a post.
type Echo string

// The ways.
const (
	EchoBoosts  Echo = "boosts"
	EchoQuotes  Echo = "quotes"
	EchoLikes   Echo = "likes"
	EchoReplies Echo = "replies"
)

// Echoes are all of them, in the order they are told in.
var Echoes = []Echo{EchoBoosts, EchoQuotes, EchoLikes, EchoReplies}
