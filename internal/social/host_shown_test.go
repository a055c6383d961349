package social_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

func TestHostShown(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"ada.example":            "ada.example",
		"Ada.Example":            "Ada.Example",
		"xn--l-7sba6dbr.example": "xn--l-7sba6dbr.example",
		"раураl.example":         "xn--l-7sba6dbr.example", // all but the l is Cyrillic
		"www.раураl.example":     "www.xn--l-7sba6dbr.example",
		"аррӏе.example":          "xn--80ak6aa92e.example", // all of it is
		"АРРӏЕ.example":          "xn--80ak6aa92e.example",
		"раураl。example":         "xn--l-7sba6dbr.example", // browsers take that for a dot, too
		"gооgle.example":         "xn--ggle-55da.example",
		"ada.со":                 "ada.xn--n1af",          // the end looks like one of plain letters
		"ɡoogle.example":         "xn--oogle-qmc.example", // a Latin letter of phonetics
		"goog\u01c0e.example":    "xn--googe-8tb.example", // a click
		"münchen.example":        "münchen.example",
		"mu\u0308nchen.example":  "mu\u0308nchen.example",
		"łódź.example":           "łódź.example",
		"køb-smørrebrød.example": "køb-smørrebrød.example",
		"việtnam.example":        "việtnam.example",
		"straße.example":         "straße.example",
		"площадь.example":        "площадь.example", // not all of it looks like something else
		"оса.рф":                 "оса.рф",          // the end tells of what script it is
		"раураl.рф":              "xn--l-7sba6dbr.xn--p1ai",
		"παράδειγμα.example":     "παράδειγμα.example",
		"東京タワー.example":          "東京タワー.example",
		"tokyoタワーの東京.example":    "tokyoタワーの東京.example",
		"한국the漢字.example":        "한국the漢字.example",
		"مثال.example":           "مثال.example",
		"192.0.2.1":              "192.0.2.1",
		"":                       "",
	} {
		if got := social.HostShown(host); got != want {
			t.Errorf("%q is shown as %q, want %q", host, got, want)
		}
	}
}
