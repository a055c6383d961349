package social

import (
	"slices"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Visibility says who a post is for.
type Visibility string

// The visibilities, from widest to narrowest.
const (
	Public    Visibility = "public"
	Unlisted  Visibility = "unlisted"  // for everybody, but in no public timeline
	Followers Visibility = "followers" // and those mentioned
	Circle    Visibility = "circle"    // those on one of the author's lists, and nobody else
	Direct    Visibility = "direct"    // those mentioned
)

var width = map[Visibility]int{Public: 4, Unlisted: 3, Followers: 2, Circle: 1, Direct: 0}

// ParseVisibility reads a visibility's name.
func ParseVisibility(s string) (Visibility, error) {
	if _, ok := width[Visibility(s)]; !ok {
		return "", errs.New(errs.Invalid, "A post is public, unlisted, for followers, for a list or direct.")
	}
	return Visibility(s), nil
}

// Narrower reports whether v is for fewer people than other.
func (v Visibility) Narrower(other Visibility) bool { return width[v] < width[other] }

// A Mention is an account a post speaks of.
type Mention struct {
	Account  AccountID `json:"id"`
	Username string    `json:"username"`
	Host     string    `json:"host,omitempty"`
	URL      string    `json:"url,omitempty"` // of a remote account's page
}

// Acct is the address of the account mentioned, as seen from here.
func (m Mention) Acct() string { return Account{Username: m.Username, Host: m.Host}.Acct() }

// A Post is something somebody said, or the boost of it.
type Post struct {
	ID          PostID
	Author      AccountID
	Text        string // what the author typed; empty for a boost
	HTML        string // a remote post's clean HTML; empty for ours
	Warning     string
	Sensitive   bool
	Language    string // BCP 47, or empty
	Visibility  Visibility
	ReplyTo     PostID      // zero if it opens a thread; the post may be gone
	ReplyAuthor AccountID   // who wrote ReplyTo; Somebody if it answers what is not here
	Thread      PostID      // the post that opened the thread, itself included
	BoostOf     PostID      // zero unless it is a boost
	BoostAuthor AccountID   // who wrote BoostOf
	URI         string      // a remote post's ActivityPub id
	Page        string      // a remote post's page at home
	LocalOnly   bool        // it does not leave this house
	Circle      ListID      // whose members it is for, if it is for a circle of somebody here; the list may be gone
	Audience    []AccountID // whom it was for when it was written, if it is for a circle; besides its author
	App         AppID
	At          time.Time
	EditedAt    time.Time // zero if never
	Mentions    []Mention
	Tags        []string  // as written, without '#', no doubles when folded
	Media       []MediaID // attachments, in order
	Poll        PollID    // zero if none
	Quote       Quote
	QuotePolicy QuotePolicy // who may quote it
	ReplyPolicy ReplyPolicy // who may reply to it
	Held        HeldState   // whether it is kept from standing beneath what it answers
	HeldBy      AccountID   // by whose rules
	Link        LinkID      // the preview of the first link; zero until it was fetched
	Standing    PostStanding
	Appeal      ReportID // by which the author asked the moderators why it was hidden, or zero
	Locked      bool     // the thread that it opened takes no more replies
	PinnedReply PostID   // that stands on top in the thread that it opened, or zero
	Likes,
	Boosts,
	Replies,
	Quotes,
	Downs, // votes against it
	Kinds int // of reactions under it
}

// Somebody is who wrote what is not here.
const Somebody AccountID = -2

// ToOthers reports whether p answers somebody else than its author.
func (p Post) ToOthers() bool { return p.ReplyAuthor != 0 && p.ReplyAuthor != p.Author }

// IsBoost reports whether p only passes on another post.
func (p Post) IsBoost() bool { return p.BoostOf != 0 }

// Mentioned reports whether p speaks of who.
func (p Post) Mentioned(who AccountID) bool {
	return slices.ContainsFunc(p.Mentions, func(m Mention) bool { return m.Account == who })
}

// Counts reports whether p is among the posts an account is known to have, and
// among the replies its parent is known to have. That somebody wrote a message
// is nobody's business, nor what a circle hears, nor that followers talk among
// themselves. What is held does not count while it is.
func (p Post) Counts() (ofAuthor, ofParent bool) {
	if p.Held != HeldNot {
		return false, false
	}
	return p.Visibility != Direct && p.Visibility != Circle, p.Visibility == Public || p.Visibility == Unlisted
}

// An Edit is a post as it was before a change.
type Edit struct {
	At        time.Time
	Text      string
	HTML      string
	Warning   string
	Sensitive bool
	Mentions  []Mention
	Media     []Media // as they were described then
	Poll      []string
}

// Limits of a post. MaxText is the default; the owner may choose another.
const (
	MaxText       = 1000 // characters (grapheme clusters), see TextLength
	MaxTextBytes  = 64 << 10
	MaxMentions   = 50
	MaxTags       = 30
	MaxTagLength  = 100
	MaxPins       = 5
	LinkLength    = 23 // what every link counts as
	MaxLanguage   = 35
	MaxIdempotent = 255 // bytes of an idempotency key
)

// A Draft is what an actor wants to say.
type Draft struct {
	Text        string
	Warning     string
	Sensitive   bool
	Language    string
	Visibility  Visibility
	ReplyTo     PostID
	Key         string // idempotency key, or empty
	Form        string `json:",omitempty"` // the form that it was sent with, in place of a key: the same words from one are one post
	Media       []MediaID
	Describe    []MediaChange // of attachments, when a post is edited
	Poll        *PollDraft    // nil for none
	Quote       PostID        // what it quotes, zero for nothing
	QuotePolicy QuotePolicy   // empty for what is usual for the visibility
	ReplyPolicy ReplyPolicy   `json:",omitempty"` // empty for everybody who can see it
	LocalOnly   bool          `json:",omitempty"` // it is not told to other servers
	Circle      ListID        `json:",omitempty"` // the list that it is for, if it is for one
	Then        []Draft       `json:",omitempty"` // what is said after it, each as an answer to the one before
	Held        bool          `json:",omitempty"` // it waits for a moment, so that it can be taken back
	Kept        DraftID       `json:"-"`          // the kept draft that it was and that ends with it, or zero
}

// Check reports why by may not say d, or nil. Length is d's own, counted by
// the caller; limit is what the house allows.
func (d Draft) Check(by Actor, length, limit int) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	if err := d.empty(); err != nil {
		return err
	}
	switch {
	case !by.Remote && length > limit, len(d.Text) > MaxTextBytes, len(d.Warning) > MaxTextBytes:
		return errs.Newf(errs.Invalid, "Validation failed: Text is too long: it has %d characters, at most %d are allowed.", length, limit)
	case len(d.Language) > MaxLanguage:
		return errs.New(errs.Invalid, "Validation failed: Language is not a language code.")
	case len(d.Key) > MaxIdempotent, len(d.Form) > MaxIdempotent:
		return errs.New(errs.Invalid, "The Idempotency-Key is too long.")
	}
	if _, err := ParseVisibility(string(d.Visibility)); err != nil {
		return err
	}
	return nil
}

