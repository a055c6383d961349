package auth_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// tell reports somebody without an account n times, and has that followed.
func (h *house) tell(about social.AccountID, from social.ReportID, n int, crowd bool, email func(i int) string) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		for i := range n {
			r := social.Report{ID: from + social.ReportID(i), Target: about, Case: 1, Channel: social.ChannelStranger, Contact: "Yan " + email(i), Harm: social.HarmSpam, At: tx.Now, Changed: tx.Now}
			if err := tx.AddReport(h.ctx, r); err != nil {
				return err
			}
			if err := h.Follower().Follow(h.ctx, tx, event.Record{Fact: event.Reported{Report: r.ID, Target: about, Crowd: crowd}}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) tidy() {
	h.t.Helper()
	if err := h.Tidy(h.ctx); err != nil {
		h.t.Fatal(err)
	}
}

// to counts the letters to an address.
func to(all []auth.Letter, email string) (n int) {
	for _, l := range all {
		if l.To == email {
			n++
		}
	}
	return n
}

var recordLink = regexp.MustCompile(`/record/(\S+)`)

// Letters of which there are too many now are written when there is room.
func TestLettersToStrangersWait(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ben := h.member("ben", social.Member).Account
		own := func(int) string { return "zoe@far.example" }
		h.tell(ben, 1, social.MaxStrangerLetters, false, own)
		if n := to(h.letters(), "zoe@far.example"); n != social.MaxStrangerLetters {
			t.Errorf("%d letters to one address, want %d", n, social.MaxStrangerLetters)
		}
		h.tell(ben, 10, 1, false, own)
		h.tidy()
		h.clock.Pass(24*time.Hour - time.Second)
		h.tidy()
		if n := len(h.letters()); n != 0 {
			t.Errorf("%d letters to one address over those of a day", n)
		}
		h.clock.Pass(2 * time.Second)
		for range 2 {
			h.tidy()
		}
		all := h.letters()
		if to(all, "zoe@far.example") != 1 {
			t.Fatalf("the next day there are the letters %v", all)
		}
		m := recordLink.FindStringSubmatch(all[0].Text)
		if m == nil {
			t.Fatalf("the letter is\n%s", all[0].Text)
		}
		if of, err := h.ByReport(h.ctx, m[1]); err != nil || of.Report != 10 {
			t.Errorf("the link of the letter that waited leads to %+v, %v", of, err)
		}
	})
}

// A network that sends many does not keep others from theirs.
func TestLettersOfAnHour(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ben := h.member("ben", social.Member).Account
		some := func(i int) string { return fmt.Sprintf("a%d@far.example", i) }
		h.tell(ben, 1, social.MaxStrangerHour-1, false, some)
		h.tell(ben, 1000, 5, true, func(i int) string { return fmt.Sprintf("crowd%d@far.example", i) })
		if n := len(h.letters()); n != social.MaxStrangerHour-1 {
			t.Errorf("%d letters, and none for a crowd at once: want %d", n, social.MaxStrangerHour-1)
		}
		h.tell(ben, 2000, 2, false, func(i int) string { return fmt.Sprintf("late%d@far.example", i) })
		h.tidy()
		all := h.letters()
		if len(all) != 1 || to(all, "late0@far.example") != 1 {
			t.Errorf("the last of an hour is %v", all)
		}
		h.clock.Pass(time.Hour + time.Second)
		h.tidy()
		all = h.letters()
		if len(all) != 6 || to(all, "late1@far.example") != 1 || to(all, "crowd4@far.example") != 1 {
			t.Errorf("later there are %v", all)
		}
	})
}

// Who wanted it is told how their report ended, in words that are true.
func TestStrangersToldHowItEnded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ben := h.member("ben", social.Member).Account
		for i, tt := range []struct {
			outcome       social.Action
			subject, want string
		}{
			{social.Gone, "Your report was closed", "deleted before anybody decided"},
			{social.HidePost, "Your report was decided", "this was so already. The post was hidden"},
		} {
			which := social.ReportID(i + 1)
			h.tell(ben, which, 1, false, func(int) string { return "zoe@far.example" })
			if err := h.WantAnswer(h.ctx, recordLink.FindStringSubmatch(h.letters()[0].Text)[1]); err != nil {
				t.Fatal(err)
			}
			h.write(func(tx *store.Tx) error {
				c := social.Case{ID: 1, Subject: social.Subject{Account: ben, Post: 7}, Harm: social.HarmSpam, Queue: social.QueueSpam}
				if i == 0 {
					if _, err := tx.AddCase(h.ctx, c); err != nil {
						return err
					}
				}
				c.Outcome, c.ClosedAt = tt.outcome, tx.Now
				if err := tx.SetCase(h.ctx, c); err != nil {
					return err
				}
				return h.Follower().Follow(h.ctx, tx, event.Record{Fact: event.CaseClosed{Case: 1}})
			})
			all := h.letters()
			if len(all) != 1 || !strings.HasPrefix(all[0].Subject, tt.subject) || !strings.Contains(all[0].Text, tt.want) || strings.Contains(all[0].Text, "breaks neither") {
				t.Errorf("of %s they are told %v", tt.outcome, all)
			}
		}
	})
}
