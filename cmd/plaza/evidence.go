package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
)

type evidences struct {
	Export     evidenceExport     `cmd:"" help:"Write a bundle of evidence, which anybody can check."`
	Key        evidenceKey        `cmd:"" help:"Print the public key of the log, which bundles are checked by."`
	Report     evidenceReport     `cmd:"" help:"Write the files of the yearly report that the Digital Services Act asks for."`
	Statements evidenceStatements `cmd:"" help:"Write the statements of reasons of a time, as the Transparency Database takes them."`
	Verify     evidenceVerify     `cmd:"" help:"Check a bundle of evidence, without a house and without a network."`

	Witness witnesses `cmd:"" help:"Look after who witnesses the log, and whose logs are witnessed here."`
}

type evidenceExport struct {
	where
	Out       string `help:"File to write, usually named .evz." required:"" placeholder:"FILE"`
	Case      string `help:"Only what belongs to a case." placeholder:"ID"`
	NoticesOf string `help:"Only what belongs to the notices of a host or an authority." placeholder:"HOST"`
	Matter    string `help:"Only what belongs to one notice, as it goes with the answer." placeholder:"ID"`
	Account   string `help:"Only what is about an account, or was reported by it." placeholder:"NAME"`
	Since     moment `help:"Only what was written down from then on; the whole log comes along, without what it says." placeholder:"TIME"`
	Until     moment `help:"… and before then." placeholder:"TIME"`
	Profile   string `help:"For whom: public, party, host or court. Without it the one that shows least." placeholder:"PROFILE"`
	Size      int64  `help:"As the log stood with so many records, instead of the last time it was signed." placeholder:"N"`
	Policy    string `help:"Keys of the log and of witnesses, and how many it takes (C2SP tlog-policy), to put into the bundle." placeholder:"FILE" type:"existingfile"`
	For       string `help:"What kind of receiver gets it, for the record: no name." placeholder:"KIND"`
}

// Help says what is done besides.
func (*evidenceExport) Help() string {
	return "Times are days (2026-11-26, UTC) or moments (2026-11-26T08:00:00Z). That it was exported is a record of the log, too. The same state gives the same bytes."
}

// moment is a time on the command line.
type moment struct{ time.Time }

// UnmarshalText reads one.
func (d *moment) UnmarshalText(b []byte) (err error) {
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if d.Time, err = time.Parse(form, string(b)); err == nil {
			return nil
		}
	}
	return errs.Newf(errs.Invalid, "%q is no day such as 2026-11-26 and no moment such as 2026-11-26T08:00:00Z", b)
}

// Run writes it.
func (v *evidenceExport) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	m, err := a.ExportEvidence(ctx, app.EvidenceWanted{Out: v.Out, Case: v.Case, NoticesOf: v.NoticesOf, Matter: v.Matter, Account: v.Account, Since: v.Since.Time, Until: v.Until.Time,
		Profile: v.Profile, Size: v.Size, Policy: v.Policy, For: v.For})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s: %d records as the log stood with %d, for %s. SHA-256 of its manifest: %s\n", v.Out, m.Counts.Records, m.Size, m.Profile, m.Sum())
	return nil
}

type evidenceKey struct{ where }

// Run prints it.
func (v *evidenceKey) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	key, err := a.EvidenceKey(ctx)
	if err == nil {
		fmt.Fprintln(s.out, key)
	}
	return err
}

type evidenceReport struct {
	where
	Year int    `help:"The year. Of the one that is not over, what there is." required:"" placeholder:"YEAR"`
	Out  string `help:"Folder to write to: a CSV file for each section." required:"" placeholder:"DIR"`
	Form string `help:"Which files there are, and their headings, instead of those that come with Plaza." placeholder:"FILE" type:"existingfile"`
}

// Help says where the figures come from.
func (*evidenceReport) Help() string {
	return "They are counted from the log of evidence as it was signed last, which is in there as checkpoint.txt. Check the headings against the Commission's templates before you publish."
}

// Run writes it.
func (v *evidenceReport) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	n, err := a.YearlyReport(ctx, v.Year, v.Out, v.Form)
	if err == nil {
		fmt.Fprintf(s.out, "%s: %d files about %d\n", v.Out, n, v.Year)
	}
	return err
}

type evidenceStatements struct {
	where
	Since moment `help:"Of decisions from then on." required:"" placeholder:"TIME"`
	Until moment `help:"… and before then; without it until now." placeholder:"TIME"`
	Out   string `help:"File to write: in each line what one request to /api/v1/statements holds, at most 100 of them." required:"" placeholder:"FILE"`
}

// Help says what it is not.
func (*evidenceStatements) Help() string {
	return "Nothing is sent anywhere, and nothing that somebody typed about somebody is in it. One that the database would refuse is not written, and the command says which and why."
}

// Run writes them.
func (v *evidenceStatements) Run(ctx context.Context, s streams) error {
	a, err := v.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	n, err := a.Statements(ctx, v.Since.Time, v.Until.Time, v.Out)
	if err == nil {
		fmt.Fprintf(s.out, "%s: %d statements of reasons\n", v.Out, n)
	}
	return err
}

type evidenceVerify struct {
	Bundle     string   `arg:"" help:"The .evz file." type:"existingfile"`
	Key        string   `help:"Public key of the log, got from somewhere else than from the bundle." placeholder:"VKEY"`
	Policy     string   `help:"Keys of the log and of witnesses, and how many it takes (C2SP tlog-policy), instead of the bundle's." placeholder:"FILE" type:"existingfile"`
	Receipt    []string `help:"A receipt for a report. Can be given more than once." placeholder:"FILE" type:"existingfile" sep:"none"`
	Checkpoint []string `help:"A checkpoint that you, or a witness, kept. Can be given more than once." placeholder:"FILE" type:"existingfile" sep:"none"`
	TSA        string   `name:"tsa" help:"Certificates (PEM) of who stamps the time, or of who vouches for them, got from somewhere else than from the bundle." placeholder:"FILE" type:"existingfile"`
	asJSON
}

// Help says what the answer means.
func (*evidenceVerify) Help() string {
	return "Ends with 0 if everything that is there holds, also when bodies are withheld or were erased, which is said and why; with 1 if anything does not hold."
}

// Run checks it.
func (v *evidenceVerify) Run(s streams) error {
	found, err := app.CheckEvidence(v.Bundle, app.EvidenceCheck{Key: v.Key, Policy: v.Policy, Receipts: v.Receipt, Checkpoints: v.Checkpoint, Authorities: v.TSA})
	if err != nil {
		return err
	}
	if v.JSON {
		err = json.NewEncoder(s.out).Encode(found)
	} else {
		_, err = fmt.Fprint(s.out, found.Text())
	}
	if err == nil && found.Total > 0 {
		err = errs.Newf(errs.Invalid, "%s does not hold.", v.Bundle)
	}
	return err
}
