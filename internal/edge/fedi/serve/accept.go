package serve

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// activityJSON is what documents are sent as.
// https://www.w3.org/TR/activitypub/#retrieving-objects
const activityJSON = "application/activity+json; charset=utf-8"

// activityStreams is the profile of JSON-LD that documents have.
const activityStreams = "https://www.w3.org/ns/activitystreams"

// maxAccepted is how many kinds of an Accept header are looked at.
const maxAccepted = 32

// wantsDocument reports whether r would rather have a document than a page.
// What is liked as much goes by the order; where neither is named, otherwise
// holds.
func wantsDocument(r *http.Request, otherwise bool) bool {
	document, page := 0.0, 0.0
	first := otherwise
	for i, kind := range strings.SplitN(strings.Join(r.Header.Values("Accept"), ","), ",", maxAccepted) {
		name, params, err := mime.ParseMediaType(kind)
		if i == maxAccepted-1 || err != nil {
			continue
		}
		q := quality(params)
		switch {
		case isDocument(name, params) && q > document:
			if document = q; page < q {
				first = true
			}
		case (name == "text/html" || name == "application/xhtml+xml") && q > page:
			if page = q; document < q {
				first = false
			}
		}
	}
	if document == page {
		return first
	}
	return document > page
}

// quality is how much a kind is liked; what makes no sense is not liked.
func quality(params map[string]string) float64 {
	s, ok := params["q"]
	if !ok {
		return 1
	}
	q, err := strconv.ParseFloat(s, 64)
	if err != nil || !(q >= 0 && q <= 1) {
		return 0
	}
	return q
}

func isDocument(name string, params map[string]string) bool {
	switch name {
	case "application/activity+json", "application/json":
		return true
	case "application/ld+json":
		profile := params["profile"]
		return profile == "" || strings.Contains(" "+profile+" ", " "+activityStreams+" ")
	}
	return false
}
