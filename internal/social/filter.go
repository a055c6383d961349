package social

// FilterID names a filter; a keyword and a post in it have ids of their own.
type FilterID int64

// A FilterHit is a filter of the reader's that a post meets, and what met it.
// https://docs.joinmastodon.org/entities/FilterResult/
type FilterHit struct {
	Filter   *Filter
	Keywords []string
	Posts    []PostID
}

// A Filter hides or veils what its owner does not want to read.
// https://docs.joinmastodon.org/entities/Filter/
type Filter struct {
	ID    FilterID
	Owner AccountID
	Title string
}
