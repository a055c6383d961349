package app

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/measures"
	"github.com/plaza-social/plaza/internal/core/screen"
	"github.com/plaza-social/plaza/internal/social"
)

// What the command line does about hosts, and about who may not join.

// pageOfAll is how many lines are read at a time where all are.
const pageOfAll = 500

// everything reads all pages of a list.
func everything[T any](get func(social.Page) (items []T, oldest int64, err error)) (all []T, err error) {
	for p := (social.Page{Limit: pageOfAll}); ; {
		items, oldest, err := get(p)
		if err != nil || len(items) == 0 {
			return all, err
		}
		all, p.Before = append(all, items...), oldest
	}
}

// HostBlocks is all hosts that are kept away from, by name.
func (a *App) HostBlocks(ctx context.Context) ([]social.HostBlock, error) {
	all, err := everything(func(p social.Page) ([]social.HostBlock, int64, error) {
		s, err := a.Hosts.Blocks(ctx, social.Keyboard, p)
		return s.Items, s.Oldest, err
	})
	slices.SortFunc(all, func(x, y social.HostBlock) int { return strings.Compare(x.Host, y.Host) })
	return all, err
}

// HostAllows is all hosts that were let in.
func (a *App) HostAllows(ctx context.Context) ([]social.HostAllow, error) {
	return everything(func(p social.Page) ([]social.HostAllow, int64, error) {
		s, err := a.Hosts.Allows(ctx, social.Keyboard, p)
		return s.Items, s.Oldest, err
	})
}

// MailBlocks is all hosts of e-mail that are turned away.
func (a *App) MailBlocks(ctx context.Context) ([]social.MailBlock, error) {
	return everything(func(p social.Page) ([]social.MailBlock, int64, error) {
		s, err := a.Screen.Mails(ctx, social.Keyboard, p)
		return s.Items, s.Oldest, err
	})
}

// IPBlocks is all networks that are turned away.
func (a *App) IPBlocks(ctx context.Context) ([]social.IPBlock, error) {
	return everything(func(p social.Page) ([]social.IPBlock, int64, error) {
		s, err := a.Screen.Nets(ctx, social.Keyboard, p)
		return s.Items, s.Oldest, err
	})
}

// AddIPBlock turns a network away, for some time or, with zero, for good.
func (a *App) AddIPBlock(ctx context.Context, net string, s social.IPSeverity, comment string, lasts time.Duration) (social.IPBlock, error) {
	return a.Screen.AddNet(ctx, social.Keyboard, netip.Addr{}, screen.NetWish{Net: &net, Severity: &s, Comment: &comment, Lasts: &lasts})
}

// A HostChange is what becomes of a line of a list of hosts, or would.
type HostChange struct {
	Line  int              `json:"line,omitempty"`
	Host  string           `json:"host"`
	Does  string           `json:"does"` // add, change, keep or fail
	Why   string           `json:"why,omitempty"`
	Block social.HostBlock `json:"-"`
	// What a block of the host itself cuts: known accounts there, those that
	// ours follow, and those that follow ours.
	Accounts  int `json:"accounts"`
	Following int `json:"following"`
	Followers int `json:"followers"`
}

