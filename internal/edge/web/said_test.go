package web

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"

	"github.com/plaza-social/plaza/internal/base/locale"
)

var printSentences = flag.Bool("sentences", false, "print every sentence that is said, for who translates")

// spoken are the attributes that are read to people.
var spoken = map[string]bool{"title": true, "aria-label": true, "placeholder": true, "alt": true, "aria-description": true}

// notSaid are words of pages that are the same in every language: names and forms.
var notSaid = map[string]bool{"OK": true}

// What templates show is said: no words stand in them but as keys of the catalogs.
func TestSaid(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_templ.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, name := range files {
		for _, words := range unsaid(t, name) {
			t.Errorf("%s: %q is shown without being said", strings.Replace(name, "_templ.go", ".templ", 1), words)
		}
	}
}

// unsaid are the words that a generated file writes as they are.
func unsaid(t *testing.T, name string) (out []string) {
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		var page strings.Builder
		ast.Inspect(d, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			switch fn := called(call); {
			case fn == "templruntime.WriteString":
				words, _ := strconv.Unquote(call.Args[2].(*ast.BasicLit).Value)
				page.WriteString(words)
			case fn == "templ.EscapeString":
				page.WriteString("\x00")
			}
			return true
		})
		z := html.NewTokenizer(strings.NewReader(page.String()))
		for z.Next() != html.ErrorToken {
			token := z.Token()
			if token.Data == "noscript" { // what is in it is markup, too
				z.NextIsNotRawText()
			}
			if token.Type == html.TextToken && lettered(token.Data) {
				out = append(out, strings.TrimSpace(token.Data))
			}
			for _, a := range token.Attr {
				if spoken[a.Key] && lettered(a.Val) {
					out = append(out, a.Key+"="+a.Val)
				}
			}
		}
	}
	return out
}

func lettered(s string) bool {
	s = strings.TrimSpace(s)
	return strings.ContainsFunc(s, unicode.IsLetter) && !notSaid[s]
}

func called(c *ast.CallExpr) string {
	switch fn := c.Fun.(type) {
	case *ast.Ident:
		return fn.Name
	case *ast.SelectorExpr:
		if x, ok := fn.X.(*ast.Ident); ok {
			return x.Name + "." + fn.Sel.Name
		}
		return "." + fn.Sel.Name
	}
	return ""
}

// sayers says at which argument of a call a sentence stands.
var sayers = map[string]int{"say": 1, "phrase": 0, "msg": 0, "f.say": 0, ".say": 0, "q.show": 0, "q.showAs": 1, "errs.New": 1, "errs.Newf": 1, "errs.Wrap": 1, "f.date": 1, "dateIn": 2, "ps.add": 2}

// offPages are the packages whose errors are shown to apps, servers and whoever runs
// the house, but on no page.
var offPages = regexp.MustCompile(`^(app|cluster|evidence|event|work|edge/(abuse|fedi|mail|mastoapi|mirror|preview|proxy|push|stream|tlog))/`)

// sentences are all that the program can say on a page.
func sentences(t *testing.T) map[string]string {
	out := map[string]string{}
	for _, s := range sayings {
		out[s] = "frame.go"
	}
	for m := time.January; m <= time.December; m++ {
		out[m.String()], out[m.String()[:3]] = "a month", "a month, in short"
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		out[d.String()], out[d.String()[:3]] = "a day", "a day, in short"
	}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if in, _ := filepath.Rel(root, path); offPages.MatchString(filepath.ToSlash(in)) {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ours := f.Name.Name == "web" || f.Name.Name == "push"
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fn := called(call)
			at, ok := sayers[fn]
			if !ok || !ours && !strings.HasPrefix(fn, "errs.") && fn != "ps.add" || at >= len(call.Args) {
				return true
			}
			if l, ok := call.Args[at].(*ast.BasicLit); ok && l.Kind == token.STRING {
				if s, _ := strconv.Unquote(l.Value); lettered(s) {
					out[strings.TrimPrefix(s, forApps)] = strings.Replace(filepath.Base(path), "_templ.go", ".templ", 1)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// argPlace is where an argument is put in, or a sign that stands for itself.
var argPlace = regexp.MustCompile(`%(?:\[(\d+)\])?(?:\.\d)?([a-z])|%%`)

// takes are the arguments that a sentence puts in, from 1, with how; whole is whether
// it says so of each by number or of all in their order, and no % stands alone.
func takes(s string) (args map[int]string, whole bool) {
	args, whole = map[int]string{}, true
	next, numbered := 1, false
	for _, m := range argPlace.FindAllStringSubmatch(s, -1) {
		if m[0] == "%%" {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
			numbered = true
		}
		args[next] = m[2]
		next++
	}
	last := 0
	for n := range args {
		last = max(last, n)
	}
	return args, len(args) == 0 || (numbered || last == len(args)) && !strings.Contains(argPlace.ReplaceAllString(s, ""), "%")
}

// Every sentence is in every catalog, with a place for each of its arguments, and
// nothing else is in them.
func TestTranslated(t *testing.T) {
	t.Parallel()
	all := sentences(t)
	if *printSentences {
		for _, s := range slices.Sorted(maps.Keys(all)) {
			t.Logf("%s\t%q", all[s], s)
		}
	}
	for _, l := range locale.All() {
		if l == locale.English() {
			continue
		}
		var lacks int
		for _, s := range slices.Sorted(maps.Keys(all)) {
			if !l.Has(s) {
				if lacks++; lacks <= 20 {
					t.Errorf("%s lacks %q (%s)", l.Name, s, all[s])
				}
			}
		}
		if lacks > 20 {
			t.Errorf("%s lacks %d sentences in all", l.Name, lacks)
		}
		for _, s := range l.Sentences() {
			if all[s] == "" {
				t.Errorf("%s has %q, which nobody says", l.Name, s)
			}
			want, _ := takes(s)
			for _, form := range l.Forms(s) {
				got, whole := takes(form)
				if !whole {
					t.Errorf("%s: %q has a %% that is no place, or arguments out of order without numbers", l.Name, form)
				}
				for n, as := range got {
					if want[n] != as {
						t.Errorf("%s: %q puts in argument %d as %q, %q as %q", l.Name, form, n, as, s, want[n])
					}
				}
				if len(got) < len(want) && len(l.Forms(s)) == 1 {
					t.Errorf("%s: %q leaves out some of what %q puts in", l.Name, form, s)
				}
			}
		}
	}
}
