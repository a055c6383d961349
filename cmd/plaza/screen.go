package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

type emailDomain struct {
	Add    emailDomainAdd    `cmd:"" help:"Turn away who has an address at a host of e-mail."`
	List   emailDomainList   `cmd:"" help:"Show the hosts of e-mail that are turned away."`
	Remove emailDomainRemove `cmd:"" help:"Take a host off the list."`
}

type emailDomainAdd struct {
	where
	asJSON
	Approval bool     `help:"Take them, once somebody has looked at it."`
	Host     []string `arg:"" help:"One or more."`
}

type mailLine struct {
	Host     string `json:"host"`
	Approval bool   `json:"approval"`
	Tries    int    `json:"tries"` // in the last days
}

func mailLineOf(b social.MailBlock) mailLine {
	l := mailLine{Host: b.Host, Approval: b.Approval}
	for _, d := range b.Days {
		l.Tries += d.Uses
	}
	return l
}

func tellMails(w io.Writer, all []mailLine) {
	for _, l := range all {
		what := "turned away"
		if l.Approval {
			what = "looked at"
		}
		fmt.Fprintf(w, "%s\t%s\t%d tries in %d days\n", l.Host, what, l.Tries, social.MailTryDays)
	}
}

// Run adds them.
func (v *emailDomainAdd) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		out := []mailLine{}
		for _, host := range v.Host {
			b, err := a.Screen.AddMail(ctx, social.Keyboard, host, nil, v.Approval)
			if err != nil {
				return fmt.Errorf("%s: %w", host, err)
			}
			out = append(out, mailLineOf(b))
		}
		return v.tell(s, out, func(w io.Writer) { tellMails(w, out) })
	})
}

type emailDomainList struct {
	where
	asJSON
}

// Run lists them.
func (v *emailDomainList) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		all, err := a.MailBlocks(ctx)
		if err != nil {
			return err
		}
		out := []mailLine{}
		for _, b := range all {
			out = append(out, mailLineOf(b))
		}
		return v.tell(s, out, func(w io.Writer) { tellMails(w, out) })
	})
}

type emailDomainRemove struct {
	where
	DryRun bool   `help:"Only find out whether it is on the list."`
	JSON   bool   `name:"json" help:"Print the result as JSON."`
	Host   string `arg:"" help:"Its name."`
}

// Run removes it.
func (v *emailDomainRemove) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		host, err := social.CleanHost(v.Host)
		if err != nil {
			return err
		}
		all, err := a.MailBlocks(ctx)
		if err != nil {
			return err
		}
		for _, b := range all {
			if b.Host != host {
				continue
			}
			did := map[string]any{"host": host, "dry_run": v.DryRun}
			if v.DryRun {
				return tell(s.out, v.JSON, did, "Addresses at %s would be taken again.", host)
			}
			if err := a.Screen.EndMail(ctx, social.Keyboard, b.ID); err != nil {
				return err
			}
			return tell(s.out, v.JSON, did, "Addresses at %s are taken again.", host)
		}
		return errs.Newf(errs.NotFound, "%s is not on the list.", v.Host)
	})
}

type ipBlock struct {
	Add    ipBlockAdd    `cmd:"" help:"Turn away who comes from a network."`
	List   ipBlockList   `cmd:"" help:"Show the networks that are turned away."`
	Remove ipBlockRemove `cmd:"" help:"Take a network off the list."`
}

type ipBlockAdd struct {
	where
	asJSON
	Severity string        `help:"sign_up_requires_approval, sign_up_block or no_access." enum:"sign_up_requires_approval,sign_up_block,no_access" default:"sign_up_block"`
	Comment  string        `help:"A note for admins." placeholder:"TEXT"`
	For      time.Duration `help:"How long, such as 72h; for good if this is left out." placeholder:"TIME"`
	Net      string        `arg:"" help:"An address or a network, such as 192.0.2.0/24."`
}

type netLine struct {
	Net       string     `json:"net"`
	Severity  string     `json:"severity"`
	Comment   string     `json:"comment"`
	ExpiresAt *time.Time `json:"expires_at"`
}

func netLineOf(b social.IPBlock) netLine {
	l := netLine{Net: b.Net.String(), Severity: string(b.Severity), Comment: b.Comment}
	if !b.ExpiresAt.IsZero() {
		l.ExpiresAt = &b.ExpiresAt
	}
	return l
}

func tellNets(w io.Writer, all []netLine) {
	for _, l := range all {
		until := "for good"
		if l.ExpiresAt != nil {
			until = "until " + l.ExpiresAt.Format(time.DateTime)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.Net, l.Severity, until, l.Comment)
	}
}

// Run adds it.
func (v *ipBlockAdd) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		b, err := a.AddIPBlock(ctx, v.Net, social.IPSeverity(v.Severity), v.Comment, v.For)
		if err != nil {
			return err
		}
		return v.tell(s, netLineOf(b), func(w io.Writer) { tellNets(w, []netLine{netLineOf(b)}) })
	})
}

type ipBlockList struct {
	where
	asJSON
}

// Run lists them.
func (v *ipBlockList) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		all, err := a.IPBlocks(ctx)
		if err != nil {
			return err
		}
		out := []netLine{}
		for _, b := range all {
			out = append(out, netLineOf(b))
		}
		return v.tell(s, out, func(w io.Writer) { tellNets(w, out) })
	})
}

type ipBlockRemove struct {
	where
	DryRun bool   `help:"Only find out whether it is on the list."`
	JSON   bool   `name:"json" help:"Print the result as JSON."`
	Net    string `arg:"" help:"The network."`
}

// Run removes it.
func (v *ipBlockRemove) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		net, err := social.ParseNet(v.Net)
		if err != nil {
			return err
		}
		all, err := a.IPBlocks(ctx)
		if err != nil {
			return err
		}
		for _, b := range all {
			if b.Net != net {
				continue
			}
			did := map[string]any{"net": net.String(), "dry_run": v.DryRun}
			if v.DryRun {
				return tell(s.out, v.JSON, did, "%s would not be turned away any more.", net)
			}
			if err := a.Screen.EndNet(ctx, social.Keyboard, b.ID); err != nil {
				return err
			}
			return tell(s.out, v.JSON, did, "%s is not turned away any more.", net)
		}
		return errs.Newf(errs.NotFound, "%s is not on the list.", v.Net)
	})
}
