package social

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/plaza-social/plaza/internal/base/skeleton"
)

// HostShown is how a host is shown in a link that somebody put into their profile: as
// they typed it, unless it can be taken for another one. Then it is as machines write it
// (xn--…). These are the rules by which browsers do so in their address bars, without
// their lists of well-known hosts
// (https://chromium.googlesource.com/chromium/src/+/main/docs/idn.md).
func HostShown(host string) string {
	labels := strings.FieldsFunc(norm.NFC.String(strings.ToLower(host)), func(r rune) bool { return strings.ContainsRune(".。．｡", r) })
	for _, label := range labels {
		if deceives(label, labels[len(labels)-1]) {
			if plain, err := CleanHost(host); err == nil {
				return plain
			}
		}
	}
	return host
}

// together are scripts that are written together.
var together = [][]string{{"Latin", "Han", "Hiragana", "Katakana"}, {"Latin", "Han", "Bopomofo"}, {"Latin", "Han", "Hangul"}}

// deceives reports whether a part of a host mixes scripts that are not written together,
// or looks like one of plain letters, and the end of the host is not of its script.
func deceives(label, end string) bool {
	if ascii(label) {
		return false
	}
	all := scripts(label)
	switch {
	case len(all) == 1 && all[0] == "Latin":
		return strings.ContainsFunc(norm.NFD.String(label), odd)
	case len(all) > 1:
		return !slices.ContainsFunc(together, func(some []string) bool { return among(all, some) })
	}
	return ascii(skeleton.Of(label)) && (ascii(skeleton.Of(end)) || !among(all, scripts(end)))
}

// lastUsual is the last Latin letter, of those that are no letter with a mark, that
// hosts are commonly written with: behind it are those of phonetics, and clicks, which
// look like others.
const lastUsual = 'ſ'

func odd(r rune) bool { return r > lastUsual && !unicode.IsMark(r) }

// scripts are those of the letters of s.
func scripts(s string) (out []string) {
	for _, r := range s {
		for name, table := range unicode.Scripts {
			if name != "Common" && name != "Inherited" && unicode.Is(table, r) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

func among(all, some []string) bool {
	return !slices.ContainsFunc(all, func(s string) bool { return !slices.Contains(some, s) })
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
