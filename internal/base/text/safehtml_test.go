package text_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/plaza-social/plaza/internal/base/text"
)

func TestSafeHTML(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                               "",
		"a < b & c <3":                                   "a &lt; b &amp; c &lt;3",
		"&lt;b&gt; &quot;x&quot;":                        `&lt;b&gt; "x"`,
		"<p>One<p>two<br/>three":                         "<p>One</p><p>two<br>three</p>",
		"<b><i>x</b>y</i>":                               "<b><i>x</i></b>y",
		"<p>a<p>b</p></p>c":                              "<p>a</p><p>b</p>c",
		"<ul><li>x<li>y</ul>":                            "<ul><li>x</li><li>y</li></ul>",
		"<ul><li>x<ul><li>y</ul>z":                       "<ul><li>x<ul><li>y</li></ul>z</li></ul>",
		"<h2>Head</h2>tail":                              "<p><strong>Head</strong></p>tail",
		"<h1><h2>x</h2></h1>y":                           "<p><strong></strong></p><p><strong>x</strong></p>y",
		"<div>a</div><div>b</div>c":                      "a<br>b<br>c",
		"<div><p>a</p></div><p>b":                        "<p>a</p><p>b</p>",
		"<div>a</div><b>b</b>":                           "a<br><b>b</b>",
		"<table><tr><td>a<td>b<tr><td>c</table>":         "a b<br>c",
		`<img src=x alt="a cat" onerror=alert(1)>`:       "a cat",
		"<script>alert(1)</script>x<style>p{}</style>y":  "xy",
		"<svg><a href=https://x.example>in</a></svg>out": "out",
		"<svg/>out":                                      "out",
		"<ruby>字<rp>(</rp><rt>ji</rt><rp>)</rp></ruby> H<sub>2</sub>": "<ruby>字<rp>(</rp><rt>ji</rt><rp>)</rp></ruby> H<sub>2</sub>",
		"<pre><code>a\n  b</code></pre>":                              "<pre><code>a\n  b</code></pre>",
		`<ol start="3" reversed><li value=9>x</ol>`:                   `<ol start="3"><li>x</li></ol>`,
		`<p class="quote-inline evil" style="x" id="y">RE:</p>`:       `<p class="quote-inline">RE:</p>`,
		`<a href="javascript:alert(1)">x</a>y`:                        "xy",
		`<a href=" jAvAsCrIpT:alert(1)">x</a>`:                        "x",
		`<a href="data:text/html,x">x</a>`:                            "x",
		`<a href="//x.example">x</a>`:                                 "x",
		`<a href="https://good.example@evil.example/">x</a>`:          "x",
		`<a>x</a>`: "x",
		`<a href="https://x.example/?a=1&b=%22" rel="me opener" title="t" target="_top">x</a>`: `<a href="https://x.example/?a=1&amp;b=%22" rel="me nofollow noopener noreferrer" target="_blank">x</a>`,
		`<a href="https://x.example">a<a href="https://y.example">b</a>`: `<a href="https://x.example" rel="nofollow noopener noreferrer" target="_blank">a</a>` +
			`<a href="https://y.example" rel="nofollow noopener noreferrer" target="_blank">b</a>`,
		`<span class="h-card" translate="no"><a href="https://x.example/@b" class="u-url mention">@<span>b</span></a></span>`: `<span class="h-card" translate="no"><a href="https://x.example/@b" rel="nofollow noopener noreferrer" target="_blank" class="u-url mention">@<span>b</span></a></span>`,
		`<a href="https://x.example/t/go" class="mention hashtag" rel="tag">#<span>go</span></a>`:                             `<a href="https://x.example/t/go" rel="tag nofollow noopener noreferrer" target="_blank" class="mention hashtag">#<span>go</span></a>`,
	} {
		if got := text.SafeHTML(in); got != want {
			t.Errorf("%q\n gives %q,\nwant %q", in, got, want)
		}
	}
}

// Our own HTML keeps its words and its links.
func TestSafeHTMLOfOurs(t *testing.T) {
	t.Parallel()
	l := text.Linker{Tag: func(s string) string { return "https://h.example/tags/" + s }, Mention: func(u, _ string) (string, bool) { return "https://h.example/@" + u, true }}
	typed := "Hello @ada, see https://example.org/a/very/long/path/that/is/cut?x=1&y=2 #Go\nand\n\n\"<more>\""
	nobody := func(_, shown string) string { return shown }
	ours := text.HTML(typed, l)
	if got, want := text.FromHTML(text.SafeHTML(ours), nobody), text.FromHTML(ours, nobody); got != want {
		t.Errorf("says %q, want %q", got, want)
	}
}

