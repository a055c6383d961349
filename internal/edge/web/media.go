package web

import (
	"fmt"
	"strconv"

	"github.com/plaza-social/plaza/internal/social"
)

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

func described(m social.Media, otherwise string) string {
	if m.Alt != "" {
		return m.Alt
	}
	return otherwise + " without a description"
}

func galleryClass(n int) string { return "of-" + strconv.Itoa(min(n, social.MaxAttachments)) }

// kept names the third of a picture that must stay in sight when it is cut to
// fit: styles cannot be written into a page.
func kept(m social.Media) string {
	third := func(x float64) int { return min(2, int((x+1)*1.5)) }
	return fmt.Sprintf("focus-%d-%d", third(m.FocusX), third(-m.FocusY))
}

func sensitiveLabel(all []social.Media) string {
	if len(all) == 1 {
		return "Sensitive: one attachment"
	}
	return fmt.Sprintf("Sensitive: %d attachments", len(all))
}
