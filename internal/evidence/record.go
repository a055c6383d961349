// Package evidence is the form of the log of how a house is looked after: what
// a record is, how it is committed to, how the log is hashed and signed, and how
// anybody checks all that without asking the house. It does no I/O.
//
// The log is a Merkle tree as in RFC 6962, in the formats of C2SP (signed-note,
// tlog-checkpoint, tlog-tiles, tlog-cosignature). Its entries are Leaves: public,
// and of nobody. What a record says stands in its body, which a leaf only commits
// to, so that bodies can be withheld or erased and the log still be verified.
// docs/decisions/0040-evidence.md tells why.
package evidence

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Type says what a record is of.
type Type string

// The types. What each body holds stands in bodies.go.
const (
	TypePolicy         Type = "policy"
	TypeReport         Type = "report"
	TypeSnapshot       Type = "snapshot"
	TypeTriage         Type = "triage" // a case begins, or is sorted anew
	TypeAssign         Type = "assign"
	TypeJuryDraw       Type = "jury_draw"
	TypeJuryVote       Type = "jury_vote"
	TypeDecision       Type = "decision"
	TypeAction         Type = "action"
	TypeNoticeOut      Type = "notice_out"
	TypeAppeal         Type = "appeal"
	TypeAppealDecision Type = "appeal_decision"
	TypeOverride       Type = "override"
	TypeOrder          Type = "order"
	TypeHostNotice     Type = "host_notice"
	TypeHostAnswer     Type = "host_answer"
	TypeExternalReport Type = "external_report"
	TypeAccess         Type = "access"
	TypeErasure        Type = "erasure"
	TypeHold           Type = "hold"
	TypeStats          Type = "stats"
	TypePrevalence     Type = "prevalence"
	TypeKey            Type = "key"
	TypeWitness        Type = "witness"
	TypeConfig         Type = "config"
	TypeExport         Type = "export"
	TypeMeasure        Type = "measure"  // about other hosts, networks and relays
	TypeSample         Type = "sample"   // a post that was drawn by lot, and what it was found to be
	TypeQuality        Type = "quality"  // how right the guesses are that sort cases
	TypeProposal       Type = "proposal" // a grave decision waits for a second pair of eyes, and what becomes of it
)

// The outcomes of an action: it ended the cases it refers to; it closed the report
// it refers to, or opened it again, without its case; it could not be done; other
// servers were told; whoever was signed in is so no more.
const (
	CasesEnded     = "cases_ended"
	ReportClosed   = "report_closed"
	ReportReopened = "report_reopened"
	NotDone        = "not_done"
	ServersTold    = "servers_told"
	SignedOut      = "signed_out"
)

// The outcomes of an access: a post was shown that not everybody may read, or an
// address of somebody.
const (
	AccessPost    = "post"
	AccessAddress = "address"
)

// The outcomes of a change of how things are that is about a name that is kept.
const (
	NameHeld     = "hold_name"
	NameLinked   = "link_name"
	NameUnlinked = "unlink_name"
	NameReleased = "release_name"
	NameClaimed  = "claim_name" // by who had the link
)

// The outcomes of a sample: a post was drawn; somebody looked at it and found a
// breach, or none. What is gone before that has none.
const (
	SampleDrawn  = "drawn"
	SampleBreach = "breach"
	SampleFine   = "no_breach"
)

// Category is coarse on purpose: it names nobody, and statistics need no more.
type Category string

// The categories.
const (
	CategorySpam       Category = "spam"
	CategoryScam       Category = "scam"
	CategoryHarassment Category = "harassment"
	CategoryHate       Category = "hate"
	CategoryViolence   Category = "violence"
	CategorySelfHarm   Category = "self_harm"
	CategorySexual     Category = "sexual"
	CategoryMinors     Category = "minors"
	CategoryPrivacy    Category = "privacy"
	CategoryRights     Category = "rights" // copyright, trademarks
	CategoryIllegal    Category = "illegal"
	CategoryRules      Category = "rules" // of the house
	CategoryOther      Category = "other"
)

// Version is the form of leaves that this package writes.
const Version = 1

// Limits of a record, in bytes, and of what it refers to.
const (
	MaxLeaf  = 1 << 10 // C2SP tlog-tiles allows 65,535
	MaxBody  = 64 << 10
	MaxRefs  = 16
	SaltSize = 32
)

// A Leaf is one entry of the log: what anybody may know of a record.
type Leaf struct {
	Version    int      `json:"v"`
	Type       Type     `json:"t"`
	At         int64    `json:"ts"` // ms since 1970, never less than of the leaf before
	N          int64    `json:"n"`  // counts the records of a type, from 1, without gaps
	Category   Category `json:"cat,omitempty"`
	Class      string   `json:"sla,omitempty"` // how long may be taken, see social.Class
	Outcome    string   `json:"o,omitempty"`
	Refs       []int64  `json:"ref,omitempty"` // indexes of earlier leaves
	Commitment []byte   `json:"c"`             // Commit of the salt and the body
}

// Encode is the bytes of l that are hashed. There is one way to write a leaf.
func (l Leaf) Encode() []byte {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // a struct of texts and numbers
	}
	return b
}

// ParseLeaf reads a leaf, and refuses what Encode does not write.
func ParseLeaf(b []byte) (l Leaf, err error) {
	if len(b) > MaxLeaf {
		return l, fmt.Errorf("a leaf of %d bytes is too long", len(b))
	}
	l, quick := quickLeaf(b)
	if !quick {
		l = Leaf{}
		if err := json.Unmarshal(b, &l); err != nil {
			return l, fmt.Errorf("this is no leaf: %w", err)
		}
	}
	switch {
	case l.Version != Version:
		return l, fmt.Errorf("a leaf of form %d is not known here", l.Version)
	case len(l.Commitment) != sha256.Size, l.Type == "", l.N < 1, len(l.Refs) > MaxRefs, !quick && !bytes.Equal(l.Encode(), b):
		return l, fmt.Errorf("this is not how a leaf is written")
	}
	return l, nil
}

// Hash is what l is in the tree: RFC 6962's hash of its bytes.
func (l Leaf) Hash() tlog.Hash { return tlog.RecordHash(l.Encode()) }

// Commit is a commitment to body: nobody can tell from it what body is, or make
// it fit another, without salt, which is SaltSize random bytes.
func Commit(salt, body []byte) []byte {
	m := hmac.New(sha256.New, salt)
	m.Write(body)
	return m.Sum(nil)
}