// empty reports that d says nothing, or nil.
func (d Draft) empty() error {
	if strings.TrimSpace(d.Text) == "" && len(d.Media) == 0 && d.Poll == nil && d.Quote == 0 {
		return errs.New(errs.Invalid, "Validation failed: Text can't be blank.")
	}
	return nil
}

// Graphemes counts the characters of s as people do.
func Graphemes(s string) int { return uniseg.GraphemeClusterCount(s) }

// MayReply reports why by may not answer p, which by can see, or nil.
func (p Post) MayReply(by Actor) error {
	if p.IsBoost() {
		return errs.New(errs.Invalid, "Reply to the post, not to its boost.")
	}
	return by.MustAct()
}

var errHeld = errs.New(errs.Forbidden, "This reply is not shown to others, so it cannot be passed on.")

// MayBoost reports why by may not pass p on, or nil.
func (p Post) MayBoost(by Actor) error {
	switch {
	case p.Held != HeldNot:
		return errHeld
	case p.Visibility == Public, p.Visibility == Unlisted,
		p.Visibility == Followers && p.Author == by.Account:
		return nil
	}
	return errs.New(errs.Forbidden, "This post is not for passing on.")
}

// Marks is what one reader did with a post.
type Marks uint8

// The marks.
const (
	Liked Marks = 1 << iota
	Boosted
	Bookmarked
	Pinned
	MutedThread
	VotedDown
)

// Has reports whether m holds all of what.
func (m Marks) Has(what Marks) bool { return m&what == what }
