// Package as2 reads and writes the documents of ActivityPub: it turns JSON from
// strangers into small structs, within limits, and has the structs our own
// documents are made of. https://www.w3.org/TR/activitypub/
//
// It asks nobody and believes nobody: whether the sender of a document may say
// what it says is for the inbox to judge, with SameOrigin. JSON-LD is not
// processed. What another processor could read differently is refused.
package as2

import (
	"github.com/plaza-social/plaza/internal/base/errs"
)

// Limits of what strangers send. A document beyond one of them is refused as
// a whole: nobody honest comes near.
const (
	MaxBytes       = 1 << 20   // of a document
	MaxDepth       = 20        // of objects and lists in each other
	MaxValues      = 25_000    // of any kind
	MaxNames       = 128       // of one object's properties
	MaxItems       = 10_000    // of any list, so of a collection's page
	MaxString      = 256 << 10 // bytes
	MaxID          = 2048      // bytes of an address
	MaxName        = 8 << 10   // bytes of a name, a title, a summary of a post, a description
	MaxTags        = 500
	MaxMentions    = 250
	MaxAttachments = 64
	MaxRecipients  = 1000 // of to, or of cc
	MaxOptions     = 100
	MaxAliases     = 100
	MaxFields      = 100
	MaxKeys        = 16
	MaxLinks       = 200 // of one url
	MaxAuthors     = 16
	MaxObjects     = 500 // of one activity
	MaxDomains     = 200
	MaxLanguages   = 64
)

// Rules say what is let through besides what always is.
type Rules struct {
	PlainHTTP bool // for tests and closed networks: ids may be http, too
}

// A Doc is a document, or a mere address where a document could stand. It is
// bounded and unambiguous, and not yet understood.
type Doc struct {
	v     value
	rules Rules
}

// Parse reads a document. Whatever is wrong with it is Invalid.
func (rules Rules) Parse(b []byte) (Doc, error) {
	v, err := parse(b)
	if err != nil {
		return Doc{}, err
	}
	if v.kind != '{' {
		return Doc{}, errs.New(errs.Invalid, "A document is a JSON object.")
	}
	d := Doc{v, rules}
	if s := v.get("id"); s.kind != 0 && s.kind != 'n' {
		if _, err := rules.Clean(s.text); err != nil {
			return Doc{}, err
		}
	}
	return d, nil
}

// A Kind is what a document is about.
type Kind uint8

// The kinds. A Reference is an address alone, and Unknown is whatever we have
// no use for.
const (
	Unknown Kind = iota
	Reference
	AnActor
	APost
	AnActivity
	ACollection
	APage
	ATombstone
	AnAuthorization
	AKey
	ATag
)

// kinds tells by its type what a document is.
var kinds = map[string]Kind{
	"Person": AnActor, "Service": AnActor, "Application": AnActor, "Group": AnActor, "Organization": AnActor,

	"Note": APost, "Article": APost, "Page": APost, "Question": APost, "Image": APost, "Video": APost, "Audio": APost, "Event": APost, "Document": APost,

	"Create": AnActivity, "Update": AnActivity, "Delete": AnActivity, "Announce": AnActivity, "Like": AnActivity,
	"Dislike": AnActivity, "EmojiReact": AnActivity, "Undo": AnActivity, "Follow": AnActivity, "Accept": AnActivity,
	"TentativeAccept": AnActivity, "Reject": AnActivity, "TentativeReject": AnActivity, "Block": AnActivity,
	"Flag": AnActivity, "Add": AnActivity, "Remove": AnActivity, "Move": AnActivity, "QuoteRequest": AnActivity,
	"LikeRequest": AnActivity, "ReplyRequest": AnActivity, "AnnounceRequest": AnActivity, "View": AnActivity,
	"Read": AnActivity, "Join": AnActivity, "Leave": AnActivity, "Invite": AnActivity, "Ignore": AnActivity,
	"Offer": AnActivity, "Listen": AnActivity, "Arrive": AnActivity, "Travel": AnActivity,

	"Collection": ACollection, "OrderedCollection": ACollection,
	"CollectionPage": APage, "OrderedCollectionPage": APage,

	"Tombstone": ATombstone,

	"QuoteAuthorization": AnAuthorization, "LikeAuthorization": AnAuthorization, "ReplyAuthorization": AnAuthorization,
	"AnnounceAuthorization": AnAuthorization, "LikeApproval": AnAuthorization, "ReplyApproval": AnAuthorization,
	"AnnounceApproval": AnAuthorization,

	"Key": AKey, "Multikey": AKey,

	"Hashtag": ATag, "Mention": ATag, "Emoji": ATag, "Link": ATag,
}

// Kind is what d is about.
func (d Doc) Kind() Kind {
	if d.v.kind == '"' {
		return Reference
	}
	return kinds[d.Type()]
}

// Type is the type of d that we know, or else the first it has.
func (d Doc) Type() string { return d.v.typ() }

// ID is the address of d, normalised, or empty if it has none.
func (d Doc) ID() string {
	s := d.v
	if s.kind == '{' {
		s = s.get("id")
	}
	id, _ := d.rules.Clean(s.text)
	return id
}

// Embedded reports whether d is more than an address.
func (d Doc) Embedded() bool { return d.v.kind == '{' }

// Empty reports whether d is nothing at all.
func (d Doc) Empty() bool { return d.v.kind != '{' && d.v.kind != '"' }

// read begins to understand d.
func (d Doc) read() *reader { return &reader{rules: d.rules} }

// want refuses d unless it is of kind k.
func (d Doc) want(k Kind, what string) error {
	if d.Kind() != k {
		return errs.Newf(errs.Invalid, "This is not %s.", what)
	}
	return nil
}
