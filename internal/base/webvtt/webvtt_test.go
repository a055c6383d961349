package webvtt

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	const film = "\ufeffWEBVTT - made by hand\r\nKind: captions\r\n\r\nNOTE who made it\r\nlives at home\r\n\r\nSTYLE\r\n::cue { background: url(https://evil.example/) }\r\n\r\n" +
		"2\r\n00:05.000 --> 01:00:06.500 align:start position:10% region:x evil:1\r\n<v.loud Ada & Ben>Hello</v> <c.red>there</c> <b>you\r\nand &amp; you\r\n\r\n" +
		"first\r\n00:01.000 --> 00:04.000\r\n<script>alert(1)</script> 1 < 2 &lt;b&gt; <00:02.000>late\r\n\r\n00:07.000 --> 00:08.000\r\n<i></i>\r\n"
	const want = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nalert(1) 1 late\n" +
		"\n00:00:05.000 --> 01:00:06.500 align:start position:10%\n<v Ada &amp; Ben>Hello</v> there <b>you\nand &amp; you</b>\n"
	cues, err := Parse([]byte(film))
	if err != nil {
		t.Fatal(err)
	}
	got := string(Write(cues))
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again, err := Parse([]byte(got)); err != nil || string(Write(again)) != got {
		t.Errorf("written and read again: %v\n%s", err, Write(again))
	}
}

func TestWrong(t *testing.T) {
	cue := func(n int) string {
		var b strings.Builder
		b.WriteString("WEBVTT\n")
		for i := range n {
			fmt.Fprintf(&b, "\n%02d:%02d.000 --> 59:59.000\na\n", i/60%59, i%60)
		}
		return b.String()
	}
	sized := func(n int) string { return "WEBVTT\n\n00:00.000 --> 00:01.000\n" + strings.Repeat("a", n) + "\n" }
	noted := func(n int) string {
		return "WEBVTT\n\nNOTE " + strings.Repeat("x", n-len(sized(1))-len("\nNOTE \n")) + strings.TrimPrefix(sized(1), "WEBVTT")
	}
	for _, good := range []string{cue(1), cue(MaxCues), sized(MaxText), noted(MaxBytes)} {
		if _, err := Parse([]byte(good)); err != nil {
			t.Errorf("%.40q of %d bytes: %v", good, len(good), err)
		}
	}
	for bad, line := range map[string]int{
		"":                                                1,
		"1\n00:00:01,000 --> 00:00:02,000\na\n":           1, // SubRip
		"WEBVTT\n":                                        2,
		"WEBVTT\n00:01.000 --> 00:02.000\na":              2,
		"WEBVTT\n\nwords without a time":                  3,
		"WEBVTT\n\n00:01.000 -->\na":                      3,
		"WEBVTT\n\n00:01 --> 00:02\na":                    3,
		"WEBVTT\n\n00:02.000 --> 00:02.000\na":            3,
		"WEBVTT\n\n999:00:02.000 --> 999:00:03.000\na":    3,
		"WEBVTT\n\none\ntwo\n00:01.000 --> 00:02.000\na":  5,
		"WEBVTTX\n\n00:01.000 --> 00:02.000\na":           1,
		cue(MaxCues + 1):                                  4 + 3*MaxCues - 1,
		sized(MaxText + 1):                                3,
		noted(MaxBytes + 1):                               0,
		"WEBVTT\n\n00:01.000 --> 00:02.000\n\x00":         0,
		"WEBVTT\n\n00:01.000 --> 00:02.000\nabc\xff\xfe!": 0,
	} {
		_, err := Parse([]byte(bad))
		var p Problem
		if err == nil || errors.As(err, &p) != (line > 0) || p.Line != line {
			t.Errorf("%.60q: %v, want line %d", bad, err, line)
		}
	}
}

// Whatever comes in, what comes out is read again as it was written, and holds no tag
// but those that are kept.
func FuzzParse(f *testing.F) {
	f.Add([]byte("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada>a <b>c</b> &lt;script&gt; < > --> &amp;gt;"))
	f.Add([]byte("WEBVTT\n\n00:01.000 --> 00:02.000 line:-1\n<i><u>\n&#10;&#10;\r\n</i>"))
	f.Add([]byte("WEBVTT\n\n00:01.000 --> 00:02.000\n<v &#10;&#10;x>\n&#45;&#45;&gt;<v y>z"))
	f.Fuzz(func(t *testing.T, b []byte) {
		cues, err := Parse(b)
		if err != nil {
			return
		}
		out := Write(cues)
		again, err := Parse(out)
		if err != nil && len(out) <= MaxBytes {
			var p Problem
			if errors.As(err, &p) && strings.Contains(p.What, "bytes") {
				return
			}
			t.Fatalf("%q was written as %q: %v", b, out, err)
		}
		if err == nil && !bytes.Equal(Write(again), out) {
			t.Fatalf("%q became %q and then %q", b, out, Write(again))
		}
		for _, c := range cues {
			for _, tag := range tags.FindAllString(c.Text, -1) {
				switch tag {
				case "<b>", "</b>", "<i>", "</i>", "<u>", "</u>", "</v>":
				default:
					if !strings.HasPrefix(tag, "<v ") {
						t.Fatalf("%q has a tag %q", c.Text, tag)
					}
				}
			}
		}
	})
}
