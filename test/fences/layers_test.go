package fences

import (
	"encoding/json"
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "github.com/plaza-social/plaza"

// A layer is a folder and what it may import, besides itself and what is
// below internal/base. The table is the architecture; ARCHITECTURE.md tells
// why. A package that no line matches fails the test: new folders are placed
// on purpose.
var layers = []struct {
	in  string   // a pattern for path.Match, deepest first
	may []string // prefixes
	why string
}{
	{"internal/base/*", nil, "base knows nothing of us"},
	{"internal/social", nil, "the nouns know only base"},
	{"internal/social/jurysim", []string{"internal/social"}, "juries are played by the rules that hold, and by nothing else"},
	{"internal/social/trend", []string{"internal/social"}, "anyone must be able to count trends again with this package alone"},
	{"internal/social/dsa", []string{"internal/social"}, "what a law wants in writing is known without asking anybody"},
	{"internal/event", []string{"internal/social"}, "a fact speaks in nouns"},
	{"internal/evidence", []string{"internal/social"}, "anyone must be able to verify with this package alone"},
	{"internal/evidence/stamptest", nil, "who stamps for tests shares nothing with what reads stamps"},
	{"internal/store/storetest", []string{"internal/store", "internal/evidence"}, ""},
	{"internal/store", []string{"internal/social", "internal/event", "internal/evidence"}, "the store keeps nouns, facts and evidence"},
	{"internal/work", []string{"internal/social", "internal/event", "internal/store"}, "work follows the journal"},
	{"internal/cluster/place", nil, "a place keeps bytes and does not ask whose"},
	{"internal/cluster/seal", []string{"internal/cluster/place"}, "a copy must be readable with this package alone"},
	{"internal/cluster/turn", []string{"internal/cluster/place"}, "who may write is decided without what is written"},
	{"internal/cluster/replica", []string{"internal/cluster/place", "internal/cluster/seal"}, "hosts ship the log; they do not read it"},
	{"internal/core/*", []string{"internal/social", "internal/event", "internal/evidence", "internal/store", "internal/work"},
		"subjects meet in the store and in events, not in each other"},
	{"internal/edge/fedi/as2", []string{"internal/social"}, "documents are read by the rules of names, and nobody is asked"},
	{"internal/edge/fedi/sign", nil, "signatures know requests and keys, nobody of ours"},
	{"internal/edge/fedi/fedtest", []string{"internal/edge/fedi/as2", "internal/edge/fedi/sign"}, "other servers know nothing of ours"},
	{"internal/edge/fedi/as2", []string{"internal/social"}, "documents are read and written, nothing else"},
	{"internal/edge/fedi/*", []string{"internal/social", "internal/event", "internal/core", "internal/work", "internal/edge/fedi/as2", "internal/edge/fedi/sign"},
		"what speaks with other servers asks the core, and shares the words and the signatures"},
	{"internal/edge/*", []string{"internal/social", "internal/event", "internal/core", "internal/work"},
		"edges ask the core; they never touch the store or each other"},
	{"internal/app/apptest", []string{"internal"}, ""},
	{"internal/app", []string{"internal"}, "app knows everybody"},
	{"cmd/*", []string{"internal/app", "internal/social"}, "commands only start things"},
	{"test/*", []string{"internal"}, ""},
	{"test/hosts/lan", nil, "hosts do not know what runs on them"},
	{"test/hosts/checker", nil, "who checks must not share what is checked"},
	{"test/hosts/three", []string{"test/hosts"}, "what three hosts run is a program, not our code"},
}

// shared are the helpers of the core that its subjects may import.
var shared = []string{"internal/core/view", "internal/core/screen", "internal/core/record"}

// banned keeps some of the standard library out of where it has no business.
var banned = []struct{ in, pkg, why string }{
	{"internal/social", "net/http", "the nouns do no I/O"},
	{"internal/social", "os", "the nouns do no I/O"},
	{"internal/core", "net/http", "protocols live at the edge"},
	{"internal/core", "os", "the core reads no files"},
	{"internal/core", "database/sql", "SQL lives in the store"},
	{"internal/edge", "database/sql", "SQL lives in the store"},
	{"internal/event", "database/sql", "SQL lives in the store"},
}

type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func list(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ps []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p goPackage
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	return ps
}

func within(pkg, prefix string) bool { return pkg == prefix || strings.HasPrefix(pkg, prefix+"/") }

func withinAny(pkg string, prefixes []string) bool {
	for _, p := range prefixes {
		if within(pkg, p) {
			return true
		}
	}
	return false
}

func TestLayers(t *testing.T) {
	for _, p := range list(t) {
		pkg := strings.TrimPrefix(p.ImportPath, module+"/")
		i := indexOfLayer(pkg)
		if i < 0 {
			t.Errorf("%s is in no layer: give it a line in layers_test.go", pkg)
			continue
		}
		l := layers[i]
		for _, imp := range p.Imports {
			for _, b := range banned {
				if within(pkg, b.in) && imp == b.pkg {
					t.Errorf("%s must not import %s: %s", pkg, imp, b.why)
				}
			}
			dep, ours := strings.CutPrefix(imp, module+"/")
			if !ours || within(dep, pkg) || within(dep, "internal/base") || withinAny(dep, l.may) {
				continue
			}
			if within(pkg, "internal/core") && withinAny(dep, shared) {
				continue
			}
			t.Errorf("%s must not import %s: %s", pkg, dep, l.why)
		}
	}
}

// indexOfLayer finds the line for pkg or for the nearest folder above it.
func indexOfLayer(pkg string) int {
	for dir := pkg; dir != "."; dir = path.Dir(dir) {
		for i, l := range layers {
			if ok, _ := path.Match(l.in, dir); ok {
				return i
			}
		}
	}
	return -1
}
