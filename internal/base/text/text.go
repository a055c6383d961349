// Package text finds the links, mentions and tags in what people type, counts
// its length, and turns it into HTML. It knows nothing of accounts: who is
// mentioned is told by the caller.
package text

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Kind says what a piece of text is.
type Kind uint8

// The kinds.
const (
	Plain Kind = iota
	Link
	Mention
	Tag
)

// A Piece is a part of a text.
type Piece struct {
	Kind     Kind
	Text     string // as typed, with the '@' or '#'
	Username string // of a mention
	Host     string // of a mention, lower case, empty if none was typed
}

// LinkLength is what a link counts as, however long it is.
const LinkLength = 23

// MaxLink is how long a link is at most, in bytes: past that it is plain text,
// and counts as such.
const MaxLink = 2048

// special is a link, a mention or a tag that begins a text. It is only looked
// for where there is a sign of one, so that each part of a text is read once,
// whatever stands in it.
var special = regexp.MustCompile(`\A(?i:https?://[^\s<>"'` + "`" + `\p{Z}\p{C}]+` +
	`|@[a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_]+)?(?:@[\pL\pN][\pL\pN.-]*[\pL\pN](?::[0-9]+)?)?` +
	`|[#＃][\pL\pM\pN_·・]+)`)

// sign is where the next link, mention or tag may begin, or the end of s. A
// search for that by regular expression takes ten times as long.
func sign(s string) int {
	for i := range len(s) {
		switch s[i] {
		case '@', '#':
			return i
		case 'h', 'H':
			if len(s) >= i+4 && strings.EqualFold(s[i:i+4], "http") {
				return i
			}
		case "＃"[0]:
			if strings.HasPrefix(s[i:], "＃") {
				return i
			}
		}
	}
	return len(s)
}

// Parse cuts s into pieces. Joined again they are s.
func Parse(s string) []Piece {
	var out []Piece
	plain := 0
	for at := 0; at < len(s); {
		from := at + sign(s[at:])
		if from == len(s) {
			break
		}
		p, length := begins(s, from)
		if p.Kind == Plain {
			at = from + length
			continue
		}
		if from > plain {
			out = append(out, Piece{Text: s[plain:from]})
		}
		out = append(out, p)
		plain, at = from+length, from+length
	}
	if plain < len(s) {
		out = append(out, Piece{Text: s[plain:]})
	}
	return out
}

// begins reads the piece that begins at a sign, and how many bytes of s belong
// to it. Plain is how much is to be passed over.
func begins(s string, from int) (Piece, int) {
	_, one := utf8.DecodeRuneInString(s[from:])
	kind := Link
	switch s[from] {
	case '@':
		kind = Mention
	case '#', "＃"[0]:
		kind = Tag
	}
	if before, _ := utf8.DecodeLastRuneInString(s[:from]); from > 0 && !mayPrecede(kind, before) {
		return Piece{}, one
	}
	p, length := piece(s[from : from+len(special.FindString(s[from:]))])
	switch {
	case length == 0:
		return Piece{}, one
	case kind == Link && length > MaxLink:
		return Piece{}, length
	}
	return p, length
}

// mayPrecede keeps "a@b" and "x#y" from being a mention and a tag.
func mayPrecede(k Kind, before rune) bool {
	word := unicode.IsLetter(before) || unicode.IsDigit(before) || before == '_'
	if k == Link {
		return !word
	}
	return !word && before != '/' && before != '@' && before != '#' && before != '&'
}

// piece reads what special found, and how many bytes of it belong to it.
func piece(s string) (Piece, int) {
	switch {
	case s == "":
		return Piece{}, 0
	case s[0] == '@':
		name, host, _ := strings.Cut(s[1:], "@")
		return Piece{Kind: Mention, Text: s, Username: name, Host: strings.ToLower(host)}, len(s)
	case s[0] == '#' || strings.HasPrefix(s, "＃"):
		if strings.IndexFunc(s, unicode.IsLetter) < 0 {
			return Piece{}, 0 // "#1" is a number
		}
		return Piece{Kind: Tag, Text: s}, len(s)
	}
	link := trimLink(s)
	if i := strings.Index(link, "://"); i+3 == len(link) {
		return Piece{}, 0
	}
	return Piece{Kind: Link, Text: link}, len(link)
}

