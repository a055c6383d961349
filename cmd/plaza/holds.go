package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

type moderate struct {
	Hold    holdPlace `cmd:"" help:"Keep records from being erased, because a court, a law or a claim asks for them."`
	Release holdEnd   `cmd:"" help:"End a hold, and have erased what waited for that."`
	Holds   holdList  `cmd:"" help:"Show what is held."`
}

type holdPlace struct {
	where
	JSON    bool   `name:"json" help:"Print the result as JSON."`
	Account string `help:"All about an account, and what it reported." placeholder:"NAME" xor:"what"`
	Case    string `help:"What belongs to a case." placeholder:"ID" xor:"what"`
	Matter  string `help:"What belongs to a notice of a host or an authority." placeholder:"ID" xor:"what"`
	Reason  string `help:"Who asks for it, and by what right." required:"" placeholder:"TEXT"`
	Until   moment `help:"When it ends by itself." placeholder:"TIME"`
	Silent  bool   `help:"Whom it is about may not be told."`
}

// Run places it.
func (v *holdPlace) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		h := social.Hold{Reason: v.Reason, Until: v.Until.Time, Silent: v.Silent}
		switch {
		case v.Account != "":
			who, err := a.AccountNamed(ctx, v.Account)
			if err != nil {
				return err
			}
			h.Kind, h.Subject = social.HoldAccount, int64(who)
		case v.Case != "":
			h.Kind, h.Subject = social.HoldCase, number(v.Case)
		case v.Matter != "":
			h.Kind, h.Subject = social.HoldMatter, number(v.Matter)
		default:
			return errs.New(errs.Invalid, "Say what to hold: --account NAME, --case ID or --matter ID.")
		}
		h, err := a.Moderation.Hold(ctx, social.Keyboard, h)
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, holdLine(h), "Hold %d keeps what belongs to %s %s.", h.ID, h.Kind, h.Name)
	})
}

// number is an id as it is typed, or zero.
func number(s string) int64 {
	n, _ := id.Parse(s)
	return n
}

type holdEnd struct {
	where
	JSON   bool   `name:"json" help:"Print the result as JSON."`
	ID     string `arg:"" help:"The hold, as plaza moderation holds shows it."`
	Reason string `help:"Why it ends." required:"" placeholder:"TEXT"`
}

// Run ends it.
func (v *holdEnd) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		if err := a.Moderation.Release(ctx, social.Keyboard, social.HoldID(number(v.ID)), v.Reason); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"id": v.ID}, "Hold %s has ended. What waited for that is erased by the server.", v.ID)
	})
}

type holdList struct {
	where
	Ended bool `help:"Those that ended, instead."`
	asJSON
}

func holdLine(h social.Hold) map[string]any {
	line := map[string]any{"id": fmt.Sprint(h.ID), "kind": h.Kind, "of": h.Name, "reason": h.Reason, "silent": h.Silent}
	if !h.Until.IsZero() {
		line["until"] = h.Until
	}
	if !h.Ended.IsZero() {
		line["ended"], line["ended_why"] = h.Ended, h.EndedWhy
	}
	return line
}

// Run shows them.
func (v *holdList) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		all, ended, err := a.Moderation.Holds(ctx, social.Keyboard, 0)
		if err != nil {
			return err
		}
		if v.Ended {
			all = ended
		}
		lines := []map[string]any{}
		for _, h := range all {
			lines = append(lines, holdLine(h))
		}
		return v.tell(s, lines, func(w io.Writer) {
			for _, h := range all {
				until := "until it is ended"
				if !h.Until.IsZero() {
					until = "until " + h.Until.UTC().Format(time.RFC3339)
				}
				if h.Silent {
					until += ", not told"
				}
				fmt.Fprintf(w, "%d\t%s %s\t%s\t%s\n", h.ID, h.Kind, h.Name, until, h.Reason)
			}
		})
	})
}
