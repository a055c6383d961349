package abuse

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// Limits of what is read of a letter.
const (
	maxParts  = 100
	maxNested = 8
	maxPart   = 512 << 10 // bytes of a part, decoded
	oldest    = 60 * 24 * time.Hour
)

// A letter is what was gathered from a mail's parts.
type letter struct {
	r        Reader
	parts    int
	plain    []string // texts as they are
	pages    []string // texts of HTML
	links    []string // where its links lead
	feedback textproto.MIMEHeader
	xarf     *social.MatterDraft
	original []string // the texts of the mails that are attached
}

var noMail = errs.New(errs.Invalid, "This is neither a mail with its headers (.eml) nor a report in XARF.")

func (r Reader) readMail(raw []byte, now time.Time) (d social.MatterDraft, err error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil || m.Header.Get("From") == "" && m.Header.Get("Subject") == "" && m.Header.Get("Received") == "" {
		return d, noMail
	}
	l := letter{r: r}
	if err := l.read(textproto.MIMEHeader(m.Header), m.Body, 0); err != nil {
		return d, err
	}
	d = social.MatterDraft{Class: social.ClassHost, Category: social.HarmOther}
	if l.xarf != nil {
		d = *l.xarf
	}
	l.feed(&d)
	head(&d, m.Header)
	d.Received = arrived(m.Header, now)
	if d.Text == "" || l.xarf == nil {
		d.Text = l.text()
	}
	d.Addresses = r.ours(d.Addresses, append(append([]string{d.Subject}, l.plain...), append(append(l.pages, l.links...), l.original...)...)...)
	return d, nil
}

// text is what the letter says.
func (l letter) text() string {
	for _, one := range [][]string{l.plain, l.pages, l.original} {
		if s := strings.TrimSpace(strings.Join(one, "\n\n")); s != "" {
			return s
		}
	}
	return ""
}

// head is what the mail's head says about who wrote it, and what they call it.
func head(d *social.MatterDraft, h mail.Header) {
	d.Subject = decoded(h.Get("Subject"))
	from := address(h.Get("From"))
	answer := address(h.Get("Reply-To"))
	if answer == nil {
		answer = from
	}
	if d.From == (social.Sender{}) && from != nil {
		d.From.Name = from.Name
	}
	if !d.From.Known() && answer != nil {
		d.From.Email = answer.Address
	}
	if d.Ref == "" {
		d.Ref = reference(d.Subject)
	}
	if d.Ref == "" {
		d.Ref = strings.Trim(h.Get("Message-Id"), "<> ")
	}
}

var ticket = regexp.MustCompile(`(?i)\b(?:case|ticket|abuse[ -]?id|reference|ref|report|incident|order|request)(?: (?:id|no|number))?[ :#.-]{1,3}([A-Z0-9][A-Z0-9:./_-]{3,60})|[\[(#]([A-Z0-9][A-Z0-9:_-]*[0-9][A-Z0-9:_-]{2,60})[\])]?`)

// reference is what a subject calls the matter, or "".
func reference(subject string) string {
	if len(subject) > maxWord {
		return ""
	}
	for _, m := range ticket.FindAllStringSubmatch(subject, 8) {
		for _, one := range m[1:] {
			if one = strings.TrimRight(one, ".:-/"); strings.ContainsAny(one, "0123456789") {
				return one
			}
		}
	}
	return ""
}

func address(s string) *mail.Address {
	all, err := (&mail.AddressParser{WordDecoder: &words}).ParseList(s)
	if err != nil || len(all) == 0 {
		return nil
	}
	return all[0]
}

var words = mime.WordDecoder{CharsetReader: func(name string, r io.Reader) (io.Reader, error) { return charset.NewReaderLabel(name, r) }}

func decoded(s string) string {
	out, err := words.DecodeHeader(s)
	if err != nil {
		return text.Clean(s)
	}
	return text.Clean(out)
}

// arrived is when a mail came to us: what the last server wrote that had it, or
// else the sender. What cannot be is now.
func arrived(h mail.Header, now time.Time) time.Time {
	for _, s := range []string{h.Get("Received"), h.Get("Date")} {
		s = s[strings.LastIndexByte(s, ';')+1:]
		if t, err := mail.ParseDate(strings.TrimSpace(s)); err == nil && !t.After(now) && now.Sub(t) < oldest {
			return t.UTC().Truncate(time.Millisecond)
		}
	}
	return now
}

