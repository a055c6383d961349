package app

import (
	"context"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/core/hosts"
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

// What becomes of hosts, as the command line tells it.
type (
	HostChange  = hosts.Change
	HostLine    = hosts.Line
	HostWish    = hosts.Wish
	ListPreview = hosts.ListPreview
)

// ReadHosts reads a list of hosts as Mastodon writes it.
func ReadHosts(file io.Reader) ([]HostLine, error) { return hosts.Read(file) }

// Keep keeps away from the hosts of lines, or lets them in, or only tells what
// would be, and what that cuts.
func (a *App) Keep(ctx context.Context, lines []HostLine, w HostWish, tell func(done, total int)) ([]HostChange, social.HostCut, error) {
	return a.Hosts.Bring(ctx, social.Keyboard, lines, w, tell)
}

// WriteHosts writes all blocks as ReadHosts reads them, or all hosts that were
// let in.
func (a *App) WriteHosts(ctx context.Context, to io.Writer, allows bool) error {
	return a.Hosts.Write(ctx, social.Keyboard, to, allows)
}

// Decide changes the settings of the house.
func (a *App) Decide(ctx context.Context, change func(*social.Settings)) error {
	s := a.Instance.Settings()
	change(&s)
	return a.Instance.SetSettings(ctx, social.Keyboard, s)
}
