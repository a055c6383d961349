package as2

import "strings"

// SynchronizationHeader goes with what is for somebody's followers: which of
// those who get it they are (FEP-8fcf).
const SynchronizationHeader = "Collection-Synchronization"

// maxSynchronization is how long that header is at most, in bytes.
const maxSynchronization = 3 * MaxID

// A Synchronization is what that header says.
type Synchronization struct {
	Collection string // the address of all followers
	URL        string // that of those on the server that is told
	Digest     string // of these
}

// String is it as a header.
func (s Synchronization) String() string {
	return `collectionId="` + s.Collection + `", url="` + s.URL + `", digest="` + s.Digest + `"`
}

// Synchronization reads such a header. It is ok only if each part is there
// once.
func (rules Rules) Synchronization(header string) (s Synchronization, ok bool) {
	if len(header) > maxSynchronization {
		return s, false
	}
	for header != "" {
		var name, value string
		name, header, ok = strings.Cut(header, `="`)
		if !ok {
			return Synchronization{}, false
		}
		if value, header, ok = strings.Cut(header, `"`); !ok || value == "" {
			return Synchronization{}, false
		}
		to := map[string]*string{"collectionId": &s.Collection, "url": &s.URL, "digest": &s.Digest}[strings.Trim(name, " \t")]
		if to == nil { // of a later version
			to = new(string)
		}
		if *to != "" {
			return Synchronization{}, false
		}
		*to = value
		header = strings.TrimLeft(header, " \t")
		if rest, more := strings.CutPrefix(header, ","); more {
			header = strings.TrimLeft(rest, " \t")
		} else if header != "" {
			return Synchronization{}, false
		}
	}
	var errs [2]error
	s.Collection, errs[0] = rules.Clean(s.Collection)
	s.URL, errs[1] = rules.Clean(s.URL)
	return s, errs[0] == nil && errs[1] == nil && s.Digest != ""
}
