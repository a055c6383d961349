package as2

import (
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/text"
)

// A Note is a post from elsewhere, of any kind that a post can be: Note,
// Article, Page, Question, Image, Video, Audio, Event, Document.
type Note struct {
	ID, Type      string
	AttributedTo  []string // the first is its author
	Audience      []string // groups it was written to
	URL           string   // for people
	Name          string   // its title; of a vote, what was chosen
	Summary       string   // a warning, or what a long one is about; plain text
	Content       string   // safe HTML
	Language      string
	Source        Source
	Published     time.Time
	Updated       time.Time
	To, Cc        []string
	InReplyTo     string
	Context       string // the thread it is in (FEP-7888)
	Conversation  string // the same, as it was before; not always an address
	Sensitive     bool
	Scope         string // among whom it is, if it is only for those whom it is addressed to and no message to them
	Attachments   []Attachment
	Image         Attachment // of a page: what stands for it
	Tags          []Tag
	Replies       Collection
	Likes, Shares Collection
	Policy        Policy
	Quote         Quote
	Poll          *Poll
	StartTime     time.Time // of an event
	EndTime       time.Time
}

// A Source is what a post's HTML was made of.
type Source struct{ Content, MediaType string }

// A Quote is the post that another quotes. With Consent the quoting post keeps
// to FEP-044f and is shown by its Authorization; otherwise it is only a link.
type Quote struct {
	Of            string
	Authorization string
	Consent       bool
}

// Note is d as a post.
func (d Doc) Note() (Note, error) {
	if err := d.want(APost, "a post"); err != nil {
		return Note{}, err
	}
	r, v := d.read(), d.v
	n := Note{
		ID: r.id(v, "id"), Type: d.Type(), AttributedTo: r.ids(v, "attributedTo", MaxAuthors), Audience: r.audience(v, "audience"), URL: r.page(v),
		Source: r.source(v), Published: date(v, "published"), Updated: date(v, "updated"),
		To: r.audience(v, "to"), Cc: r.audience(v, "cc"), InReplyTo: r.ref(v, "inReplyTo"),
		Context: r.ref(v, "context"), Conversation: r.text(v, "conversation", MaxID), Sensitive: yes(v, "sensitive"), Scope: r.words(v, "limitedScope"),
		Attachments: append(r.files(v), r.attachments(v)...), Image: r.picture(v, "image"), Tags: r.tags(v),
		Replies: r.collection(first(v, "replies")), Likes: r.collection(first(v, "likes")), Shares: r.collection(first(v, "shares")),
		Policy: r.policy(v), Quote: r.quote(v), Poll: r.poll(v), StartTime: date(v, "startTime"), EndTime: date(v, "endTime"),
	}
	n.Content, n.Language = r.content(v)
	if n.Replies.ID == "" && n.Replies.Type == "" { // as PeerTube has it
		n.Replies = r.collection(first(v, "comments"))
	}
	var tongue string
	name, _ := r.inLanguages(v, "name", MaxName)
	n.Name = plain(name)
	n.Summary, tongue = r.inLanguages(v, "summary", MaxName)
	if n.Summary = plain(n.Summary); n.Language == "" {
		n.Language = tongue
	}
	if n.Quote.Of == "" {
		n.Quote.Of, _ = r.rules.Clean(quoteTag(n.Tags)) // what is no id is no quote
	}
	if len(n.AttributedTo) == 0 {
		r.refuse("A post says by whom it is.")
	}
	return n, r.err
}

// Author is by whom the post is.
func (n Note) Author() string {
	if len(n.AttributedTo) == 0 {
		return ""
	}
	return n.AttributedTo[0]
}

// IsVote reports whether n is a vote in somebody's poll: it answers the poll
// with one of the options and says nothing else.
func (n Note) IsVote() bool {
	return n.Type == "Note" && n.Name != "" && n.Content == "" && n.InReplyTo != "" && len(n.Attachments) == 0
}

// Mentions reports whether n names actor among its mentions.
func (n Note) Mentions(actor string) bool {
	return slices.ContainsFunc(n.Tags, func(t Tag) bool { return t.Type == "Mention" && t.Href == actor })
}

// content is what the post says, as safe HTML, and in which language.
func (r *reader) content(v value) (html, language string) {
	s, language := r.inLanguages(v, "content", MaxString)
	if s == "" {
		s = r.text(v, "_misskey_content", MaxString)
		s = text.HTML(s, text.Linker{Mention: nobody, Tag: nothing})
	} else if form := r.words(v, "mediaType"); form == "text/plain" || form == "text/markdown" {
		s = text.HTML(s, text.Linker{Mention: nobody, Tag: nothing})
	}
	if language == "" {
		language = r.language(v)
	}
	return text.SafeHTML(s), language
}