// trimLink leaves the punctuation after a link to the sentence it stands in,
// but keeps brackets that belong to it.
func trimLink(s string) string {
	round := strings.Count(s, ")") - strings.Count(s, "(")
	square := strings.Count(s, "]") - strings.Count(s, "[")
	for s != "" {
		last, n := utf8.DecodeLastRuneInString(s)
		switch {
		case strings.ContainsRune(".,;:!?…*_~", last):
		case last == ')' && round > 0:
			round--
		case last == ']' && square > 0:
			square--
		default:
			return s
		}
		s = s[:len(s)-n]
	}
	return s
}

// Length counts s as people do: characters, a link as LinkLength, a mention
// without its host.
func Length(s string) int {
	n := 0
	for _, p := range Parse(s) {
		switch p.Kind {
		case Link:
			n += LinkLength
		case Mention:
			n += 1 + len(p.Username)
		default:
			n += uniseg.GraphemeClusterCount(p.Text)
		}
	}
	return n
}

// A Linker says where mentions and tags lead. A mention of nobody is ok=false
// and stays plain text.
type Linker struct {
	Mention func(username, host string) (href string, ok bool)
	Tag     func(tag string) (href string)
	Host    func(host string) string // how the host of a link is shown; as it was typed if nil
}

// HTML is s as safe HTML: paragraphs, line breaks, and links in the form that
// Mastodon's apps look for (https://docs.joinmastodon.org/spec/microformats/).
func HTML(s string, l Linker) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if s == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString("<p>")
	for _, p := range Parse(s) {
		writePiece(&b, p, l)
	}
	b.WriteString("</p>")
	return b.String()
}

var lines = regexp.MustCompile(`\n{2,}`)

func writePiece(b *strings.Builder, p Piece, l Linker) {
	switch p.Kind {
	case Link:
		writeLink(b, p.Text, l)
		return
	case Mention:
		if href, ok := l.Mention(p.Username, p.Host); ok {
			b.WriteString(`<span class="h-card" translate="no"><a href="` + html.EscapeString(href) + `" class="u-url mention">@<span>` + html.EscapeString(p.Username) + `</span></a></span>`)
			return
		}
	case Tag:
		name := strings.TrimPrefix(strings.TrimPrefix(p.Text, "#"), "＃")
		b.WriteString(`<a href="` + html.EscapeString(l.Tag(name)) + `" class="mention hashtag" rel="tag">#<span>` + html.EscapeString(name) + `</span></a>`)
		return
	}
	t := html.EscapeString(p.Text)
	t = lines.ReplaceAllString(t, "</p><p>")
	b.WriteString(strings.ReplaceAll(t, "\n", "<br>"))
}

// hostShown is a link without its scheme as it is shown.
func hostShown(rest string, l Linker) string {
	end := len(rest)
	if i := strings.IndexAny(rest, `/\?#`); i >= 0 { // browsers take \ for /
		end = i
	}
	if l.Host == nil || !strings.ContainsFunc(rest[:end], func(r rune) bool { return r >= utf8.RuneSelf }) {
		return rest
	}
	from := strings.LastIndexByte(rest[:end], '@') + 1
	if i := strings.IndexByte(rest[from:end], ':'); i >= 0 {
		end = from + i
	}
	return rest[:from] + l.Host(rest[from:end]) + rest[end:]
}

// shownLink is how much of a link is shown, after its scheme.
const shownLink = 30

func writeLink(b *strings.Builder, link string, l Linker) {
	scheme := link[:strings.Index(link, "://")+3]
	rest := []rune(hostShown(link[len(scheme):], l))
	if r, ok := strings.CutPrefix(string(rest), "www."); ok {
		scheme, rest = scheme+"www.", []rune(r)
	}
	shown, hidden, class := string(rest), "", ""
	if len(rest) > shownLink {
		shown, hidden, class = string(rest[:shownLink]), string(rest[shownLink:]), ` class="ellipsis"`
	}
	b.WriteString(`<a href="` + html.EscapeString(link) + `" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">` +
		html.EscapeString(scheme) + `</span><span` + class + `>` + html.EscapeString(shown) + `</span><span class="invisible">` + html.EscapeString(hidden) + `</span></a>`)
}
