package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social/trend"
)

type trends struct {
	Count  trendsCount  `cmd:"" default:"withargs" help:"Count trends again from public data, without the server."`
	Export trendsExport `cmd:"" help:"Write the public data that trends are counted from now."`
}

type trendsCount struct {
	asJSON
	From     string `help:"The data: from /api/plaza/v1/trends/data of any house, or from export; - for standard input." placeholder:"FILE" required:""`
	Language string `help:"What is written in one language alone." placeholder:"CODE"`
	Follows  string `help:"A CSV file of follows as accounts are exported: tags and links then say how many of these use them." placeholder:"FILE" type:"existingfile"`
}

// Run prints what /api/plaza/v1/trends of that house answered at that moment.
func (v *trendsCount) Run(s streams) error {
	data, err := v.read()
	if err != nil {
		return err
	}
	follows, err := v.follows()
	if err != nil {
		return err
	}
	a, err := trend.Again(data, v.Language, follows)
	if err != nil {
		return errs.Newf(errs.Invalid, "%s does not hold trends as they are exported: %v.", v.From, err)
	}
	if v.JSON {
		return json.NewEncoder(s.out).Encode(a)
	}
	return v.print(s.out, a)
}

func (v *trendsCount) read() ([]byte, error) {
	var data []byte
	var err error
	if v.From == "-" {
		data, err = io.ReadAll(os.Stdin)
	} else {
		data, err = os.ReadFile(v.From)
	}
	if err != nil || !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, err
	}
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(zip)
}

// follows is the first column of the file, without its head.
func (v *trendsCount) follows() (out []string, err error) {
	if v.Follows == "" {
		return nil, nil
	}
	f, err := os.Open(v.Follows)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := csv.NewReader(f)
	lines.FieldsPerRecord = -1
	for n := 0; ; n++ {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, errs.Newf(errs.Invalid, "%s is no CSV file: %v.", v.Follows, err)
		}
		if strings.Contains(line[0], " ") {
			continue // the head
		}
		out = append(out, strings.TrimPrefix(line[0], "@"))
	}
}

func (v *trendsCount) print(to io.Writer, a trend.Answer) error {
	b := &strings.Builder{}
	section := func(name string) { fmt.Fprintf(b, "%s\n", name) }
	line := func(what string, why []trend.Reason) {
		said := make([]string, len(why))
		for i, r := range why {
			said[i] = r.String()
		}
		fmt.Fprintf(b, "  %s  (%s)\n", plain(what), plain(strings.Join(said, "; ")))
	}
	section("Posts")
	for _, p := range a.Posts {
		line(fmt.Sprintf("%d by @%s", p.ID, p.Acct), p.Why)
	}
	section("Tags")
	for _, t := range a.Tags {
		line("#"+t.Name, t.Why)
	}
	section("Links")
	for _, l := range a.Links {
		line(l.URL, l.Why)
	}
	section("People")
	for _, p := range a.People {
		line("@"+p.Acct, p.Why)
	}
	fmt.Fprintf(b, "Counted from %d posts. ", a.Counted)
	if a.Missed == 0 {
		b.WriteString("The counts are exact.\n")
	} else {
		fmt.Fprintf(b, "There were many tags or links: a count may be too low by up to %d.\n", a.Missed)
	}
	_, err := io.WriteString(to, b.String())
	return err
}

// plain is s without what a terminal would obey: the data may be any house's.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

type trendsExport struct {
	where
	File string `arg:"" help:"The file to write; it must not be there yet. - for standard output."`
}

// Run writes the data. A file that is not whole is removed.
func (v *trendsExport) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		if v.File == "-" {
			return a.Discover.Data(ctx, s.out)
		}
		f, err := os.OpenFile(v.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		err = a.Discover.Data(ctx, f)
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return errors.Join(err, os.Remove(v.File))
		}
		return nil
	})
}
