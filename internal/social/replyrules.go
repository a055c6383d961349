package social

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// ReplyRules are what has replies wait in somebody's threads until they are
// approved, besides who may reply at all. Whom the owner follows, and who keeps
// their threads, is never held by them.
type ReplyRules struct {
	Owner     AccountID
	Words     []string // or phrases, in any case, as words of their own
	Languages []string // a reply in another one waits; empty for any
	MinDays   int      // younger accounts wait; zero for none
	Strangers bool     // whoever neither the owner nor anybody whom the owner follows follows waits
	Limited   bool     // whom the moderators limited waits
}

// Limits of the rules.
const (
	MaxReplyWords     = 200
	MaxReplyWord      = 100 // characters
	MaxReplyLanguages = 30
	MaxReplyDays      = 365
)

// A ReplyRule is one of them, by which a reply is held.
type ReplyRule string

// The rules.
const (
	RuleWords     ReplyRule = "words"
	RuleLanguages ReplyRule = "language"
	RuleAge       ReplyRule = "account_age"
	RuleStrangers ReplyRule = "stranger"
	RuleLimited   ReplyRule = "limited"
)

// Clean is r without blanks and doubles.
func (r ReplyRules) Clean() ReplyRules {
	var words, languages []string
	seen := map[string]bool{}
	for _, w := range r.Words {
		w = strings.Join(strings.Fields(w), " ")
		if key := FilterKey(w); key != "" && !seen[key] {
			seen[key], words = true, append(words, w)
		}
	}
	for _, l := range r.Languages {
		if l = strings.ToLower(strings.TrimSpace(l)); l != "" && !slices.Contains(languages, l) {
			languages = append(languages, l)
		}
	}
	r.Words, r.Languages = words, languages
	return r
}

// Check reports why r cannot be kept, or nil.
func (r ReplyRules) Check() error {
	switch {
	case len(r.Words) > MaxReplyWords:
		return errs.Newf(errs.Invalid, "Validation failed: At most %d words or phrases.", MaxReplyWords)
	case len(r.Languages) > MaxReplyLanguages:
		return errs.Newf(errs.Invalid, "Validation failed: Choose at most %d languages.", MaxReplyLanguages)
	case r.MinDays < 0 || r.MinDays > MaxReplyDays:
		return errs.Newf(errs.Invalid, "Validation failed: The least age of an account is between 0 and %d days.", MaxReplyDays)
	}
	for _, w := range r.Words {
		if utf8.RuneCountInString(w) > MaxReplyWord {
			return errs.Newf(errs.Invalid, "Validation failed: A word or phrase has at most %d characters.", MaxReplyWord)
		}
	}
	for _, l := range r.Languages {
		if len(l) > MaxLanguage {
			return errs.New(errs.Invalid, "Validation failed: Languages are given by their codes, such as en or pt-BR.")
		}
	}
	return nil
}

// Empty reports whether r holds nothing.
func (r ReplyRules) Empty() bool {
	return len(r.Words) == 0 && len(r.Languages) == 0 && r.MinDays == 0 && !r.Strangers && !r.Limited
}

// A Replying is a reply as the rules look at it.
type Replying struct {
	Words    string // all that it says
	Language string
	Limited  bool          // its author is
	Age      time.Duration // of its author's account
	Known    bool          // somebody whom the owner follows follows its author
}

// Holds is the first rule by which a reply waits, or empty.
func (r ReplyRules) Holds(c Replying) ReplyRule {
	if len(r.Words) > 0 {
		said := spokenKey(c.Words)
		for _, w := range r.Words {
			if key := spokenKey(w); key != "" && hasWords(said, key, true) {
				return RuleWords
			}
		}
	}
	switch {
	case len(r.Languages) > 0 && c.Language != "" && !r.takes(c.Language):
		return RuleLanguages
	case r.MinDays > 0 && c.Age < time.Duration(r.MinDays)*24*time.Hour:
		return RuleAge
	case r.Limited && c.Limited:
		return RuleLimited
	case r.Strangers && !c.Known:
		return RuleStrangers
	}
	return ""
}

// spokenKey is the FilterKey of words without what nobody sees in them: a word is
// not another one for a mark of no width.
func spokenKey(words string) string {
	return FilterKey(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, words))
}

// takes reports whether a language, or the one that it is a kind of, is among
// those that do not wait.
func (r ReplyRules) takes(language string) bool {
	language = strings.ToLower(language)
	base, _, _ := strings.Cut(language, "-")
	return slices.Contains(r.Languages, language) || slices.Contains(r.Languages, base)
}

// A Keeper may do in its owner's threads what the owner may: hide, pin and lock.
type Keeper struct {
	Owner, Keeper AccountID
	Accepted      bool // until then they were only asked
	At            time.Time
}

// MaxKeepers is how many somebody may have, and ask.
const MaxKeepers = 20
