package web

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"

	"github.com/bbrks/go-blurhash"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) mediaRoutes(r *router) {
	r.Do("GET /@{name}/{post}/media/{n}", anyone, s.mediaOf)
	r.Do("POST /@{name}/{post}/media/{n}/captions", member, s.setCaptions)
}

// mediaOf is the page of one of the things that a post shows, counted from one.
func (s *Site) mediaOf(q *ask) error {
	p, err := s.post(q)
	if err != nil {
		return err
	}
	n, err := q.nth(p)
	if err != nil {
		return err
	}
	if at := q.page.mediaPath(p) + itoa(n); q.URL.Path != at { // an older name, or a boost
		return q.to(at)
	}
	q.page.Head.Hide = true
	return q.show(mediaTitle(q.page, p.Media, n-1), mediaPage(q.page, p, n-1, ""))
}

// nth is which of the things that p shows the path names, counted from one.
func (q *ask) nth(p *view.Seen) (int, error) {
	n, err := strconv.Atoi(q.param("n"))
	if err != nil || n < 1 || n > len(p.Media) || q.mirrored() {
		return 0, nowhere
	}
	return n, nil
}

// setCaptions gives a film or a sound on a post captions, or takes them away.
func (s *Site) setCaptions(q *ask) error {
	p, err := s.own(q)
	if err != nil {
		return err
	}
	n, err := q.nth(p)
	if err != nil {
		return err
	}
	err = s.takeCaptions(q, p.Media[n-1].ID, "")
	if errs.KindOf(err) == errs.Invalid && err != nil {
		q.page.Head.Hide = true
		return q.showAs(http.StatusUnprocessableEntity, mediaTitle(q.page, p.Media, n-1), mediaPage(q.page, p, n-1, q.page.fault(err)))
	}
	if err != nil {
		return err
	}
	q.say("saved")
	return q.to(q.page.mediaPath(p) + itoa(n))
}

// captioned reports whether what is said in m is shown with it. Copies of pages have
// no such files.
func (f *frame) captioned(m social.Media) bool { return m.Captions != "" && f.Mirror == nil }

// languageName is a language in its own words.
func languageName(code string) string {
	for _, l := range languages {
		if l.code == code {
			return l.name
		}
	}
	return code
}

// spokenIn is the language that is offered for captions.
func (f *frame) spokenIn(m social.Media) string { return firstOf(m.Spoken, f.locale().Name) }

// mediaPath is what the addresses of pages of what a post shows begin with; empty
// in copies, which have none.
func (f *frame) mediaPath(p *view.Seen) string {
	if f.Mirror != nil {
		return ""
	}
	return postURL(p) + "/media/"
}

// looked notes that the page shows a picture that has a page of its own.
func (f *frame) looked(path string) { f.Pictured = f.Pictured || path != "" }

// veilOf is what stands before what a post shows on a page of its own, or empty.
func (f *frame) veilOf(p *view.Seen) string {
	for _, a := range []social.FilterAction{social.FilterWarn, social.FilterBlur} {
		if title := f.met(p, a); title != "" {
			return f.say("Filtered: %s", title)
		}
	}
	switch {
	case p.Warning != "":
		return p.Warning
	case p.Veiled():
		return sensitiveLabel(f, p.Media)
	}
	return ""
}

var mediaNames = map[social.MediaKind]string{social.Image: msg("Picture"), social.Audio: msg("Sound"), social.Video: msg("Video"), social.GIFV: msg("Moving picture")}

func mediaTitle(f *frame, all []social.Media, at int) string {
	name := f.say(firstOf(mediaNames[all[at].Kind], msg("File")))
	if len(all) == 1 {
		return name
	}
	return f.say("%s, %d of %d", name, at+1, len(all))
}

// onItsOwn leads from a player to the page of what it plays.
func onItsOwn(m social.Media) string {
	if m.Kind == social.Audio {
		return msg("Open the sound on its own")
	}
	return msg("Open the video on its own")
}

// How large the picture is that stands where another will, in pixels: the browser
// makes it as large as that one, and soft. A line takes a multiple of four bytes.
const (
	blurWidth, blurHeight = 8, 6
	maxBlurhash           = 6 + 2*9*9 // characters
)

// blur is such a picture as an address that holds all of it, or empty. It is a BMP,
// which is written in a few lines and as small as any other at this size. Where the
// page is kept in copies it would be in the way.
func (f *frame) blur(m social.Media) string {
	if f.Mirror != nil {
		return ""
	}
	return blurred(m.Blurhash)
}

func blurred(hash string) string {
	if hash == "" || len(hash) > maxBlurhash {
		return ""
	}
	picture, err := blurhash.Decode(hash, blurWidth, blurHeight, 1)
	if err != nil {
		return "" // it came from elsewhere
	}
	const head = 14 + 40 // bytes
	b := bytes.NewBuffer(make([]byte, 0, head+3*blurWidth*blurHeight))
	b.WriteString("BM")
	for _, n := range []any{uint32(cap(b.Bytes())), uint32(0), uint32(head), uint32(40), int32(blurWidth), int32(blurHeight), uint16(1), uint16(24), [6]uint32{}} {
		binary.Write(b, binary.LittleEndian, n) // to memory
	}
	for y := blurHeight - 1; y >= 0; y-- {
		for x := range blurWidth {
			red, green, blue, _ := picture.At(x, y).RGBA()
			b.Write([]byte{byte(blue >> 8), byte(green >> 8), byte(red >> 8)})
		}
	}
	return "data:image/bmp;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}

// still is the picture that stands for an attachment in a list.
func still(m social.Media) string {
	if m.Preview != "" {
		return m.Preview
	}
	return m.File
}

func poster(f *frame, m social.Media) string {
	if m.Preview == "" {
		return ""
	}
	return f.media(m.Preview)
}

// pixels is the first length that is known, for the browser to keep the room.
func pixels(lengths ...int) string {
	for _, n := range lengths {
		if n > 0 {
			return strconv.Itoa(n)
		}
	}
	return "400"
}

func described(f *frame, m social.Media) string {
	switch {
	case m.Alt != "":
		return m.Alt
	case m.Kind == social.Audio:
		return f.say("Sound without a description")
	}
	return f.say("Video without a description")
}

func galleryClass(n int) string { return "of-" + strconv.Itoa(min(n, social.MaxAttachments)) }

// kept names the third of a picture that must stay in sight when it is cut to
// fit: styles cannot be written into a page.
func kept(m social.Media) string {
	third := func(x float64) int { return min(2, int((x+1)*1.5)) }
	return fmt.Sprintf("focus-%d-%d", third(m.FocusX), third(-m.FocusY))
}

func sensitiveLabel(f *frame, all []social.Media) string {
	return f.say("Sensitive: %d attachments", len(all))
}
