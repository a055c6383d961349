package doors

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// noLists answer with a list that is always empty, or of one.
var noLists = []string{"/api/v1/accounts/{id}/identity_proofs", "/api/v1/instance/languages"}

// TestEveryOrderHasAName walks all pages and routes: each says in
// testdata/orders.txt in which order its lists stand, by a name that /help/orders
// explains; and nothing is explained there that is nowhere.
func TestEveryOrderHasAName(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/orders.txt")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		if path, names, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			said[path] = strings.Fields(names)
		}
	}
	s := apptest.Start(t)
	help := send(t, s, "GET", "/help/orders")
	wantStatus(t, "the help", help, 200)
	named := map[string]bool{}
	for _, m := range regexp.MustCompile(`<section id="([a-z-]+)"`).FindAllStringSubmatch(string(help.Body), -1) {
		named[m[1]] = false
	}
	if len(named) < 15 {
		t.Fatalf("the help names %d orders", len(named))
	}
	doc, _ := readOpenAPI(t, s)
	there := map[string]bool{}
	for _, r := range s.Routes() {
		if r.Method != "GET" || strings.HasPrefix(r.Path, "/ap/") || strings.HasPrefix(r.Path, "/.well-known/") {
			continue // other servers read those
		}
		there[r.Path] = true
		names, ok := said[r.Path]
		if !ok {
			t.Errorf("GET %s: in which order do its lists stand? testdata/orders.txt is to say", r.Path)
			continue
		}
		for _, name := range names {
			if _, ok := named[name]; ok {
				named[name] = true
			} else if name != "-" {
				t.Errorf("GET %s: /help/orders does not explain %q", r.Path, name)
			}
		}
		if item := doc.Paths.Value(r.Path); item != nil && item.Get != nil && !slices.Contains(noLists, r.Path) {
			for _, c := range item.Get.Responses.Value("200").Value.Content {
				if c.Schema != nil && c.Schema.Value.Type.Is("array") && slices.Contains(names, "-") {
					t.Errorf("GET %s answers with a list, in no order", r.Path)
				}
			}
		}
	}
	for path := range said {
		if !there[path] {
			t.Errorf("there is no GET %s", path)
		}
	}
	for name, used := range named {
		if !used {
			t.Errorf("/help/orders explains %q, and nothing stands in that order", name)
		}
	}
}
