package place

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestCheckKey(t *testing.T) {
	long := strings.Repeat("x", MaxPart)
	for _, ok := range []string{"a", "a/b", "0", "e1/ltx/0/0000000000000001-000000000000000f", "turn/00000000000000000001", "...", ".a", "a.", "-", "_",
		long, long + "/" + long, strings.Repeat("a/", MaxKey/2-1) + "ab"} {
		if err := CheckKey(ok); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "a/./b", "A", "a b", "a\\b", "a\x00", "ä", "a\xff", "~a",
		unsaved, "a:b", "a%2fb", "a?b", "a+b", "a\n", long + "x", "a/" + long + "x", strings.Repeat("a/", MaxKey/2) + "a"} {
		if CheckKey(bad) == nil {
			t.Errorf("%q is a key", bad)
		}
	}
}

func TestCheckPrefix(t *testing.T) {
	for _, ok := range []string{"", "a", "a/", "a/b", "a/.", "a/..", ".", "..", strings.Repeat("x", MaxPart)} {
		if err := plainKeys.prefix(ok); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range []string{"/", "../", "a/../b", "./", "a//", "A", "a b", unsaved, unsaved + "/", strings.Repeat("x", MaxPart+1), strings.Repeat("a/", MaxKey/2) + "a"} {
		if plainKeys.prefix(bad) == nil {
			t.Errorf("keys begin with %q", bad)
		}
	}
}

func TestExactly(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		r    io.Reader
		size int64
		ok   bool
	}{
		"as said":              {strings.NewReader("abc"), 3, true},
		"nothing":              {strings.NewReader(""), 0, true},
		"byte by byte":         {iotest.OneByteReader(strings.NewReader("abc")), 3, true},
		"the end with data":    {iotest.DataErrReader(strings.NewReader("abc")), 3, true},
		"less":                 {strings.NewReader("ab"), 3, false},
		"more":                 {strings.NewReader("abcd"), 3, false},
		"more than nothing":    {strings.NewReader("a"), 0, false},
		"fails half-way":       {io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(broken)), 3, false},
		"fails instead of end": {io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken)), 3, false},
		"less than nothing":    {strings.NewReader(""), -1, false},
	} {
		e, err := exactly(t.Context(), "k", c.r, c.size)
		var got bytes.Buffer
		if err == nil {
			_, err = io.Copy(&got, e)
		}
		if (err == nil) != c.ok || c.ok && int64(got.Len()) != c.size || !c.ok && int64(got.Len()) >= max(c.size, 1) {
			t.Errorf("%s: %d bytes, %v", name, got.Len(), err)
		}
	}
}

func TestFileNames(t *testing.T) {
	for _, ok := range []string{"index.html", "@Ada_b/123/index.html", "tags/café/index.html", "tags/москва", "tags/می\u200cخواهم", "tags/日本語·x", "a+b&c'd!e", "x~", "tags/हिन्दी",
		strings.Repeat("é", MaxPart/2)} {
		if err := fileNames.check(ok); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "a/./b", "a b", "a\\b", "..\\a", "a\x00", "a\xff", "a\u0085", "a\u202eb", "a\u00a0b", "a\u2028", "\ufeffa",
		"~a", "a/~b", unsaved + "/x", "a\n", "a\x7f", "a\x1b[2J", strings.Repeat("é", MaxPart/2) + "x"} {
		if fileNames.check(bad) == nil {
			t.Errorf("%q is a key", bad)
		}
	}
	for _, bad := range []string{"/", "../", "a/../b", "a//", "a b", unsaved, "a/" + unsaved} {
		if fileNames.prefix(bad) == nil {
			t.Errorf("keys begin with %q", bad)
		}
	}
}
