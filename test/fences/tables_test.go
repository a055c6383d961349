package fences

import (
	"encoding/csv"
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// tests are all there are, by their package and their name, and what is played.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	there := map[string]bool{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && s.test && f.Recv == nil {
				there[path.Dir(filepath.ToSlash(s.path))+" "+f.Name.Name] = true
			}
		}
	}
	for _, of := range []string{"scenarios", "scenarios/houses"} {
		played, err := filepath.Glob(filepath.Join("..", of, "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range played {
			there[path.Join("test", of, filepath.Base(p))] = true
		}
	}
	return there
}

// TestSquare: each thing that docs/square.csv names is shown from each side, by what
// it says that it is.
func TestSquare(t *testing.T) {
	t.Parallel()
	there := tests(t)
	f, err := os.Open(filepath.Join("..", "..", "docs", "square.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll() // each as long as the first
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		for i, cell := range row[1:] {
			for _, name := range strings.Split(cell, "; ") {
				if !there[name] {
					t.Errorf("%s, %s: %q is no test", row[0], rows[0][i+1], name)
				}
			}
		}
	}
}

// TestTables: what docs/families.csv and docs/asvs.csv say about tests is so. A
// test is named by its package and its name; what has none says why.
func TestTables(t *testing.T) {
	t.Parallel()
	there := tests(t)
	for file, named := range map[string]int{"families.csv": 2, "asvs.csv": 2} {
		f, err := os.Open(filepath.Join("..", "..", "docs", file))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(file, err)
		}
		seen := map[string]bool{}
		for n, row := range rows[1:] {
			tests, status := row[named], row[named+1]
			if seen[row[0]] || status == "" || tests == "" && (status == "covered" || status == "met") {
				t.Errorf("%s: line %d stands there twice, or says nothing: %q", file, n+2, row)
			}
			seen[row[0]] = true
			for _, name := range strings.Split(tests, "; ") {
				if name != "" && !there[name] {
					t.Errorf("%s: %s names %q, which there is not", file, row[0], name)
				}
			}
		}
		for n := 1; file == "families.csv" && n <= 45; n++ {
			if !seen[strconv.Itoa(n)] {
				t.Errorf("%s: family %d is missing", file, n)
			}
		}
	}
}
