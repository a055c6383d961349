package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social/jurysim"
)

type devJury struct {
	Jurors      int     `default:"1000" help:"How many may be drawn."`
	Hostile     float64 `default:"10" help:"How many of them want wrong verdicts." placeholder:"PCT"`
	Blocks      int     `default:"1" help:"In how many groups the hostile ones act."`
	Attack      float64 `default:"100" help:"In how many cases a group wants a wrong verdict. In the others it judges like everybody." placeholder:"PCT"`
	Cunning     bool    `help:"Groups know which cases they want, so that none is gold."`
	Seen        bool    `help:"Those of a group follow each other, so that few of them are seated together."`
	Correlation float64 `default:"0" help:"How often one goes along with what others of the same side think, from 0 to 1." placeholder:"R"`
	Accuracy    float64 `default:"0.75" help:"How often the others are right, from 0 to 1." placeholder:"A"`
	Answer      float64 `default:"100" help:"How many of those drawn say anything." placeholder:"PCT"`
	Eager       bool    `help:"Hostile ones always do."`
	Minutes     float64 `default:"5" help:"How long an answer takes on average."`
	Cases       int     `default:"10000" help:"How many cases."`
	Seed        uint64  `default:"1" help:"The same seed gives the same figures."`
	JSON        bool    `name:"json" help:"Print the figures as JSON."`
}

// Run plays them.
func (v *devJury) Run(s streams) error {
	r, err := jurysim.Run(jurysim.Settings{Jurors: v.Jurors, Hostile: v.Hostile / 100, Blocks: v.Blocks, Attack: v.Attack / 100, Cunning: v.Cunning,
		Seen: v.Seen, Correlation: v.Correlation, Accuracy: v.Accuracy, Answer: v.Answer / 100, Eager: v.Eager, Minutes: v.Minutes, Cases: v.Cases, Seed: v.Seed})
	if err != nil {
		return errs.New(errs.Invalid, err.Error())
	}
	if v.JSON {
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	f, c := r.Formula, r.Settings
	fmt.Fprintf(s.out, "%d jurors, %.1f %% hostile in %d groups, the others right in %.0f %%, correlation %.2f, %d cases, seed %d\n\n",
		c.Jurors, v.Hostile, c.Blocks, 100*c.Accuracy, c.Correlation, c.Cases, c.Seed)
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\tat first\tafter %d gold cases each\tby arithmetic\n", r.Weeded.Gold)
	line := func(what, form string, a, b float64, computed string) {
		fmt.Fprintf(w, "%s\t"+form+"\t"+form+"\t%s\n", what, a, b, computed)
	}
	percent := func(x float64) string { return fmt.Sprintf("%.3f %%", 100*x) }
	b, a := r.Before, r.After
	line("hostile in the pool", "%.1f %%", 100*b.Hostile, 100*a.Hostile, "")
	line("captured", "%.3f %%", 100*b.Captured, 100*a.Captured, "")
	line("  by the first panel", "%.3f %%", 100*b.FirstCap, 100*a.FirstCap, percent(f.Capture))
	line("wrong with their help", "%.3f %%", 100*b.Tipped, 100*a.Tipped, "")
	line("right, of the verdicts", "%.1f %%", 100*b.Right, 100*a.Right, fmt.Sprintf("%.1f %%", 100*f.Right))
	line("decided by 4 of 5", "%.1f %%", 100*b.First, 100*a.First, fmt.Sprintf("%.1f %%", 100*f.First))
	line("decided by 5 of 7", "%.1f %%", 100*b.Second, 100*a.Second, fmt.Sprintf("%.1f %%", 100*f.Second))
	line("left to the staff", "%.1f %%", 100*(b.Hung+b.Late), 100*(a.Hung+a.Late), fmt.Sprintf("%.1f %%", 100*(1-f.First-f.Second)))
	line("seats for a case", "%.1f", b.Seats, a.Seats, "")
	line("minutes to the verdict, median", "%.1f", b.Median, a.Median, "")
	line("minutes to the verdict, 95 %", "%.1f", b.P95, a.P95, "")
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "\nOut after %d gold cases: %.1f %% of the hostile, %.1f %% of the others.\n"+
		"By arithmetic is with votes that do not depend on each other, and for verdicts and staff with nobody hostile.\n",
		r.Weeded.Gold, 100*r.Weeded.Hostile, 100*r.Weeded.Others)
	return err
}