func TestSafeHTMLIsBounded(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{
		"open elements":   strings.Repeat("<b>", 100_000) + "x",
		"open lists":      strings.Repeat("<ul><li>", 50_000) + "x",
		"ends":            strings.Repeat("<b>x", 10_000) + strings.Repeat("</i>", 50_000),
		"attributes":      "<p " + strings.Repeat("a ", 100_000) + ">x",
		"classes":         `<p class="` + strings.Repeat("mention ", 50_000) + `">x`,
		"signs":           strings.Repeat("<", 200_000),
		"comments":        strings.Repeat("<!--", 100_000),
		"never ends":      "<script>" + strings.Repeat("x", 200_000),
		"hidden in words": strings.Repeat("x<svg>", 50_000),
	} {
		if got := text.SafeHTML(s); len(got) > 6*len(s) || strings.Count(got, "<b>") > 32 && !strings.Contains(got, "</b>") {
			t.Errorf("%s: %d bytes became %d", name, len(s), len(got))
		}
		if got := safe(text.SafeHTML(s)); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// safe looks at HTML as a browser does, and says what must not be in it.
func safe(s string) string {
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return err.Error()
	}
	allowed := map[string]string{"a": "href rel target class translate", "ol": "class start", "span": "class translate"}
	for _, name := range strings.Fields("p br del s strong b em i u code pre blockquote ul li sup sub ruby rt rp") {
		allowed[name] = "class"
	}
	var look func(n *html.Node) string
	look = func(n *html.Node) string {
		switch attrs, ok := allowed[n.Data]; {
		case n.Type == html.CommentNode || n.Type == html.DoctypeNode:
			return "a comment"
		case n.Type == html.ElementNode && !ok:
			return "an element " + n.Data
		case n.Type == html.ElementNode:
			for _, a := range n.Attr {
				if !strings.Contains(" "+attrs+" ", " "+a.Key+" ") {
					return "an attribute " + a.Key + " of " + n.Data
				}
				scheme, _, _ := strings.Cut(a.Val, ":")
				if a.Key == "href" && !strings.Contains(" http https gemini gopher ipfs ipns magnet xmpp ", " "+strings.ToLower(scheme)+" ") {
					return "a link to " + a.Val
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if what := look(c); what != "" {
				return what
			}
		}
		return ""
	}
	for _, n := range nodes {
		if what := look(n); what != "" {
			return what
		}
	}
	return ""
}

func checkSafe(t *testing.T, in string) {
	t.Helper()
	once := text.SafeHTML(in)
	if what := safe(once); what != "" {
		t.Errorf("%q\n gives %q,\n in which is %s", in, once, what)
	}
	if again := text.SafeHTML(once); again != once {
		t.Errorf("%q\n gives %q\nthen %q", in, once, again)
	}
}

// TestSafeHTMLOfCorpus cleans what is known to break other cleaners.
func TestSafeHTMLOfCorpus(t *testing.T) {
	t.Parallel()
	const corpus = "../../../../shared/corpora/xss"
	b, err := os.ReadFile(corpus + "/dompurify.json")
	if err != nil {
		t.Skip("there is no corpus of hostile markup at", corpus)
	}
	var all []struct{ Payload string }
	if err := json.Unmarshal(b, &all); err != nil || len(all) == 0 {
		t.Fatal(len(all), err)
	}
	for _, one := range all {
		checkSafe(t, one.Payload)
	}
	lists, _ := filepath.Glob(corpus + "/payloads/*")
	lines := 0
	for _, path := range lists {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			lines++
			checkSafe(t, line)
		}
		checkSafe(t, string(b))
	}
	if lines == 0 {
		t.Error("no lists of payloads were read")
	}
}

// TestSafeHTMLOfTokens cleans the tokens that browsers' own tests are made of.
func TestSafeHTMLOfTokens(t *testing.T) {
	t.Parallel()
	const corpus = "../../../../shared/corpora/html5lib"
	var paths []string
	filepath.WalkDir(corpus, func(path string, _ os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".test") {
			paths = append(paths, path)
		}
		return nil
	})
	if len(paths) == 0 {
		t.Skip("there are no cases for tokenizers at", corpus)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file struct{ Tests []struct{ Input string } }
		if err := json.Unmarshal(b, &file); err != nil {
			t.Fatal(path, err)
		}
		for _, one := range file.Tests {
			checkSafe(t, one.Input)
		}
	}
}

func FuzzSafeHTML(f *testing.F) {
	for _, s := range []string{
		`<p>Hi <span class="h-card" translate="no"><a href="https://x.example/@b" class="u-url mention">@<span>b</span></a></span></p>`,
		"<h2>a</h2><ul><li>b<ol start=2><li>c</ol></ul><blockquote><pre>d</pre></blockquote><ruby>e<rt>f</rt></ruby>",
		"<div>a<br></div><table><tr><td>b</table><img alt=c><svg><style><!--</style><p>", "<b><p>x</b>y</p>", "a\u00a0<a href=x:y>&amp;lt;",
		`<a href="magnet:?xt=1" rel="me tag">x<a>y`, "<pre>\nx", "<p> <p>", "<xmp></xmp><math/><textarea>",
	} {
		f.Add(s)
	}
	f.Fuzz(checkSafe)
}
