package as2

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/text"
)

// An Attachment is a file somewhere, or with type Link a page.
type Attachment struct {
	Type        string // Image, Video, Audio, Document, Link
	URL         string
	MediaType   string
	Description string // what it shows, in words
	Blurhash    string
	Focus       *[2]float64 // x, y from -1 to 1
	Width       int
	Height      int
	Duration    time.Duration
	Preview     string // a smaller picture of it
}

// maxSide is the largest side of a picture that is believed.
const maxSide = 1 << 20

// attachments are those of a post: its files and pages, in order.
func (r *reader) attachments(v value) []Attachment {
	var out []Attachment
	for _, item := range r.items(v, "attachment", MaxAttachments) {
		if item.kind == '"' {
			item = value{kind: '{', names: []string{"type", "url"}, parts: []value{{kind: '"', text: "Document"}, item}}
		}
		switch item.typ() {
		case "Image", "Video", "Audio", "Document", "Link", "Page":
			if a := r.attachment(item); a.URL != "" {
				out = append(out, a)
			}
		}
	}
	return out
}

func (r *reader) attachment(v value) Attachment {
	a := Attachment{Type: v.typ(), MediaType: strings.ToLower(r.words(v, "mediaType")), Description: r.text(v, "name", MaxName), Blurhash: r.words(v, "blurhash"),
		Width: side(v, "width"), Height: side(v, "height"), Duration: duration(v), Preview: r.picture(v, "icon").URL}
	if a.Description == "" {
		a.Description = r.text(v, "summary", MaxName)
	}
	if f := v.get("focalPoint"); f.kind == '[' && len(f.parts) == 2 {
		x, errX := strconv.ParseFloat(f.parts[0].text, 64)
		y, errY := strconv.ParseFloat(f.parts[1].text, 64)
		if errX == nil && errY == nil && x >= -1 && x <= 1 && y >= -1 && y <= 1 {
			a.Focus = &[2]float64{x, y}
		}
	}
	links := r.links(v)
	if a.Type == "Link" {
		a.URL = web(target(v))
	} else if l, ok := pick(links, strings.Split(a.MediaType, "/")[0], a.Type); ok {
		a.URL, a.Width, a.Height = l.href, max(a.Width, l.width), max(a.Height, l.height)
		if a.MediaType == "" {
			a.MediaType = l.media
		}
	}
	return a
}

// picture is the property as a picture: an address, one or several, of which
// the first has to do.
func (r *reader) picture(v value, name string) Attachment {
	switch p := first(v, name); p.kind {
	case '"':
		return Attachment{Type: "Image", URL: web(p.text)}
	case '{':
		a := r.attachment(value{kind: p.kind, names: p.names, parts: p.parts})
		if a.URL == "" {
			return Attachment{}
		}
		return a
	}
	return Attachment{}
}

// A link is where something can be had, and in what form.
type link struct {
	href, media   string
	width, height int
}

// links are the addresses of v's url.
func (r *reader) links(v value) []link {
	var out []link
	for _, item := range r.items(v, "url", MaxLinks) {
		l := link{href: web(target(item))}
		if item.kind == '{' {
			l = link{web(target(first(item, "href"))), strings.ToLower(r.words(item, "mediaType")), side(item, "width"), side(item, "height")}
		}
		if l.href != "" {
			out = append(out, l)
		}
	}
	return out
}

// pick is the first link of one of the kinds (image, video …), or else the
// first of no kind at all, or else the first.
func pick(links []link, kinds ...string) (link, bool) {
	for _, l := range links {
		for _, k := range kinds {
			if k != "" && strings.HasPrefix(l.media, strings.ToLower(k)) {
				return l, true
			}
		}
	}
	for _, l := range links {
		if l.media == "" {
			return l, true
		}
	}
	if len(links) == 0 {
		return link{}, false
	}
	return links[0], true
}

// page is where people look at v.
func (r *reader) page(v value) string {
	l, _ := pick(r.links(v), "text/html")
	return l.href
}

// files are the media that v itself is, by its url: of many sizes one.
func (r *reader) files(v value) []Attachment {
	kind := v.typ()
	if kind != "Image" && kind != "Video" && kind != "Audio" {
		return nil
	}
	var best *link
	links := r.links(v)
	for i, l := range links {
		fits := strings.HasPrefix(l.media, strings.ToLower(kind)+"/")
		if fits && (best == nil || l.height <= enough && (l.height > best.height || best.height > enough)) {
			best = &links[i]
		}
	}
	if best == nil {
		return nil
	}
	return []Attachment{{Type: kind, URL: best.href, MediaType: best.media, Width: best.width, Height: best.height, Duration: duration(v), Preview: r.picture(v, "icon").URL}}
}

// enough is the height of a film that is chosen if there are several.
const enough = 720

func side(v value, name string) int {
	if n := count(v, name); n > 0 && n < maxSide {
		return int(n)
	}
	return 0
}

var isoDuration = regexp.MustCompile(`^P(?:(\d{1,3})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8}(?:\.\d{1,9})?)S)?)?$`)

// duration is how long v plays: ISO 8601, or seconds.
func duration(v value) time.Duration {
	s := first(v, "duration")
	if s.kind == '0' {
		return time.Duration(min(max(count(v, "duration"), 0), 1e7)) * time.Second
	}
	m := isoDuration.FindStringSubmatch(s.text)
	if m == nil {
		return 0
	}
	total := 0.0
	for i, unit := range []float64{24 * 3600, 3600, 60, 1} {
		n, _ := strconv.ParseFloat(m[i+1], 64) // an absent part is none
		total += n * unit
	}
	return time.Duration(total * float64(time.Second))
}

// plain is text that may be HTML as text that is not: some write a warning or
// a title as HTML, most do not, and a "<3" is no tag.
func plain(s string) string {
	if markup.MatchString(s) {
		s = text.FromHTML(s, func(_, shown string) string { return shown })
	}
	return strings.TrimSpace(s)
}

var markup = regexp.MustCompile(`(?i)</?(?:p|br|span|a|b|i|em|strong|div|del|code)(?:\s[^>]*)?/?>|&(?:amp|lt|gt|quot|#39|#x27);`)

// A PictureDocument is a picture of ours. Its type is Image.
type PictureDocument struct {
	Type      string `json:"type"`
	MediaType string `json:"mediaType,omitzero"`
	URL       string `json:"url"`
	Name      string `json:"name,omitzero"`
	Blurhash  string `json:"blurhash,omitzero"`
}

// An AttachmentDocument is a file of a post of ours. Its type is Document, as
// Mastodon has it, or Image, Video, Audio.
type AttachmentDocument struct {
	Type       string           `json:"type"`
	MediaType  string           `json:"mediaType"`
	URL        string           `json:"url"`
	Name       string           `json:"name,omitzero"`
	Blurhash   string           `json:"blurhash,omitzero"`
	FocalPoint *[2]float64      `json:"focalPoint,omitzero"`
	Width      int              `json:"width,omitzero"`
	Height     int              `json:"height,omitzero"`
	Duration   string           `json:"duration,omitzero"`
	Icon       *PictureDocument `json:"icon,omitzero"`
}
