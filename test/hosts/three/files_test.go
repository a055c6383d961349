package three

import (
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/test/hosts/lan"
)

// What is shipped can be filled in as it stands, and says so when something is
// left out.
func TestFill(t *testing.T) {
	t.Parallel()
	const fill, example = "../../../deploy/three-hosts/fill", "../../../deploy/three-hosts/values.example"
	out := t.TempDir()
	if said, err := exec.Command(fill, example, out).CombinedOutput(); err == nil || !strings.Contains(string(said), "PLAZA_PASSWORD=") {
		t.Errorf("without passwords: %v: %s", err, said)
	}
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	values := filepath.Join(out, "values")
	text = regexp.MustCompile(`(?m)(PASSWORD|KEY)=$`).ReplaceAll(text, []byte("${1}=aB3"))
	if err := os.WriteFile(values, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command(fill, values, out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	files, err := filepath.Glob(filepath.Join(out, "*", "*.*"))
	if err != nil || len(files) != 18 {
		t.Fatalf("%d files, %v; want six for each of three hosts", len(files), err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if left := regexp.MustCompile(`@[A-Z_]+@`).FindString(string(text)); left != "" {
			t.Errorf("%s: %s is not filled in", f, left)
		}
	}
	if text, err = os.ReadFile(filepath.Join(out, "birch", "patroni.yml")); err != nil || !strings.Contains(string(text), `connect_address: "10.77.0.12:5432"`) ||
		!strings.Contains(string(text), "synchronous_mode_strict: true") {
		t.Errorf("patroni.yml of birch: %v\n%s", err, text)
	}
}

// The witness says so when two hosts accept writes.
func TestOverlaps(t *testing.T) {
	t.Parallel()
	at := func(second float64) time.Time { return time.UnixMilli(int64(second * 1000)) }
	first, second := written{"alder", "00000001", at(1), at(2)}, written{"birch", "00000002", at(3), at(4)}
	for _, c := range []struct {
		name string
		more written
		want int
	}{
		{"one after the other", written{"birch", "00000002", at(5), at(6)}, 0},
		{"sent before the other had accepted any", written{"alder", "00000001", at(3.5), at(5)}, 0},
		{"the old one goes on", written{"alder", "00000001", at(4.5), at(5)}, 1},
		{"two on one timeline", written{"cedar", "00000002", at(5), at(6)}, 1},
	} {
		if got := overlaps([]written{first, second, c.more}); len(got) != c.want {
			t.Errorf("%s: %q, want %d", c.name, got, c.want)
		}
	}
}

// In as many rounds as are played nothing is left out, whatever the lot says.
func TestDeck(t *testing.T) {
	t.Parallel()
	all := []*machine{{Host: &lan.Host{Name: "alder"}}, {Host: &lan.Host{Name: "birch"}}, {Host: &lan.Host{Name: "cedar"}}}
	for seed := range uint64(1000) {
		random := rand.New(rand.NewPCG(seed, 0))
		d, drawn := deck{random: random}, map[string]bool{}
		for range 20 {
			primary := all[random.IntN(len(all))]
			f, m := d.draw(all, primary)
			if drawn[f.name] = true; f.at == atEach {
				drawn[f.name+" of "+m.Name] = true
			} else if f.at == atPrimary && m != primary {
				t.Errorf("seed %d: %s of %s, which is not the primary", seed, f.name, m.Name)
			}
		}
		if want := len(faults) + len(all); len(drawn) != want {
			t.Fatalf("seed %d: drawn were only %v", seed, slices.Sorted(maps.Keys(drawn)))
		}
	}
}
