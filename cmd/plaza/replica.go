package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

type replicas struct {
	Keygen replicaKeygen `cmd:"" help:"Make the two halves of a key: one to seal copies with, one to open them."`
	Status replicaStatus `cmd:"" help:"Say of each copy how old the last moment is that can be gone back to."`
	Daily  replicaDaily  `cmd:"" help:"Make the daily copy now, at every place."`
}

type replicaKeygen struct {
	Out string `help:"File to write the identity to, which opens copies; it must not be there yet. Without it, it is printed." placeholder:"FILE"`
}

// Run prints what opens copies, and says what seals them.
func (v *replicaKeygen) Run(s streams) error {
	identity, recipient, err := app.CopyKey()
	if err != nil {
		return err
	}
	if v.Out == "" {
		fmt.Fprint(s.out, identity)
	} else if err := writeSecret(v.Out, identity); err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Keep the identity where this server is not, and twice: without it no copy can be opened, and with it anybody can.\n"+
		"In plaza.toml:\n\n  [[replica]]\n  url = \"…\"\n  recipient = %q\n", recipient)
	return nil
}

// writeSecret makes a file that only we can read.
func writeSecret(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return errs.Newf(errs.Conflict, "%s is there already, and may be the only thing that opens a copy. Choose another name.", path)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

type replicaStatus struct {
	where
	asJSON
}

// Run prints a line for each copy. It fails if nobody keeps them at the moment.
func (v *replicaStatus) Run(s streams) error {
	c, err := v.settings()
	if err != nil {
		return err
	}
	status, late := app.CopiesSaid(c)
	if late != nil && errs.KindOf(late) != errs.Unavailable {
		return late
	}
	if v.JSON {
		return errors.Join(json.NewEncoder(s.out).Encode(status), late)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, x := range status.Copies {
		fmt.Fprintf(w, "%s\t%.1f s old\t%d waiting\t%s\t%s\n", x.Place, x.Age, x.Waiting, dailyAge(x.Daily), x.Fault)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return late
}

// dailyAge is how old the newest daily copy is.
func dailyAge(d *app.DailyState) string {
	switch {
	case d == nil:
		return ""
	case d.At.IsZero():
		return "no daily copy yet"
	case d.Late:
		return fmt.Sprintf("DAILY COPY %.0f h OLD %s", d.Age/hour, d.Fault)
	}
	return fmt.Sprintf("daily copy %.1f h old", d.Age/hour)
}

const hour = 60 * 60 // seconds

type drill struct {
	where
	asJSON
	All bool `help:"Read every file of every copy, not only some by lot."`
}

// Run has the house that serves drill, and prints what it found.
func (v *drill) Run(ctx context.Context, s streams) error {
	c, err := v.settings()
	if err != nil {
		return err
	}
	found, err := app.DrillNow(ctx, c, v.All)
	if err != nil {
		return err
	}
	if v.JSON {
		err = json.NewEncoder(s.out).Encode(found)
	} else {
		for _, c := range found.Copies {
			says := "brought back, whole, and the same as here"
			if !c.Restored {
				says = "NOT BROUGHT BACK"
			}
			fmt.Fprintf(s.out, "%s: %s; %d bytes of database, %d files, %d records of the log of evidence, %s\n", c.Place, says, c.Bytes, c.Files, c.Evidence, c.Took.Round(time.Millisecond))
			if !c.Daily.IsZero() {
				fmt.Fprintf(s.out, "  the daily copy of %s: brought back, opened, and as it was made\n", c.Daily.UTC().Format(app.DailyTime))
			}
			for _, w := range c.Wrong {
				fmt.Fprintln(s.out, "  WRONG ", w)
			}
		}
	}
	if err == nil && !found.OK() {
		return errs.New(errs.Conflict, strings.TrimSpace("A copy is not what it should be. Look at its place; if it cannot be mended, empty it, and it is made anew. "+found.Fault))
	}
	return err
}

// from says which copy to bring a house back from, and what opens it.
type from struct {
	From     string `help:"Where the copy is: its url, or the number of the [[replica]] in the settings." required:"" placeholder:"URL"`
	Identity string `help:"File that opens it, made by plaza replica keygen." required:"" placeholder:"FILE" type:"existingfile"`
	fromKeys
}

// fromKeys let us in there.
type fromKeys struct {
	Key     string `help:"Access key of a store that speaks S3 (PLAZA_FROM_KEY)." env:"PLAZA_FROM_KEY" placeholder:"KEY"`
	Secret  string `help:"Its secret, or the password for SFTP. Better given as PLAZA_FROM_SECRET: others on this machine see what is typed." env:"PLAZA_FROM_SECRET" placeholder:"TEXT"`
	HostKey string `help:"Key of the SFTP server (PLAZA_FROM_HOST_KEY)." env:"PLAZA_FROM_HOST_KEY" placeholder:"KEY"`
	KeyFile string `help:"Private key for SFTP (PLAZA_FROM_KEY_FILE)." env:"PLAZA_FROM_KEY_FILE" placeholder:"FILE"`
}

type restore struct {
	from
	Data   string `help:"Folder to bring the house back into; there must be none in it, but with --files." required:"" placeholder:"DIR"`
	Daily  day    `help:"Bring a daily copy back: the newest, or that of a day, such as --daily=2026-11-25. For when the other copy is broken." placeholder:"DATE"`
	Epoch  int64  `help:"Bring back what an earlier epoch had, by its number: for when of the last not all is there. What was written since is lost." placeholder:"N"`
	Files  bool   `help:"Only bring the files that are not here yet, into the folder of a house that is back; it may be serving."`
	Serve  bool   `help:"Serve as soon as the database is there; files come in behind."`
	Listen string `help:"With --serve: address to listen at." placeholder:"ADDR"`
	URL    string `name:"url" help:"With --serve: how the world reaches the server." placeholder:"URL"`

	back *app.Daily // the daily copy that came back; nil is none
}

// at is the place that was named.
func (v *from) at() conf.Place {
	return v.place(v.From)
}

func (v *fromKeys) place(url string) conf.Place {
	return conf.Place{URL: url, Key: v.Key, Secret: conf.Secret(v.Secret), HostKey: v.HostKey, KeyFile: v.KeyFile}
}

// Run brings the house back.
func (v *restore) Run(ctx context.Context, s streams) error {
	source, err := app.OpenCopy(ctx, v.at(), v.Identity, v.Data)
	if err != nil {
		return err
	}
	defer source.Place.Close()
	source.Only = v.Epoch
	r := app.Restore{Source: source, Data: v.Data, Passed: func(why error) {
		fmt.Fprintln(s.err, "PASSED OVER, so what only that place has is not here:", why)
	}}
	switch {
	case v.Files && !app.House(v.Data):
		return errs.Newf(errs.NotFound, "There is no house in %s. Leave out --files to bring it back.", v.Data)
	case v.Files:
		return v.files(ctx, s, r)
	case v.Daily.wanted && v.Epoch != 0:
		return errs.New(errs.Invalid, "A daily copy is named by its day. Leave out --epoch or --daily.")
	case v.Daily.wanted:
		err = v.daily(ctx, s, r)
	default:
		err = v.database(ctx, s, r)
	}
	if err != nil {
		return err
	}
	if v.Serve {
		return v.serve(ctx, s, r)
	}
	if err := v.files(ctx, s, r); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "It is all there. plaza serve --data %s takes over: from then on a Plaza that wrote before it is kept from writing.\n", v.Data)
	return nil
}

// database brings back the last moment that there is.
func (v *restore) database(ctx context.Context, s streams, r app.Restore) error {
	began := time.Now()
	back, settings, err := r.Database(ctx)
	if err != nil {
		return err
	}
	v.along(ctx, s, settings)
	fmt.Fprintf(s.out, "The database of epoch %d is there, after %s.\n", back.Epoch.N, time.Since(began).Round(time.Millisecond))
	for _, e := range back.Nought {
		fmt.Fprintf(s.out, "Epoch %d began later, %s, and nothing of it is in this copy. If its house wrote anything, another place may have it: look there before you start this one.\n", e.N, e.Began())
	}
	return nil
}

// along tells of settings that came with the copy, and of a key that did not.
func (v *restore) along(ctx context.Context, s streams, came bool) {
	if c, err := (where{Data: v.Data}).settings(); err == nil && app.KeyMissing(ctx, c) {
		fmt.Fprintf(s.err, "THE KEY IS NOT HERE: messages cannot be read or sent, and codes of apps not checked, until it is. Before you start Plaza, put factors.key of the old machine into %s, or its factor_key into the settings. If it is lost for good: plaza rekey --lost.\n", v.Data)
	}
	if came {
		fmt.Fprintf(s.out, "The settings came along, as plaza.toml in %s: look whether they fit this machine. on_promote, if there is one, is commented out.\n", v.Data)
	}
}

// serve serves while the files come in.
func (v *restore) serve(ctx context.Context, s streams, r app.Restore) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	behind := make(chan error, 1)
	go func() { behind <- v.files(ctx, s, r) }()
	server := serve{where: where{Data: v.Data}, Listen: v.Listen, URL: v.URL}
	err := server.Run(ctx, s)
	stop()
	if late := <-behind; err == nil && !errors.Is(late, context.Canceled) {
		err = late
	}
	return err
}

// files brings back what people attached.
func (v *restore) files(ctx context.Context, s streams, r app.Restore) error {
	bar := s.bar()
	defer bar.end()
	n := 0
	if err := r.Files(ctx, func(done, all int) { n = max(n, done); bar.tell(done, all) }); err != nil {
		return err
	}
	bar.end()
	fmt.Fprintf(s.out, "%d files are back.\n", n)
	return v.lost(ctx, s, r)
}
