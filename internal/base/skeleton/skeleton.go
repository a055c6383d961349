// Package skeleton tells names that can be mistaken for each other: those whose
// skeletons are the same. It is the skeleton of UTS #39 with what people do to
// names besides: other letters, big ones, gaps, accents.
package skeleton

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed confusables.txt
var data string

// table is what each sign looks like.
var table = sync.OnceValue(func() map[rune]string {
	m := make(map[rune]string, 6500)
	for line := range strings.Lines(data) {
		to, from, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		looks := signs(to)
		for _, r := range signs(from) {
			m[r] = string(looks)
		}
	}
	return m
})

func signs(hex string) (out []rune) {
	for _, s := range strings.Fields(hex) {
		n, err := strconv.ParseUint(s, 16, 32)
		if err != nil {
			panic("confusables.txt: " + err.Error())
		}
		out = append(out, rune(n))
	}
	return out
}

// Longest is how many signs of a name count.
const Longest = 200

// Of is the skeleton of a name; empty for one that has neither letters nor
// digits. Two names with one skeleton look alike in some typeface.
//
// Each sign becomes the one that it looks like, in the form it has and in its
// small form: "І" of Cyrillic is "l" as "I" is, and "Ѕ" is "s". An "i" is an "l",
// as its big form is, and a zero an "o". Gaps, signs that are not seen, and accents
// of letters do not count; vowels of scripts that write them above letters do.
func Of(name string) string {
	if s, ok := ofPlain(name); ok {
		return s
	}
	return of(name)
}

// ofPlain is of for most names, which is done often: those of plain letters.
func ofPlain(name string) (string, bool) {
	if len(name) > Longest {
		return "", false
	}
	b := make([]byte, 0, len(name))
	for i := range len(name) {
		switch c := name[i]; {
		case c == 'I' || c == 'i' || c == '1':
			b = append(b, 'l')
		case c == '0':
			b = append(b, 'o')
		case c >= 'A' && c <= 'Z':
			b = append(b, c-'A'+'a')
		case c >= 'a' && c <= 'z' || c >= '2' && c <= '9':
			b = append(b, c)
		case c == ' ' || c == '_' || c == '-' || c == '.':
		default:
			return "", false
		}
	}
	return pairs.Replace(string(b)), true
}

func of(name string) string {
	s := norm.NFKD.String(first(name, Longest))
	for range 2 { // what a sign looks like may have a small form that looks like another
		s = norm.NFKD.String(strings.ToLower(mapped(s)))
	}
	s = mapped(s)
	var b strings.Builder
	for _, r := range s {
		if counts(r) {
			b.WriteRune(once(r))
		}
	}
	return pairs.Replace(b.String())
}

// pairs of letters that look like one.
var pairs = strings.NewReplacer("vv", "w", "rn", "m")

// small are letters in the form of small capitals, and plates are where letters on
// plates and of flags begin: the table has neither.
var (
	small = func() map[rune]rune {
		m, plain := map[rune]rune{}, []rune("abcdefghijklmnoprstuvwyz")
		for i, r := range []rune("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ") {
			m[r] = plain[i]
		}
		return m
	}()
	plates = []rune{0x1F150, 0x1F170, 0x1F1E6}
)

func plain(r rune) rune {
	for _, begins := range plates {
		if r >= begins && r < begins+26 {
			return r - begins + 'a'
		}
	}
	if p, ok := small[r]; ok {
		return p
	}
	return r
}

func mapped(s string) string {
	var b strings.Builder
	for _, r := range s {
		r = plain(r)
		if looks, ok := table()[r]; ok {
			b.WriteString(looks)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// counts is false for what tells no name from another: all but letters, digits and
// what changes them. Of that, marks that any script may have do not count, which are
// easily missed, but for those that make other letters of Kana; nor do letters that
// nobody sees.
func counts(r rune) bool {
	switch {
	case r == 0x3099 || r == 0x309A:
		return true
	case unicode.In(r, unicode.Inherited, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func once(r rune) rune {
	switch r {
	case 'i', 'ı', '1', '|':
		return 'l'
	case '0':
		return 'o'
	}
	return unicode.ToLower(r)
}

func first(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// Least is how long a skeleton is that says something: shorter names are like
// too many others.
const Least = 3

// Alike reports whether two names can be mistaken for each other.
func Alike(a, b string) bool {
	s := Of(a)
	return len([]rune(s)) >= Least && s == Of(b)
}
