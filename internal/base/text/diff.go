package text

import (
	"slices"
	"strings"
	"unicode"
)

// A Change is a piece of text that two versions share, or that one of them has.
type Change struct {
	Text    string
	Added   bool
	Removed bool
}

// maxDiff is how many words of both versions together are compared one by one.
// What is longer, and differs in more than its ends, is shown as replaced.
const maxDiff = 2000

// Diff is how now came of was, word by word: the pieces that are not Removed make
// now, those that are not Added make was.
func Diff(was, now string) []Change {
	a, b := diffWords(was), diffWords(now)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out []Change
	add := func(c Change) {
		if c.Text == "" {
			return
		}
		if n := len(out); n > 0 && out[n-1].Added == c.Added && out[n-1].Removed == c.Removed {
			out[n-1].Text += c.Text
			return
		}
		out = append(out, c)
	}
	add(Change{Text: strings.Join(a[:head], "")})
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	if len(x)+len(y) > maxDiff {
		add(Change{Text: strings.Join(x, ""), Removed: true})
		add(Change{Text: strings.Join(y, ""), Added: true})
	} else {
		for _, c := range gather(changes(x, y)) {
			add(c)
		}
	}
	add(Change{Text: strings.Join(a[len(a)-tail:], "")})
	return out
}

// gather puts what was removed before what was added between two words that stay,
// and takes a gap of spaces alone between changes as changed: a sentence that was
// written anew is read as one.
func gather(all []Change) (out []Change) {
	var gone, come strings.Builder
	flush := func() {
		if gone.Len() > 0 {
			out = append(out, Change{Text: gone.String(), Removed: true})
		}
		if come.Len() > 0 {
			out = append(out, Change{Text: come.String(), Added: true})
		}
		gone.Reset()
		come.Reset()
	}
	for i, c := range all {
		between := i+1 < len(all) && (all[i+1].Added || all[i+1].Removed) && gone.Len() > 0 && come.Len() > 0
		switch {
		case c.Removed:
			gone.WriteString(c.Text)
		case c.Added:
			come.WriteString(c.Text)
		case between && strings.TrimSpace(c.Text) == "":
			gone.WriteString(c.Text)
			come.WriteString(c.Text)
		default:
			flush()
			out = append(out, c)
		}
	}
	flush()
	return out
}

// changes compares word by word, by the longest that both have in common.
func changes(a, b []string) (out []Change) {
	rest := make([][]uint16, len(a)+1) // rest[i][j] is how many words a[i:] and b[j:] share
	for i := range rest {
		rest[i] = make([]uint16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				rest[i][j] = rest[i+1][j+1] + 1
			} else {
				rest[i][j] = max(rest[i+1][j], rest[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, Change{Text: a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && rest[i+1][j] >= rest[i][j+1]:
			out = append(out, Change{Text: a[i], Removed: true})
			i++
		default:
			out = append(out, Change{Text: b[j], Added: true})
			j++
		}
	}
	return out
}

// diffWords are words, spaces and marks, each by itself. Where words are written
// without spaces between them, characters are compared.
func diffWords(s string) (out []string) {
	kind := func(r rune) int {
		switch {
		case unicode.IsSpace(r):
			return 1
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) && !unicode.IsMark(r):
			return 3
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r), r == '\'', r == '’', r == '-', r == '_', r == '@', r == '#', r == '\u200d', r == '\ufe0f':
			return 2
		}
		return 4
	}
	start, last := 0, 0
	for at, r := range s {
		k := kind(r)
		if joined := at > 0 && (k == last && k <= 2 || unicode.IsMark(r) || r == '\u200d' || r == '\ufe0f'); at > 0 && !joined {
			out = append(out, s[start:at])
			start = at
		}
		last = k
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return slices.Clip(out)
}
