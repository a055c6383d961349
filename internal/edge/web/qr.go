package web

import (
	"fmt"
	"strings"

	qrcode "rsc.io/qr"
)

// quiet is how many squares a QR code has around it that are white.
// https://www.iso.org/standard/83389.html, 7.1
const quiet = 4

// A qr is a QR code as a drawing.
type qr struct {
	Size int    // squares of a side
	Box  string // the same for SVG
	Path string
}

// qrOf draws text: a square in the path for each that is black.
func qrOf(text string) (q qr, err error) {
	code, err := qrcode.Encode(text, qrcode.M)
	if err != nil {
		return q, fmt.Errorf("draw a QR code: %w", err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	size := code.Size + 2*quiet
	return qr{size, fmt.Sprintf("0 0 %d %d", size, size), b.String()}, nil
}
