package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/plaza-social/plaza/internal/core/audit"
	"github.com/plaza-social/plaza/internal/social"
)

// Whatever the staff can do has words on the page that tells of it, not its name in the log.
func TestActsHaveWords(t *testing.T) {
	t.Parallel()
	for _, k := range audit.Kinds {
		if auditKinds[k] == "" {
			t.Errorf("the kind %q has no words", k)
		}
	}
	for _, what := range audit.Whats() {
		if what != audit.Decided && auditActs[what] == "" {
			t.Errorf("%q has no words", what)
		}
	}
	actions := actionsOf(t)
	if len(actions) < 20 {
		t.Fatalf("only the actions %q were found", actions)
	}
	for _, a := range actions {
		if didName(a) == string(a) {
			t.Errorf("the action %q has no words", a)
		}
	}
}

// actionsOf are the actions that package social knows, as it is written.
func actionsOf(t *testing.T) (out []social.Action) {
	t.Helper()
	files, err := filepath.Glob("../../social/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			is, typed := v.Type.(*ast.Ident)
			word, plain := v.Values[0].(*ast.BasicLit)
			if typed && plain && is.Name == "Action" {
				s, err := strconv.Unquote(word.Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, social.Action(s))
			}
			return true
		})
	}
	return out
}
