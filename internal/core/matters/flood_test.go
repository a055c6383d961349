package matters_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/matters"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// told is what a machine sends.
func told(n int) social.MatterDraft {
	return social.MatterDraft{Class: social.ClassHost, Channel: social.ByAPI, Category: "spam", From: social.Sender{Org: "Provider", Email: "abuse@provider.example"},
		Ref: fmt.Sprint(n), Text: "Look at this.", Addresses: []string{adas}}
}

// Who tells the same again is counted with the first, keeps a receipt of their own,
// and learns nothing of what another sender of that name was told.
func TestToldAgain(t *testing.T) {
	each(t, func(h *house) {
		first, err := h.Take(h.ctx, social.Anyone, told(0))
		h.must(err)
		secrets := []string{}
		for n := 1; n <= social.MaxJoined; n++ {
			m, err := h.Take(h.ctx, social.Anyone, told(n))
			h.must(err)
			if m.First != first.ID || m.Secret == first.Secret || m.Receipt == first.Receipt || m.Receipt == "" || m.Tray {
				t.Fatalf("again, for the %dth time: %+v", n, m)
			}
			secrets = append(secrets, m.Secret)
		}
		_, err = h.Take(h.ctx, social.Anyone, told(social.MaxJoined+1))
		h.kind("once more than is counted", err, errs.Limited)
		if tray, err := h.Tray(h.ctx, moderator); err != nil || len(tray) != 1 || tray[0].ID != first.ID {
			t.Errorf("%d wait, %v", len(tray), err)
		}
		if all, err := h.All(h.ctx, moderator, social.Page{Limit: 100}); err != nil || len(all.Items) != 1 {
			t.Errorf("%d are listed, %v", len(all.Items), err)
		}
		again, err := h.Joined(h.ctx, moderator, first.ID)
		if err != nil || len(again) != social.MaxJoined || !slices.ContainsFunc(again, func(m social.Matter) bool { return m.Ref == "1" }) {
			t.Errorf("%d came again, %v", len(again), err)
		}
		_, err = h.Joined(h.ctx, member, first.ID)
		h.kind("by a member", err, errs.Forbidden)
		h.must(h.Answer(h.ctx, moderator, first.ID, "Done."))
		f, err := h.Sent(h.ctx, secrets[0])
		if err != nil || f.Status != social.MatterAnswered || f.Answer != "" || f.Bundle != "" || f.Objects[0].Done == "" || f.Answered.IsZero() {
			t.Errorf("who told it again sees %+v, %v", f, err)
		}
		m, err := h.Take(h.ctx, social.Anyone, told(99))
		if err != nil || m.First != 0 || m.Tray {
			t.Errorf("after the answer: %+v, %v: it is another one, of somebody we know", m, err)
		}
	})
}

// A notice that the staff puts in is never counted with another, nor turned away.
func TestStaffIsNotTurnedAway(t *testing.T) {
	each(t, func(h *house) {
		for n := range social.MaxFromSender {
			d := told(n)
			d.Addresses = []string{fmt.Sprintf("https://plaza.example/@nobody/%d", n+1)}
			_, err := h.Take(h.ctx, social.Anyone, d)
			h.must(err)
		}
		d := told(1001)
		d.Channel = social.ByStaff
		m := h.take(d)
		if m.First != 0 || m.Tray {
			t.Errorf("what the staff put in is %+v", m)
		}
		desk, err := h.Waiting(h.ctx, moderator)
		h.must(err)
		tray, err := h.Tray(h.ctx, moderator)
		h.must(err)
		if len(desk) != 1 || desk[0].ID != m.ID || len(tray) != social.MaxFromSender {
			t.Errorf("%d lie on the desk and %d in the tray", len(desk), len(tray))
		}
		rows := matters.Folded(tray)
		if len(rows) != social.MaxSenderRows || rows[social.MaxSenderRows-1].Folded != social.MaxFromSender-social.MaxSenderRows {
			t.Errorf("%d lines, %d folded", len(rows), rows[social.MaxSenderRows-1].Folded)
		}
	})
}

// fill puts n more of a class into the tray.
func (h *house) fill(c social.Class, n int) {
	h.Helper()
	h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
		for n := range n {
			m := social.MatterDraft{Class: c, Channel: social.ByForm, From: social.Sender{Email: fmt.Sprintf("n%d@example.org", n)}}.Matter(social.MatterID(id.New(tx.Now)), tx.Now, social.Calendar{})
			m.Secret, m.Tray = fmt.Sprint(c, n), true
			if err := tx.AddMatter(h.ctx, m, nil); err != nil {
				return err
			}
		}
		return nil
	}))
}

