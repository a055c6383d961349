// Package social holds the nouns of the network and the rules about them
// that need nothing but the nouns themselves. It does no I/O and knows no
// protocol: ActivityPub, HTTP and SQL are other people's business.
package social

// The ids. Each names one kind of thing; later things have larger numbers.
// Zero names nothing.
type (
	AccountID       int64 // an account, ours or a remote one
	PostID          int64 // a post or a boost
	FollowID        int64 // a follow or a request to follow
	MarkID          int64 // a like, bookmark, pin, block or mute
	ListID          int64
	NoticeID        int64
	NoticeRequestID int64
	SessionID       int64
	AppID           int64
	TokenID         int64
	InviteID        int64
	ReportID        int64
	CaseID          int64 // what was reported about one subject
	DecisionID      int64 // of the staff, about an account or a post
	AppealID        int64
	EvidenceID      int64 // a record in the log of evidence
	MediaID         int64 // an attachment
	PollID          int64
	LinkID          int64 // a preview of a page elsewhere
	ThreadActID     int64 // what was done in a thread in its author's name
)
