package screen

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// The lists are for admins.

func (s *Service) read(ctx context.Context, by social.Actor, look func(v *store.View) error) error {
	if err := by.MustBe(social.Admin); err != nil {
		return err
	}
	return s.store.Read(ctx, look)
}

// write changes a list, of which add is about to be one longer.
func (s *Service) write(ctx context.Context, what string, by social.Actor, add store.Screened, do func(tx *store.Tx) error) error {
	if err := by.MustBe(social.Admin); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if add != "" {
			n, err := tx.CountScreened(ctx, add)
			if err != nil {
				return err
			}
			if n >= longest[add] {
				return errs.Newf(errs.Invalid, "Validation failed: This list has at most %d lines. Take some off it first.", longest[add])
			}
		}
		return do(tx)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

var longest = map[store.Screened]int{store.ScreenedMails: social.MaxMails, store.ScreenedPrints: social.MaxMails, store.ScreenedNets: social.MaxIPBlocks}

// nets is write for networks: what is remembered of them is read again at once.
func (s *Service) nets(ctx context.Context, what string, by social.Actor, add store.Screened, do func(tx *store.Tx) error) error {
	err := s.write(ctx, what, by, add, func(tx *store.Tx) error {
		tx.Record(event.ScreenChanged{})
		return do(tx)
	})
	if err != nil {
		return err
	}
	s.stale.Store(true)
	s.Load(ctx) // else the watcher
	return nil
}

// Mails is a page of the hosts of e-mail that are turned away.
func (s *Service) Mails(ctx context.Context, by social.Actor, p social.Page) (all view.Slice[social.MailBlock], err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		if all.Items, err = v.MailBlocks(ctx, p); err != nil {
			return err
		}
		return s.tries(ctx, v, all.Items)
	})
	return view.Ends(all.Items, p, func(b social.MailBlock) int64 { return int64(b.ID) }), err
}

// Mail is one of them, or NotFound.
func (s *Service) Mail(ctx context.Context, by social.Actor, which social.ScreenID) (b social.MailBlock, err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		if b, err = v.MailBlock(ctx, which); err != nil {
			return err
		}
		all := []social.MailBlock{b}
		err = s.tries(ctx, v, all)
		b = all[0]
		return err
	})
	return b, err
}

// tries fills in how often blocks stood in the way.
func (s *Service) tries(ctx context.Context, v *store.View, all []social.MailBlock) error {
	today := s.store.Now().UTC().Truncate(day)
	ids := make([]social.ScreenID, len(all))
	for i := range all {
		ids[i] = all[i].ID
		for d := range social.MailTryDays {
			all[i].Days = append(all[i].Days, social.MailTries{Day: today.AddDate(0, 0, -d)})
		}
	}
	got, err := v.MailTries(ctx, ids, today.AddDate(0, 0, 1-social.MailTryDays))
	for _, t := range got {
		for i := range all {
			if d := int(today.Sub(t.Day) / day); all[i].ID == t.Block && d >= 0 && d < social.MailTryDays {
				all[i].Days[d] = t.MailTries
			}
		}
	}
	return err
}

// AddMail turns a host of e-mail away, or has who comes from there be looked
// at. Others go with it: those that take letters for it, for one. That one of
// those is on the list already is fine.
func (s *Service) AddMail(ctx context.Context, by social.Actor, host string, others []string, approval bool) (b social.MailBlock, err error) {
	if len(others) > maxOthers {
		return b, errs.Newf(errs.Invalid, "Validation failed: Name at most %d other hosts.", maxOthers)
	}
	hosts := make([]string, 0, 1+len(others))
	for _, h := range append([]string{host}, others...) {
		if h, err = social.CleanHost(h); err != nil {
			return b, err
		}
		hosts = append(hosts, h)
	}
	err = s.write(ctx, "block e-mail of host", by, store.ScreenedMails, func(tx *store.Tx) error {
		var changed []evidence.Changed
		for i, h := range hosts {
			one := social.MailBlock{ID: social.ScreenID(id.New(tx.Now)), Host: h, Approval: approval, CreatedAt: tx.Now}
			err := tx.AddMailBlock(ctx, one)
			if err != nil && (i == 0 || errs.KindOf(err) != errs.Conflict) {
				return err
			}
			if err == nil {
				changed = append(changed, evidence.Changed{Target: h, To: mail(one)})
			}
			if i == 0 {
				b = one
			}
		}
		return record.Measures(ctx, tx, by, record.Mails, changed...)
	})
	if err != nil {
		return b, err
	}
	return s.Mail(ctx, by, b.ID)
}

const maxOthers = 20

// EndMail takes a host of e-mail off the list.
func (s *Service) EndMail(ctx context.Context, by social.Actor, which social.ScreenID) error {
	return s.write(ctx, "unblock e-mail of host", by, "", func(tx *store.Tx) error {
		b, err := tx.MailBlock(ctx, which)
		if err != nil {
			return err
		}
		if err := record.Measures(ctx, tx, by, record.Mails, evidence.Changed{Target: b.Host, From: mail(b)}); err != nil {
			return err
		}
		return tx.EndMailBlock(ctx, which)
	})
}

// Prints is a page of the fingerprints of addresses that are turned away.
func (s *Service) Prints(ctx context.Context, by social.Actor, p social.Page) (all view.Slice[social.PrintBlock], err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		all.Items, err = v.PrintBlocks(ctx, p)
		return err
	})
	return view.Ends(all.Items, p, func(b social.PrintBlock) int64 { return int64(b.ID) }), err
}

