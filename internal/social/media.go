package social

import (
	"regexp"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// MediaKind says what an attachment is.
type MediaKind string

// The kinds, as Mastodon names them: a gifv is a video without sound that
// repeats. https://docs.joinmastodon.org/entities/MediaAttachment/#type
const (
	Image   MediaKind = "image"
	GIFV    MediaKind = "gifv"
	Video   MediaKind = "video"
	Audio   MediaKind = "audio"
	Unknown MediaKind = "unknown"
)

// MediaState says whether an attachment can be shown.
type MediaState string

// The states.
const (
	MediaProcessing MediaState = "processing"
	MediaReady      MediaState = "ready"
	MediaFailed     MediaState = "failed"
)

// Media is an attachment: a picture, a video or a sound, without anything that
// told where and with what it was made.
type Media struct {
	ID       MediaID    `json:"id"`
	Owner    AccountID  `json:"owner"`
	Post     PostID     `json:"post,omitempty"` // zero until it is attached
	Kind     MediaKind  `json:"kind"`
	State    MediaState `json:"state"`
	Problem  string     `json:"problem,omitempty"` // why it failed, for its owner
	Alt      string     `json:"alt,omitempty"`
	FocusX   float64    `json:"focus_x,omitempty"` // -1 to 1, left to right
	FocusY   float64    `json:"focus_y,omitempty"` // -1 to 1, bottom to top
	Blurhash string     `json:"blurhash,omitempty"`
	File     string     `json:"file,omitempty"`    // name in the blob store
	Preview  string     `json:"preview,omitempty"` // name of its small still; empty if it has none
	Type     string     `json:"type,omitempty"`    // MIME type of File
	Size     int64      `json:"size,omitempty"`    // bytes of File and Preview
	Shape    Shape      `json:"shape,omitzero"`
	Small    Shape      `json:"small,omitzero"`     // of Preview
	Remote   string     `json:"remote,omitempty"`   // where it is at home; empty for ours
	Print    string     `json:"print,omitempty"`    // SHA-256 of what was sent, before it was made safe
	Look     string     `json:"look,omitempty"`     // PDQ of a picture, see base/pdq
	Quality  int        `json:"quality,omitempty"`  // of Look
	Captions string     `json:"captions,omitempty"` // name in the blob store of what is said in it, as WebVTT
	Spoken   string     `json:"spoken,omitempty"`   // language of Captions: BCP 47
	At       time.Time  `json:"at"`
}

// Shape is how large and long an attachment is; what does not apply is zero.
type Shape struct {
	Width   int     `json:"width,omitempty"`  // pixels
	Height  int     `json:"height,omitempty"` // pixels
	Seconds float64 `json:"seconds,omitempty"`
	Frames  float64 `json:"frames,omitempty"`  // a second
	Bitrate int     `json:"bitrate,omitempty"` // bits a second
}

// Limits of attachments.
const (
	MaxAttachments = 4
)

// Check reports what is wrong with what is said of m, or nil.
func (m Media) Check() error {
	if Graphemes(m.Alt) > MaxMediaAlt {
		return errs.Newf(errs.Invalid, "Validation failed: Description is too long (maximum is %d characters)", MaxMediaAlt)
	}
	for _, x := range []float64{m.FocusX, m.FocusY} {
		if !(x >= -1 && x <= 1) { // what is no number is not either
			return errs.New(errs.Invalid, "Validation failed: The focus is two numbers between -1.0 and 1.0, such as 0.5,-0.25.")
		}
	}
	return nil
}

// Files are the names of what m has in the blob store.
func (m Media) Files() []string {
	return slices.DeleteFunc([]string{m.File, m.Preview, m.Captions}, func(name string) bool { return name == "" })
}

// MayCaption reports why m cannot have captions in a language, or nil.
func (m Media) MayCaption(language string) error {
	switch {
	case m.Kind != Video && m.Kind != Audio || m.Remote != "":
		return errs.New(errs.Invalid, "Captions are for videos and sounds.")
	case m.State == MediaFailed:
		return errs.New(errs.Invalid, "One of the files could not be read. Remove it and try again.")
	case len(language) > MaxLanguage || !languageTag.MatchString(language):
		return errs.New(errs.Invalid, "Choose the language of the captions.")
	}
	return nil
}

var languageTag = regexp.MustCompile(`\A[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*\z`)

// Alone reports whether m cannot share a post with other attachments.
func (m Media) Alone() bool { return m.Kind == Video || m.Kind == Audio }

// MayAttach reports why all cannot stand on one post, or nil.
func MayAttach(all []Media) error {
	for _, m := range all {
		switch {
		case m.State == MediaProcessing:
			return errs.New(errs.Invalid, "Cannot attach files that have not finished processing. Try again in a moment!")
		case m.State == MediaFailed:
			return errs.New(errs.Invalid, "One of the files could not be read. Remove it and try again.")
		case m.Alone() && len(all) > 1:
			return errs.New(errs.Invalid, "Cannot attach a video to a post that already contains images")
		}
	}
	return nil
}

// A MediaChange describes an attachment anew when its post is edited; nil is
// left alone.
type MediaChange struct {
	ID             MediaID
	Alt            *string
	FocusX, FocusY *float64
}

// Apply is m with the change.
func (c MediaChange) Apply(m Media) Media {
	if c.Alt != nil {
		m.Alt = *c.Alt
	}
	if c.FocusX != nil && c.FocusY != nil {
		m.FocusX, m.FocusY = *c.FocusX, *c.FocusY
	}
	return m
}
