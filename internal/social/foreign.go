package social

import (
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
)

// A ForeignPost is what another server says that one of its accounts said.
// Its HTML was made safe by whoever read it.
type ForeignPost struct {
	URI, Page    string
	HTML         string
	Warning      string // plain text
	Sensitive    bool
	Language     string
	Visibility   Visibility
	At, EditedAt time.Time
	ReplyTo      string      // an ActivityPub id
	Mentions     []Mention   // with the Account of those who are known here; the others are left out
	Audience     []AccountID // of a post of a circle: those of ours whom it is for
	Tags         []string
	Media        []Media // with Remote, where they are
	Poll         *Poll   // with the counts that its server tells
	Quote        string  // the ActivityPub id of what it quotes
	QuoteStamp   string  // the address of the consent to that
	QuotePolicy  QuotePolicy
	ReplyPolicy  ReplyPolicy
	Emojis       []ForeignEmoji
	Quiet        bool // it was looked for, and is no news until its server sends it
}

// Limits of what another server says that somebody said. What honest servers
// exceed is cut; the rest is refused.
const (
	MaxForeignHTML        = 256 << 10 // bytes; refused
	MaxForeignWarning     = 4 << 10   // bytes; refused
	MaxForeignMentions    = 300       // cut
	MaxForeignTags        = 60        // cut
	MaxForeignAttachments = 16        // cut
	MaxForeignAlt         = 10_000    // characters of an attachment's description, cut
	MaxForeignOptions     = 100       // refused, as the votes for those cut would be lost
	MaxForeignOption      = 1000      // characters, cut
	MaxForeignCount       = 1 << 40   // of votes; what is more is that many
	MaxForeignEdits       = 100       // earlier versions that are kept
	MaxForeignPins        = 20        // refused
)

// How long a post is news, so that people are told of it, and for how long it
// is remembered of one that is gone that it does not come back.
const (
	NewsFor = 3 * 24 * time.Hour
	GoneFor = 30 * 24 * time.Hour
)

// More of them, of attachments. Nobody's pictures are larger.
const (
	maxBlurhash = 120
	maxType     = 120
	maxSide     = 1 << 16
	maxSeconds  = 7 * 24 * 3600
	maxFrames   = 1000
	maxBitrate  = 1 << 30
)

// Earliest is the first moment that ids can tell.
var Earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Check reports why p cannot be by's, or nil.
func (p ForeignPost) Check(by Account) error {
	switch {
	case !Address(p.URI) || !SameHost(p.URI, by.URI):
		return errs.New(errs.Invalid, "This post is not at home where its author is.")
	case len(p.HTML) > MaxForeignHTML || len(p.Warning) > MaxForeignWarning:
		return errs.Newf(errs.Invalid, "This post is too long: at most %d bytes are taken.", MaxForeignHTML)
	case !readable(p.HTML) || !readable(p.Warning):
		return errs.New(errs.Invalid, "This post is no text.")
	case len(p.Language) > MaxLanguage:
		return errs.New(errs.Invalid, "Its language is not a language code.")
	}
	if _, err := ParseVisibility(string(p.Visibility)); err != nil {
		return err
	}
	if _, err := ParseReplyPolicy(string(p.ReplyPolicy)); err != nil {
		return err
	}
	if _, err := ParseQuotePolicy(string(p.QuotePolicy)); err != nil {
		return err
	}
	return p.checkPoll()
}

func (p ForeignPost) checkPoll() error {
	if p.Poll == nil {
		return nil
	}
	if n := len(p.Poll.Options); n == 0 || n > MaxForeignOptions {
		return errs.Newf(errs.Invalid, "A poll has up to %d options.", MaxForeignOptions)
	}
	for _, o := range p.Poll.Options {
		if !readable(o.Title) {
			return errs.New(errs.Invalid, "This poll asks what is no text.")
		}
	}
	return nil
}

// Trimmed is p within the limits that honest servers exceed, with a time that
// can be: now at the latest.
func (p ForeignPost) Trimmed(now time.Time, host string) ForeignPost {
	p.At = Bounded(p.At, now)
	if !p.EditedAt.IsZero() {
		p.EditedAt = Bounded(p.EditedAt, now)
	}
	if !p.EditedAt.After(p.At) {
		p.EditedAt = time.Time{}
	}
	p.Page = page(p.Page)
	if !Address(p.ReplyTo) {
		p.ReplyTo = ""
	}
	if !Address(p.Quote) {
		p.Quote = ""
	}
	p.Mentions, p.Tags, p.Media = trimMentions(p.Mentions), trimTags(p.Tags), trimMedia(p.Media)
	p.Emojis = trimEmojis(p.Emojis, host)
	if p.Poll != nil {
		poll := p.Poll.trimmed()
		p.Poll = &poll
	}
	return p
}

// Bounded is a time that another server tells, as far as it can be.
func Bounded(at, now time.Time) time.Time {
	at = at.Truncate(time.Millisecond).UTC()
	switch {
	case at.IsZero() || at.After(now):
		return now
	case at.Before(Earliest):
		return Earliest
	}
	return at
}

func trimMentions(all []Mention) (out []Mention) {
	for _, m := range all {
		if m.Account > 0 && len(out) < MaxForeignMentions && !slices.ContainsFunc(out, func(o Mention) bool { return o.Account == m.Account }) {
			out = append(out, m)
		}
	}
	return out
}

func trimTags(all []string) (out []string) {
	seen := map[string]bool{}
	for _, t := range all {
		t = TagName(strings.TrimPrefix(t, "#"))
		if t != "" && !seen[TagKey(t)] && len(out) < MaxForeignTags && readable(t) && !strings.ContainsAny(t, " \t\r\n/?#") {
			seen[TagKey(t)], out = true, append(out, t)
		}
	}
	return out
}

func trimMedia(all []Media) (out []Media) {
	for _, m := range all {
		if len(out) < MaxForeignAttachments && FileElsewhere(AsMedia, m.Remote) != "" {
			out = append(out, Media{Kind: m.Kind, State: MediaReady, Alt: cut(text.Clean(m.Alt), MaxForeignAlt),
				FocusX: within(m.FocusX, -1, 1), FocusY: within(m.FocusY, -1, 1), Blurhash: cut(text.Clean(m.Blurhash), maxBlurhash),
				Type: cut(text.Clean(m.Type), maxType), Shape: m.Shape.trimmed(), Remote: m.Remote})
		}
	}
	return out
}

// trimmed is s with numbers that can be.
func (s Shape) trimmed() Shape {
	return Shape{min(max(s.Width, 0), maxSide), min(max(s.Height, 0), maxSide), within(s.Seconds, 0, maxSeconds), within(s.Frames, 0, maxFrames), min(max(s.Bitrate, 0), maxBitrate)}
}

// within is x if it lies between the two, and else zero: also for what is no
// number.
func within(x, low, high float64) float64 {
	if x >= low && x <= high {
		return x
	}
	return 0
}

// trimmed is p with titles and counts that can be.
func (p Poll) trimmed() Poll {
	options := make([]PollOption, len(p.Options))
	for i, o := range p.Options {
		options[i] = PollOption{Title: cut(text.Clean(o.Title), MaxForeignOption), Votes: min(max(o.Votes, 0), MaxForeignCount)}
	}
	p.Options, p.Voters = options, min(max(p.Voters, 0), MaxForeignCount)
	return p
}
