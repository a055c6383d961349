package social

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/text"
)

// An Exhibit is what jurors are shown of a case: what was said, and nothing that
// tells who said it. Names are letters, links and addresses are gone, and so are
// counts, dates and hosts.
type Exhibit struct {
	Parts []ExhibitPart `json:"parts"`
}

// An ExhibitPart is one post of an exhibit.
type ExhibitPart struct {
	Speaker  string         `json:"speaker"` // A, B, …: the same letter for the same person
	Judged   bool           `json:"judged"`  // it is what the case is about; the rest is what it answers
	Warning  string         `json:"warning,omitempty"`
	Text     string         `json:"text,omitempty"`
	Language string         `json:"language,omitempty"`
	Choices  []string       `json:"choices,omitempty"` // of a poll
	Media    []ExhibitMedia `json:"media,omitempty"`
}

// ExhibitMedia is an attachment of one, which is shown blurred.
type ExhibitMedia struct {
	Kind    MediaKind `json:"kind"`
	Preview string    `json:"preview,omitempty"` // name of its small still, empty if it has none
	Alt     string    `json:"alt,omitempty"`
	Width   int       `json:"width,omitempty"`
	Height  int       `json:"height,omitempty"`
}

// Graphic reports whether e shows what not everybody wants to see.
func (p Post) Graphic() bool { return p.Sensitive && len(p.Media) > 0 }

// A Voice is one post as it goes into an exhibit.
type Voice struct {
	Post    Post
	Text    string // as somebody would have typed it
	Author  Account
	Media   []Media
	Choices []string
	Judged  bool
}

// Blind makes an exhibit of voices, in their order.
func Blind(voices []Voice) (e Exhibit) {
	b := blinder{}
	for _, v := range voices {
		if v.Judged { // who is judged is A
			b.letter(v.Author)
		}
	}
	for _, v := range voices {
		b.letter(v.Author)
	}
	b.compile()
	for _, v := range voices {
		p := ExhibitPart{Speaker: b.letter(v.Author), Judged: v.Judged, Warning: b.blind(v.Post.Warning), Text: b.blind(v.Text), Language: v.Post.Language}
		for _, c := range v.Choices {
			p.Choices = append(p.Choices, b.blind(c))
		}
		for _, m := range v.Media {
			p.Media = append(p.Media, ExhibitMedia{Kind: m.Kind, Preview: m.Preview, Alt: b.blind(m.Alt), Width: m.Small.Width, Height: m.Small.Height})
		}
		e.Parts = append(e.Parts, p)
	}
	return e
}

// A blinder knows who speaks, by the order in which they come.
type blinder struct {
	people []Account
	names  []*regexp.Regexp // of each
}

func letters(i int) string {
	if i >= 26 {
		return letters(i/26-1) + letters(i%26)
	}
	return string(rune('A' + i))
}

func (b *blinder) letter(a Account) string {
	i := slices.IndexFunc(b.people, func(p Account) bool { return p.ID == a.ID })
	if i < 0 {
		i = len(b.people)
		b.people = append(b.people, a)
	}
	return letters(i)
}

// shortName is a name so short that it is hardly one: it is left in texts.
const shortName = 3

// compile gets ready to find everybody's names in texts.
func (b *blinder) compile() {
	for _, p := range b.people {
		var names []string
		for _, n := range []string{p.Acct(), p.Username, p.DisplayName} {
			if n = strings.TrimSpace(strings.ToValidUTF8(n, "")); utf8.RuneCountInString(n) >= shortName {
				names = append(names, regexp.QuoteMeta(n))
			}
		}
		var r *regexp.Regexp
		if len(names) > 0 {
			slices.SortFunc(names, func(x, y string) int { return len(y) - len(x) })
			r = regexp.MustCompile(`(?i)(^|[^\pL\pN_])(?:` + strings.Join(names, "|") + `)($|[^\pL\pN_])`)
		}
		b.names = append(b.names, r)
	}
}

// What stands in place of what was left out.
const (
	blindLink    = "[link]"
	blindAddress = "[address]"
	blindSomeone = "@[someone]"
)

// What leads to somebody without being a link or a mention by our rules.
var (
	anyScheme   = regexp.MustCompile(`(?i)[a-z0-9+.-]*://[^\s<>"]*`)
	anyHandle   = regexp.MustCompile(`@[\pL\pN_]+`)
	mailAddress = regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`)
	bareHost    = regexp.MustCompile(`(?i)(?:\b[\pL\pN](?:[\pL\pN-]*[\pL\pN])?\.)+[\pL]{2,24}(?::\d+)?(?:/[^\s<>"]*)?`)
)

// blind is s without who it is by or about, as far as that can be told by how
// it is written.
func (b *blinder) blind(s string) string {
	var out strings.Builder
	for _, p := range text.Parse(s) {
		switch p.Kind {
		case text.Link:
			out.WriteString(blindLink)
		case text.Mention:
			out.WriteString(b.mentioned(p))
		default:
			out.WriteString(b.plain(p.Text))
		}
	}
	return out.String()
}

func (b *blinder) mentioned(p text.Piece) string {
	for i, a := range b.people {
		if UsernameKey(a.Username) == UsernameKey(p.Username) && (p.Host == "" || p.Host == strings.ToLower(a.Host) || a.Host == "") {
			return "@" + letters(i)
		}
	}
	return blindSomeone
}

func (b *blinder) plain(s string) string {
	s = anyScheme.ReplaceAllString(s, blindLink)
	s = mailAddress.ReplaceAllString(s, blindAddress)
	s = bareHost.ReplaceAllString(s, blindLink)
	s = anyHandle.ReplaceAllString(s, blindSomeone)
	for i, r := range b.names {
		if r == nil {
			continue
		}
		for range 2 { // two names with one space between them share it
			s = r.ReplaceAllString(s, "${1}"+letters(i)+"${2}")
		}
	}
	return s
}
