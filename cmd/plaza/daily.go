package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
)

type replicaDaily struct {
	where
	asJSON
}

// Run has the house that serves make it, and prints what came of it.
func (v *replicaDaily) Run(ctx context.Context, s streams) error {
	c, err := v.settings()
	if err != nil {
		return err
	}
	made, err := app.DailyNow(ctx, c)
	if err != nil {
		return err
	}
	if v.JSON {
		err = json.NewEncoder(s.out).Encode(made)
	} else {
		for _, name := range slices.Sorted(maps.Keys(made.Places)) {
			if p := made.Places[name]; p.Fault != "" {
				fmt.Fprintf(s.out, "%s: IT DID NOT COME ABOUT: %s\n", name, p.Fault)
			} else {
				fmt.Fprintf(s.out, "%s: the daily copy of %s is there, and was read; %d bytes, sha256 %s\n", name, p.At.UTC().Format(app.DailyTime), p.Bytes, p.SHA256)
			}
		}
	}
	if err == nil && !made.OK() {
		return errs.New(errs.Unavailable, "There is a place without a daily copy of now. Look at what it says; it is tried again in an hour.")
	}
	return err
}

// A day is a flag that may have one behind it.
type day struct {
	wanted bool
	date   string // empty is the newest
}

var dayForm = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

// IsBool implements kong.BoolMapperValue.
func (day) IsBool() bool { return true }

// Decode implements kong.MapperValue.
func (d *day) Decode(ctx *kong.DecodeContext) error {
	d.wanted = true
	next := ctx.Scan.Peek()
	if text, ok := next.Value.(string); ok && (next.Type == kong.FlagValueToken || next.Type == kong.UntypedToken && dayForm.MatchString(text)) {
		d.date = text
		ctx.Scan.Pop()
		if !dayForm.MatchString(text) {
			return errors.New("write a day such as 2026-11-25")
		}
	}
	return nil
}

// daily brings back a daily copy.
func (v *restore) daily(ctx context.Context, s streams, r app.Restore) error {
	began := time.Now()
	back, settings, err := r.Daily(ctx, v.Daily.date)
	if err != nil {
		return err
	}
	v.back = &back
	if v.along(ctx, s, settings); back.OtherSettings {
		fmt.Fprintln(s.out, "They are not those of the daily copy: they were changed since.")
	}
	fmt.Fprintf(s.out, "The database of the daily copy of %s, of epoch %d, is there, after %s. What was written since is not in it.\n",
		back.At.Format(app.DailyTime), back.Note.Epoch.N, time.Since(began).Round(time.Millisecond))
	return nil
}

// lost tells of files that a daily copy had and that are no more.
func (v *restore) lost(ctx context.Context, s streams, r app.Restore) error {
	if v.back == nil {
		return nil
	}
	n, err := r.Lost(ctx, *v.back)
	if err == nil && n > 0 {
		fmt.Fprintf(s.out, "%d files that were there with the daily copy are not there any more: they were removed since, or lost.\n", n)
	}
	return err
}
