package text

import (
	"io"
	"strings"

	"golang.org/x/net/html"
)

// FromHTML is what HTML from elsewhere says, as somebody would have typed it:
// paragraphs, lines, links, tags and mentions are kept, everything else is
// words. What is mentioned is written as mention has it, from a link's address
// and what it shows. The result is plain text: nothing in it is HTML any more.
func FromHTML(s string, mention func(href, shown string) string) string {
	w := typist{mention: mention}
	for z := html.NewTokenizer(strings.NewReader(s)); ; {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF { // cannot be: it reads from memory
				return ""
			}
			w.endLink()
			return strings.TrimSpace(w.out.String())
		case html.TextToken:
			if w.hidden == "" {
				w.write(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			w.start(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.end(string(name))
		}
	}
}

// A typist writes down what HTML says.
type typist struct {
	mention func(href, shown string) string
	out     strings.Builder
	hidden  string // an element whose text is not for reading
	link    *link
	breaks  int // line breaks at the end of out
}

type link struct {
	href, class string
	shown       strings.Builder
}

var flat = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\u00a0", " ")

func (w *typist) write(s string) {
	s = flat.Replace(s)
	if w.link != nil {
		w.link.shown.WriteString(s)
		return
	}
	if w.breaks > 0 {
		s = strings.TrimLeft(s, " ")
	}
	if s != "" {
		w.out.WriteString(s)
		w.breaks = 0
	}
}

// feed begins a new line, or with two a new paragraph.
func (w *typist) feed(n int) {
	w.endLink()
	for ; w.breaks < n && w.out.Len() > 0; w.breaks++ {
		w.out.WriteByte('\n')
	}
}

func (w *typist) start(z *html.Tokenizer) {
	raw, more := z.TagName()
	switch name := string(raw); name {
	case "script", "style", "template", "iframe", "noscript", "title", "textarea", "noembed", "noframes", "xmp":
		w.hidden = name
	case "br":
		w.endLink()
		if w.out.Len() > 0 {
			w.out.WriteByte('\n')
			w.breaks++
		}
	case "p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6":
		w.feed(2)
	case "li":
		w.feed(1)
		w.write("- ")
	case "a":
		w.endLink()
		w.link = &link{}
		for more {
			var key, value []byte
			key, value, more = z.TagAttr()
			switch string(key) {
			case "href":
				w.link.href = string(value)
			case "class":
				w.link.class = string(value)
			}
		}
	}
}

func (w *typist) end(name string) {
	switch {
	case name == w.hidden:
		w.hidden = ""
	case name == "a":
		w.endLink()
	case name == "p", name == "div", name == "blockquote", name == "pre", name == "ul", name == "ol", len(name) == 2 && name[0] == 'h' && name != "hr":
		w.feed(2)
	}
}

// endLink writes the link that ends: a tag as it was shown, a mention by its
// address, and what leads elsewhere with where it leads.
func (w *typist) endLink() {
	l := w.link
	if l == nil {
		return
	}
	w.link = nil
	shown := strings.TrimSpace(l.shown.String())
	web := strings.HasPrefix(l.href, "https://") || strings.HasPrefix(l.href, "http://")
	switch classes := " " + l.class + " "; {
	case strings.HasPrefix(shown, "#"), strings.HasPrefix(shown, "＃"), strings.Contains(classes, " hashtag "):
		w.write(shown)
	case strings.HasPrefix(shown, "@"), strings.Contains(classes, " mention "):
		w.write(w.mention(l.href, shown))
	case !web || strings.ContainsAny(l.href, " \t\n<>\"'`"):
		w.write(shown)
	case strings.Contains(l.href, strings.TrimSuffix(shown, "…")):
		w.write(l.href)
	default:
		w.write(shown + " (" + l.href + ")")
	}
}
