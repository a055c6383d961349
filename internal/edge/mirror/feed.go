package mirror

import (
	"bytes"
	"encoding/xml"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/core/view"
)

// A feed is what somebody said lately, in Atom (RFC 4287).
type feed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Author  author   `xml:"author"`
	Links   []link   `xml:"link"`
	Entries []entry  `xml:"entry"`
}

type author struct {
	Name string `xml:"name"`
	URI  string `xml:"uri"`
}

type link struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
	Type string `xml:"type,attr,omitempty"`
}

type entry struct {
	ID        string  `xml:"id"`
	Title     string  `xml:"title"`
	Published string  `xml:"published"`
	Updated   string  `xml:"updated"`
	Link      link    `xml:"link"`
	Content   content `xml:"content"`
}

type content struct {
	Type string `xml:"type,attr"`
	HTML string `xml:",chardata"`
}

// titleLength is how much of a post stands as its title, in characters.
const titleLength = 80

// feedOf is the feed of somebody's posts, newest first. Its links lead to the
// files beside it.
func feedOf(v *view.View, f *view.Face, posts []*view.Seen) ([]byte, error) {
	out := feed{ID: v.AccountURI(f), Title: f.Name(), Updated: stamp(f.CreatedAt), Author: author{f.Name(), v.AccountURL(f)},
		Links: []link{{"self", "feed.atom", "application/atom+xml"}, {"alternate", "index.html", "text/html"}}}
	for i, p := range posts {
		at := p.At
		if p.EditedAt.After(at) {
			at = p.EditedAt
		}
		if i == 0 {
			out.Updated = stamp(at)
		}
		o := p.Original()
		title := o.Warning
		if title == "" {
			title = o.Plain()
		}
		html := o.HTML
		if o.Warning != "" { // what stands behind a warning is for the page
			html = ""
		}
		out.Entries = append(out.Entries, entry{ID: v.URIOf(p.Post), Title: short(title), Published: stamp(p.At), Updated: stamp(at),
			Link: link{"alternate", relative("@a/feed.atom", fileOf("/@"+o.Author.Username+"/"+number(o.ID))), "text/html"}, Content: content{"html", html}})
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(out); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func short(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= titleLength {
		return string(runes)
	}
	return string(runes[:titleLength-1]) + "…"
}
