package preview

import (
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// Limits of a head. A page with more to say has said enough by then.
const (
	maxToken  = 64 << 10
	maxTokens = 5000
	maxValue  = 4 << 10 // bytes of one thing a page says
	maxThings = 200
)

// page is what the head of a page says.
type page struct {
	base     *url.URL
	says     map[string]string // by the names of its meta elements, in lower case; the first counts
	heading  string            // of its title element
	language string
	embed    string // where its oEmbed answer is
	data     thing  // what it says as JSON-LD
}

// readHead reads up to where the body begins, or until it is too much.
func readHead(r io.Reader) *page {
	p := &page{says: map[string]string{}}
	within := ""
	tokens(r, maxTokens, maxToken, func(z *html.Tokenizer, kind html.TokenType) bool {
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data == "body" {
				return false
			}
			within = p.element(t)
		case html.TextToken:
			p.text(within, string(z.Text()))
		case html.EndTagToken:
			if t := z.Token(); t.Data == "head" {
				return false
			}
			within = ""
		}
		return true
	})
	return p
}

// tokens hands over up to most pieces of a page, none of them larger than
// size, while take wants more.
func tokens(r io.Reader, most, size int, take func(z *html.Tokenizer, kind html.TokenType) bool) {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(size)
	for range most {
		if kind := z.Next(); kind == html.ErrorToken || !take(z, kind) {
			return
		}
	}
}

// element takes what an element says, and tells what the text within it is.
func (p *page) element(t html.Token) (within string) {
	at := map[string]string{}
	for _, a := range t.Attr {
		if len(at) < maxThings && at[a.Key] == "" && len(a.Val) <= maxValue {
			at[a.Key] = a.Val
		}
	}
	switch t.Data {
	case "html":
		p.language = at["lang"]
	case "title":
		return "title"
	case "script":
		if strings.EqualFold(strings.TrimSpace(at["type"]), "application/ld+json") {
			return "data"
		}
	case "meta":
		for _, name := range []string{at["property"], at["name"], at["itemprop"]} {
			if name = strings.ToLower(strings.TrimSpace(name)); name != "" && p.says[name] == "" && len(p.says) < maxThings {
				p.says[name] = at["content"]
			}
		}
	case "link":
		if strings.EqualFold(at["rel"], "alternate") && strings.EqualFold(at["type"], "application/json+oembed") && p.embed == "" {
			p.embed = at["href"]
		}
	}
	return ""
}

func (p *page) text(within, s string) {
	switch {
	case within == "title" && p.heading == "" && len(s) <= maxToken:
		p.heading = s
	case within == "data" && p.data.Title == "":
		p.data = readThing(s)
	}
}

// first is the first thing of several that a page says, as one line of plain
// text, not too long.
func first(most int, all ...string) string {
	for _, s := range all {
		if s = line(s, most); s != "" {
			return s
		}
	}
	return ""
}

func line(s string, most int) string {
	s = strings.Join(strings.Fields(text.Clean(strings.ToValidUTF8(s, ""))), " ")
	if len(s) <= most {
		return s
	}
	return strings.TrimSpace(strings.ToValidUTF8(s[:most-len("…")], "")) + "…"
}

func (p *page) title() string {
	return first(social.MaxLinkTitle, p.says["og:title"], p.says["twitter:title"], p.data.Title, p.heading)
}

func (p *page) image() string {
	return first(maxValue, p.says["og:image:secure_url"], p.says["og:image"], p.says["og:image:url"], p.says["twitter:image"], p.data.Image)
}

// creatorForm is an account as pages name it: @ada@plaza.example.
var creatorForm = regexp.MustCompile(`^@?([A-Za-z0-9_]+(?:[A-Za-z0-9_.-]*[A-Za-z0-9_]+)?@[a-z0-9.-]+(?::[0-9]+)?)$`)

var languageForm = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// link is what is kept of it.
func (p *page) link() social.Link {
	l := social.Link{Title: p.title(),
		Description: first(social.MaxLinkText, p.says["og:description"], p.says["twitter:description"], p.says["description"], p.data.Description),
		Author:      first(social.MaxLinkName, p.says["author"], p.data.Author, p.says["article:author"]),
		Site:        first(social.MaxLinkName, p.says["og:site_name"], p.data.Site),
		ImageAlt:    first(social.MaxLinkText, p.says["og:image:alt"], p.says["twitter:image:alt"])}
	if l.Author != "" && strings.Contains(l.Author, "://") {
		l.Author = "" // some name a page there, and not a person
	}
	if p.data.AuthorURL != "" {
		l.AuthorURL = p.absolute(p.data.AuthorURL)
	}
	if lang := first(social.MaxLanguage, p.language, p.says["og:locale"]); languageForm.MatchString(strings.ReplaceAll(lang, "_", "-")) {
		l.Language = strings.ReplaceAll(lang, "_", "-")
	}
	if m := creatorForm.FindStringSubmatch(strings.TrimSpace(p.says["fediverse:creator"])); m != nil && len(m[1]) <= social.MaxLinkName {
		l.Creator = m[1]
	}
	for _, s := range []string{p.says["article:published_time"], p.data.Published} {
		if at, err := time.Parse(time.RFC3339, s); err == nil && at.Year() > 1900 && at.Year() < 3000 && l.PublishedAt.IsZero() {
			l.PublishedAt = at.UTC().Truncate(time.Second)
		}
	}
	return l
}
