package event

// TagRuled: what was decided about a tag is another thing now.
type TagRuled struct {
	Tag string `json:"tag"`
}

// Kind implements Fact.
func (TagRuled) Kind() string { return "tag.ruled" }

// TrendsReviewed: somebody has looked at what many turn to.
type TrendsReviewed struct{}

// Kind implements Fact.
func (TrendsReviewed) Kind() string { return "trends.reviewed" }

var (
	_ = register[TagRuled]()
	_ = register[TrendsReviewed]()
)
