package social

import (
	"strings"
	"unicode"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// ReactionID names an emoji that somebody put under a post.
type ReactionID int64

// A Reacting is an emoji that somebody put under a post.
type Reacting struct {
	ID    ReactionID
	Post  PostID
	Owner AccountID
	Name  string // as in Reaction
}

// Limits of reactions to a post.
const (
	MaxReactionKinds = 50 // different ones under it
	MaxReactionsEach = 5  // by one account under it
)

// ErrReaction is of what is no emoji here.
var ErrReaction = errs.New(errs.Invalid, "Validation failed: This is not one emoji, nor the name of one of this house.")

// ReactionName is how what somebody chose is kept: of a sign one spelling of
// the two that look alike, of a picture its name without colons. What is
// neither is empty.
func ReactionName(s string) string {
	if IsEmoji(s) {
		return spelled(s)
	}
	s = strings.Trim(s, ":")
	name, host, elsewhere := strings.Cut(s, "@")
	if !shortcodeForm.MatchString(name) || len(name) > MaxShortcode || elsewhere && (host == "" || len(host) > MaxHost || !readable(host)) {
		return ""
	}
	return name + strings.TrimSuffix("@"+strings.ToLower(host), "@")
}

// spelled is a sign of one code point with the mark that it is an emoji if
// many show it as a letter otherwise, and without if none do.
func spelled(s string) string {
	rs := []rune(strings.TrimSuffix(s, "\uFE0F"))
	if len(rs) != 1 || !unicode.Is(pictures, rs[0]) {
		return s
	}
	if rs[0] < 0x1F000 {
		return string(rs) + "\uFE0F"
	}
	return string(rs)
}

// Pictured tells of the name of a reaction whether it is a picture, and of
// which host; empty is ours.
func Pictured(name string) (shortcode, host string, ok bool) {
	if IsEmoji(name) {
		return "", "", false
	}
	shortcode, host, _ = strings.Cut(name, "@")
	return shortcode, host, true
}

// A ForeignReaction is what another server says that somebody put under a
// post: a sign, or a picture of theirs or ours.
type ForeignReaction struct {
	Name  string       // a sign, or a shortcode of ours
	Emoji ForeignEmoji // with a Shortcode if it is a picture of theirs
}

// Theirs is the picture of a reaction by somebody on host as it is kept; false
// if it cannot be.
func (r ForeignReaction) Theirs(host string) (ForeignEmoji, bool) {
	all := trimEmojis([]ForeignEmoji{r.Emoji}, host)
	if len(all) == 0 {
		return ForeignEmoji{}, false
	}
	return all[0], true
}

// Score is what the votes for and against a post make, never below nothing.
func Score(up, down int) int { return max(0, up-down) }