// The tray takes so many of a class and no more, whoever sends them; answering makes
// room. A class that is full shuts no other.
func TestTrayIsBounded(t *testing.T) {
	each(t, func(h *house) {
		h.fill(social.ClassNotice, social.MaxTray-1)
		d := told(1)
		d.Class = social.ClassNotice
		last, err := h.Take(h.ctx, social.Anyone, d)
		h.must(err)
		d.From.Email, d.Ref = "else@example.org", "2"
		_, err = h.Take(h.ctx, social.Anyone, d)
		h.kind("one more than fits", err, errs.Limited)
		if !strings.Contains(errs.Public(err), "About") {
			t.Errorf("it says %q, and not where else they can turn", errs.Public(err))
		}
		for _, c := range []social.Class{social.ClassOrder, social.ClassIntimate, social.ClassHost, social.ClassRights} {
			d := told(3)
			d.Class = c
			if _, err := h.Take(h.ctx, social.Anyone, d); err != nil {
				t.Errorf("%s, when another class is full: %v", c, err)
			}
		}
		h.must(h.Answer(h.ctx, moderator, last.ID, "Done."))
		_, err = h.Take(h.ctx, social.Anyone, d)
		h.must(err)
	})
}

// What is urgent is taken however often the same came.
func TestUrgentHasRoom(t *testing.T) {
	each(t, func(h *house) {
		d := told(0)
		d.Class = social.ClassOrder
		for n := range social.MaxJoined + 2 {
			d.Ref = fmt.Sprint(n)
			m, err := h.Take(h.ctx, social.Anyone, d)
			h.must(err)
			if (m.First == 0) != (n == 0 || n > social.MaxJoined) {
				t.Errorf("the %dth waits by itself: %v", n, m.First == 0)
			}
		}
	})
}

// Who gives the address of somebody whom the house answered before does not keep them
// out: there is room on the desk for so many, and then in the tray.
func TestNobodyIsKeptOut(t *testing.T) {
	each(t, func(h *house) {
		first, err := h.Take(h.ctx, social.Anyone, told(0))
		h.must(err)
		h.must(h.Answer(h.ctx, moderator, first.ID, "Done."))
		for n := range social.MaxFromSender + 1 {
			d := told(n + 1)
			d.Text = fmt.Sprint("Forged ", n)
			m, err := h.Take(h.ctx, social.Anyone, d)
			if err != nil || m.Tray != (n >= social.MaxFromSender) {
				t.Fatalf("the %dth is in the tray: %v, %v", n+1, m.Tray, err)
			}
		}
	})
}

// A true notice does not go under with a false one in the same name: in other words it
// waits by itself, and in the same words when the false one is closed.
func TestForgedBefore(t *testing.T) {
	each(t, func(h *house) {
		forged, err := h.Take(h.ctx, social.Anyone, told(0))
		h.must(err)
		d := told(1)
		d.Text = "Look at that."
		if m, err := h.Take(h.ctx, social.Anyone, d); err != nil || m.First != 0 || m.Status != social.MatterOpen {
			t.Errorf("in other words: %+v, %v", m, err)
		}
		var same []social.Matter
		for n := range 2 {
			h.clock.Pass(time.Second)
			m, err := h.Take(h.ctx, social.Anyone, told(2+n))
			if h.must(err); m.First != forged.ID {
				t.Fatalf("in the same words: %+v", m)
			}
			same = append(same, m)
		}
		h.must(h.Move(h.ctx, moderator, forged.ID, social.MatterClosed))
		f, err := h.Sent(h.ctx, same[1].Secret)
		if err != nil || f.Status != social.MatterOpen || f.First != 0 || !f.Tray || !f.Span.Due.Equal(same[1].Span.Due) {
			t.Errorf("the newest is %+v, %v", f.Matter, err)
		}
		if f, err := h.Sent(h.ctx, same[0].Secret); err != nil || f.First != same[1].ID || f.Status != social.MatterOpen {
			t.Errorf("the one before is %+v, %v", f.Matter, err)
		}
		if tray, err := h.Tray(h.ctx, moderator); err != nil || !slices.ContainsFunc(tray, func(m social.Matter) bool { return m.ID == same[1].ID }) {
			t.Errorf("the newest is not listed: %v", err)
		}
		h.rung = nil
		h.pass(25 * time.Hour)
		if !slices.Contains(h.rung, 100) {
			t.Errorf("it rang %v", h.rung)
		}
		h.must(h.Move(h.ctx, moderator, same[1].ID, social.MatterClosed))
		if f, err := h.Sent(h.ctx, same[0].Secret); err != nil || f.Status != social.MatterClosed {
			t.Errorf("the one before is %+v, %v: closed twice it does not come back", f.Matter, err)
		}
		m, err := h.Take(h.ctx, social.Anyone, told(9))
		h.must(err)
		h.must(h.Answer(h.ctx, moderator, m.ID, "Done."))
		h.must(h.Move(h.ctx, moderator, m.ID, social.MatterClosed))
		if f, err := h.Sent(h.ctx, m.Secret); err != nil || f.Status != social.MatterClosed {
			t.Errorf("answered and closed it is %+v, %v", f.Matter, err)
		}
	})
}

