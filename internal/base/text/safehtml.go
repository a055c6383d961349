package text

import (
	"html"
	"io"
	"net/url"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"
)

// maxOpen is how many elements may be open in each other. Beyond it only their
// words are kept.
const maxOpen = 32

// SafeHTML is HTML from elsewhere as we show it: the elements that Mastodon's
// apps know, closed and in order, links that tell nobody where a reader came
// from, and of everything else the words. Safe again, it stays as it is.
func SafeHTML(s string) string {
	w := tidier{}
	for z := nethtml.NewTokenizer(strings.NewReader(Clean(s))); ; {
		switch z.Next() {
		case nethtml.ErrorToken:
			if z.Err() != io.EOF { // cannot be: it reads from memory
				return ""
			}
			w.closeTo(0)
			return strings.TrimSpace(w.out.String())
		case nethtml.TextToken:
			w.text(string(z.Text()))
		case nethtml.StartTagToken:
			w.start(z.Token(), false)
		case nethtml.SelfClosingTagToken:
			w.start(z.Token(), true)
		case nethtml.EndTagToken:
			name, _ := z.TagName()
			w.end(string(name))
		}
	}
}

// A tidier writes HTML that was read.
type tidier struct {
	out    strings.Builder
	open   []element
	hidden string // an element of which nothing is shown
	row    bool   // words stand in the line, after no element that ends one
	feed   bool   // the next words begin a line
}

// An element that is open. What it was is not always what it is written as.
type element struct{ was, is string }

// What may stand as it is.
var inline = set("a span del s strong b em i u code sup sub ruby rt rp")
var blocks = set("p blockquote pre ul ol li")

// What is a line of its own elsewhere, and here only begins one.
var lined = set("div section article main header footer aside nav figure figcaption table tr dl dt dd form fieldset address hr details summary center caption legend")

// What is not for reading.
var unread = set("script style template iframe noscript title textarea noembed noframes xmp plaintext object svg math select audio video head")

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields(s) {
		m[name] = true
	}
	return m
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\u00a0", "&nbsp;")

func (w *tidier) text(s string) {
	s = Clean(s) // of what was spelled as an entity
	if w.hidden != "" || s == "" {
		return
	}
	if strings.TrimSpace(s) != "" {
		if w.feed && w.row {
			w.out.WriteString("<br>")
		}
		w.row, w.feed = true, false
	}
	w.out.WriteString(escape.Replace(s))
}

func (w *tidier) start(t nethtml.Token, closed bool) {
	name := t.Data
	if unread[name] {
		if w.hidden == "" && !(closed && (name == "svg" || name == "math")) {
			w.hidden = name
		}
		return
	}
	if w.hidden != "" {
		return
	}
	switch {
	case name == "br":
		w.out.WriteString("<br>")
		w.feed, w.row = false, false
	case name == "img":
		w.text(attribute(t, "alt"))
	case name == "td", name == "th":
		if w.row && !w.feed {
			w.out.WriteByte(' ')
		}
	case lined[name]:
		w.feed = true
	case isHeading(name):
		w.block(element{name, "p"}, "")
		w.push(element{name, "strong"}, "")
	case blocks[name]:
		w.block(element{name, name}, attributes(t))
	case name == "a":
		w.closeWithin("a")
		if w.link(t) {
			return
		}
		w.push(element{name, ""}, "")
	case inline[name]:
		w.push(element{name, name}, attributes(t))
	}
}

func isHeading(name string) bool {
	return len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'
}

// push opens an element, of which nothing is seen if it is written as nothing.
func (w *tidier) push(e element, attributes string) {
	if len(w.open) >= maxOpen {
		return
	}
	if e.is != "" {
		if w.feed && w.row && !blocks[e.is] {
			w.out.WriteString("<br>")
			w.row = false
		}
		w.feed = w.feed && blocks[e.is]
		w.out.WriteString("<" + e.is + attributes + ">")
	}
	w.open = append(w.open, e)
}

// block opens an element that ends the paragraph before it.
func (w *tidier) block(e element, attributes string) {
	switch e.is {
	case "li":
		w.closeUpTo("li", "ul", "ol")
	default:
		w.closeUpTo("p", "blockquote", "li")
	}
	w.row, w.feed = false, false
	w.push(e, attributes)
}

// closeUpTo closes the innermost open element named name and all within it,
// unless one of the others is nearer.
func (w *tidier) closeUpTo(name string, others ...string) {
	for i := len(w.open) - 1; i >= 0; i-- {
		switch is := w.open[i].is; {
		case is == name:
			w.closeTo(i)
			return
		case slices.Contains(others, is):
			return
		}
	}
}

// closeWithin closes the innermost element that was name.
func (w *tidier) closeWithin(name string) {
	for i := len(w.open) - 1; i >= 0; i-- {
		if w.open[i].was == name {
			w.closeTo(i)
			return
		}
	}
}

// closeTo leaves n elements open.
func (w *tidier) closeTo(n int) {
	for len(w.open) > n {
		e := w.open[len(w.open)-1]
		w.open = w.open[:len(w.open)-1]
		if e.is == "" {
			continue
		}
		w.out.WriteString("</" + e.is + ">")
		if blocks[e.is] {
			w.row, w.feed = false, false
		}
	}
}

func (w *tidier) end(name string) {
	switch {
	case w.hidden != "":
		if name == w.hidden {
			w.hidden = ""
		}
	case lined[name]:
		w.feed = true
	case isHeading(name): // it is two elements
		w.closeWithin(name)
		w.closeWithin(name)
	default:
		w.closeWithin(name)
	}
}

// schemes are those that a link may have.
var schemes = set("http https gemini gopher ipfs ipns magnet xmpp")

// link opens a link, unless it leads where none may lead.
func (w *tidier) link(t nethtml.Token) bool {
	href := strings.TrimSpace(attribute(t, "href"))
	u, err := url.Parse(href)
	if err != nil || !schemes[u.Scheme] || u.User != nil || len(href) > MaxLink || (u.Host == "" && (u.Scheme == "http" || u.Scheme == "https")) {
		return false
	}
	rel := ""
	for _, r := range strings.Fields(strings.ToLower(attribute(t, "rel"))) {
		if (r == "tag" || r == "me") && !strings.Contains(rel, r) {
			rel += r + " "
		}
	}
	w.push(element{"a", "a"}, ` href="`+html.EscapeString(href)+`" rel="`+rel+`nofollow noopener noreferrer" target="_blank"`+attributes(t))
	return true
}

// classes are those that mean something to apps.
var classes = set("mention hashtag ellipsis invisible u-url h-card quote-inline")

// attributes are those that mean something, and cannot do harm.
func attributes(t nethtml.Token) string {
	var b strings.Builder
	var class []string
	for _, c := range strings.Fields(attribute(t, "class")) {
		if classes[c] && !slices.Contains(class, c) {
			class = append(class, c)
		}
	}
	if class != nil {
		b.WriteString(` class="` + strings.Join(class, " ") + `"`)
	}
	if (t.Data == "a" || t.Data == "span") && attribute(t, "translate") == "no" {
		b.WriteString(` translate="no"`)
	}
	if n := attribute(t, "start"); t.Data == "ol" && isNumber(n) {
		b.WriteString(` start="` + n + `"`)
	}
	return b.String()
}

func isNumber(s string) bool {
	return s != "" && len(s) <= 6 && strings.Trim(s, "0123456789") == ""
}

func attribute(t nethtml.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name && a.Namespace == "" {
			return Clean(a.Val)
		}
	}
	return ""
}
