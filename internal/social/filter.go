package social

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// The ids of a filter, and of a keyword and a post in it.
type (
	FilterID        int64
	FilterKeywordID int64
	FilterPostID    int64
)

// A Filter hides or veils what its owner does not want to read.
// https://docs.joinmastodon.org/entities/Filter/
type Filter struct {
	ID       FilterID
	Owner    AccountID
	Title    string
	Contexts []FilterContext
	Action   FilterAction
	Until    time.Time // zero for good
	Keywords []FilterKeyword
	Posts    []FilterPost
}

// FilterContext is a place where a filter holds.
type FilterContext string

// The contexts: home and lists, notices, public timelines, threads, profiles.
const (
	FilterHome    FilterContext = "home"
	FilterNotices FilterContext = "notifications"
	FilterPublic  FilterContext = "public"
	FilterThread  FilterContext = "thread"
	FilterAccount FilterContext = "account"
)

// FilterAction is what is to be done with a post that meets a filter. Clients
// do it: they are told which filters a post meets, and where those hold.
type FilterAction string

// The actions: show the filter's title in its place, leave the post out, or
// cover what it shows.
const (
	FilterWarn FilterAction = "warn"
	FilterHide FilterAction = "hide"
	FilterBlur FilterAction = "blur"
)

// A FilterKeyword is words that a post may contain.
type FilterKeyword struct {
	ID    FilterKeywordID
	Words string
	Whole bool // not within other words
}

// A FilterPost is one post that a filter is about.
type FilterPost struct {
	ID   FilterPostID
	Post PostID
}

// Limits of filters. Those of how many are of one owner's: each post that an
// owner is shown is held against all of them.
const (
	MaxFilters        = 100
	MaxFilterTitle    = 256
	MaxFilterKeywords = 1000
	MaxFilterKeyword  = 512
	MaxFilterPosts    = 1000
	MaxFilterLasts    = 100 * 365 * 24 * time.Hour
)

// Check reports why f cannot be kept, or nil.
func (f Filter) Check() error {
	switch {
	case strings.TrimSpace(f.Title) == "":
		return errs.New(errs.Invalid, "Validation failed: Title can't be blank")
	case utf8.RuneCountInString(f.Title) > MaxFilterTitle:
		return errs.Newf(errs.Invalid, "Validation failed: Title is too long (maximum is %d characters)", MaxFilterTitle)
	case len(f.Contexts) == 0:
		return errs.New(errs.Invalid, "Validation failed: Context can't be blank")
	case !slices.Contains([]FilterAction{FilterWarn, FilterHide, FilterBlur}, f.Action):
		return errs.New(errs.Invalid, "Validation failed: A filter warns, hides or blurs.")
	}
	for _, c := range f.Contexts {
		if !slices.Contains([]FilterContext{FilterHome, FilterNotices, FilterPublic, FilterThread, FilterAccount}, c) {
			return errs.New(errs.Invalid, "Validation failed: A filter holds at home, for notifications, in public, in a thread or on an account's page.")
		}
	}
	for _, k := range f.Keywords {
		if err := k.check(); err != nil {
			return err
		}
	}
	return nil
}

func (k FilterKeyword) check() error {
	if FilterKey(k.Words) == "" {
		return errs.New(errs.Invalid, "Validation failed: Keyword can't be blank")
	}
	if utf8.RuneCountInString(k.Words) > MaxFilterKeyword {
		return errs.Newf(errs.Invalid, "Validation failed: Keyword is too long (maximum is %d characters)", MaxFilterKeyword)
	}
	return nil
}

// CheckFilters reports why somebody cannot have all of these, or nil.
func CheckFilters(all []Filter) error {
	keywords, posts := 0, 0
	for _, f := range all {
		keywords, posts = keywords+len(f.Keywords), posts+len(f.Posts)
	}
	switch {
	case len(all) > MaxFilters:
		return errs.Newf(errs.Invalid, "Validation failed: You can have at most %d filters.", MaxFilters)
	case keywords > MaxFilterKeywords:
		return errs.Newf(errs.Invalid, "Validation failed: All your filters together have at most %d keywords.", MaxFilterKeywords)
	case posts > MaxFilterPosts:
		return errs.Newf(errs.Invalid, "Validation failed: All your filters together have at most %d posts.", MaxFilterPosts)
	}
	return nil
}

// Ended reports whether f no longer holds.
func (f Filter) Ended(now time.Time) bool { return !f.Until.IsZero() && !now.Before(f.Until) }

// A FilterHit is a filter of the reader's that a post meets, and what met it.
// https://docs.joinmastodon.org/entities/FilterResult/
type FilterHit struct {
	Filter   *Filter
	Keywords []string
	Posts    []PostID
}

// FilterKey is the form in which keywords and what posts say are compared.
func FilterKey(words string) string { return NameKey(words) }

// A Sieve is a filter made ready to be held against posts.
type Sieve struct {
	filter *Filter
	keys   []string // of the keywords
}

// NewSieve makes f ready.
func NewSieve(f Filter) Sieve {
	s := Sieve{filter: &f, keys: make([]string, len(f.Keywords))}
	for i, k := range f.Keywords {
		s.keys[i] = FilterKey(k.Words)
	}
	return s
}

// Hold holds a post against s; words is the FilterKey of what it says.
func (s Sieve) Hold(post PostID, words string, now time.Time) (FilterHit, bool) {
	h := FilterHit{Filter: s.filter}
	if s.filter.Ended(now) {
		return h, false
	}
	for i, k := range s.filter.Keywords {
		if hasWords(words, s.keys[i], k.Whole) {
			h.Keywords = append(h.Keywords, k.Words)
		}
	}
	for _, p := range s.filter.Posts {
		if p.Post == post {
			h.Posts = append(h.Posts, post)
		}
	}
	return h, len(h.Keywords)+len(h.Posts) > 0
}

// hasWords reports whether words has key in it. Whole means that letters of
// key do not touch others: where key begins or ends with something else, such
// as a #, it may stand anywhere.
// https://docs.joinmastodon.org/api/guidelines/#filters
func hasWords(words, key string, whole bool) bool {
	first, _ := utf8.DecodeRuneInString(key)
	last, _ := utf8.DecodeLastRuneInString(key)
	for from := 0; ; {
		i := strings.Index(words[from:], key)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(key)
		before, _ := utf8.DecodeLastRuneInString(words[:start])
		after, _ := utf8.DecodeRuneInString(words[end:])
		if !whole || !(inWord(first) && inWord(before)) && !(inWord(last) && inWord(after)) {
			return true
		}
		_, size := utf8.DecodeRuneInString(words[start:])
		from = start + size
	}
}

// inWord reports whether r is part of words. The replacement character, which
// stands for none at all, is not.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '_'
}

// Keyword is where in f a keyword is, or -1.
func (f Filter) Keyword(id FilterKeywordID) int {
	return slices.IndexFunc(f.Keywords, func(k FilterKeyword) bool { return k.ID == id })
}

// PostAt is where in f a post is that has an id there, or -1.
func (f Filter) PostAt(id FilterPostID) int {
	return slices.IndexFunc(f.Posts, func(p FilterPost) bool { return p.ID == id })
}
