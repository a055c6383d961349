package text

import (
	"strings"
	"testing"
)

func kinds(s string) string {
	var b strings.Builder
	for _, p := range Parse(s) {
		b.WriteString([]string{"", "L", "M", "T"}[p.Kind])
		if p.Kind != Plain {
			b.WriteString("[" + p.Text + "]")
		}
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"hello":                          "",
		"hello @ada!":                    "M[@ada]",
		"@ada@other.example. yes":        "M[@ada@other.example]",
		"@ada@other.example:8443":        "M[@ada@other.example:8443]",
		"mail me: a@b.example":           "",
		"#Plaza #1 #2fast x#y &#39;":     "T[#Plaza]T[#2fast]",
		"#größe_ゼロ":                      "T[#größe_ゼロ]",
		"see https://a.example/b?c=d#e.": "L[https://a.example/b?c=d#e]",
		"(https://a.example/w_(x))":      "L[https://a.example/w_(x)]",
		"https:// nothing":               "",
		"https://a.example/@ada/#tag":    "L[https://a.example/@ada/#tag]",
		"HTTPS://A.example":              "L[HTTPS://A.example]",
		"javascript:alert(1)":            "",
		"<https://a.example>":            "L[https://a.example]",
		"@@ada @ada@ada@ada":             "M[@ada@ada]",
	} {
		if got := kinds(in); got != want {
			t.Errorf("Parse(%q) = %s, want %s", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a @b #c https://d.example/e")
	f.Add("\xff@a\n\n#b")
	f.Fuzz(func(t *testing.T, s string) {
		var joined strings.Builder
		for _, p := range Parse(s) {
			joined.WriteString(p.Text)
		}
		if joined.String() != s {
			t.Errorf("pieces of %q join to %q", s, joined.String())
		}
		got := HTML(s, Linker{
			Mention: func(u, h string) (string, bool) { return "https://x.example/@" + u, true },
			Tag:     func(tag string) string { return "https://x.example/tags/" + tag },
		})
		if strings.Count(got, "<a ") != strings.Count(got, "</a>") || strings.Contains(strings.ToLower(got), "<script") {
			t.Errorf("HTML(%q) = %s", s, got)
		}
	})
}

func TestLength(t *testing.T) {
	for in, want := range map[string]int{
		"": 0, "abc": 3, "👩‍👩‍👧‍👦": 1, "é": 1, "@ada@very.long.host.example": 4,
		"https://a.example/" + strings.Repeat("x", 500): LinkLength, "a https://b.example": 2 + LinkLength,
	} {
		if got := Length(in); got != want {
			t.Errorf("Length(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestHTML(t *testing.T) {
	l := Linker{
		Mention: func(u, h string) (string, bool) { return "https://p.example/@" + u, u == "ada" },
		Tag:     func(tag string) string { return "https://p.example/tags/" + tag },
	}
	for in, want := range map[string]string{
		" ":                       "",
		"a\nb\n\n\nc":             "<p>a<br>b</p><p>c</p>",
		`<b onclick="x">&`:        `<p>&lt;b onclick=&#34;x&#34;&gt;&amp;</p>`,
		"@ada @bob":               `<p><span class="h-card" translate="no"><a href="https://p.example/@ada" class="u-url mention">@<span>ada</span></a></span> @bob</p>`,
		"#Go":                     `<p><a href="https://p.example/tags/Go" class="mention hashtag" rel="tag">#<span>Go</span></a></p>`,
		"https://www.a.example/b": `<p><a href="https://www.a.example/b" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">https://www.</span><span>a.example/b</span><span class="invisible"></span></a></p>`,
	} {
		if got := HTML(in, l); got != want {
			t.Errorf("HTML(%q)\n got %s\nwant %s", in, got, want)
		}
	}
}

// How a host is shown is asked for hosts alone, of more than plain letters, and the link leads where it did.
func TestHostOfLinkShown(t *testing.T) {
	l := Linker{Host: func(host string) string { return "[" + host + "]" }}
	for link, shown := range map[string]string{
		"https://a.example/ä":                "a.example/ä",
		"https://ä.example":                  "[ä.example]",
		"https://www.ä.example/ö":            "[www.ä.example]/ö",
		"https://ä.example:80?ö":             "[ä.example]:80?ö",
		"https://ö@b:c@ä.example#ü":          "ö@b:c@[ä.example]#ü",
		`https://ä.example\@b.example`:       `[ä.example]\@b.example`,
		"https://a.example/ö@ä.example":      "a.example/ö@ä.example",
		"https://" + strings.Repeat("ä", 40): "[" + strings.Repeat("ä", 29),
	} {
		got := HTML(link, l)
		if !strings.Contains(got, `href="`+link+`"`) || !strings.Contains(got, ">"+shown+"<") {
			t.Errorf("%s is shown as %s, want %s", link, got, shown)
		}
	}
}
