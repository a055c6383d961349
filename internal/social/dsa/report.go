package dsa

import (
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/text"
)

// A Row is one thing that the yearly report (Articles 15 and 24) counts: what it
// was, in plain words by name, and how long it took.
type Row struct {
	Is   map[string]string // kind, category, source, ground, …: see columns.json
	Took time.Duration     // from when we knew until it was decided
	Open bool              // it is not decided yet: it counts, and has no duration
}

// Rows is where they come from. They are read once.
type Rows = iter.Seq2[Row, error]

// A Form is which files the report has, and what is in them. The Commission's
// templates (Implementing Regulation (EU) 2024/2835) say what the headings have
// to be; they are data here, so that who has the templates can set them right.
type Form struct {
	Sheets []Sheet `json:"sheets"`
}

// A Sheet is one file: a row for each value of what By names, and one for all
// of them together.
type Sheet struct {
	File    string            `json:"file"`
	Title   string            `json:"title"`
	Where   map[string]string `json:"where,omitempty"` // which rows are counted
	By      string            `json:"by,omitempty"`    // empty is one row only
	Values  []string          `json:"values,omitempty"`
	All     string            `json:"all,omitempty"` // how the row for all is called; empty has none
	Columns []Column          `json:"columns"`
}

// A Column is a figure under a heading.
type Column struct {
	Heading string            `json:"heading"`
	Figure  string            `json:"figure"`          // value, count, decided, open, median_hours, or text
	Where   map[string]string `json:"where,omitempty"` // which of the sheet's rows count for it
	Text    string            `json:"text,omitempty"`  // of a text; {host}, {from}, {until} and {made} are put in
}

// Limits of a form.
const (
	maxSheets  = 40
	maxColumns = 60
	maxValues  = 200
	maxForm    = 1 << 20
)

//go:embed columns.json
var columns []byte

// Columns is the form that comes with the house, to be edited.
func Columns() []byte { return slices.Clone(columns) }

// ReadForm reads a form.
func ReadForm(raw []byte) (f Form, err error) {
	if len(raw) > maxForm {
		return f, fmt.Errorf("a form of %d bytes is too long", len(raw))
	}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return f, fmt.Errorf("read the form of the report: %w", err)
	}
	if len(f.Sheets) == 0 || len(f.Sheets) > maxSheets {
		return f, fmt.Errorf("a report has 1 to %d sheets, not %d", maxSheets, len(f.Sheets))
	}
	for i, s := range f.Sheets {
		if err := s.check(f.Sheets[:i]); err != nil {
			return f, fmt.Errorf("sheet %q: %w", s.File, err)
		}
	}
	return f, nil
}

func (s Sheet) check(before []Sheet) error {
	switch {
	case s.File == "" || strings.Trim(s.File, "abcdefghijklmnopqrstuvwxyz0123456789_-.") != "" || strings.HasPrefix(s.File, "."):
		return fmt.Errorf("the name of a file has small letters, digits, - and _ only")
	case slices.ContainsFunc(before, func(o Sheet) bool { return o.File == s.File }):
		return fmt.Errorf("there are two of this name")
	case len(s.Columns) == 0 || len(s.Columns) > maxColumns:
		return fmt.Errorf("it has %d columns, of at least 1 and at most %d", len(s.Columns), maxColumns)
	case s.By != "" && len(s.Values) == 0, len(s.Values) > maxValues:
		return fmt.Errorf("it has %d rows, of at least 1 and at most %d", len(s.Values), maxValues)
	}
	for _, c := range s.Columns {
		if !slices.Contains([]string{"value", "count", "decided", "open", "median_hours", "text"}, c.Figure) {
			return fmt.Errorf("column %q: no figure is called %q", c.Heading, c.Figure)
		}
	}
	return nil
}

// A Period is the time that a report is about.
type Period struct {
	Host        string
	From, Until time.Time // Until is the first day that is not in it
	Made        time.Time
}

