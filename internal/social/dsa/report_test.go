package dsa

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func rowsOf(all ...Row) Rows {
	return func(yield func(Row, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func report(t *testing.T, f Form, rows Rows) map[string]string {
	t.Helper()
	files := map[string]*bytes.Buffer{}
	p := Period{Host: "plaza.example", From: day(2026, 1, 1), Until: day(2027, 1, 1), Made: day(2027, 2, 1)}
	if err := Report(f, p, rows, func(name string) (io.Writer, error) {
		files[name] = new(bytes.Buffer)
		return files[name], nil
	}); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name, b := range files {
		out[name] = b.String()
	}
	return out
}

func TestReport(t *testing.T) {
	t.Parallel()
	f, err := ReadForm(Columns())
	if err != nil {
		t.Fatal(err)
	}
	is := func(kv ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	notice := func(took time.Duration, kv ...string) Row {
		return Row{Is: is(append(kv, "kind", "notice", "category", "STATEMENT_CATEGORY_VIOLENCE")...), Took: took}
	}
	files := report(t, f, rowsOf(
		notice(1*time.Hour, "acted", "yes", "ground", "law", "source", "SOURCE_TRUSTED_FLAGGER"),
		notice(2*time.Hour, "acted", "yes", "ground", "rules", "automated", "AUTOMATED_DECISION_FULLY"),
		notice(9*time.Hour, "acted", "no"),
		Row{Is: is("kind", "notice", "category", "STATEMENT_CATEGORY_VIOLENCE"), Open: true},
		Row{Is: is("kind", "notice", "category", "of no such category"), Took: time.Hour},
		Row{Is: is("kind", "complaint", "outcome", "reversed"), Took: 90 * time.Minute},
		Row{Is: is("kind", "own", "category", "STATEMENT_CATEGORY_SELF_HARM", "measure", "hide", "ground", "rules", "detected", "Yes")},
	))
	if len(files) != len(f.Sheets) {
		t.Errorf("%d files, want %d", len(files), len(f.Sheets))
	}
	for name, raw := range files {
		lines, err := csv.NewReader(strings.NewReader(raw)).ReadAll()
		if err != nil || len(lines) < 2 || !strings.HasSuffix(raw, "\r\n") || strings.Count(raw, "\n") != strings.Count(raw, "\r\n") {
			t.Errorf("%s is no CSV as in RFC 4180: %v\n%s", name, err, raw)
		}
	}
	for file, want := range map[string]string{
		"1_1_identification.csv": "plaza.example,2026-01-01,2026-12-31,2027-02-01\r\n",
		"1_3_notices.csv":        "STATEMENT_CATEGORY_VIOLENCE,4,1,1,1,1,1.50,2.00,1\r\nTOTAL,5,1,1,1,1,1.50,1.50,1\r\n",
		"1_4_own_initiative.csv": "STATEMENT_CATEGORY_SELF_HARM,1,1,0,1,0,0,0,0,0,0,1\r\n",
		"1_5_complaints.csv":     "reversed,1,1,1.50\r\n",
	} {
		if !strings.Contains(files[file], want) {
			t.Errorf("%s is\n%s, want in it\n%s", file, files[file], want)
		}
	}
	if got := slices.Collect(maps.Keys(report(t, f, rowsOf()))); len(got) != len(f.Sheets) {
		t.Errorf("a year in which nothing happened has %d files", len(got))
	}
}

func TestNoFormulas(t *testing.T) {
	t.Parallel()
	f, err := ReadForm([]byte(`{"sheets":[{"file":"a.csv","title":"","by":"who","values":["=cmd()|' /C calc'!A0","b\"c"],"columns":[{"heading":"@head","figure":"value"},{"heading":"n","figure":"count"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := report(t, f, rowsOf())["a.csv"], "'@head,n\r\n'=cmd()|' /C calc'!A0,0\r\n\"b\"\"c\",0\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReadForm(t *testing.T) {
	t.Parallel()
	sheet := func(s string) string { return `{"sheets":[` + s + `]}` }
	good := `{"file":"a.csv","title":"","columns":[{"heading":"x","figure":"count"}]}`
	many := strings.Repeat(`"x",`, maxValues-1) + `"x"`
	by := func(values string) string {
		return `{"file":"a.csv","title":"","by":"k","values":[` + values + `],"columns":[{"heading":"x","figure":"count"}]}`
	}
	for in, ok := range map[string]bool{
		sheet(good): true, sheet(by(many)): true, sheet(by(many + `,"x"`)): false, sheet(by("")): false,
		sheet(""): false, sheet(good + "," + good): false, "{": false, "": false, `{"sheets":[],"x":1}`: false,
		sheet(strings.Replace(good, "a.csv", "../a.csv", 1)): false, sheet(strings.Replace(good, "a.csv", "", 1)): false, sheet(strings.Replace(good, "a.csv", ".a", 1)): false,
		sheet(strings.Replace(good, `"count"`, `"sum"`, 1)): false, sheet(`{"file":"a.csv","title":"","columns":[]}`): false,
		strings.Repeat(" ", maxForm) + sheet(good): false,
	} {
		if _, err := ReadForm([]byte(in)); (err == nil) != ok {
			t.Errorf("%.80q: %v", in, err)
		}
	}
}

func TestReportThatCannotBeMade(t *testing.T) {
	t.Parallel()
	f, _ := ReadForm(Columns())
	broken := errors.New("broken")
	file := func(string) (io.Writer, error) { return io.Discard, nil }
	if err := Report(f, Period{}, func(yield func(Row, error) bool) { yield(Row{}, broken) }, file); !errors.Is(err, broken) {
		t.Errorf("rows that break: %v", err)
	}
	if err := Report(f, Period{}, rowsOf(), func(string) (io.Writer, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("a file that cannot be written: %v", err)
	}
}
