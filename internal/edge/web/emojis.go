package web

import (
	"html"
	"net/http"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/emojis"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	emojiPage    = "/settings/emojis"
	emojisOnPage = 100
)

func (s *Site) emojiRoutes(r *router) {
	r.Do("GET "+emojiPage, admin, func(q *ask) error { return s.showEmojis(q, http.StatusOK, "") })
	r.Do("POST "+emojiPage, admin, s.addEmoji)
	r.Do("POST "+emojiPage+"/{emoji}", admin, s.changeEmoji)
}

func (s *Site) showEmojis(q *ask, status int, problem string) error {
	all := s.Emojis.All()
	from := 0
	if after := q.URL.Query().Get("after"); after != "" {
		from = slices.IndexFunc(all, func(e social.Emoji) bool { return itoa(e.ID) == after }) + 1
	}
	page := all[from:min(from+emojisOnPage, len(all))]
	q.settle()
	return q.showAs(status, "Emojis", emojiSettings(q.page, page, from+len(page) < len(all), problem))
}

func (s *Site) addEmoji(q *ask) error {
	file, _, err := q.FormFile("file")
	if err != nil {
		return s.showEmojis(q, http.StatusUnprocessableEntity, q.page.say("Choose a picture."))
	}
	defer file.Close()
	_, err = s.Emojis.Add(q.Context(), q.by, social.Emoji{Shortcode: strings.Trim(q.form("shortcode"), ": "), Category: q.form("category"), Enabled: true, Listed: !q.ticked("unlisted")}, file, q.ticked("overwrite"))
	if k := errs.KindOf(err); err != nil && (k == errs.Invalid || k == errs.Conflict) {
		return s.showEmojis(q, http.StatusUnprocessableEntity, q.page.fault(err))
	}
	if err != nil {
		return err
	}
	q.say("saved")
	return q.to(emojiPage)
}

// changeEmoji does what the button that was pressed says.
func (s *Site) changeEmoji(q *ask) error {
	which, yes, no := social.EmojiID(q.number("emoji")), true, false
	var err error
	switch q.form("do") {
	case "remove":
		err = s.Emojis.Remove(q.Context(), q.by, which)
	default:
		c, ok := map[string]emojis.Change{"enable": {Enabled: &yes}, "disable": {Enabled: &no}, "list": {Listed: &yes}, "unlist": {Listed: &no},
			"feature": {Featured: &yes}, "unfeature": {Featured: &no}}[q.form("do")]
		if !ok {
			return nowhere
		}
		_, err = s.Emojis.Change(q.Context(), q.by, which, c)
	}
	if err != nil {
		return err
	}
	return q.back(emojiPage, "saved")
}

// picture is an emoji as it stands in a text. Who wants nothing to move is
// shown the still.
func (f *frame) picture(e social.Emoji) string {
	name := html.EscapeString(":" + e.Shortcode + ":")
	img := `<img class="emoji" src="` + html.EscapeString(f.media(e.File)) + `" alt="` + name + `" title="` + name + `" loading="lazy" decoding="async">`
	if e.Still == e.File {
		return img
	}
	return `<picture><source srcset="` + html.EscapeString(f.media(e.Still)) + `" media="(prefers-reduced-motion: reduce)">` + img + `</picture>`
}

// An emojiSet is the pictures that can stand in a text, by their names.
type emojiSet func(name string) (social.Emoji, bool)

// drawn is what can stand in what somebody says: the house's emojis if they are
// one of ours, and otherwise those that their server told of.
func (f *frame) drawn(by *view.Face, theirs []social.ForeignEmoji) emojiSet {
	if by.Local() {
		return f.site.Emojis.Named
	}
	return func(name string) (social.Emoji, bool) {
		for _, e := range theirs {
			if e.Shortcode == name {
				file := social.FileElsewhere(social.AsEmoji, e.Image)
				return social.Emoji{Shortcode: name, File: file, Still: file}, true
			}
		}
		return social.Emoji{}, false
	}
}

// emojify puts pictures for names in a text, which is made safe before.
func (f *frame) emojify(b *strings.Builder, s string, named emojiSet, safe func(string) string) {
	at := 0
	for _, c := range text.Shortcodes(s) {
		if e, ok := named(c.Name); ok {
			b.WriteString(safe(s[at:c.From]))
			b.WriteString(f.picture(e))
			at = c.To
		}
	}
	b.WriteString(safe(s[at:]))
}

// plain is a text of somebody as safe HTML, with the emojis that they may use.
func (f *frame) plain(by *view.Face, theirs []social.ForeignEmoji, s string) string {
	if !strings.Contains(s, ":") {
		return html.EscapeString(s)
	}
	var b strings.Builder
	f.emojify(&b, s, f.drawn(by, theirs), html.EscapeString)
	return b.String()
}

// name is what to call somebody, as safe HTML.
func (f *frame) name(a *view.Face) string { return f.plain(a, a.Emojis, a.Name()) }

// rich is safe HTML of somebody with the emojis that they may use: in its
// words, not in its tags nor in its links.
func (f *frame) rich(by *view.Face, theirs []social.ForeignEmoji, s string) string {
	return f.draw(s, f.drawn(by, theirs))
}

// ours is rich for what the house itself says.
func (f *frame) ours(s string) string { return f.draw(s, f.site.Emojis.Named) }

func (f *frame) draw(s string, named emojiSet) string {
	if len(text.Shortcodes(s)) == 0 {
		return s
	}
	var b strings.Builder
	same := func(s string) string { return s }
	for s != "" {
		tag := strings.IndexByte(s, '<')
		if tag < 0 {
			tag = len(s)
		}
		f.emojify(&b, s[:tag], named, same)
		s = s[tag:]
		end := strings.IndexByte(s, '>') + 1
		if strings.HasPrefix(s, "<a ") {
			if i := strings.Index(s, "</a>"); i >= 0 {
				end = i
			}
		}
		if end == 0 {
			end = len(s)
		}
		b.WriteString(s[:end])
		s = s[end:]
	}
	return b.String()
}
