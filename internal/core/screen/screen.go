// Package screen is who is turned away: at the door, for where they come from;
// when they want to join, also for where their letters go. Subjects ask it;
// admins say what stands on its lists. Where a list cannot be read nobody gets
// past it.
package screen

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service does it.
type Service struct {
	store   *store.Store
	table   atomic.Pointer[social.IPTable]
	stale   atomic.Bool // the networks have changed and were not read yet
	loading sync.Mutex  // held while reading them, so that none is overtaken
	key     []byte      // of the fingerprints of places, gone when we stop
}

// New returns a Service. Its Watch must be told of every fact.
func New(s *store.Store) *Service {
	k := &Service{store: s, key: make([]byte, sha256.Size)}
	rand.Read(k.key) // never fails: crypto/rand ends the program instead
	k.stale.Store(true)
	return k
}

// Load reads the networks that are turned away.
func (s *Service) Load(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	if !s.stale.Swap(false) {
		return nil
	}
	var all []social.IPBlock
	err := s.store.Read(ctx, func(v *store.View) (err error) {
		all, err = v.IPBlocks(ctx, social.Page{Limit: social.MaxIPBlocks})
		return err
	})
	if err != nil {
		s.stale.Store(true)
		return fmt.Errorf("read who is turned away: %w", err)
	}
	s.table.Store(social.NewIPTable(all))
	return nil
}

// Watch reads the networks again when they have changed. It is a
// store.Watcher. What cannot be read is tried again with the next fact.
func (s *Service) Watch(ctx context.Context, rs []event.Record) {
	if slices.ContainsFunc(rs, func(r event.Record) bool { _, is := r.Fact.(event.ScreenChanged); return is }) {
		s.stale.Store(true)
	}
	if s.stale.Load() {
		s.Load(ctx) // else the next fact
	}
}

// Refuses reports whether who calls from an address is not answered at all.
// It is asked for each call, and looks into memory only.
func (s *Service) Refuses(ctx context.Context, from netip.Addr) bool {
	t := s.table.Load()
	if t == nil {
		if s.Load(ctx) != nil {
			return true
		}
		t = s.table.Load()
	}
	return t.Find(from, s.store.Now()) == social.IPNoAccess
}

// A Verdict is what the lists say of somebody who wants to join.
type Verdict struct {
	Approval bool              // somebody has to look at it first
	Mail     []social.ScreenID // the blocks of their e-mail's host that stood in the way
	Refused  error             // nil if they may
	OfMail   bool              // they may not because of their e-mail
}

var (
	errFrom = errs.New(errs.Forbidden, "Nobody can join from where you are. If you think that is a mistake, write to the people who run this place.")
	errMail = errs.New(errs.Invalid, "Addresses of this e-mail provider are not taken here. Use another one.")
)

// Judge says whether somebody with an e-mail address may join from where they
// come from. An address that is not known is no reason against them.
func (s *Service) Judge(ctx context.Context, v *store.View, email string, from netip.Addr) (out Verdict, err error) {
	t := s.table.Load()
	if s.stale.Load() || t == nil { // whoever has a connection must not wait for one who needs another
		all, err := v.IPBlocks(ctx, social.Page{Limit: social.MaxIPBlocks})
		if err != nil {
			return out, err
		}
		t = social.NewIPTable(all)
	}
	switch t.Find(from, s.store.Now()) {
	case social.IPNoAccess, social.IPNoSignUp:
		return Verdict{Refused: errFrom}, nil
	case social.IPApproval:
		out.Approval = true
	}
	return out, s.judgeMail(ctx, v, email, &out)
}

// JudgeMail is Judge of an e-mail address alone.
func (s *Service) JudgeMail(ctx context.Context, v *store.View, email string) (out Verdict, err error) {
	return out, s.judgeMail(ctx, v, email, &out)
}

func (s *Service) judgeMail(ctx context.Context, v *store.View, email string, out *Verdict) error {
	host := email[strings.LastIndexByte(email, '@')+1:]
	names := social.Above(host)
	if ascii, err := social.CleanHost(host); err == nil {
		names = append(names, social.Above(ascii)...)
	}
	blocks, err := v.MailBlocksOf(ctx, names)
	if err != nil {
		return err
	}
	for _, b := range blocks {
		out.Mail = append(out.Mail, b.ID)
		if b.Approval {
			out.Approval = true
		} else {
			out.Refused, out.OfMail = errMail, true
		}
	}
	_, err = v.PrintBlockOf(ctx, social.MailPrint(email))
	if err == nil {
		out.Refused, out.OfMail = errMail, true
		return nil
	}
	if errs.KindOf(err) == errs.NotFound {
		return nil
	}
	return err
}

// places is how many places are told apart among those that tried on a day.
const places = 1000

// Count remembers that blocks stood in the way of somebody. Where they came
// from is not kept, only a fingerprint that nobody can turn back.
func (s *Service) Count(ctx context.Context, verdict Verdict, from netip.Addr) error {
	if len(verdict.Mail) == 0 {
		return nil
	}
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(from.String()))
	who := hex.EncodeToString(h.Sum(nil)[:8])
	return s.store.Write(ctx, func(tx *store.Tx) error {
		for _, block := range verdict.Mail {
			if err := tx.CountMailTry(ctx, block, who, places); err != nil {
				return err
			}
		}
		return nil
	})
}

// Tidy removes blocks that have ended, and tries that nobody is told of any more.
func (s *Service) Tidy(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if n, err := tx.TrimIPBlocks(ctx); err != nil {
			return err
		} else if n > 0 {
			tx.Record(event.ScreenChanged{})
		}
		return tx.TrimMailTries(ctx, tx.Now.UTC().Truncate(day).AddDate(0, 0, -social.MailTryDays))
	})
}

const day = 24 * time.Hour
