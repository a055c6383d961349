package browser

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestTrees compares what a screen reader is told of three pages, in its order,
// with what it was told before: testdata/*.tree. Look at what changed before you
// commit: make trees writes them anew.
func TestTrees(t *testing.T) {
	t.Parallel()
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	asked := ben.Post("The fountain runs again. #water", "public")
	ben.Must("POST", "/api/v1/statuses", map[string]any{"status": "Who comes along?", "visibility": "public", "poll": map[string]any{"options": []string{"I", "Not I"}, "expires_in": 86400}}, nil)
	ben.Must("POST", "/api/v1/statuses", map[string]any{"status": "The end is sad.", "spoiler_text": "The end of a book", "visibility": "public"}, nil)
	ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "@ben I saw it!", "in_reply_to_id": asked.ID, "visibility": "public"}, nil)
	b := open(t, s.URL)
	b.signIn("ada", ada.Password)
	for _, p := range []page{{"home", "ada", "/"}, {"thread", "ada", "/@ben/" + asked.ID}, {"composer", "ada", "/new"}} {
		b.visit(p.path)
		b.until(`document.readyState === "complete"`)
		b.until(`!document.activeElement.form || !!document.activeElement.form.querySelector(".hidden[role=status]")`) // what helps while one writes comes with the focus
		got := b.tree()
		golden := filepath.Join("testdata", p.name+".tree")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is read otherwise than before; if that is meant, run make trees:\n%s", p, difference(string(want), got))
		}
	}
}

// Roles that say nothing to somebody who listens: what they hold is told instead.
var silent = []string{"none", "generic", "InlineTextBox", "RootWebArea", "LineBreak", "ListMarker", "LayoutTable"}

// told are the properties that are spoken, in this order.
var told = []string{"level", "checked", "pressed", "expanded", "selected", "required", "invalid", "disabled", "readonly", "hasPopup", "live"}

// What differs from one run to the next.
var (
	someTime   = regexp.MustCompile(`\b(now|\d+[smhd]|in \d+ \w+|\d+ \w+ (left|ago)|\d{1,2} [A-Z][a-z]+ \d{4}[^"]*|[A-Z][a-z]+ \d{1,2}, \d{4}[^"]*)`)
	someNumber = regexp.MustCompile(`\d{6,}`)
)

// tree is the page as it is read to somebody, a line for each thing.
func (b *tab) tree() string {
	b.t.Helper()
	var out strings.Builder
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		res, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			return err
		}
		nodes := map[accessibility.NodeID]*accessibility.Node{}
		for _, n := range res.Nodes {
			nodes[n.NodeID] = n
		}
		var walk func(n *accessibility.Node, depth int, under string)
		walk = func(n *accessibility.Node, depth int, under string) {
			if n == nil {
				return
			}
			role, name := said(n.Role), strings.Join(strings.Fields(said(n.Name)), " ")
			spoken := !n.Ignored && !slices.Contains(silent, role) && (role != "StaticText" || name != under && name != "")
			if spoken {
				line := role
				if name != "" {
					line += " " + fmt.Sprintf("%q", name)
				}
				for _, which := range told {
					for _, p := range n.Properties {
						if string(p.Name) == which && p.Value != nil {
							if v := strings.Trim(string(p.Value.Value), `"`); v != "false" && v != "" {
								line += " " + which + "=" + v
							}
						}
					}
				}
				line = someNumber.ReplaceAllString(someTime.ReplaceAllString(line, "WHEN"), "NUMBER")
				out.WriteString(strings.Repeat("  ", depth) + line + "\n")
				depth, under = depth+1, name
			}
			for _, c := range n.ChildIDs {
				walk(nodes[c], depth, under)
			}
		}
		walk(res.Nodes[0], 0, "")
		return nil
	}))
	return strings.ReplaceAll(out.String(), strings.TrimPrefix(b.home, "http://"), "HOUSE")
}

// difference is the lines that only one of two texts has.
func difference(was, is string) string {
	var out []string
	a, b := strings.Split(was, "\n"), strings.Split(is, "\n")
	for _, line := range a {
		if !slices.Contains(b, line) {
			out = append(out, "- "+line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			out = append(out, "+ "+line)
		}
	}
	if len(out) == 0 {
		return "the order"
	}
	return strings.Join(out, "\n")
}
