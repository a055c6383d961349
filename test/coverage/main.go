// Command coverage says which routes of the Mastodon client API are served by
// this build: a line for each group of the list of routes, counted from the
// router, which knows what is off and what always answers with an empty list.
// The list is a CSV file with the columns group, method and path.
//
//	go run ./test/coverage ../shared/facts/endpoints.csv
package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/plaza-social/plaza/internal/app"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("name the list of routes: coverage endpoints.csv")
	}
	wanted, err := readList(args[0])
	if err != nil {
		return err
	}
	routes, err := app.RoutesOfBuild(context.Background())
	if err != nil {
		return err
	}
	return report(out, wanted, routes)
}

// A call is a route of the list.
type call struct{ group, method, path string }

func readList(path string) ([]call, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	var out []call
	for _, r := range rows[1:] {
		out = append(out, call{r[at["group"]], r[at["method"]], r[at["path"]]})
	}
	return out, nil
}

var (
	parameter = regexp.MustCompile(`\{[^}]*\}|:[a-z_]+`)
	// renamed are paths that the list writes otherwise than the documentation.
	renamed = strings.NewReplacer("/api/v1/:account_id/", "/api/v1/accounts/:account_id/")
)

func shape(path string) string { return parameter.ReplaceAllString(renamed.Replace(path), "*") }

// sum is a line of the table.
type sum struct{ served, off, missing int }

func report(out io.Writer, wanted []call, routes []app.Route) error {
	have := map[string]app.Route{}
	for _, r := range routes {
		have[r.Method+" "+shape(r.Path)] = r
	}
	sums, total := map[string]*sum{}, sum{}
	var groups, notes []string
	for _, c := range wanted {
		s := sums[c.group]
		if s == nil {
			s = &sum{}
			sums[c.group], groups = s, append(groups, c.group)
		}
		r, ok := have[c.method+" "+shape(c.path)]
		switch {
		case !ok:
			s.missing++
			total.missing++
			notes = append(notes, "missing\t"+c.method+" "+c.path+"\t")
		case r.Off != "":
			s.off++
			total.off++
			notes = append(notes, "off\t"+c.method+" "+c.path+"\t"+r.Off)
		default:
			s.served++
			total.served++
		}
	}
	slices.Sort(groups)
	w := tabwriter.NewWriter(out, 2, 4, 2, ' ', 0)
	fmt.Fprintln(w, "group\tserved\toff\tmissing")
	for _, g := range groups {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\n", g, sums[g].served, sums[g].off, sums[g].missing)
	}
	fmt.Fprintf(w, "all %d\t%d\t%d\t%d\n\n", len(wanted), total.served, total.off, total.missing)
	for _, n := range notes {
		fmt.Fprintln(w, n)
	}
	return w.Flush()
}
