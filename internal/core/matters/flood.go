package matters

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Whoever sends thousands of notices must not bury what others tell. What the
// staff puts in was read by somebody, and is never turned away.

// joins is the waiting matter that d says again, or zero. It is not given away
// to who says it again: that would tell anybody what another sender was told.
func joins(ctx context.Context, tx *store.Tx, d social.MatterDraft) (social.MatterID, error) {
	if d.Channel == social.ByStaff || !d.From.Known() {
		return 0, nil
	}
	all, err := tx.WaitingMattersOf(ctx, d.From, social.MaxFromSender)
	if err != nil {
		return 0, err
	}
	for _, m := range all {
		about, err := tx.MatterObjects(ctx, m.ID)
		if err != nil {
			return 0, err
		}
		if !d.SaysAgain(m, about) {
			continue
		}
		n, err := tx.CountJoined(ctx, m.ID)
		switch {
		case err != nil || n < social.MaxJoined:
			return m.ID, err
		case m.Class.Urgent():
			return 0, nil
		}
		return 0, errs.Newf(errs.Limited, "You told us of this %d times, and it is being looked at. It is answered as soon as somebody has.", n+1)
	}
	return 0, nil
}

// tray reports whether d is from somebody nobody here answered before, or in whose
// name more wait than one sender has room for, if the tray has room for one more.
func tray(ctx context.Context, tx *store.Tx, d social.MatterDraft) (bool, error) {
	if d.Channel == social.ByStaff {
		return false, nil
	}
	if known, err := tx.AnsweredSender(ctx, d.From); err != nil {
		return false, err
	} else if known {
		all, err := tx.WaitingMattersOf(ctx, d.From, social.MaxFromSender)
		if err != nil || len(all) < social.MaxFromSender {
			return false, err
		}
	}
	room := d.Class.TrayRoom()
	n, err := tx.CountTray(ctx, d.Class, room)
	if err == nil && n >= room {
		err = errs.New(errs.Limited, "More notices wait here than can be looked at. Send yours later, or write to the people who run this house: their address stands on the page About.")
	}
	return true, err
}

// reopen has the newest of what was counted with m wait, since m was closed without
// an answer: that it is of the same sender nobody proved. It comes back once, unless
// the same comes again after it.
func reopen(ctx context.Context, tx *store.Tx, m social.Matter, by social.Actor, staff string) error {
	next, err := tx.NewestJoined(ctx, m.ID)
	if errs.KindOf(err) == errs.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	next.Status, next.First, next.Tray = social.MatterOpen, 0, m.Tray
	about, err := tx.MatterObjects(ctx, next.ID)
	if err != nil {
		return err
	}
	if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeHostAnswer, Category: evidence.Category(next.Category), Class: string(next.Class),
		Outcome: string(next.Status), Refs: []social.EvidenceID{next.Evidence}, About: whose(about),
		Body: evidence.Replied{Matter: number(next.ID), By: staff, InTime: tx.Now.Before(next.Span.Due), Status: string(next.Status), Due: stamp(next.Span.Due)}}); err != nil {
		return err
	}
	if err := tx.Unjoin(ctx, m.ID, next); err != nil {
		return err
	}
	tx.Record(event.MatterChanged{Matter: next.ID, Status: next.Status, By: by.Account})
	return schedule(ctx, tx, next)
}

// alias stands for a network, and says nothing of it: the same for as long as this
// process lives, which is longer than a flood comes in.
func (s *Service) alias(network string) string {
	if network == "" {
		return ""
	}
	m := hmac.New(sha256.New, s.hide[:])
	m.Write([]byte(network))
	return hex.EncodeToString(m.Sum(nil)[:8])
}

// A Row is a line of the list of what waits: a matter, and how many came with it.
type Row struct {
	social.Matter
	Folded int // how many more of this sender, or of this network, wait, which are not listed
}

// Folded is matters with no more of one sender, and of one network, than have room, in
// their order. Those that are due first stay, and so does of a network what is urgent.
func Folded(all []social.Matter) (out []Row) {
	seen, last := map[string]int{}, map[string]int{}
	fold := func(key string, room int) bool {
		if seen[key]++; seen[key] <= room {
			return false
		}
		out[last[key]].Folded++
		return true
	}
	for _, m := range all {
		sender, network := "from "+m.From.Email, "by "+m.Network
		if m.From.Email != "" && fold(sender, social.MaxSenderRows) || m.Network != "" && !m.Class.Urgent() && fold(network, social.MaxNetworkRows) {
			continue
		}
		last[sender], last[network] = len(out), len(out)
		out = append(out, Row{Matter: m})
	}
	return out
}

