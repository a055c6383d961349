package web

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
)

// What stands where a picture will is a few hundred bytes and has the colours that the
// hash tells of; what is no hash is nothing.
func TestBlurred(t *testing.T) {
	t.Parallel()
	data, ok := strings.CutPrefix(blurred("LEHV6nWB2yk8pyo0adR*.7kCMdnj"), "data:image/bmp;base64,")
	if !ok || len(data) > 300 {
		t.Fatalf("%d characters: %.80s", len(data), data)
	}
	b, err := base64.StdEncoding.DecodeString(data)
	if err != nil || !bytes.HasPrefix(b, []byte("BM")) || int(binary.LittleEndian.Uint32(b[2:])) != len(b) {
		t.Fatalf("% x, %v", b, err)
	}
	var sum [3]int
	pixels := b[binary.LittleEndian.Uint32(b[10:]):]
	if len(pixels) != 3*blurWidth*blurHeight {
		t.Fatalf("%d bytes of pixels", len(pixels))
	}
	for i, v := range pixels {
		sum[i%3] += int(v)
	}
	for i, want := range []int{121, 131, 141} { // about the average that the hash begins with, blue first
		if got := sum[i] / (blurWidth * blurHeight); got < want-40 || got > want+40 {
			t.Errorf("part %d is %d on average, want about %d", i, got, want)
		}
	}
	for _, hash := range []string{"", "L", "LEHV6nWB2yk8pyo0adR*.7kCMdn", "\x00\x01\x02\x03\x04\x05", "~" + strings.Repeat("~", 500), "LEHV6nWB2yk8pyo0adR*.7kCMdné"} {
		if got := blurred(hash); got != "" {
			t.Errorf("%q gives %.60s", hash, got)
		}
	}
}
