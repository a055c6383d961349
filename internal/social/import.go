package social

import (
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// ImportID names something that somebody brings along from another server.
type ImportID int64

// ImportKind says what is brought along.
type ImportKind string

// The kinds.
const (
	ImportFollowing ImportKind = "following"
	ImportBlocks    ImportKind = "blocks"
	ImportMutes     ImportKind = "mutes"
	ImportBookmarks ImportKind = "bookmarks"
	ImportLists     ImportKind = "lists"
	ImportArchive   ImportKind = "archive" // posts and bookmarks
)

// ImportKinds are all of them, in the order in which they are best brought.
var ImportKinds = []ImportKind{ImportFollowing, ImportLists, ImportMutes, ImportBlocks, ImportBookmarks, ImportArchive}

var importKinds = map[string]ImportKind{"follows": ImportFollowing, "blocking": ImportBlocks, "muting": ImportMutes}

// ParseImportKind reads a kind's name, also as Mastodon has it.
func ParseImportKind(s string) (ImportKind, error) {
	if k, ok := importKinds[s]; ok {
		return k, nil
	}
	for _, k := range ImportKinds {
		if string(k) == s {
			return k, nil
		}
	}
	return "", errs.New(errs.Invalid, "Validation failed: Type is one of following, lists, mutes, blocks, bookmarks, archive.")
}

// ImportMode says what happens to what is there already.
type ImportMode string

// The modes.
const (
	ImportMerge     ImportMode = "merge"
	ImportOverwrite ImportMode = "overwrite" // what is not in the file is ended
)

// ParseImportMode reads a mode's name; empty is merge. An archive is merged.
func ParseImportMode(s string, k ImportKind) (ImportMode, error) {
	switch m := ImportMode(s); {
	case m == "" || m == ImportMerge:
		return ImportMerge, nil
	case m == ImportOverwrite && k != ImportArchive:
		return m, nil
	case m == ImportOverwrite:
		return "", errs.New(errs.Invalid, "Validation failed: Mode is merge for an archive: it takes nothing away.")
	}
	return "", errs.New(errs.Invalid, "Validation failed: Mode is merge or overwrite.")
}

// ImportInclude says which posts of an archive are brought along.
type ImportInclude string

// The choices: what was for everybody, also what was for followers, and also
// what was for those it mentions.
const (
	IncludePublic    ImportInclude = "public"
	IncludeFollowers ImportInclude = "followers"
	IncludeAll       ImportInclude = "all"
)

// ParseImportInclude reads a choice; empty is IncludePublic.
func ParseImportInclude(s string) (ImportInclude, error) {
	switch i := ImportInclude(s); i {
	case "":
		return IncludePublic, nil
	case IncludePublic, IncludeFollowers, IncludeAll:
		return i, nil
	}
	return "", errs.New(errs.Invalid, "Validation failed: Include is public, followers or all.")
}

// Takes reports whether posts of a visibility are brought along.
func (i ImportInclude) Takes(v Visibility) bool {
	switch v {
	case Public, Unlisted:
		return true
	case Followers:
		return i == IncludeFollowers || i == IncludeAll
	}
	return i == IncludeAll
}

// ImportState says how far an import is.
type ImportState string

// The states. Reading is while its lines are being stored.
const (
	ImportReading   ImportState = "reading"
	ImportRunning   ImportState = "running"
	ImportDone      ImportState = "done"
	ImportCancelled ImportState = "cancelled"
	ImportFailed    ImportState = "failed"
)

// An Import is a file that somebody brings along, and what came of it.
type Import struct {
	ID      ImportID
	Owner   AccountID
	Kind    ImportKind
	Mode    ImportMode
	Include ImportInclude
	State   ImportState
	Reason  string // why it failed
	Total,
	Done,
	Waiting, // for accounts and posts that are not known here
	Failed,
	Skipped, // not chosen, or not there to choose
	Removed int // what overwriting ended
	Swept   bool      // what is not in the file has been ended
	At      time.Time // when it came
	Started time.Time // zero if not
	Ended   time.Time // zero if not
}

// Over is how many lines have been seen to.
func (i Import) Over() int { return i.Done + i.Waiting + i.Failed + i.Skipped }

// Going reports whether there is something left to do.
func (i Import) Going() bool { return i.State == ImportReading || i.State == ImportRunning }

// LineState says what came of a line.
type LineState string

// The states of a line.
const (
	LineOpen    LineState = "open"
	LineDone    LineState = "done"
	LineWaiting LineState = "waiting"
	LineFailed  LineState = "failed"
	LineSkipped LineState = "skipped"
)

// An ImportLine is one thing of an import: a line of a file, a post.
type ImportLine struct {
	N      int // its place in the file, from 1
	At     time.Time
	State  LineState
	Target string // whom or what it is about
	Data   []byte // JSON
	Reason string // why it was not done, or what is missing
}

// Limits of imports.
const (
	MaxImportFile    = 8 << 20 // bytes of a CSV file
	MaxImportLines   = 20_000  // of a CSV file
	MaxArchive       = 2 << 30 // bytes of an archive
	MaxArchivePosts  = 100_000
	MaxImportsKept   = 20 // of one account, the ended ones included
	MaxImportsGoing  = 3  // of one account
	MaxActivityBytes = 512 << 10
)

// A Past is a post from another time and place.
type Past struct {
	Origin     string     `json:"origin"` // its id where it came from
	At         time.Time  `json:"at"`
	EditedAt   time.Time  `json:"edited_at,omitzero"`
	Text       string     `json:"text,omitempty"`
	Warning    string     `json:"warning,omitempty"`
	Sensitive  bool       `json:"sensitive,omitempty"`
	Language   string     `json:"language,omitempty"`
	Visibility Visibility `json:"visibility"`
	ReplyTo    string     `json:"reply_to,omitempty"` // the origin of what it answers
	Boost      string     `json:"boost,omitempty"`    // the origin of what it passes on
	// The posts of this house that Origin, ReplyTo and Boost are the addresses
	// of, where they are.
	Same, Parent, BoostOf PostID   `json:"-"`
	Mentions              []string `json:"mentions,omitempty"` // whom it calls, name@host
	Files                 int      `json:"files,omitempty"`    // pictures and the like that it had
}

// A PastResult is what came of a Past.
type PastResult struct {
	Post   PostID // zero if there is none
	New    bool
	State  LineState
	Reason string
}

// ParseAddress reads the address of an account as people and files write it:
// name@host, @name@host, acct:name@host, or the name alone. The host is in
// lower case.
func ParseAddress(s string) (username, host string, ok bool) {
	s = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(s), "acct:"), "@")
	username, host, both := strings.Cut(s, "@")
	if !usernameForm.MatchString(username) || len(username) > 255 || both && !hostForm(host) {
		return "", "", false
	}
	return username, strings.ToLower(host), true
}

func hostForm(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsAny(s, " \t\n/@\\\"'<>?#%;,") && !strings.HasPrefix(s, ".") && !strings.HasSuffix(s, ".")
}

// ImportedWith is what posts that were brought along were written with.
const ImportedWith AppID = 1
