package evidence

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Level is how a verification ended.
type Level string

// The levels.
const (
	Verified   Level = "verified"
	Incomplete Level = "incomplete" // nothing fails, and something is withheld or was erased
	Failed     Level = "failed"
)

// A Verdict is what a verification found.
type Verdict struct {
	Level    Level     `json:"level"`
	Origin   string    `json:"origin"`
	Size     int64     `json:"size"`
	Signed   time.Time `json:"signed"` // zero if nobody says
	Failures []Finding `json:"failures"`
	Total    int       `json:"total"` // of failures; of each kind only the first are named
	Notes    []Finding `json:"notes"`
	// Unchecked are the groups of checks for which there was nothing to check: what
	// they are about is not shown by this.
	Unchecked []string `json:"unchecked"`
	Counts    Counts   `json:"counts"`
}

// maxNamed is how many failures of a kind are named.
const maxNamed = 20

// A Finding is something that a verification found. Code and Args choose its
// words, which stand in assets/words.json; Index is -1 if it is of no record.
type Finding struct {
	Code  string   `json:"code"`
	Index int64    `json:"index"`
	Type  Type     `json:"type,omitempty"`
	N     int64    `json:"n,omitempty"`
	At    int64    `json:"at,omitempty"`
	File  string   `json:"file,omitempty"`
	Args  []string `json:"args,omitempty"`
}

// words are what a verification says. The page has the same.
type words struct {
	Levels map[string]string `json:"levels"`
	Notes  map[string]string `json:"notes"`
	Groups []struct {
		ID    string            `json:"id"`
		Title string            `json:"title"`
		Codes map[string]string `json:"codes"`
	} `json:"groups"`
}

var said = sync.OnceValue(func() (w words) {
	if err := json.Unmarshal([]byte(asset("words.json")), &w); err != nil {
		panic(err) // it is built in
	}
	return w
})

func fill(template string, args ...string) string {
	for i, a := range args {
		template = strings.ReplaceAll(template, "{"+strconv.Itoa(i)+"}", a)
	}
	return template
}

// moment is how a time in ms is said.
func moment(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05.000 UTC") }

// second is how a time that is signed is said.
func second(t time.Time) string {
	if t.IsZero() {
		return "an unknown day"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// String is f in words.
func (f Finding) String() string {
	w := said()
	text, ok := w.Notes[f.Code]
	for _, g := range w.Groups {
		if t, is := g.Codes[f.Code]; is {
			text, ok = t, true
		}
	}
	if !ok {
		text = f.Code
	}
	text = fill(text, f.Args...)
	switch {
	case f.Index >= 0 && f.Type != "":
		return fmt.Sprintf("record %d (%s no. %d, %s): %s", f.Index, f.Type, f.N, moment(f.At), text)
	case f.Index >= 0:
		return fmt.Sprintf("record %d: %s", f.Index, text)
	case f.File != "":
		return f.File + ": " + text
	}
	return text
}

// Text is v in plain words.
func (v Verdict) Text() string {
	var b strings.Builder
	w := said()
	if v.Level == Failed {
		b.WriteString(fill(w.Levels["failed"], strconv.Itoa(v.Total)))
	} else {
		b.WriteString(fill(w.Levels[string(v.Level)], v.Origin, strconv.FormatInt(v.Size, 10), second(v.Signed)))
	}
	b.WriteString("\n\n")
	for _, g := range w.Groups {
		var here []Finding
		for _, f := range v.Failures {
			if _, ok := g.Codes[f.Code]; ok {
				here = append(here, f)
			}
		}
		sign := "holds"
		switch {
		case len(here) > 0:
			sign = "FAILS"
		case slices.Contains(v.Unchecked, g.ID):
			sign = "NOT CHECKED"
		}
		fmt.Fprintf(&b, "%-11s  %s\n", sign, g.Title)
		for _, f := range here {
			fmt.Fprintf(&b, "               %s\n", f)
		}
	}
	if more := v.Total - len(v.Failures); more > 0 {
		fmt.Fprintf(&b, "               … and %d more\n", more)
	}
	b.WriteString("\n")
	for _, n := range v.Notes {
		fmt.Fprintf(&b, "%s\n", n)
	}
	return b.String()
}
