package social

import (
	"slices"
	"time"
)

// NoticeKind says what somebody is told of.
type NoticeKind string

// The kinds.
const (
	NoticeMention        NoticeKind = "mention"
	NoticeFollow         NoticeKind = "follow"
	NoticeFollowRequest  NoticeKind = "follow_request"
	NoticeBoost          NoticeKind = "boost"
	NoticeLike           NoticeKind = "like"
	NoticeReaction       NoticeKind = "reaction"        // an emoji under one's post
	NoticeReplyWaits     NoticeKind = "reply_waits"     // for one's approval
	NoticeReplyLet       NoticeKind = "reply_let"       // one's own reply was approved
	NoticeKeeperAsked    NoticeKind = "keeper_asked"    // to look after somebody's threads
	NoticeEdit           NoticeKind = "edit"            // of a post one boosted
	NoticePost           NoticeKind = "post"            // by somebody one asked to be told of
	NoticePoll           NoticeKind = "poll"            // one asked or answered has ended
	NoticeSignUp         NoticeKind = "signup"          // for staff
	NoticeQuote          NoticeKind = "quote"           // of one's post, by the post told of
	NoticeQuotedEdit     NoticeKind = "quoted_edit"     // of what one's post quotes
	NoticeCollected      NoticeKind = "collected"       // into a collection
	NoticeCollectionEdit NoticeKind = "collection_edit" // the collection one is in says something else of itself
	NoticeReport         NoticeKind = "report"          // for staff
	NoticeWarning        NoticeKind = "warning"         // of what the staff decided about one
	NoticeAppeal         NoticeKind = "appeal"          // for staff
	NoticeHeard          NoticeKind = "heard"           // of how one's appeal ended
	NoticeAnswer         NoticeKind = "answer"          // of what came of one's report
	NoticeConfirmed      NoticeKind = "confirmed"       // the staff says that it knows who one is
	NoticeUnconfirmed    NoticeKind = "unconfirmed"     // it does so no more
)

// NoticeKinds are all of them.
var NoticeKinds = []NoticeKind{NoticeMention, NoticeFollow, NoticeFollowRequest, NoticeBoost, NoticeLike, NoticeReaction, NoticeReplyWaits, NoticeReplyLet, NoticeKeeperAsked, NoticeEdit, NoticePost, NoticePoll, NoticeQuote, NoticeQuotedEdit, NoticeSignUp,
	NoticeCollected, NoticeCollectionEdit, NoticeReport, NoticeWarning, NoticeAppeal, NoticeHeard, NoticeAnswer, NoticeConfirmed, NoticeUnconfirmed}

// GroupedKinds are those of which many are told as one: what several people
// did with the same post, or to the same person.
var GroupedKinds = []NoticeKind{NoticeLike, NoticeBoost, NoticeFollow, NoticeSignUp, NoticeReplyWaits}

// GroupLasts is for how long notices join a group, from its first on. Later
// ones begin another, so that what is new is told as new.
const GroupLasts = 12 * time.Hour

// Official reports whether k comes with the house: it reaches its owner
// whoever they block.
func (k NoticeKind) Official() bool {
	return k == NoticeSignUp || k == NoticeReport || k == NoticeWarning || k == NoticeConfirmed || k == NoticeUnconfirmed || k.Justice()
}

// OfOwner reports whether k is the house's word about its owner, and comes as if
// from them.
func (k NoticeKind) OfOwner() bool {
	return k == NoticeWarning || k == NoticeHeard || k == NoticeAnswer || k == NoticeConfirmed || k == NoticeUnconfirmed
}

// Own reports whether k is about what only we have: apps are told of it if they ask.
func (k NoticeKind) Own() bool {
	return k == NoticeReaction || k == NoticeReplyWaits || k == NoticeReplyLet || k == NoticeKeeperAsked || k == NoticeConfirmed || k == NoticeUnconfirmed || k.Justice()
}

// Justice reports whether k is about appeals and answers, of which apps know
// nothing that do not ask for it.
func (k NoticeKind) Justice() bool { return k == NoticeAppeal || k == NoticeHeard || k == NoticeAnswer }

// A Notice tells its owner that somebody did something.
type Notice struct {
	ID    NoticeID
	Owner AccountID
	Kind  NoticeKind
	From  AccountID
	Post  PostID // zero unless the kind is about one
	About int64  // the report, decision, collection or reaction that it is about, by its id
	At    time.Time
	// Group is the notice that began the group this one is in; it may be gone.
	// A notice that stands alone is a group of itself.
	Group NoticeID
	// Size is how many the group has, in its newest notice; zero in others.
	Size int
	// Filtered is what the owner's policy keeps apart.
	Filtered bool
}

// A GroupKey names a group of notices of one kind or, without a kind, a notice
// by itself.
type GroupKey struct {
	Kind NoticeKind
	ID   NoticeID
}

// Key is the name of the group n is in.
func (n Notice) Key() GroupKey {
	if slices.Contains(GroupedKinds, n.Kind) {
		return GroupKey{n.Kind, n.Group}
	}
	return GroupKey{ID: n.ID}
}

// A Marker is how far somebody has read a timeline.
type Marker struct {
	Timeline string // "home" or "notifications"
	LastID   int64
	Version  int
	At       time.Time
}
