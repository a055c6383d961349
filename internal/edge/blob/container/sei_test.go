package container

import (
	"bytes"
	"testing"
)

func TestFreeTextIsOverwritten(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"film.mp4", "film.mov", "fragments.mp4", "hybrid.mp4"} {
		data := given(t, name)
		if !bytes.Contains(data, []byte("x264")) {
			t.Fatalf("%s: there is nothing to overwrite", name)
		}
		if out, _, err := rewrite(data); err != nil || bytes.Contains(out, []byte("x264")) {
			t.Errorf("%s: the encoder still names itself (%v)", name, err)
		}
	}
	uuid := "0123456789abcdef"
	for what, x := range map[string][2]string{
		"a text":            {"\x06\x05\x14" + uuid + "here\x80", "\x06\x05\x14" + uuid + "\xff\xff\xff\xff\x80"},
		"zeros held apart":  {"\x06\x05\x14" + uuid + "\x00\x00\x03\x01x\x80", "\x06\x05\x14" + uuid + "\x00\x00\x03\x01\xff\x80"},
		"another message":   {"\x06\x01\x02ab\x80", "\x06\x01\x02ab\x80"},
		"one behind it":     {"\x06\x05\x11" + uuid + "x\x01\x01y\x80", "\x06\x05\x11" + uuid + "\xff\x01\x01y\x80"},
		"longer than it is": {"\x06\x05\xff\x10" + uuid + "here", "\x06\x05\xff\x10" + uuid + "\xff\xff\xff\xff"},
		"a picture":         {"\x65\x05\x14" + uuid + "here", "\x65\x05\x14" + uuid + "here"},
	} {
		unit := append([]byte{0, 0, 0, byte(len(x[0]))}, x[0]...)
		if silence(unit, 4, false); string(unit[4:]) != x[1] {
			t.Errorf("%s: %q, want %q", what, unit[4:], x[1])
		}
	}
}
