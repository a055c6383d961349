package web

import (
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/locale"
	"github.com/plaza-social/plaza/internal/social"
)

const lookPage = "/settings/appearance"

func (s *Site) lookRoutes(r *router) {
	r.Do("GET "+lookPage, member, s.lookForm)
	r.Do("POST "+lookPage, member, s.saveLook)
	r.Do("POST "+lookPage+"/house", admin, s.saveAccent)
	r.Do("POST /language", anyone, s.chooseLanguage)
}

// look is what the styles go by: classes of the page. It is known before the first
// line is sent, so nothing changes its colour under a reader's eyes.
func (f *frame) look() string {
	classes := []string{f.Look.Scheme}
	if f.House.Accent != "" {
		classes = append(classes, "accent-"+f.House.Accent)
	}
	if f.Look.Size != "" {
		classes = append(classes, "text-"+f.Look.Size)
	}
	if f.Look.Contrast {
		classes = append(classes, "contrast")
	}
	if f.Look.Still {
		classes = append(classes, "calm")
	}
	return strings.Join(slices.DeleteFunc(classes, func(c string) bool { return c == "" }), " ")
}

// A pick is one of several, in people's words.
type pick struct{ is, name, help string }

var (
	schemes = []pick{{"", msg("As my device has it"), msg("Light by day and dark by night, if it does so.")}, {"light", msg("Light"), ""}, {"dark", msg("Dark"), ""}}
	sizes   = []pick{{"small", msg("Small"), ""}, {"", msg("As my browser has it"), ""}, {"large", msg("Large"), ""}, {"larger", msg("Larger"), ""}}
	accents = []pick{{"", msg("Lagoon"), ""}, {"indigo", msg("Indigo"), ""}, {"plum", msg("Plum"), ""}, {"forest", msg("Forest"), ""}, {"brick", msg("Brick"), ""}, {"slate", msg("Slate"), ""}}
)

func (s *Site) lookForm(q *ask) error {
	self, err := q.self()
	if err != nil {
		return err
	}
	q.settle()
	return q.show("Appearance", lookSettings(q.page, self.Prefs.Look))
}

func (s *Site) saveLook(q *ask) error {
	wish := social.Look{Scheme: q.form("scheme"), Size: q.form("size"), Contrast: q.ticked("contrast"), Still: q.ticked("still")}
	language, err := q.language()
	if err != nil {
		return err
	}
	if err := s.Auth.SetLook(q.Context(), q.by, wish); err != nil {
		return err
	}
	if q.PostForm.Has("language") && language+q.page.Language != "" { // there is one, or was
		if err := s.Auth.SetLocale(q.Context(), q.by, language); err != nil {
			return err
		}
		s.setCookie(q.w, languageCookie, language, languageLife)
	}
	q.say("saved")
	return q.to(lookPage)
}

// language is the one that was asked for, one of locale.Names, or empty for as the
// browser has it.
func (q *ask) language() (string, error) {
	name := q.form("language")
	if name != "" && !slices.Contains(locale.Names, name) {
		return "", errs.New(errs.Invalid, "These pages cannot be read in that language. Choose one of those that are offered.")
	}
	return name, nil
}

// chooseLanguage has pages be in a language in this browser.
func (s *Site) chooseLanguage(q *ask) error {
	name, err := q.language()
	if err != nil {
		return err
	}
	s.setCookie(q.w, languageCookie, name, languageLife)
	return q.to(local(q.form("back"), "/"))
}

// saveAccent is the colour of the house, for everybody.
func (s *Site) saveAccent(q *ask) error {
	wish := s.Instance.Settings()
	wish.Accent = q.form("accent")
	if err := s.Instance.SetSettings(q.Context(), q.by, wish); err != nil {
		return err
	}
	q.say("saved")
	return q.to(lookPage)
}