// A Source is where notices come from: a host of addresses of mail, or a network.
// One of them is empty.
type Source struct{ Host, Network string }

// Sent reports whether m came from there.
func (s Source) Sent(m social.Matter) bool {
	return m.Tray && (s.Network != "" && m.Network == s.Network || s.Network == "" && s.Host != "" && strings.EqualFold(hostOf(m.From.Email), s.Host))
}

// A Flood is what waits of one source.
type Flood struct {
	Source
	Waiting, Senders int
	Due              time.Time // the first of them
}

// Floods are the sources of which more wait than one sender has rows, the largest
// first. What comes from one network under one host stands there once.
func Floods(tray []social.Matter) (out []Flood) {
	all, senders := map[Source]*Flood{}, map[Source]map[string]bool{}
	count := func(s Source, m social.Matter) {
		if s == (Source{}) {
			return
		}
		if all[s] == nil {
			all[s], senders[s] = &Flood{Source: s, Due: m.Span.Due}, map[string]bool{}
		}
		senders[s][strings.ToLower(m.From.Email)] = true
		all[s].Waiting++
		if m.Span.Due.Before(all[s].Due) {
			all[s].Due = m.Span.Due
		}
	}
	both := map[Source]map[Source]int{} // how many of a host came from a network
	for _, m := range tray {
		network, host := Source{Network: m.Network}, Source{Host: strings.ToLower(hostOf(m.From.Email))}
		count(network, m)
		count(host, m)
		if both[host] == nil {
			both[host] = map[Source]int{}
		}
		both[host][network]++
	}
	for s, f := range all {
		again := false
		for network, n := range both[s] {
			again = again || network != (Source{}) && n == f.Waiting
		}
		if f.Senders = len(senders[s]); f.Waiting > social.MaxSenderRows && !again {
			out = append(out, *f)
		}
	}
	slices.SortFunc(out, func(a, b Flood) int {
		return cmp.Or(b.Waiting-a.Waiting, strings.Compare(a.Host, b.Host), strings.Compare(a.Network, b.Network))
	})
	return out[:min(len(out), maxFloods)]
}

// maxFloods is how many sources are listed.
const maxFloods = 20

// Together does the same about many matters of the tray: answers them with the same
// words and without evidence, or without words closes them. What is urgent is looked
// at by itself, and left out, as is what somebody else did something about meanwhile
// and what names by. It returns how many it was done about. It is for moderators.
func (s *Service) Together(ctx context.Context, by social.Actor, which []social.MatterID, words string) (n int, err error) {
	if err := by.MustModerate(); err != nil {
		return 0, err
	}
	if len(which) > social.MaxTray {
		return 0, errs.Newf(errs.Invalid, "Validation failed: Take at most %d notices together.", social.MaxTray)
	}
	for _, one := range which {
		err := s.oneOf(ctx, by, one, words)
		if k := errs.KindOf(err); err != nil && k != errs.NotFound && k != errs.Conflict {
			return n, err
		}
		if err == nil {
			n++
		}
	}
	return n, nil
}

func (s *Service) oneOf(ctx context.Context, by social.Actor, which social.MatterID, words string) error {
	m, err := read(ctx, s, by, func(v *store.View) (social.Matter, error) { return v.Matter(ctx, which) })
	switch {
	case err != nil:
		return err
	case !m.Tray || m.Class.Urgent() || !m.Status.Waits():
		return errs.New(errs.Conflict, "This is to be looked at by itself.")
	case words == "":
		return s.Move(ctx, by, which, social.MatterClosed)
	}
	return s.AnswerBare(ctx, by, which, words)
}

// Joined is what came again of a matter, in its order. It is for moderators.
func (s *Service) Joined(ctx context.Context, by social.Actor, which social.MatterID) ([]social.Matter, error) {
	return read(ctx, s, by, func(v *store.View) ([]social.Matter, error) {
		if err := notTheirs(ctx, v, by, which); err != nil {
			return nil, err
		}
		return v.JoinedMatters(ctx, which, social.MaxJoined)
	})
}