func nobody(_, _ string) (string, bool) { return "", false }

func nothing(string) string { return "" }

// language is the property of that name: a tag, or an object that has one.
func (r *reader) language(v value) string {
	l := first(v, "language")
	if l.kind == '{' {
		l = first(l, "identifier")
	}
	if l.kind != '"' || len(l.text) > 35 || l.text == "und" || strings.ContainsAny(l.text, " :/") {
		return ""
	}
	return l.text
}

func (r *reader) source(v value) Source {
	s := first(v, "source")
	if s.kind == '"' {
		return Source{Content: r.text(v, "source", MaxString)}
	}
	return Source{r.text(s, "content", MaxString), r.words(s, "mediaType")}
}

// quote is what is quoted, by the best of the ways to say so.
func (r *reader) quote(v value) Quote {
	if of := r.ref(v, "quote"); of != "" {
		return Quote{of, r.ref(v, "quoteAuthorization"), true}
	}
	for _, name := range []string{"quoteUrl", "quoteUri", "_misskey_quote"} {
		if of := r.ref(v, name); of != "" {
			return Quote{Of: of}
		}
	}
	return Quote{}
}

// quoteTag is what a link among the tags quotes (FEP-e232).
func quoteTag(tags []Tag) string {
	for _, t := range tags {
		if t.Type == "Link" && slices.ContainsFunc(t.Rel, func(rel string) bool { return term(rel) == "_misskey_quote" || rel == "quote" }) {
			return t.Href
		}
	}
	return ""
}

// ScopeCircle says that a post is among those whom its author put on a list. That
// is what kmyblue calls it.
const ScopeCircle = "Circle"

// A NoteDocument is a post of ours: Note or Question.
type NoteDocument struct {
	Context            Context              `json:"@context,omitzero"`
	ID                 string               `json:"id"`
	Type               string               `json:"type"`
	Summary            string               `json:"summary,omitzero"`
	InReplyTo          string               `json:"inReplyTo,omitzero"`
	Published          Date                 `json:"published"`
	Updated            Date                 `json:"updated,omitzero"`
	URL                string               `json:"url,omitzero"`
	AttributedTo       string               `json:"attributedTo"`
	To                 []string             `json:"to"`
	Cc                 []string             `json:"cc"`
	Sensitive          bool                 `json:"sensitive"`
	Scope              string               `json:"limitedScope,omitzero"`
	Thread             string               `json:"context,omitzero"`
	Conversation       string               `json:"conversation,omitzero"`
	Content            string               `json:"content"`
	ContentMap         Languages            `json:"contentMap,omitzero"`
	Quote              string               `json:"quote,omitzero"`
	QuoteURL           string               `json:"quoteUrl,omitzero"`
	QuoteURI           string               `json:"quoteUri,omitzero"`
	MisskeyQuote       string               `json:"_misskey_quote,omitzero"`
	QuoteAuthorization string               `json:"quoteAuthorization,omitzero"`
	ReplyAuthorization string               `json:"replyAuthorization,omitzero"`
	ApprovedBy         string               `json:"approvedBy,omitzero"` // the same, as GoToSocial had it first
	InteractionPolicy  *PolicyDocument      `json:"interactionPolicy,omitzero"`
	Attachment         []AttachmentDocument `json:"attachment"`
	Tag                []TagDocument        `json:"tag"`
	OneOf              []OptionDocument     `json:"oneOf,omitempty"`
	AnyOf              []OptionDocument     `json:"anyOf,omitempty"`
	EndTime            Date                 `json:"endTime,omitzero"`
	Closed             Date                 `json:"closed,omitzero"`
	VotersCount        *int64               `json:"votersCount,omitzero"`
	Replies            string               `json:"replies,omitzero"`
	Likes              string               `json:"likes,omitzero"`
	Shares             string               `json:"shares,omitzero"`
}

// A VoteDocument is somebody's vote in a poll elsewhere. Its type is Note.
type VoteDocument struct {
	Context      Context `json:"@context,omitzero"`
	ID           string  `json:"id"`
	Type         string  `json:"type"`
	Name         string  `json:"name"`
	AttributedTo string  `json:"attributedTo"`
	To           string  `json:"to"`
	InReplyTo    string  `json:"inReplyTo"`
}

// A TombstoneDocument is where something of ours was. Its type is Tombstone.
type TombstoneDocument struct {
	Context Context `json:"@context,omitzero"`
	ID      string  `json:"id"`
	Type    string  `json:"type"`
	Deleted Date    `json:"deleted,omitzero"`
}
