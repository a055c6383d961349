package social

import (
	"regexp"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// An Emoji is a picture of the house that stands in texts under its name
// between colons.
type Emoji struct {
	ID        EmojiID
	Shortcode string
	Category  string
	File      string // name in the blob store
	Still     string // of one that moves; the same as File for others
	Size      int64  // bytes of the files
	Enabled   bool   // what is not is shown as its name
	Listed    bool   // in the list from which people choose
	Featured  bool   // at the top of that list
	At        time.Time
}

// EmojiID names an emoji.
type EmojiID int64

// The limits of emojis.
const (
	MaxEmojis        = 5000
	MaxEmojiFile     = 256 << 10 // bytes
	MinShortcode     = 2
	MaxShortcode     = 64
	MaxEmojiCategory = 60 // characters
)

var shortcodeForm = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// Check reports why e cannot be taken, or nil.
func (e Emoji) Check() error {
	switch {
	case len(e.Shortcode) < MinShortcode || len(e.Shortcode) > MaxShortcode || !shortcodeForm.MatchString(e.Shortcode):
		return errs.Newf(errs.Invalid, "The name of an emoji has %d to %d letters from a to z, digits and underscores.", MinShortcode, MaxShortcode)
	case len([]rune(e.Category)) > MaxEmojiCategory:
		return errs.Newf(errs.Invalid, "A category has at most %d characters.", MaxEmojiCategory)
	}
	return nil
}
