package skeleton_test

import (
	"testing"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/skeleton"
)

func TestAlike(t *testing.T) {
	for _, c := range []struct {
		a, b string
		like bool
	}{
		{"paypal", "раураl", true},  // Cyrillic
		{"paypal", "pаypаl", true},  // some of it
		{"paul", "pauI", true},      // a big i
		{"ian", "lan", true},        // which is what Ian may look like
		{"bill", "b1ll", true},      //
		{"Oskar", "0skar", true},    //
		{"marion", "rnarion", true}, //
		{"walter", "vvalter", true}, //
		{"ada_lovelace", "AdaLovelace", true},
		{"Ada Lovelace", "A d a  Lovelace ✓", true},
		{"Ada Lovelace", "Ada\u200b Love\u00adlace\ufe0f", true},
		{"Ada Lovelace", "\u202eAda Lovelace", true},
		{"Ada Lovelace", "Ada Love\u3164lace", true},             // a letter that nobody sees
		{"Ada Lovelace", "\u115fAda\uffa0 Lovelace\u17b4", true}, // others
		{"Ada Lovelace", "Ada\u2067 \u200fLovelace\u2069", true}, // which way to read
		{"Ada Lovelace", "Ada\u1dc4 Love\u20dd\ufe20lace", true}, // marks that any letter may have
		{"Ada Lovelace", "Ada\u034f\U000e0041Lovelace", true},
		{"Ada Lovelace", "ᎪⅾаᏞоⅴеⅼасе", true}, // of four scripts
		{"محمد", "مُحَمَّد", true},
		{"かき氷室", "がき氷室", false},
		{"Ada", "𝐀𝐝𝐚", true},
		{"Ada", "Ａｄａ", true},
		{"Ada", "Ⓐⓓⓐ", true},
		{"Ada", "ᴀᴅᴀ", true},
		{"Ada", "🅐🅳🇦", true},
		{"Renée", "Renee", true},
		{"SCOPE", "ЅСОРЕ", true},
		{"Ελένη", "Eλενη", true},
		{"माया", "मया", false}, // vowels count
		{"محمد", "محمود", false},
		{"ada", "eda", false},
		{"maria", "mario", false},
		{"李小龍", "李小龙", false},
		{"Max", "Mex", false},
		{"ai", "al", false}, // too short to say something
		{"", "", false},
		{"🎉🎉🎉🎉", "🎉🎉🎉🎉", false},
	} {
		if got := skeleton.Alike(c.a, c.b); got != c.like {
			t.Errorf("%q (%q) and %q (%q): alike is %v, want %v", c.a, skeleton.Of(c.a), c.b, skeleton.Of(c.b), got, c.like)
		}
	}
}

// FuzzOf has whatever is typed have one skeleton, however it is found, that can be stored.
func FuzzOf(f *testing.F) {
	for _, s := range []string{"Ada Lovelace", "раураl", "m", "rn", "vv", "I1l |0O", "a_b-c.d e", "corn rn m", "İstanbul", "ﷺ", "𝐀𝐝𝐚", "\xff\xfe", "क्षत्रिय", "ǅ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		is := skeleton.Of(s)
		if is != skeleton.Slow(s) || !utf8.ValidString(is) && utf8.ValidString(s) {
			t.Errorf("%q: %q", s, is)
		}
	})
}
