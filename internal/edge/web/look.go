package web

import (
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/social"
)

const lookPage = "/settings/appearance"

func (s *Site) lookRoutes(r *router) {
	r.Do("GET "+lookPage, member, s.lookForm)
	r.Do("POST "+lookPage, member, s.saveLook)
	r.Do("POST "+lookPage+"/house", admin, s.saveAccent)
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
	schemes = []pick{{"", "As my device has it", "Light by day and dark by night, if it does so."}, {"light", "Light", ""}, {"dark", "Dark", ""}}
	sizes   = []pick{{"small", "Small", ""}, {"", "As my browser has it", ""}, {"large", "Large", ""}, {"larger", "Larger", ""}}
	accents = []pick{{"", "Lagoon", ""}, {"indigo", "Indigo", ""}, {"plum", "Plum", ""}, {"forest", "Forest", ""}, {"brick", "Brick", ""}, {"slate", "Slate", ""}}
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
	if err := s.Auth.SetLook(q.Context(), q.by, wish); err != nil {
		return err
	}
	q.say("saved")
	return q.to(lookPage)
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
