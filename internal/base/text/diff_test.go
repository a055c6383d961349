package text

import (
	"strings"
	"testing"
)

func marked(all []Change) string {
	var b strings.Builder
	for _, c := range all {
		switch {
		case c.Added:
			b.WriteString("{+" + c.Text + "+}")
		case c.Removed:
			b.WriteString("[-" + c.Text + "-]")
		default:
			b.WriteString(c.Text)
		}
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ was, now, want string }{
		{"", "", ""}, {"the same", "the same", "the same"}, {"", "new", "{+new+}"}, {"old", "", "[-old-]"},
		{"The fountain runs.", "The fountain is dry.", "The fountain [-runs-]{+is dry+}."},
		{"I like tea and bread", "I like coffee and cake", "I like [-tea-]{+coffee+} and [-bread-]{+cake+}"},
		{"one two three four", "one 2 3 four", "one [-two three-]{+2 3+} four"},
		{"a b c", "a c", "a [-b -]c"}, {"line\nend", "line\nmore\nend", "line\n{+more\n+}end"},
		{"don't", "do", "[-don't-]{+do+}"}, {"私は猫が好き", "私は犬が好き", "私は[-猫-]{+犬+}が好き"}, {"e\u0301a", "ea", "[-e\u0301a-]{+ea+}"},
	} {
		if got := marked(Diff(tt.was, tt.now)); got != tt.want {
			t.Errorf("%q to %q: %q, want %q", tt.was, tt.now, got, tt.want)
		}
	}
	long, other := strings.Repeat("a b ", 3000), strings.Repeat("c d ", 3000)
	if got := Diff("x "+long+"y", "x "+other+"y"); len(got) != 4 {
		t.Errorf("%d pieces of what is too long, want 4", len(got))
	}
}

// Both versions can be read from their difference.
func FuzzDiff(f *testing.F) {
	f.Add("I like tea", "I like coffee")
	f.Add("a\u0301 👩‍👩‍👧 x", "\xff猫 x")
	f.Fuzz(func(t *testing.T, was, now string) {
		if len(was)+len(now) > 2000 {
			return
		}
		var before, after strings.Builder
		for _, c := range Diff(was, now) {
			if !c.Added {
				before.WriteString(c.Text)
			}
			if !c.Removed {
				after.WriteString(c.Text)
			}
		}
		if before.String() != was || after.String() != now {
			t.Errorf("%q to %q gives %q to %q", was, now, before.String(), after.String())
		}
	})
}
