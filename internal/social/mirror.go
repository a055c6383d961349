package social

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// MirrorID is a mirror's number.
type MirrorID int64

// A Mirror is a copy, as plain files, of what everybody may read here.
type Mirror struct {
	ID      MirrorID
	Address string    // where it stands
	Number  int64     // of its last manifest; it only grows
	MadeAt  time.Time // that manifest
	Build   string    // the program and look its pages were made with
}

// A MirrorFile is one file of a mirror.
type MirrorFile struct {
	Path string
	Page string // that it belongs to; empty for what pages share
	Size int64
	Sum  string // SHA-256, in hexadecimal digits
	Bare string // the same of what it says, without the moment that stands on it
}

// Slot is the place of a file in the index: what its path comes to as a hash, so
// that files spread evenly.
func (f MirrorFile) Slot() string {
	sum := sha256.Sum256([]byte(f.Path))
	return hex.EncodeToString(sum[:8])
}

// A MirrorMark says that a page has to be made anew. Turn tells whether it was
// marked again since it was read.
type MirrorMark struct {
	Page string
	Turn int64
}

// MirrorAll is the page whose mark stands for all of them: what follows it is
// the last account that was looked at.
const MirrorAll = "*"

// A MirrorMade is what became of a page: all its files, or none if it is not
// there any more.
type MirrorMade struct {
	MirrorMark
	Files   []MirrorFile // of the page
	Shared  []MirrorFile // that it uses, and that were not there before
	Things  []string     // that it shows: see MirrorPost and the like
	Next    []string     // pages that have to be made because of it
	Unbound string       // a list that is to be divided anew
	Bounds  []PostID     // of a list: where its older pages end, those that were known first
}

// A MirrorNode is a part of the index of a mirror's files: those whose slot
// begins with Prefix.
type MirrorNode struct {
	Prefix       string
	Size         int64 // of the node itself
	Sum          string
	Files, Bytes int64 // what it tells of
}

// What pages show, as it stands in MirrorMade.Things.
const (
	mirrorAccount = "a:"
	mirrorPost    = "p:"
	mirrorFile    = "f:"
	mirrorTag     = "t:"
)

// MirrorAccountThing is an account that a page shows.
func MirrorAccountThing(id AccountID) string { return mirrorAccount + strconv.FormatInt(int64(id), 10) }

// MirrorPostThing is a post that a page shows.
func MirrorPostThing(id PostID) string { return mirrorPost + strconv.FormatInt(int64(id), 10) }

// MirrorFileThing is a file that a page shows.
func MirrorFileThing(path string) string { return mirrorFile + path }

// MirrorTagThing is a tag that a page leads to.
func MirrorTagThing(tag string) string { return mirrorTag + tag }

// MaxMirrorSaid is how long what is said on the status page may be, in bytes.
const MaxMirrorSaid = 4000
