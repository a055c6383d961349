package text

import (
	"strings"
	"testing"
)

func nobody(_, shown string) string { return shown }

func TestFromHTML(t *testing.T) {
	for html, want := range map[string]string{
		"":                                              "",
		"plain &amp; simple":                            "plain & simple",
		"<p>One</p><p>two<br/>three</p>":                "One\n\ntwo\nthree",
		"<p>a</p>\n\n<p>b</p>":                          "a\n\nb",
		"<ul><li>x</li><li>y</li></ul>":                 "- x\n- y",
		"<script>alert(1)</script>x":                    "x",
		"<style>p{}</style><b>x":                        "x",
		"&lt;b&gt;":                                     "<b>",
		`<a href="https://x.example/">there</a>`:        "there (https://x.example/)",
		`<a href="javascript:alert(1)">there</a>`:       "there",
		`<a href="https://x.example/a">x.example/a</a>`: "https://x.example/a",
		`<a href="https://x.example/t/go" class="mention hashtag">#<span>go</span></a>`: "#go",
		`<a href="https://x.example/@b">@<span>b</span></a>!`:                           "@b!",
		`<a href="https://x.example/">never closed`:                                     "never closed (https://x.example/)",
		`<img src=x onerror=alert(1)>`:                                                  "",
	} {
		if got := FromHTML(html, nobody); got != want {
			t.Errorf("%q\n gives %q,\nwant %q", html, got, want)
		}
	}
}

// What we made of words gives the words again.
func FuzzFromHTML(f *testing.F) {
	for _, s := range []string{"a", "x\ny\n\nz", "see https://example.org/a(b)?c=d&e, or #Go", "<b> & \"q\" 'r'", "@ada and @ben@far.example"} {
		f.Add(s)
	}
	l := Linker{Tag: func(s string) string { return "https://h.example/tags/" + s }, Mention: func(u, h string) (string, bool) { return "https://h.example/@" + u, h == "" }}
	f.Fuzz(func(t *testing.T, s string) {
		FromHTML(s, nobody)
		once := HTML(Clean(s), l)
		if strings.ContainsAny(s, "\r\t\u00a0") || strings.Contains(s, "\n ") || strings.Contains(s, "\n\n\n") {
			return // written another way
		}
		if again := HTML(FromHTML(once, nobody), l); again != once {
			t.Errorf("%q\n gives %q\nthen %q", s, once, again)
		}
	})
}
