package social

import (
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Outside is who else was told of what a case is about.
type Outside string

// Those whom a law wants told.
const (
	OutsideMinors Outside = "minors" // a hotline for abuse of children
	OutsidePolice Outside = "police" // of a threat to somebody's life or safety
	OutsideTerror Outside = "terror" // of terrorist content with a threat to life
)

// An Outsider is whom one can tell, by which law, and how long what was said of it
// is kept from then on.
type Outsider struct {
	Kind   Outside
	Name   string
	Source string
	Keep   Class
}

// Outsiders is all of them.
var Outsiders = []Outsider{
	{OutsideMinors, "A hotline for abuse of children, such as the CyberTipline", "18 U.S.C. § 2258A", ClassKeepMinors},
	{OutsidePolice, "The police, of a threat to life or safety", "DSA, Article 18", ClassKeepTerror},
	{OutsideTerror, "The police, of terrorist content", "Regulation (EU) 2021/784, Article 14(5)", ClassKeepTerror},
}

// MaxOutsideRef is how many characters the number that they gave it has at most.
const MaxOutsideRef = 200

// Told is that somebody outside was told.
type Told struct {
	To  Outside
	Ref string // what they call it
}

// Check is who was told, or why t cannot be written down.
func (t Told) Check() (o Outsider, err error) {
	i := slices.IndexFunc(Outsiders, func(o Outsider) bool { return o.Kind == t.To })
	switch {
	case i < 0:
		return o, errs.New(errs.Invalid, "Choose whom you told.")
	case strings.TrimSpace(t.Ref) == "":
		return o, errs.New(errs.Invalid, "Write down the number that they gave it, or when and to whom it went.")
	case len([]rune(t.Ref)) > MaxOutsideRef:
		return o, errs.Newf(errs.Invalid, "The number has at most %d characters.", MaxOutsideRef)
	}
	return Outsiders[i], nil
}
