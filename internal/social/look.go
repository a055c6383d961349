package social

import (
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Look is how somebody wants the pages to look. Nothing set is what their machine
// asks for.
type Look struct {
	Scheme   string `json:"scheme,omitempty"` // one of Schemes
	Size     string `json:"size,omitempty"`   // one of TextSizes
	Contrast bool   `json:"contrast,omitempty"`
	Still    bool   `json:"still,omitempty"` // nothing moves
}

// What can be chosen; the first of each is what is usual.
var (
	Schemes   = []string{"", "light", "dark"}
	TextSizes = []string{"", "small", "large", "larger"}
	// Accents are the colours a house can have. The pages know each for a light and
	// for a dark ground; a test measures that what is written in it can be read.
	Accents = []string{"", "indigo", "plum", "forest", "brick", "slate"}
)

// Check reports what is wrong with l, or nil.
func (l Look) Check() error {
	if !slices.Contains(Schemes, l.Scheme) || !slices.Contains(TextSizes, l.Size) {
		return errs.New(errs.Invalid, "Choose one of the colours and sizes that stand there.")
	}
	return nil
}
