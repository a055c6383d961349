package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

type evacuate struct {
	Go      evacuateGo      `cmd:"" default:"withargs" help:"Go there: everybody, with their followers. For when the old name is lost."`
	Prepare evacuatePrepare `cmd:"" help:"Make another name ready while all is well."`
	Status  evacuateStatus  `cmd:"" help:"Show how far it is."`
	Recover evacuateRecover `cmd:"" help:"Begin with nothing but a recovery file, in an empty folder."`
}

// target is a command about another name of the house.
type target struct {
	where
	asJSON
	To   string `help:"The new name: new.example, or an address with its scheme." required:"" placeholder:"NAME"`
	Host string `name:"handle-host" help:"What is to follow the second @ in people's addresses, if that is another." placeholder:"HOST"`
}

func (v target) name() (social.HouseName, error) {
	n, ok := social.ParseHouseName(v.To, v.Host)
	if !ok {
		return n, errs.Newf(errs.Invalid, "%q is not a name for the house. Write it as new.example.", v.To)
	}
	return n, nil
}

type evacuatePrepare struct {
	target
	Recovery  string   `help:"File for what is needed if all else is lost too. Keep it where this server is not, and make it anew now and then." placeholder:"FILE"`
	Recipient []string `help:"Who can open that file: age1…, as plaza replica keygen says it; those of the copies if it is left out." placeholder:"AGE"`
}

// Help says what it does.
func (*evacuatePrepare) Help() string {
	return "From then on the house answers under the new name as well, where everybody's new actor says who it was. Nothing else changes: " +
		"nobody can be followed there yet, and people are led to where the house is. New accounts are ready without more ado; only the recovery file has to be made anew."
}

// Run prepares.
func (v *evacuatePrepare) Run(ctx context.Context, s streams) error {
	to, err := v.name()
	if err != nil {
		return err
	}
	return v.run(ctx, s, func(a *app.App) error {
		if err := a.PrepareName(ctx, to); err != nil {
			return err
		}
		did := map[string]any{"to": to.URL, "recovery": nil}
		said := "The house answers at %s too from now on. Have the name lead to this server, with its certificate."
		if v.Recovery == "" {
			return tell(s.out, v.JSON, did, said+"\nNo recovery file was made: --recovery FILE makes one.", to.URL)
		}
		n, err := a.WriteRecovery(ctx, to, v.Recovery, v.Recipient)
		if err != nil {
			return err
		}
		did["recovery"], did["accounts"] = v.Recovery, n
		return tell(s.out, v.JSON, did, said+"\nWrote %s with %d accounts. Keep it where this server is not.", to.URL, v.Recovery, n)
	})
}

type evacuateGo struct {
	target
	DryRun bool `help:"Only say what would be done."`
}

// Help says what it does.
func (*evacuateGo) Help() string {
	return "The house is called by its new name from then on. Each account says so to its followers' servers with the key that they know, " +
		"and they follow where it is now. It is done once; run it again when it was interrupted. It cannot be taken back."
}

// Run goes, and takes everybody along.
func (v *evacuateGo) Run(ctx context.Context, s streams) error {
	to, err := v.name()
	if err != nil {
		return err
	}
	done := false
	if err := v.run(ctx, s, func(a *app.App) error {
		d, err := a.Departing(ctx, to)
		if err != nil {
			return err
		}
		if v.DryRun || d.Over {
			done = true
			return v.show(s, d)
		}
		return a.MoveHouse(ctx, to)
	}); err != nil || done {
		return err
	}
	return v.run(ctx, s, func(a *app.App) error { // which knows the new name
		d, err := a.Departing(ctx, to)
		if err != nil {
			return err
		}
		bar := s.bar()
		err = a.TakeAlong(ctx, func(told int) { bar.tell(told, d.People) })
		if bar.end(); err != nil {
			return err
		}
		if d, err = a.Departing(ctx, to); err != nil {
			return err
		}
		return v.show(s, d)
	})
}

func (v target) show(s streams, d app.Departure) error { return showDeparture(s, v.JSON, d) }

func showDeparture(s streams, asJSON bool, d app.Departure) error {
	if asJSON {
		return json.NewEncoder(s.out).Encode(d)
	}
	if d.Told == 0 && !d.Over {
		fmt.Fprintf(s.out, "From %s to %s%s: %d accounts, of which other servers know %d. %d followers on %d servers are told where they are; %d follows are asked for again. Everybody gets a letter, and a message in their apps.\n",
			d.From, d.To, map[bool]string{true: "", false: " (not prepared)"}[d.Prepared], d.People, d.Known, d.Followers, d.Servers, d.Follows)
		return nil
	}
	_, err := fmt.Fprintf(s.out, "The house is at %s now. %d accounts were taken along. Followers on other servers who have come after: %d of %d. The server sends what is left (plaza peers list shows what waits); plaza evacuate status counts again.\nPut url = %q into plaza.toml.\n",
		d.To, d.Told, d.Arrived, d.Followers, d.To)
	return err
}

type evacuateStatus struct {
	where
	asJSON
}

// Run shows it.
func (v *evacuateStatus) Run(ctx context.Context, s streams) error {
	return v.run(ctx, s, func(a *app.App) error {
		n := a.Names.Names()
		to := n.Next
		if to.URL == "" && n.Moved() {
			to = n.Now
		}
		if to.URL == "" {
			return errs.New(errs.NotFound, "No other name was prepared, and the house never moved. plaza evacuate prepare makes one ready.")
		}
		d, err := a.Departing(ctx, to)
		if err != nil {
			return err
		}
		return showDeparture(s, v.JSON, d)
	})
}

type evacuateRecover struct {
	where
	asJSON
	From     string `help:"The recovery file." required:"" type:"existingfile" placeholder:"FILE"`
	Identity string `help:"File with the identity that opens it." required:"" type:"existingfile" placeholder:"FILE"`
}

// Help says what there is then.
func (*evacuateRecover) Help() string {
	return "For when the house, all its copies and its name are lost. Its people are there then, with their passwords, keys and followers; not what they said. " +
		"If there are no settings, they are begun with the old address as url. Then run plaza evacuate --to NAME."
}

// Run brings the people back.
func (v *evacuateRecover) Run(ctx context.Context, s streams) error {
	identity, err := os.ReadFile(v.Identity)
	if err != nil {
		return err
	}
	f, err := os.Open(v.From)
	if err != nil {
		return err
	}
	defer f.Close()
	return v.run(ctx, s, func(a *app.App) error {
		n, next, err := a.Recover(ctx, f, identity)
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"accounts": n, "next": next.URL}, "%d accounts are here again. Now: plaza evacuate --to %s", n, next.URL)
	})
}
