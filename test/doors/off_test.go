package doors

import (
	"os"
	"regexp"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// decided is the page that says what is off and always empty, and why.
const decided = "../../docs/decisions/0014-what-is-off.md"

// rows of its tables: a route, and in the last column the reason.
var rows = regexp.MustCompile("(?m)^\\| `([A-Z]+ [^`]+)` \\|(?:.*\\|)? ([^|]+) \\|$")

// TestOffAsDecided: what the router leaves out is what was decided, for the
// same reasons, and nothing else.
func TestOffAsDecided(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(decided)
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]string{}
	for _, row := range rows.FindAllStringSubmatch(string(page), -1) {
		written[row[1]] = row[2]
	}
	for _, r := range apptest.Start(t).Routes() {
		route, why := r.Method+" "+r.Path, r.Off
		if written[route] != why {
			t.Errorf("%s: the router says %q, and the page %q", route, why, written[route])
		}
		delete(written, route)
	}
	for route := range written {
		t.Errorf("%s is on the page, and not in the router", route)
	}
}