// Print is one of them, or NotFound.
func (s *Service) Print(ctx context.Context, by social.Actor, which social.ScreenID) (b social.PrintBlock, err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		b, err = v.PrintBlock(ctx, which)
		return err
	})
	return b, err
}

// PrintOf is that of an address, or NotFound.
func (s *Service) PrintOf(ctx context.Context, by social.Actor, email string) (b social.PrintBlock, err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		b, err = v.PrintBlockOf(ctx, social.MailPrint(email))
		return err
	})
	return b, err
}

// AddPrint turns a fingerprint of an address away.
func (s *Service) AddPrint(ctx context.Context, by social.Actor, print string) (b social.PrintBlock, err error) {
	if err := social.CheckPrint(print); err != nil {
		return b, err
	}
	err = s.write(ctx, "block address", by, store.ScreenedPrints, func(tx *store.Tx) error {
		b = social.PrintBlock{ID: social.ScreenID(id.New(tx.Now)), Print: print, CreatedAt: tx.Now}
		if err := noteAlias(ctx, tx, by, record.Prints, "print "+print, "", "turned away"); err != nil {
			return err
		}
		return tx.AddPrintBlock(ctx, b)
	})
	return b, err
}

// EndPrint takes a fingerprint off the list.
func (s *Service) EndPrint(ctx context.Context, by social.Actor, which social.ScreenID) error {
	return s.write(ctx, "unblock address", by, "", func(tx *store.Tx) error {
		b, err := tx.PrintBlock(ctx, which)
		if err != nil {
			return err
		}
		if err := noteAlias(ctx, tx, by, record.Prints, "print "+b.Print, "turned away", ""); err != nil {
			return err
		}
		return tx.EndPrintBlock(ctx, which)
	})
}

// Nets is a page of the networks that are turned away.
func (s *Service) Nets(ctx context.Context, by social.Actor, p social.Page) (all view.Slice[social.IPBlock], err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		all.Items, err = v.IPBlocks(ctx, p)
		return err
	})
	return view.Ends(all.Items, p, func(b social.IPBlock) int64 { return int64(b.ID) }), err
}

// Net is one of them, or NotFound.
func (s *Service) Net(ctx context.Context, by social.Actor, which social.ScreenID) (b social.IPBlock, err error) {
	err = s.read(ctx, by, func(v *store.View) (err error) {
		b, err = v.IPBlock(ctx, which)
		return err
	})
	return b, err
}

// ErrSelf is the error of who would shut themselves out.
var ErrSelf = errs.New(errs.Invalid, "Validation failed: You come from this network yourself, and would be shut out.")

// A NetWish is what somebody wants of a block of a network. Nil leaves a part
// as it is.
type NetWish struct {
	Net      *string
	Severity *social.IPSeverity
	Comment  *string
	Lasts    *time.Duration // from now; zero for good
}

// apply makes b what w wants, unless that shuts out who wants it and comes
// from there.
func (w NetWish) apply(b *social.IPBlock, from netip.Addr, now time.Time) (err error) {
	if w.Net != nil {
		if b.Net, err = social.ParseNet(*w.Net); err != nil {
			return err
		}
	}
	if w.Severity != nil {
		b.Severity = *w.Severity
	}
	if w.Comment != nil {
		b.Comment = text.Clean(*w.Comment)
	}
	if w.Lasts != nil {
		b.ExpiresAt = time.Time{}
		if *w.Lasts != 0 {
			b.ExpiresAt = now.Add(min(*w.Lasts, social.MaxIPBlock+time.Hour))
		}
	}
	if b.ShutsOut(from) {
		return ErrSelf
	}
	return b.Check(now)
}

// AddNet turns a network away, unless by comes from there and would be shut
// out.
func (s *Service) AddNet(ctx context.Context, by social.Actor, from netip.Addr, w NetWish) (b social.IPBlock, err error) {
	err = s.nets(ctx, "block network", by, store.ScreenedNets, func(tx *store.Tx) error {
		b = social.IPBlock{ID: social.ScreenID(id.New(tx.Now)), CreatedAt: tx.Now}
		if err := w.apply(&b, from, tx.Now); err != nil {
			return err
		}
		if err := noteAlias(ctx, tx, by, record.Networks, "network "+b.Net.String(), "", network(b)); err != nil {
			return err
		}
		return tx.AddIPBlock(ctx, b)
	})
	return b, err
}

// ChangeNet has a block say something else, unless by comes from there and
// would then be shut out.
func (s *Service) ChangeNet(ctx context.Context, by social.Actor, from netip.Addr, which social.ScreenID, w NetWish) (b social.IPBlock, err error) {
	err = s.nets(ctx, "change block of network", by, "", func(tx *store.Tx) error {
		var err error
		if b, err = tx.IPBlock(ctx, which); err != nil {
			return err
		}
		was := b
		if err := w.apply(&b, from, tx.Now); err != nil {
			return err
		}
		if err := noteNet(ctx, tx, by, was, b); err != nil {
			return err
		}
		return tx.SetIPBlock(ctx, b)
	})
	return b, err
}

// EndNet takes a network off the list.
func (s *Service) EndNet(ctx context.Context, by social.Actor, which social.ScreenID) error {
	return s.nets(ctx, "unblock network", by, "", func(tx *store.Tx) error {
		b, err := tx.IPBlock(ctx, which)
		if err != nil {
			return err
		}
		if err := noteAlias(ctx, tx, by, record.Networks, "network "+b.Net.String(), network(b), ""); err != nil {
			return err
		}
		return tx.EndIPBlock(ctx, which)
	})
}