// read gathers from one part, and from those in it.
func (l *letter) read(h textproto.MIMEHeader, body io.Reader, depth int) error {
	if l.parts++; l.parts > maxParts || depth > maxNested {
		return errs.New(errs.Invalid, "There is too much in this mail. Save the letter itself, without what it forwards.")
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind, params = "text/plain", nil
	}
	if strings.HasPrefix(kind, "multipart/") {
		return l.several(params["boundary"], body, depth)
	}
	name := params["name"]
	if _, with, err := mime.ParseMediaType(h.Get("Content-Disposition")); err == nil && with["filename"] != "" {
		name = with["filename"]
	}
	switch {
	case kind == "message/rfc822" || kind == "text/rfc822-headers":
		return l.attached(transfer(h, body), depth)
	case kind == "message/feedback-report":
		l.feedback, _ = textproto.NewReader(bufio.NewReader(io.LimitReader(transfer(h, body), maxPart))).ReadMIMEHeader()
	case kind == "application/json" || kind == "application/xarf+json" || strings.HasSuffix(strings.ToLower(name), ".json"):
		l.json(whole(transfer(h, body)))
	case kind == "text/html":
		s := words8(whole(transfer(h, body)), params["charset"])
		l.pages, l.links = append(l.pages, text.Clean(text.FromHTML(s, func(_, shown string) string { return shown }))), append(l.links, hrefs(s)...)
	case kind == "text/plain" || kind == "":
		l.plain = append(l.plain, text.Clean(words8(whole(transfer(h, body)), params["charset"])))
	}
	return nil
}

func (l *letter) several(boundary string, body io.Reader, depth int) error {
	if boundary == "" {
		return nil
	}
	for parts := multipart.NewReader(body, boundary); ; {
		p, err := parts.NextRawPart()
		if err != nil { // the end, or what cannot be read any more
			return nil
		}
		if err := l.read(p.Header, p, depth+1); err != nil {
			return err
		}
	}
}

// attached reads a mail within the mail: what it says is not what the sender
// says, but the addresses count.
func (l *letter) attached(body io.Reader, depth int) error {
	m, err := mail.ReadMessage(io.LimitReader(body, social.MaxMatterRaw))
	if err != nil {
		return nil
	}
	in := letter{r: l.r, parts: l.parts}
	err = in.read(textproto.MIMEHeader(m.Header), m.Body, depth+1)
	l.parts = in.parts
	l.original = append(append(append(l.original, in.plain...), in.pages...), append(in.links, in.original...)...)
	if l.xarf == nil {
		l.xarf = in.xarf
	}
	return err
}

// json takes a report in XARF that is attached; other JSON is somebody's file.
func (l *letter) json(raw []byte) {
	raw = bytes.TrimSpace(raw)
	if l.xarf != nil || len(raw) == 0 || raw[0] != '{' {
		return
	}
	if d, err := l.r.ReadXARF(raw); err == nil {
		l.xarf = &d
	}
}

// feed takes from a feedback report (RFC 5965) what it says for machines.
func (l *letter) feed(d *social.MatterDraft) {
	if l.feedback == nil {
		return
	}
	switch strings.ToLower(strings.TrimSpace(l.feedback.Get("Feedback-Type"))) {
	case "abuse":
		d.Category = social.HarmSpam
	case "fraud", "virus":
		d.Category = social.HarmScam
	}
	for i, uri := range l.feedback.Values("Reported-Uri") {
		if i < social.MaxMatterAddresses {
			l.links = append(l.links, uri)
		}
	}
}

// transfer undoes how a part was packed for the way.
func transfer(h textproto.MIMEHeader, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(h.Get("Content-Transfer-Encoding"))) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, &only64{body})
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}

// only64 leaves out what does not belong to base64, as RFC 2045 asks.
type only64 struct{ r io.Reader }

func (o *only64) Read(p []byte) (int, error) {
	for {
		n, err := o.r.Read(p)
		kept := 0
		for _, b := range p[:n] {
			if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '+' || b == '/' || b == '=' {
				p[kept] = b
				kept++
			}
		}
		if kept > 0 || err != nil {
			return kept, err
		}
	}
}

// whole is as much of a part as is read; that the rest is broken does not
// matter.
func whole(r io.Reader) []byte {
	b, _ := io.ReadAll(io.LimitReader(r, maxPart))
	return b
}

// words8 is b, which is in some charset, as text.
func words8(b []byte, name string) string {
	if name == "" || strings.EqualFold(name, "utf-8") {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	r, err := charset.NewReaderLabel(name, bytes.NewReader(b))
	if err != nil {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return strings.ToValidUTF8(string(whole(r)), "\ufffd")
}

// hrefs are where the links of a page lead.
func hrefs(page string) (out []string) {
	for z := html.NewTokenizer(strings.NewReader(page)); len(out) < social.MaxMatterAddresses*4; {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			for {
				key, value, more := z.TagAttr()
				if s := string(key); (s == "href" || s == "src") && len(value) <= maxWord {
					out = append(out, string(value))
				}
				if !more {
					break
				}
			}
		}
	}
	return out
}
