package web

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
)

// inLanguage is the language that whoever asks wants to see trends of, or empty
// for all.
func (q *ask) inLanguage() string {
	lang := q.URL.Query().Get("language")
	if len(lang) > social.MaxLanguage {
		return ""
	}
	return lang
}

// A tongues is the language that trends are shown of, and which there are.
type tongues struct {
	Path, Language string
	Languages      []string
}

func (s *Site) exploreIn(q *ask) (tongues, error) {
	w := tongues{Path: q.URL.Path, Language: q.inLanguage()}
	var err error
	if w.Languages, err = s.Discover.Languages(q.Context()); err != nil {
		return w, err
	}
	if w.Language != "" && !slices.Contains(w.Languages, w.Language) {
		w.Languages = append(w.Languages, w.Language)
	}
	slices.SortFunc(w.Languages, func(a, b string) int { return strings.Compare(q.page.tongue(a), q.page.tongue(b)) })
	return w, nil
}

// to is another page of what many turn to, in the same language.
func (w tongues) to(path string) string {
	if w.Language == "" {
		return path
	}
	return path + "?" + url.Values{"language": {w.Language}}.Encode()
}

// tongue is the name of a language in the reader's.
func (f *frame) tongue(code string) string {
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	names := display.Languages(language.Make(f.locale().Name))
	if names == nil {
		names = display.Languages(language.English)
	}
	return firstOf(names.Name(tag), code)
}

// because is why something is there, in the reader's language.
func (f *frame) because(why []trend.Reason) string {
	said := make([]string, len(why))
	for i, r := range why {
		said[i] = f.reason(r)
	}
	return strings.Join(said, " · ")
}

func (f *frame) reason(r trend.Reason) string {
	switch r.Kind {
	case trend.People:
		if r.Language != "" {
			return f.say("%d people in two days, in %s", r.People, f.tongue(r.Language))
		}
		return f.say("%d people in two days", r.People)
	case trend.Reactions:
		likes, boosts := f.say("%d likes", r.Likes), f.say("%d boosts", r.Boosts)
		switch {
		case r.Boosts == 0:
			return f.say("%s in two days", likes)
		case r.Likes == 0:
			return f.say("%s in two days", boosts)
		}
		return f.say("%s and %s in two days", likes, boosts)
	case trend.Rising:
		if r.Language != "" {
			return f.say("Rising in %s", f.tongue(r.Language))
		}
		return f.say("Rising")
	case trend.UsedBy:
		return f.say("%d people you follow", r.People)
	case trend.BoostedBy:
		return f.say("Boosted by %d people you follow", r.People)
	case trend.Followed:
		return f.say("Followed by %d people you follow", r.People)
	}
	return f.say("Followed by many here")
}