// Report writes the files of f: file is asked for each by its name. Every sheet
// is a CSV as in RFC 4180, in UTF-8.
func Report(f Form, p Period, rows Rows, file func(name string) (io.Writer, error)) error {
	tallies := make([]tally, len(f.Sheets))
	for i, s := range f.Sheets {
		tallies[i] = newTally(s)
	}
	for r, err := range rows {
		if err != nil {
			return fmt.Errorf("count for the report: %w", err)
		}
		for i := range tallies {
			tallies[i].add(r)
		}
	}
	for i, s := range f.Sheets {
		w, err := file(s.File)
		if err == nil {
			err = tallies[i].write(w, p)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", s.File, err)
		}
	}
	return nil
}

// A tally counts for one sheet: a line of cells for each value, and one for all.
type tally struct {
	sheet Sheet
	lines [][]cell
}

type cell struct {
	count, open int
	took        []int64 // seconds
}

func newTally(s Sheet) tally {
	t := tally{sheet: s, lines: make([][]cell, len(s.Values)+1)}
	for i := range t.lines {
		t.lines[i] = make([]cell, len(s.Columns))
	}
	return t
}

func (t *tally) add(r Row) {
	if !matches(r, t.sheet.Where) {
		return
	}
	line := slices.Index(t.sheet.Values, r.Is[t.sheet.By])
	for i, c := range t.sheet.Columns {
		if !matches(r, c.Where) {
			continue
		}
		t.lines[len(t.lines)-1][i].add(r, c)
		if line >= 0 && t.sheet.By != "" {
			t.lines[line][i].add(r, c)
		}
	}
}

// matches reports whether r is everything that where says. A value that begins
// with ! must not be, one with | is either.
func matches(r Row, where map[string]string) bool {
	for key, want := range where {
		want, not := strings.CutPrefix(want, "!")
		if slices.Contains(strings.Split(want, "|"), r.Is[key]) == not {
			return false
		}
	}
	return true
}

func (c *cell) add(r Row, col Column) {
	c.count++
	if r.Open {
		c.open++
	} else if col.Figure == "median_hours" {
		c.took = append(c.took, int64(r.Took/time.Second))
	}
}

func (t *tally) write(w io.Writer, p Period) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	heads := make([]string, len(t.sheet.Columns))
	for i, c := range t.sheet.Columns {
		heads[i] = text.Cell(c.Heading)
	}
	if err := out.Write(heads); err != nil {
		return err
	}
	for i, line := range t.lines {
		name := t.sheet.All
		if i < len(t.sheet.Values) {
			name = t.sheet.Values[i]
		} else if t.sheet.By != "" && name == "" {
			continue
		}
		fields := make([]string, len(line))
		for j, c := range line {
			fields[j] = text.Cell(c.figure(t.sheet.Columns[j], name, p))
		}
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (c *cell) figure(col Column, name string, p Period) string {
	switch col.Figure {
	case "value":
		return name
	case "count":
		return strconv.Itoa(c.count)
	case "decided":
		return strconv.Itoa(c.count - c.open)
	case "open":
		return strconv.Itoa(c.open)
	case "median_hours":
		return median(c.took)
	}
	return strings.NewReplacer("{host}", p.Host, "{from}", date(p.From), "{until}", date(p.Until.AddDate(0, 0, -1)), "{made}", date(p.Made)).Replace(col.Text)
}

// median is the middle of seconds in hours; of an even number it is between the
// two in the middle. Empty is of none.
func median(seconds []int64) string {
	n := len(seconds)
	if n == 0 {
		return ""
	}
	slices.Sort(seconds)
	mid := float64(seconds[n/2])
	if n%2 == 0 {
		mid = float64(seconds[n/2-1]+seconds[n/2]) / 2
	}
	return strconv.FormatFloat(mid/3600, 'f', 2, 64)
}
