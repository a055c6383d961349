package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

type verify struct {
	Data     string `help:"Folder of the house that does not write any more." required:"" placeholder:"DIR"`
	From     string `help:"Where a copy is, if the settings in the folder do not say it." placeholder:"URL"`
	Identity string `help:"File that opens it; needed only if who took over did not say what it had." placeholder:"FILE" type:"existingfile"`
	fromKeys
	Into  string `help:"Folder of the house that writes now, on this machine." placeholder:"DIR"`
	Merge bool   `help:"Bring over there what can come without asking anybody: posts, with their files."`
	asJSON
}

// verified is what is written as JSON.
type verified struct {
	Ours   app.Epoch   `json:"ours"`
	Theirs *app.Epoch  `json:"theirs"` // null if nobody has taken over
	Place  string      `json:"place,omitempty"`
	Strays []app.Stray `json:"strays"`
	app.Tally
}

// Run lists what was left behind, and brings it over if that is asked for.
func (v *verify) Run(ctx context.Context, s streams) error {
	if v.Merge != (v.Into != "") || v.Merge && v.Into == v.Data {
		return errs.New(errs.Invalid, "--merge and --into DIR belong together: DIR is the folder of the house that writes now.")
	}
	found, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer found.Close()
	out := verified{Ours: found.Ours, Place: found.Place, Strays: []app.Stray{}}
	if found.Theirs.N != 0 {
		out.Theirs = &found.Theirs
	}
	if !v.JSON {
		v.head(s, found)
	}
	each := func(x app.Stray) error { return v.line(s, x, &out) }
	if v.Merge {
		into, err := (where{Data: v.Into}).open(ctx, s)
		if err != nil {
			return err
		}
		defer into.Close()
		if err := into.Store.Gate(); err != nil {
			return err
		}
		each = func(x app.Stray) error {
			if err := found.Merge(ctx, into, &x); err != nil {
				return err
			}
			return v.line(s, x, &out)
		}
	}
	if out.Tally, err = found.Strays(ctx, each); err != nil {
		return err
	}
	if v.JSON {
		return json.NewEncoder(s.out).Encode(out)
	}
	v.foot(s, found, out.Tally)
	return nil
}

// open opens what is to be looked at.
func (v *verify) open(ctx context.Context) (*app.Verification, error) {
	c, err := conf.Load(os.Getenv, conf.Overrides{Data: v.Data})
	if err != nil {
		return nil, err
	}
	if v.From == "" {
		if len(c.Copies()) == 0 {
			return nil, errs.New(errs.Invalid, "The settings in this folder name no [[replica]]. Say where a copy is with --from, and what opens it with --identity.")
		}
		return app.Verify(ctx, c, nil)
	}
	source, err := app.OpenCopy(ctx, v.place(v.From), v.Identity, v.Data)
	if err != nil {
		return nil, err
	}
	defer source.Place.Close()
	return app.Verify(ctx, c, &source)
}

func (v *verify) head(s streams, found *app.Verification) {
	if found.Theirs.N == 0 {
		fmt.Fprintf(s.out, "Nobody has taken over from this house, which is of epoch %d. Start it: what was not copied yet is copied then.\n", found.Ours.N)
		return
	}
	on := found.Theirs.By
	if on == "" {
		on = "another machine"
	}
	fmt.Fprintf(s.out, "This house is of epoch %d. At %s epoch %d began %s on %s: that one writes now.\nWhat was written here and is nowhere else:\n\n",
		found.Ours.N, found.Place, found.Theirs.N, found.Theirs.Since.Format("on 2 January 2006 at 15:04:05 UTC"), on)
}

// line tells of one.
func (v *verify) line(s streams, x app.Stray, out *verified) error {
	if v.JSON {
		out.Strays = append(out.Strays, x)
		return nil
	}
	outcome := ""
	if x.Outcome != "" {
		outcome = "   → " + x.Outcome
	}
	if x.Why != "" {
		outcome += ": " + x.Why
	}
	who := x.Who
	if who == "" {
		who = "the house:"
	}
	_, err := fmt.Fprintf(s.out, "%s  %s %s%s\n", x.At.Format(time.DateTime), who, x.Says, outcome)
	return err
}

func (v *verify) foot(s streams, found *app.Verification, t app.Tally) {
	if found.Theirs.N == 0 {
		return
	}
	fmt.Fprintf(s.out, "\n%d things that people did; %d more followed from them by themselves, such as notices.\n", t.Done, t.Besides)
	if t.Forgotten > 0 {
		fmt.Fprintf(s.out, "%d facts are missing: they were older than an hour, and the journal had let go of them.\n", t.Forgotten)
	}
	if !v.Merge && t.Done > 0 {
		fmt.Fprintln(s.out, "Posts can be brought over, on the machine of the house that writes now: plaza verify --data THIS --merge --into THAT. The rest is for people to do again.")
	}
}
