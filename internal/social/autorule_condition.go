package social

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/pdq"
	"github.com/plaza-social/plaza/internal/base/text"
)

// AutoKind is what a condition is about. It is the word that a rule's text has
// for it.
type AutoKind string

// The kinds.
const (
	AutoWords    AutoKind = "words" // as whole words
	AutoWithin   AutoKind = "text"  // also within words
	AutoLinks    AutoKind = "links" // that lead somewhere, or any
	AutoLinked   AutoKind = "links at least"
	AutoCalls    AutoKind = "mentions at least"
	AutoYoung    AutoKind = "account younger than"
	AutoFew      AutoKind = "posts fewer than"
	AutoFrom     AutoKind = "from"     // here or elsewhere
	AutoHosts    AutoKind = "hosts"    // where the author lives
	AutoPictures AutoKind = "pictures" // that are on a list, or have a hash
	AutoPace     AutoKind = "pace"     // so many posts in a time
	AutoAlike    AutoKind = "similar"  // from so many others in a time
	AutoMail     AutoKind = "mail"     // the host of somebody's e-mail, of a sign-up
)

// An AutoCondition is one line of a rule that begins with what it is about.
type AutoCondition struct {
	Kind   AutoKind
	Not    bool
	Line   string   // as it was written
	Words  []string // folded; or hosts, which may begin with *. ; or names of lists
	Any    bool     // any link, any list
	Count  int
	Within time.Duration
	Looks  []pdq.Hash
	Prints []string // SHA-256 of files
}

// cost orders conditions: what has to be looked up comes last.
func (k AutoKind) cost() int {
	switch k {
	case AutoPictures:
		return 1
	case AutoFew, AutoPace:
		return 2
	case AutoAlike:
		return 3
	}
	return 0
}

// AutoPicture is a file that is attached to a post. Look is nothing where the
// quality is too low.
type AutoPicture struct {
	Print   string // SHA-256 of what was sent
	Look    pdq.Hash
	Quality int
}

// An AutoSubject is what a rule looks at: a post, or somebody who wants to
// join, at a moment.
type AutoSubject struct {
	Words    string   // all it says, as FilterKey makes it
	Links    []string // the hosts they lead to
	Mentions int
	Host     string // where its author lives; empty for here
	Age      time.Duration
	Pictures []AutoPicture
	Mail     string // the host of the e-mail address, of a sign-up
	Look     AutoLook
}

// AutoLook looks up what costs something.
type AutoLook interface {
	// Posts counts what the author posted before, up to most.
	Posts(most int) (int, error)
	// Pace counts what the author posted within a time, this included.
	Pace(within time.Duration, most int) (int, error)
	// Alike counts who else posted something nearly the same within a time.
	Alike(within time.Duration) (int, error)
	// Listed is the list that has a file, of those named or of any.
	Listed(p AutoPicture, lists []string, any bool) (list string, err error)
}

// Meets reports whether x meets the conditions, and which of them as they were
// written.
func (t AutoTerms) Meets(x AutoSubject) (why []string, met bool, err error) {
	met = !t.Any
	for _, c := range t.Conditions {
		is, err := c.meets(x)
		if err != nil {
			return nil, false, err
		}
		if is = is != c.Not; is {
			why = append(why, c.Line)
		}
		if is == t.Any { // that decides it
			return why, t.Any, nil
		}
	}
	return why, met && len(t.Conditions) > 0, nil
}

func (c AutoCondition) meets(x AutoSubject) (bool, error) {
	switch c.Kind {
	case AutoWords, AutoWithin:
		return slices.ContainsFunc(c.Words, func(w string) bool { return hasWords(x.Words, w, c.Kind == AutoWords) }), nil
	case AutoLinks:
		return len(x.Links) > 0 && (c.Any || slices.ContainsFunc(x.Links, c.names)), nil
	case AutoLinked:
		return len(x.Links) >= c.Count, nil
	case AutoCalls:
		return x.Mentions >= c.Count, nil
	case AutoYoung:
		return x.Age < c.Within, nil
	case AutoFrom:
		return (x.Host == "") == (c.Words[0] == "here"), nil
	case AutoHosts:
		return x.Host != "" && c.names(x.Host), nil
	case AutoMail:
		return x.Mail != "" && c.names(x.Mail), nil
	case AutoPictures:
		return c.shows(x)
	case AutoFew:
		n, err := x.Look.Posts(c.Count)
		return n < c.Count, err
	case AutoPace:
		n, err := x.Look.Pace(c.Within, c.Count)
		return n >= c.Count, err
	case AutoAlike:
		n, err := x.Look.Alike(c.Within)
		return n >= c.Count, err
	}
	return false, nil
}

// names reports whether a host is one of c's, or below one of them. "*.top" is
// all that is below top, and not top itself.
func (c AutoCondition) names(host string) bool {
	for i, name := range Above(host) {
		if slices.Contains(c.Words, name) || i > 0 && slices.Contains(c.Words, "*."+name) {
			return true
		}
	}
	return false
}

func (c AutoCondition) shows(x AutoSubject) (bool, error) {
	for _, p := range x.Pictures {
		if slices.Contains(c.Prints, p.Print) {
			return true, nil
		}
		if p.Quality >= pdq.MinQuality && slices.ContainsFunc(c.Looks, func(h pdq.Hash) bool { return h.Distance(p.Look) <= pdq.Near }) {
			return true, nil
		}
		if c.Any || len(c.Words) > 0 {
			if list, err := x.Look.Listed(p, c.Words, c.Any); err != nil || list != "" {
				return list != "", err
			}
		}
	}
	return false, nil
}

// LinkHosts are the hosts that the links of a text lead to, each once, in
// order.
func LinkHosts(said string) (hosts []string) {
	for _, p := range text.Parse(said) {
		if p.Kind != text.Link {
			continue
		}
		u, err := url.Parse(p.Text)
		if err != nil {
			continue
		}
		host, err := CleanHost(u.Hostname())
		if err != nil {
			host = strings.ToLower(u.Hostname())
		}
		if host != "" && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}
