package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/evidence"
)

// driver has the script check many bundles in one go.
const driver = `import collections, json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import verify
out = []
for x in json.load(sys.stdin):
    level, found, _ = verify.verify(x["Bundle"], x["Key"], x["Receipts"], x["Checkpoints"])
    named = collections.Counter()
    few = []
    for code, index, _ in found:
        named[code] += 1
        if named[code] <= 20: few.append("%s %d" % (code, index)) # the program names no more of a kind
    out.append({"Level": level, "Found": sorted(few)})
json.dump(out, sys.stdout)`

// scripted is what the script is asked about.
type scripted struct {
	Bundle, Key string
	Receipts    [][2]string
	Checkpoints []string
}

func keep(t *testing.T, dir, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The script of the handbook finds what the program finds.
func TestScript(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3 here, which runs docs/evidence/verify.py")
	}
	t.Parallel()
	h := lived(t, 12)
	type try struct {
		name string
		b    []byte
		o    evidence.Options
	}
	o := evidence.Options{Key: h.signer.Public()}
	tries := []try{{"a part", h.bundle(t, h.part(t, 0, 1, 2, 3, 4, 5, 6, 7)), o}, {"less of it", h.bundle(t, h.part(t, 1, 5)), o}}
	for _, p := range []evidence.Profile{evidence.Court, evidence.Public, evidence.Party, evidence.Host} {
		tries = append(tries, try{string(p), h.bundle(t, h.source(t, p)), o})
	}
	after := later(t)
	for _, p := range []evidence.Profile{evidence.Court, evidence.Public, evidence.Host} {
		tries = append(tries, try{"later, " + string(p), after.bundle(t, after.source(t, p)), evidence.Options{Key: after.signer.Public()}})
	}
	tries = append(tries, try{"later, as it was counted first", after.first(t), evidence.Options{Key: after.signer.Public()}})
	tries = append(tries, try{"of a notice", h.bundle(t, h.notice(t)), o})
	for _, x := range tamperings() {
		b, o := x.do(t)
		tries = append(tries, try{x.name, b, o})
	}
	for _, x := range edits {
		b, key := x.do(t)
		tries = append(tries, try{"in the database, " + x.name, b, evidence.Options{Key: key}})
	}
	dir := t.TempDir()
	var ask []scripted
	for i, x := range tries {
		one := scripted{keep(t, dir, fmt.Sprintf("%d.evz", i), x.b), x.o.Key, [][2]string{}, []string{}}
		for _, r := range x.o.Receipts {
			one.Receipts = append(one.Receipts, [2]string{r.Report, string(r.Note)})
		}
		for _, c := range x.o.Checkpoints {
			one.Checkpoints = append(one.Checkpoints, string(c))
		}
		ask = append(ask, one)
	}
	in, err := json.Marshal(ask)
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "python3", "-c", driver, "../../docs/evidence")
	run.Stdin, run.Stderr = bytes.NewReader(in), os.Stderr
	out, err := run.Output()
	if err != nil {
		t.Fatal(err)
	}
	var said []struct {
		Level string
		Found []string
	}
	if err := json.Unmarshal(out, &said); err != nil || len(said) != len(tries) {
		t.Fatalf("%d answers to %d: %v", len(said), len(tries), err)
	}
	for i, x := range tries {
		v := verify(t, x.b, x.o)
		var want []string
		for _, f := range v.Failures {
			want = append(want, fmt.Sprintf("%s %d", f.Code, f.Index))
		}
		sort.Strings(want)
		if got := said[i]; got.Level != string(v.Level) || strings.Join(got.Found, ", ") != strings.Join(want, ", ") {
			t.Errorf("%s: the script says %s %q\nthe program %s %q", x.name, got.Level, got.Found, v.Level, want)
		}
	}
}

// From the command line it ends with 0 if nothing fails, and with 1 if anything
// does.
func TestScriptEnds(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3 here, which runs docs/evidence/verify.py")
	}
	t.Parallel()
	h, dir := lived(t, 4), t.TempDir()
	bundle := keep(t, dir, "it.evz", h.bundle(t, h.source(t, evidence.Court)))
	receipt := keep(t, dir, "mine.txt", h.receipts[0].Note)
	forged := keep(t, dir, "forged.txt", livedAs(t, "two", 1).receipts[0].Note)
	for _, x := range []struct {
		args []string
		code int
	}{{[]string{bundle}, 0}, {[]string{bundle, "--key", h.signer.Public(), "--receipt", receipt}, 0}, {[]string{bundle, "--receipt", forged}, 1}, {[]string{receipt}, 1}} {
		run := exec.CommandContext(t.Context(), "python3", append([]string{"../../docs/evidence/verify.py"}, x.args...)...)
		if out, _ := run.CombinedOutput(); run.ProcessState.ExitCode() != x.code {
			t.Errorf("%q ends with %d, want %d: %s", x.args, run.ProcessState.ExitCode(), x.code, out)
		}
	}
}
