package evidence

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/evidence"
)

var update = flag.Bool("update", false, "write the bundles that later versions have to check anew; they are for good once they are released")

// A bundle that was made once can be checked for ever, and says the same.
func TestOldBundles(t *testing.T) {
	h := lived(t, 5)
	if *update {
		bad := unpack(t, h.bundle(t, h.source(t, evidence.Court)))
		bad.record(5, func(r *evidence.Record) { r.Salt = make([]byte, evidence.SaltSize) })
		for name, b := range map[string][]byte{"1-court.evz": h.bundle(t, h.source(t, evidence.Court)), "1-public.evz": h.bundle(t, h.source(t, evidence.Public)),
			"1-case.evz": h.bundle(t, h.part(t, 0, 1, 2, 3, 4, 5, 6, 7)), "1-salt.evz": bad.pack()} {
			v := verify(t, b, evidence.Options{Key: h.signer.Public()})
			file := filepath.Join("testdata", name)
			if err := os.WriteFile(file, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(strings.TrimSuffix(file, ".evz")+".txt", []byte(v.Text()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := filepath.Glob("testdata/*.evz")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d old bundles, %v", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(strings.TrimSuffix(file, ".evz") + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if got := verify(t, b, evidence.Options{Key: h.signer.Public()}).Text(); got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
		}
	}
}
