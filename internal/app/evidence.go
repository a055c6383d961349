package app

import (
	"bufio"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/edge/tlog"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// EvidenceCheck is what a bundle of evidence is checked with besides what is in
// it.
type EvidenceCheck struct {
	Key         string // of the log
	Policy      string // files from here on
	Receipts    []string
	Checkpoints []string
	Authorities string // certificates of who stamps
}

// maxKept is how large a file is that somebody kept: a receipt, a checkpoint.
const maxKept = 1 << 20

// CheckEvidence checks the bundle in a file. It needs no house.
func CheckEvidence(file string, with EvidenceCheck) (v evidence.Verdict, err error) {
	o := evidence.Options{Key: with.Key}
	if with.Policy != "" {
		if o.Policy, err = readKept(with.Policy); err != nil {
			return v, err
		}
	}
	if with.Authorities != "" {
		if o.Authorities, err = readKept(with.Authorities); err != nil {
			return v, err
		}
	}
	for _, name := range with.Receipts {
		b, err := readKept(name)
		if err != nil {
			return v, err
		}
		o.Receipts = append(o.Receipts, evidence.NamedReceipt{Report: filepath.Base(name), Note: b})
	}
	for _, name := range with.Checkpoints {
		b, err := readKept(name)
		if err != nil {
			return v, err
		}
		o.Checkpoints = append(o.Checkpoints, b)
	}
	f, err := os.Open(file)
	if err != nil {
		return v, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return v, err
	}
	return evidence.Verify(f, info.Size(), o)
}

func readKept(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && info.Size() > maxKept {
		err = errs.Newf(errs.Invalid, "%s is too large to be a receipt, a checkpoint or a policy.", name)
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// EvidenceKey is the public key of the log.
func (a *App) EvidenceKey(ctx context.Context) (string, error) { return a.Sealing.Public(ctx) }

// EvidenceWanted is a bundle that somebody asks for, of everything unless one of
// the fields says of what.
type EvidenceWanted struct {
	Out          string
	Case         string
	NoticesOf    string
	Matter       string
	Account      string
	Since, Until time.Time
	Profile      string // the least that is of use, if empty
	Size         int64
	Policy       string // a file
	For          string
}

// ExportEvidence writes a bundle to a file, which is there only once it is whole.
func (a *App) ExportEvidence(ctx context.Context, w EvidenceWanted) (m evidence.Manifest, err error) {
	want, err := a.wanted(ctx, w)
	if err != nil {
		return m, err
	}
	if w.Policy != "" {
		if want.Policy, err = readKept(w.Policy); err != nil {
			return m, err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(w.Out), ".evz-*")
	if err != nil {
		return m, err
	}
	defer os.Remove(f.Name()) // nothing, if it got its name
	out := bufio.NewWriterSize(f, 1<<20)
	m, err = a.Sealing.Export(ctx, out, want)
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), w.Out)
	}
	return m, err
}

func (a *App) wanted(ctx context.Context, w EvidenceWanted) (sealing.Wanted, error) {
	want := sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: evidence.Public, Size: w.Size, For: w.For}
	many := 0
	if w.Case != "" {
		many++
		want.Scope = evidence.Scope{Kind: evidence.ScopeCase, Of: w.Case}
	}
	if w.NoticesOf != "" {
		many++
		want.Scope, want.Profile = evidence.Scope{Kind: evidence.ScopeHost, Of: w.NoticesOf}, evidence.Host
	}
	if w.Matter != "" {
		many++
		want.Scope, want.Profile = evidence.Scope{Kind: evidence.ScopeMatter, Of: w.Matter}, evidence.Host
	}
	if w.Account != "" {
		many++
		want.Scope, want.Profile = evidence.Scope{Kind: evidence.ScopeAccount, Of: w.Account}, evidence.Party
		who, err := a.AccountNamed(ctx, w.Account)
		if err != nil {
			return want, err
		}
		want.Account = who
	}
	if !w.Since.IsZero() || !w.Until.IsZero() {
		many++
		want.Scope = evidence.Scope{Kind: evidence.ScopeSpan}
		if !w.Since.IsZero() {
			want.Scope.Since = w.Since.UnixMilli()
		}
		if !w.Until.IsZero() {
			want.Scope.Until = w.Until.UnixMilli()
		}
	}
	if many > 1 {
		return want, errs.New(errs.Invalid, "Ask for one thing: a case, notices of a host, one notice, an account, or a span of time.")
	}
	if w.Profile != "" {
		want.Profile = evidence.Profile(w.Profile)
	}
	return want, nil
}

// evidenceIn is how many records of the log are in the database of a file, and
// are as they were signed.
func evidenceIn(ctx context.Context, file string) (int64, error) {
	s, err := store.Open(ctx, store.Options{URL: file, Clock: clock.System, Follow: true})
	if err != nil {
		return 0, err
	}
	n, err := sealing.Anew(ctx, s)
	return n, errors.Join(err, s.Close())
}

// openStamps finds out who stamps the log of evidence, and whom to believe.
func (a *App) openStamps(o Options) error {
	e := a.Config.Evidence
	a.stamper = &tlog.Stamper{Sealing: a.Sealing, Client: netsafe.Client(o.Outward), URLs: e.Timestamp, Agent: "Plaza/" + Version + " (+" + a.Config.URL + ")", Gate: a.Store.Gate, Log: a.log}
	if e.Certificates == "" {
		return nil
	}
	pem, err := readKept(e.Certificates)
	if err != nil {
		return errs.Wrap(errs.Invalid, "evidence.timestamp_certificates: the file cannot be read.", err)
	}
	return a.Sealing.Trust(pem)
}

// AccountNamed is the account with a name, with @ and host or without.
func (a *App) AccountNamed(ctx context.Context, named string) (who social.AccountID, err error) {
	if err = a.Store.Read(ctx, func(v *store.View) error {
		name, host, _ := strings.Cut(strings.TrimPrefix(named, "@"), "@")
		found, err := v.AccountNamed(ctx, name, host)
		who = found.ID
		return err
	}); err != nil {
		return 0, errs.Newf(errs.NotFound, "There is no account %s here.", named)
	}
	return who, nil
}

// copied waits until a copy has what is committed. Copies that are away for long
// do not keep the log from being signed: what it promises has its time, too.
func (a *App) copied(ctx context.Context) error {
	r := a.replica.Load()
	if r == nil {
		return nil
	}
	err := r.Committed()(ctx)
	if errs.KindOf(err) == errs.Unavailable && ctx.Err() == nil {
		err = nil
	}
	return err
}
