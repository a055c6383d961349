package web

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"math"
	"time"
)

// behindWarning stands where the words of a post with a warning would.
const behindWarning = "What this post says is behind a warning. Open it to read it."

// RSS 2.0 (https://www.rssboard.org/rss-specification), with what it has no word for
// from Atom, Dublin Core and Media RSS (https://www.rssboard.org/media-rss).
type rss struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Media   string     `xml:"xmlns:media,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Self        atomLink  `xml:"atom:link"`
	Built       string    `xml:"lastBuildDate"`
	Generator   string    `xml:"generator"`
	Minutes     int       `xml:"ttl"`
	Image       *rssImage `xml:"image"`
	Items       []rssItem `xml:"item"`
}

type rssImage struct {
	URL   string `xml:"url"`
	Title string `xml:"title"`
	Link  string `xml:"link"`
}

type rssItem struct {
	Title       string        `xml:"title"`
	Link        string        `xml:"link"`
	GUID        rssGUID       `xml:"guid"`
	Published   string        `xml:"pubDate"`
	Updated     string        `xml:"atom:updated,omitempty"`
	Creator     string        `xml:"dc:creator"`
	Description string        `xml:"description"`
	Tags        []string      `xml:"category"`
	Enclosure   *rssEnclosure `xml:"enclosure"`
	Media       []rssMedia    `xml:"media:content"`
}

type rssGUID struct {
	Permanent bool   `xml:"isPermaLink,attr"`
	ID        string `xml:",chardata"`
}

// A rssEnclosure has the length zero, as is the custom where it is not known.
type rssEnclosure struct {
	URL    string `xml:"url,attr"`
	Length int    `xml:"length,attr"`
	Type   string `xml:"type,attr"`
}

type rssMedia struct {
	URL         string    `xml:"url,attr"`
	Type        string    `xml:"type,attr"`
	Medium      string    `xml:"medium,attr"`
	Width       int       `xml:"width,attr,omitempty"`
	Height      int       `xml:"height,attr,omitempty"`
	Seconds     int       `xml:"duration,attr,omitempty"`
	Description *rssWords `xml:"media:description"`
}

type rssWords struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

// readAgain is how long a reader may wait before it looks again, in minutes.
const readAgain = 15

func rssOf(f feedDoc) ([]byte, error) {
	out := rss{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", DC: "http://purl.org/dc/elements/1.1/", Media: "http://search.yahoo.com/mrss/",
		Channel: rssChannel{Title: f.Title, Link: f.Home, Description: f.About, Self: atomLink{Rel: "self", Href: f.Self, Type: "application/rss+xml"},
			Built: rssDate(f.Updated), Generator: "Plaza", Minutes: readAgain}}
	if f.Icon != "" {
		out.Channel.Image = &rssImage{f.Icon, f.Title, f.Home}
	}
	for _, i := range f.Items {
		item := rssItem{Title: i.Title, Link: i.URL, GUID: rssGUID{ID: i.ID}, Published: rssDate(i.At), Creator: i.Author.Name, Description: i.HTML, Tags: i.Tags}
		if i.Updated.After(i.At) {
			item.Updated = stamp(i.Updated)
		}
		if i.Warned {
			item.Description = "<p>" + behindWarning + "</p>"
		}
		for _, m := range i.Files {
			part := rssMedia{URL: m.URL, Type: m.Type, Medium: m.Medium, Width: m.Width, Height: m.Height, Seconds: int(math.Round(m.Seconds))}
			if m.Alt != "" {
				part.Description = &rssWords{"plain", m.Alt}
			}
			item.Media = append(item.Media, part)
		}
		if len(i.Files) > 0 { // many readers take one only
			item.Enclosure = &rssEnclosure{URL: i.Files[0].URL, Type: i.Files[0].Type}
		}
		out.Channel.Items = append(out.Channel.Items, item)
	}
	return asXML(out)
}

func rssDate(at time.Time) string { return at.UTC().Format(time.RFC1123Z) }

// Atom: https://www.rfc-editor.org/rfc/rfc4287
type atomFeed struct {
	XMLName   xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID        string      `xml:"id"`
	Title     string      `xml:"title"`
	Subtitle  string      `xml:"subtitle"`
	Updated   string      `xml:"updated"`
	Author    *atomAuthor `xml:"author"`
	Icon      string      `xml:"icon,omitempty"`
	Generator string      `xml:"generator"`
	Links     []atomLink  `xml:"link"`
	Entries   []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomLink struct {
	Rel   string `xml:"rel,attr"`
	Href  string `xml:"href,attr"`
	Type  string `xml:"type,attr,omitempty"`
	Title string `xml:"title,attr,omitempty"`
}

type atomEntry struct {
	Language   string         `xml:"xml:lang,attr,omitempty"`
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Author     atomAuthor     `xml:"author"`
	Links      []atomLink     `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Content    *atomText      `xml:"content"`
	Summary    *atomText      `xml:"summary"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

func atomOf(f feedDoc) ([]byte, error) {
	out := atomFeed{ID: f.ID, Title: f.Title, Subtitle: f.About, Updated: stamp(f.Updated), Icon: f.Icon, Generator: "Plaza",
		Links: []atomLink{{Rel: "self", Href: f.Self, Type: "application/atom+xml"}, {Rel: "alternate", Href: f.Home, Type: "text/html"}}}
	if f.Author != nil {
		out.Author = &atomAuthor{f.Author.Name, f.Author.URL}
	}
	for _, i := range f.Items {
		e := atomEntry{Language: i.Language, ID: i.ID, Title: i.Title, Published: stamp(i.At), Updated: stamp(i.Updated), Author: atomAuthor{i.Author.Name, i.Author.URL},
			Links: []atomLink{{Rel: "alternate", Href: i.URL, Type: "text/html"}}}
		for _, m := range i.Files {
			e.Links = append(e.Links, atomLink{"enclosure", m.URL, m.Type, m.Alt})
		}
		for _, tag := range i.Tags {
			e.Categories = append(e.Categories, atomCategory{tag})
		}
		if i.Warned {
			e.Summary = &atomText{"text", behindWarning}
		} else {
			e.Content = &atomText{"html", i.HTML}
		}
		out.Entries = append(out.Entries, e)
	}
	return asXML(out)
}

func asXML(v any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(v); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// JSON Feed: https://www.jsonfeed.org/version/1.1/
type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	HomePage    string       `json:"home_page_url"`
	Self        string       `json:"feed_url"`
	Description string       `json:"description"`
	Icon        string       `json:"icon,omitempty"`
	Authors     []jsonAuthor `json:"authors,omitempty"`
	Items       []jsonItem   `json:"items"`
}

type jsonAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// A jsonItem has a title only if that is a warning: what is short has none there.
type jsonItem struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Title     string       `json:"title,omitempty"`
	HTML      string       `json:"content_html,omitempty"`
	Text      string       `json:"content_text,omitempty"`
	Published string       `json:"date_published"`
	Modified  string       `json:"date_modified,omitempty"`
	Authors   []jsonAuthor `json:"authors"`
	Language  string       `json:"language,omitempty"`
	Tags      []string     `json:"tags,omitempty"`
	Files     []jsonFile   `json:"attachments,omitempty"`
}

type jsonFile struct {
	URL     string  `json:"url"`
	Type    string  `json:"mime_type"`
	Title   string  `json:"title,omitempty"`
	Seconds float64 `json:"duration_in_seconds,omitempty"`
}

func jsonFeedOf(f feedDoc) ([]byte, error) {
	out := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: f.Title, HomePage: f.Home, Self: f.Self, Description: f.About, Icon: f.Icon, Items: []jsonItem{}}
	if f.Author != nil {
		out.Authors = []jsonAuthor{{f.Author.Name, f.Author.URL}}
	}
	for _, i := range f.Items {
		item := jsonItem{ID: i.ID, URL: i.URL, HTML: i.HTML, Published: stamp(i.At), Authors: []jsonAuthor{{i.Author.Name, i.Author.URL}}, Language: i.Language, Tags: i.Tags}
		if i.Warned {
			item.Title, item.Text = i.Title, behindWarning
		}
		if i.Updated.After(i.At) {
			item.Modified = stamp(i.Updated)
		}
		for _, m := range i.Files {
			item.Files = append(item.Files, jsonFile{m.URL, m.Type, m.Alt, m.Seconds})
		}
		out.Items = append(out.Items, item)
	}
	return json.Marshal(out)
}
