package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A bundle that holds ends with 0, also if something was erased or withheld; one
// that does not with 1.
func TestEvidenceVerify(t *testing.T) {
	dir := "../../test/evidence/testdata/"
	said, err := os.ReadFile(dir + "1-court.txt")
	if err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(t.TempDir(), "none.evz")
	if err := os.WriteFile(none, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		args  []string
		code  int
		words string
	}{
		{[]string{dir + "1-case.evz"}, 0, "VERIFIED."},
		{[]string{dir + "1-court.evz"}, 0, strings.Split(string(said), "\n")[0]},
		{[]string{dir + "1-public.evz"}, 0, "The key is the bundle's own"},
		{[]string{dir + "1-public.evz", "--json"}, 0, `"level":"incomplete"`},
		{[]string{dir + "1-salt.evz"}, 1, "record 5 (decision no. 1, "},
		{[]string{dir + "1-case.evz", "--key", "house.example/evidence+de2f95ed+AX4dq0bYkkcTSEFTImDnYg5Tt3QSULkkIA+iKXy6j5gA"}, 1, "FAILED."},
		{[]string{dir + "1-case.evz", "--receipt", dir + "1-case.txt"}, 1, "receipt 1-case.txt was not signed by the log"},
		{[]string{none}, 1, "this is no bundle of evidence"},
		{[]string{none + "x"}, 2, ""},
	} {
		var out, complaint bytes.Buffer
		if code := run(append([]string{"evidence", "verify"}, x.args...), &out, &complaint); code != x.code || !strings.Contains(out.String(), x.words) {
			t.Errorf("%q ends with %d, want %d with %q: %s%s", x.args, code, x.code, x.words, &out, &complaint)
		}
	}
}
