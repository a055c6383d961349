package social

import "time"

// NoticeKind says what somebody is told of.
type NoticeKind string

// The kinds.
const (
	NoticeMention       NoticeKind = "mention"
	NoticeFollow        NoticeKind = "follow"
	NoticeFollowRequest NoticeKind = "follow_request"
	NoticeBoost         NoticeKind = "boost"
	NoticeLike          NoticeKind = "like"
	NoticeEdit          NoticeKind = "edit"   // of a post one boosted
	NoticePost          NoticeKind = "post"   // by somebody one asked to be told of
	NoticePoll          NoticeKind = "poll"   // one asked or answered has ended
	NoticeSignUp        NoticeKind = "signup" // for staff
)

// A Notice tells its owner that somebody did something.
type Notice struct {
	ID    NoticeID
	Owner AccountID
	Kind  NoticeKind
	From  AccountID
	Post  PostID // zero unless the kind is about one
	At    time.Time
}

// A Marker is how far somebody has read a timeline.
type Marker struct {
	Timeline string // "home" or "notifications"
	LastID   int64
	Version  int
	At       time.Time
}
