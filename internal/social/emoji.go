package social

import (
	"unicode"

	"github.com/rivo/uniseg"
)

// maxEmojiBytes bounds what is looked at: the longest families have 35.
const maxEmojiBytes = 64

// IsEmoji reports whether s is one emoji and nothing else: what people see as
// one sign, made of code points that emoji are made of.
// https://www.unicode.org/reports/tr51/#def_emoji_sequence
func IsEmoji(s string) bool {
	if s == "" || len(s) > maxEmojiBytes || uniseg.GraphemeClusterCount(s) != 1 {
		return false
	}
	rs := []rune(s)
	switch first := rs[0]; {
	case flag(first):
		return len(rs) == 2 && flag(rs[1])
	case first == '#' || first == '*' || first >= '0' && first <= '9':
		return string(rs[1:]) == keycap || string(rs[1:]) == "\uFE0F"+keycap
	}
	pictured := true // what comes next is to be a picture
	for _, r := range rs {
		switch {
		case unicode.Is(pictures, r) && pictured:
			pictured = false
		case r == joiner && !pictured:
			pictured = true
		case !pictured && (r == 0xFE0F || skin(r) || tag(r)):
		default:
			return false
		}
	}
	return !pictured
}

const (
	joiner = 0x200D
	keycap = "\u20E3"
)

func flag(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
func skin(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF }
func tag(r rune) bool  { return r >= 0xE0020 && r <= 0xE007F }

// pictures are the code points with the property Extended_Pictographic, kept
// free for emoji to come, too, and the tones of skin, which stand alone as
// well. https://www.unicode.org/Public/emoji/15.1/emoji-data.txt
var pictures = table([][2]rune{
	{0xA9, 0xA9}, {0xAE, 0xAE}, {0x203C, 0x203C}, {0x2049, 0x2049}, {0x2122, 0x2122}, {0x2139, 0x2139}, {0x2194, 0x2199}, {0x21A9, 0x21AA},
	{0x231A, 0x231B}, {0x2328, 0x2328}, {0x2388, 0x2388}, {0x23CF, 0x23CF}, {0x23E9, 0x23F3}, {0x23F8, 0x23FA}, {0x24C2, 0x24C2}, {0x25AA, 0x25AB},
	{0x25B6, 0x25B6}, {0x25C0, 0x25C0}, {0x25FB, 0x25FE}, {0x2600, 0x2605}, {0x2607, 0x2612}, {0x2614, 0x2685}, {0x2690, 0x2705}, {0x2708, 0x2712},
	{0x2714, 0x2714}, {0x2716, 0x2716}, {0x271D, 0x271D}, {0x2721, 0x2721}, {0x2728, 0x2728}, {0x2733, 0x2734}, {0x2744, 0x2744}, {0x2747, 0x2747},
	{0x274C, 0x274C}, {0x274E, 0x274E}, {0x2753, 0x2755}, {0x2757, 0x2757}, {0x2763, 0x2767}, {0x2795, 0x2797}, {0x27A1, 0x27A1}, {0x27B0, 0x27B0},
	{0x27BF, 0x27BF}, {0x2934, 0x2935}, {0x2B05, 0x2B07}, {0x2B1B, 0x2B1C}, {0x2B50, 0x2B50}, {0x2B55, 0x2B55}, {0x3030, 0x3030}, {0x303D, 0x303D},
	{0x3297, 0x3297}, {0x3299, 0x3299}, {0x1F000, 0x1F0FF}, {0x1F10D, 0x1F10F}, {0x1F12F, 0x1F12F}, {0x1F16C, 0x1F171}, {0x1F17E, 0x1F17F},
	{0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F1AD, 0x1F1E5}, {0x1F201, 0x1F20F}, {0x1F21A, 0x1F21A}, {0x1F22F, 0x1F22F}, {0x1F232, 0x1F23A},
	{0x1F23C, 0x1F23F}, {0x1F249, 0x1F53D}, {0x1F546, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F774, 0x1F77F}, {0x1F7D5, 0x1F7FF}, {0x1F80C, 0x1F80F},
	{0x1F848, 0x1F84F}, {0x1F85A, 0x1F85F}, {0x1F888, 0x1F88F}, {0x1F8AE, 0x1F8FF}, {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1FAFF},
	{0x1FC00, 0x1FFFD},
})

func table(ranges [][2]rune) *unicode.RangeTable {
	t := &unicode.RangeTable{}
	for _, r := range ranges {
		if r[1] < 0x10000 {
			t.R16 = append(t.R16, unicode.Range16{Lo: uint16(r[0]), Hi: uint16(r[1]), Stride: 1})
		} else {
			t.R32 = append(t.R32, unicode.Range32{Lo: uint32(r[0]), Hi: uint32(r[1]), Stride: 1})
		}
	}
	return t
}
