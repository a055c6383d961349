package evidence

import (
	"slices"
	"strings"
)

// A Profile says for whom a bundle is, and so which bodies are in it. Leaves
// are in every bundle: they name nobody.
type Profile string

// The profiles.
const (
	Public Profile = "public" // for everybody
	Party  Profile = "party"  // for somebody it is about: their own
	Host   Profile = "host"   // for a host that gave notice: what it asked about
	Court  Profile = "court"  // everything that is in bodies; names of reporters and moderators never are
)

// Shown is how far a profile shows the bodies of a type.
type Shown int

// How far. What is asked about is shown may be withheld because it is not.
const (
	Never Shown = iota
	Asked       // where it belongs to what the bundle is about
	Always
)

// open are the types that show nobody, and without which a bundle could not be
// checked: rules, numbers, keys, and what was erased.
var open = map[Type]bool{TypePolicy: true, TypeStats: true, TypePrevalence: true, TypeKey: true, TypeWitness: true, TypeErasure: true, TypeQuality: true}

// asked are the types of which party and host see what is about them. A host
// never sees what reporters wrote.
var asked = map[Profile]map[Type]bool{
	Public: {TypeConfig: true},
	Party: {TypeReport: true, TypeSnapshot: true, TypeDecision: true, TypeAction: true, TypeNoticeOut: true, TypeAppeal: true,
		TypeAppealDecision: true, TypeOverride: true, TypeHold: true, TypeConfig: true},
	Host: {TypeHostNotice: true, TypeOrder: true, TypeHostAnswer: true, TypeSnapshot: true, TypeTriage: true, TypeDecision: true, TypeAction: true,
		TypeAppealDecision: true, TypeOverride: true, TypeConfig: true},
}

// Shows is how far p shows bodies of t.
func (p Profile) Shows(t Type) Shown {
	switch {
	case p == Court, open[t]:
		return Always
	case asked[p][t]:
		return Asked
	}
	return Never
}

// Known reports whether there is such a profile.
func (p Profile) Known() bool { return p == Court || asked[p] != nil }

// ShowsConfig reports whether anybody but a court is shown a change of how the
// house works. One of what somebody may do names them, and automatic rules and
// lists of hashes say what to write instead.
func ShowsConfig(c Configured) bool {
	return !slices.ContainsFunc([]string{"role", "automatic rule", "list of hashes"}, func(what string) bool { return strings.HasPrefix(c.What, what) })
}

// The reasons for which a body is withheld.
const (
	WithheldByProfile = "profile" // it does not show the type, or not this change
	WithheldByScope   = "scope"   // it is not of what the bundle is about
)

// MayWithhold reports whether a body of t may be withheld for a reason. Of the types
// that a profile shows only some changes of how the house works are, see ShowsConfig.
func (p Profile) MayWithhold(t Type, why string) bool {
	switch why {
	case WithheldByProfile:
		return p.Shows(t) == Never || p.Shows(t) == Asked && t == TypeConfig
	case WithheldByScope:
		return p.Shows(t) == Asked
	}
	return false
}