// What is in the tray rings, too, but not more often than somebody can hear.
func TestTrayRingsSoOften(t *testing.T) {
	each(t, func(h *house) {
		for n := range 25 {
			d := told(n)
			d.From.Email = fmt.Sprintf("a%d@example.org", n)
			_, err := h.Take(h.ctx, social.Anyone, d)
			h.must(err)
		}
		d := draft()
		d.Addresses = nil
		h.take(d)
		h.pass(6 * time.Hour)
		if len(h.rung) != 20+1 {
			t.Errorf("it rang %d times, want 20 for the tray and once for the desk", len(h.rung))
		}
		h.rung = nil
		h.pass(6 * time.Hour)
		if len(h.rung) != 20+1 {
			t.Errorf("six hours later it rang %d times", len(h.rung))
		}
	})
}

// However much rings, what is urgent is heard.
func TestUrgentRings(t *testing.T) {
	each(t, func(h *house) {
		for n := range 25 {
			d := told(n)
			d.From.Email = fmt.Sprintf("a%d@example.org", n)
			_, err := h.Take(h.ctx, social.Anyone, d)
			h.must(err)
		}
		classes := []social.Class{social.ClassTerror, social.ClassThreat, social.ClassMinors, social.ClassOrder, social.ClassIntimate}
		for i, c := range classes {
			d := told(100 + i)
			d.Class = c
			_, err := h.Take(h.ctx, social.Anyone, d)
			h.must(err)
		}
		h.pass(12 * time.Hour)
		if want := 20 + len(classes); len(h.rung) != want {
			t.Errorf("it rang %d times, want %d", len(h.rung), want)
		}
	})
}

// A flood from one place is counted, folded, and taken together, but for what is
// urgent; nothing of where it came from stays.
func TestFloodsAreTakenTogether(t *testing.T) {
	each(t, func(h *house) {
		send := func(n int, email, network string, c social.Class) social.Matter {
			h.Helper()
			d := told(n)
			d.From.Email, d.Network, d.Class, d.Text = email, network, c, fmt.Sprint("Look at number ", n)
			m, err := h.Take(h.ctx, social.Anyone, d)
			h.must(err)
			return m
		}
		const many = social.MaxNetworkRows + 10
		var all []social.MatterID
		for n := range many { // one network, each with a host of its own
			all = append(all, send(n, fmt.Sprintf("a@h%d.example", n), "192.0.2.0/24", social.ClassNotice).ID)
		}
		urgent := send(100, "b@h1.example", "192.0.2.0/24", social.ClassIntimate)
		for n := range 8 { // one host, from several networks
			send(200+n, fmt.Sprintf("c%d@Far.example", n), fmt.Sprintf("198.51.%d.0/24", n), social.ClassNotice)
		}
		for n := range 6 { // one host, from one network
			send(300+n, fmt.Sprintf("d%d@near.example", n%2), "203.0.113.0/24", social.ClassNotice)
		}
		send(400, "e@alone.example", "", social.ClassNotice)
		tray, err := h.Tray(h.ctx, moderator)
		h.must(err)
		if slices.ContainsFunc(tray, func(m social.Matter) bool { return strings.Contains(m.Network, ".") }) {
			t.Error("an address of a network is kept")
		}
		floods := matters.Floods(tray)
		if len(floods) != 3 || floods[0].Network == "" || floods[0].Waiting != many+1 || floods[0].Senders != many+1 || floods[1].Host != "far.example" || floods[1].Waiting != 8 || floods[1].Senders != 8 ||
			floods[2].Network == "" || floods[2].Waiting != 6 || floods[2].Senders != 2 || !floods[0].Due.Equal(urgent.Span.Due) {
			t.Fatalf("floods are %+v", floods)
		}
		listed, folded := 0, 0
		for _, r := range matters.Folded(tray) {
			if folded += r.Folded; floods[0].Sent(r.Matter) {
				listed++
			}
		}
		if listed != social.MaxNetworkRows+1 || folded != many-social.MaxNetworkRows {
			t.Errorf("of the network %d are listed, and %d folded", listed, folded)
		}
		_, err = h.Together(h.ctx, member, all, "")
		h.kind("by a member", err, errs.Forbidden)
		h.must(h.Answer(h.ctx, moderator, all[0], "By itself."))
		if n, err := h.Together(h.ctx, moderator, append(all[:10:10], urgent.ID, 7), "Seen."); err != nil || n != 9 {
			t.Errorf("%d were answered together, %v", n, err)
		}
		if n, err := h.Together(h.ctx, moderator, all, ""); err != nil || n != many-10 {
			t.Errorf("%d were closed together, %v", n, err)
		}
		for i, which := range all {
			f, err := h.Get(h.ctx, moderator, which)
			h.must(err)
			if want := map[bool]social.MatterStatus{true: social.MatterAnswered, false: social.MatterClosed}[i < 10]; f.Status != want || f.Network != "" || i > 0 && i < 10 && f.Answer != "Seen." {
				t.Errorf("number %d is %s (%q), from %q; want %s", i, f.Status, f.Answer, f.Network, want)
			}
		}
		if tray, err = h.Tray(h.ctx, moderator); err != nil || !slices.ContainsFunc(tray, func(m social.Matter) bool { return m.ID == urgent.ID }) {
			t.Errorf("what is urgent does not wait any more, %v", err)
		}
	})
}