// Keep keeps away from hosts, or with dry only tells what would be. Hosts that
// have a block already keep theirs, unless it is to be overwritten.
func (a *App) Keep(ctx context.Context, wishes []HostChange, overwrite, dry bool, tell func(done, total int)) ([]HostChange, error) {
	there := map[string]social.HostBlock{}
	blocks, err := a.HostBlocks(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range blocks {
		there[b.Host] = b
	}
	for i := range wishes {
		if err := a.keep(ctx, &wishes[i], there, overwrite, dry); err != nil {
			return wishes, err
		}
		tell(i+1, len(wishes))
	}
	return wishes, nil
}

func (a *App) keep(ctx context.Context, w *HostChange, there map[string]social.HostBlock, overwrite, dry bool) (err error) {
	if w.Does == "fail" {
		return nil
	}
	if w.Host, err = social.CleanHost(w.Block.Host); err == nil {
		w.Block.Host = w.Host
		err = w.Block.Check()
	}
	if err != nil {
		w.Does, w.Why = "fail", errs.Public(err)
		return nil
	}
	if err := a.cut(ctx, w); err != nil {
		return err
	}
	was, known := there[w.Host]
	switch {
	case !known:
		w.Does = "add"
		if !dry {
			_, err = a.Hosts.Add(ctx, social.Keyboard, w.Block)
		}
	case !overwrite:
		w.Does, w.Why = "keep", "It has a block already."
	default:
		w.Does = "change"
		if !dry {
			_, err = a.Hosts.Change(ctx, social.Keyboard, was.ID, func(b *social.HostBlock) { *b = w.Block })
		}
	}
	there[w.Host] = w.Block
	return err
}

// cut counts what a block of a host cuts.
func (a *App) cut(ctx context.Context, w *HostChange) error {
	now := a.Store.Now()
	var wishes []measures.Wish
	for _, key := range []string{"instance_accounts", "instance_follows", "instance_followers"} {
		wishes = append(wishes, measures.Wish{Key: key, About: w.Host})
	}
	all, err := a.Measures.Measures(ctx, social.Keyboard, measures.Days{First: now, Last: now}, wishes)
	if err == nil {
		w.Accounts, w.Following, w.Followers = all[0].Total, all[1].Total, all[2].Total
	}
	return err
}

// hostColumns are those of Mastodon's lists of blocked hosts.
var hostColumns = []string{"#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"}

// ReadHosts reads a list of blocked hosts, as Mastodon writes it. Lines that
// cannot be read are told of where they stand.
func ReadHosts(file io.Reader) (out []HostChange, err error) {
	r := csv.NewReader(withoutMark(bufio.NewReader(file)))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	head, err := r.Read()
	at := map[string]int{}
	for i, name := range head {
		at["#"+strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "#")] = i
	}
	if _, ok := at["#domain"]; err != nil || !ok {
		return nil, errs.Newf(errs.Invalid, "The first line names the columns: %s.", strings.Join(hostColumns, ","))
	}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			return out, errs.Wrap(errs.Invalid, "The file is not CSV: "+err.Error(), err)
		}
		if len(out) >= social.MaxHosts {
			return out, errs.Newf(errs.Invalid, "A list has at most %d hosts.", social.MaxHosts)
		}
		get := func(name string) string {
			if i, ok := at[name]; ok && i < len(fields) {
				return strings.TrimSpace(fields[i])
			}
			return ""
		}
		b := social.HostBlock{Host: get("#domain"), Severity: social.HostSeverity(get("#severity")), RejectMedia: isTrue(get("#reject_media")),
			RejectReports: isTrue(get("#reject_reports")), Public: get("#public_comment"), Obfuscate: isTrue(get("#obfuscate"))}
		if b.Severity == "" {
			b.Severity = social.HostSuspends // as other programs read a list of names alone
		}
		out = append(out, HostChange{Line: line, Host: b.Host, Block: b})
	}
}

func isTrue(s string) bool {
	b, err := strconv.ParseBool(strings.ToLower(s))
	return err == nil && b
}

// WriteHosts writes blocks as ReadHosts reads them. What is for admins alone is
// left out.
func WriteHosts(to io.Writer, blocks []social.HostBlock) error {
	w := csv.NewWriter(to)
	if err := w.Write(hostColumns); err != nil {
		return err
	}
	for _, b := range blocks {
		if err := w.Write([]string{b.Host, string(b.Severity), strconv.FormatBool(b.RejectMedia), strconv.FormatBool(b.RejectReports), b.Public, strconv.FormatBool(b.Obfuscate)}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// Decide changes the settings of the house.
func (a *App) Decide(ctx context.Context, change func(*social.Settings)) error {
	s := a.Instance.Settings()
	change(&s)
	return a.Instance.SetSettings(ctx, social.Keyboard, s)
}
