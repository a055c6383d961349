package auth_test

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Whoever fills in a notice with somebody else's address has no words of their own
// sent there.
func TestNoticesAdvertiseNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for i, x := range []struct {
			ref     string
			channel social.MatterChannel
			status  social.MatterStatus
			named   bool
		}{
			{"2026-11/4711", social.ByForm, social.MatterOpen, true},
			{"Cheap pills at https://pills.example", social.ByForm, social.MatterOpen, false},
			{"pills.example", social.ByForm, social.MatterOpen, false},
			{strings.Repeat("x", 41), social.ByForm, social.MatterOpen, false},
			{"Case no. 5 (urgent)", social.ByForm, social.MatterAnswered, true}, // somebody has read it
			{"Case no. 5 (urgent)", social.ByStaff, social.MatterOpen, true},
		} {
			m := social.Matter{ID: social.MatterID(i + 1), Class: social.ClassNotice, Channel: x.channel, Status: x.status, Ref: x.ref, Subject: "Buy", Text: "Buy now", Secret: strings.Repeat("s", i+1),
				From: social.Sender{Name: "Buy now", Org: "Buy Ltd", Email: "zoe@far.example"}, Answer: "We looked."}
			h.write(func(tx *store.Tx) error {
				if err := tx.AddMatter(h.ctx, m, nil); err != nil {
					return err
				}
				return h.Follower().Follow(h.ctx, tx, event.Record{Fact: event.MatterChanged{Matter: m.ID, Status: m.Status}})
			})
			all := h.letters()
			if len(all) != 1 {
				t.Fatalf("%q: %d letters", x.ref, len(all))
			}
			said := all[0].Subject + all[0].Text
			if strings.Contains(said, x.ref) != x.named || strings.Contains(said, "Buy") {
				t.Errorf("%s, %s: the letter is %s\n%s", x.channel, x.status, all[0].Subject, all[0].Text)
			}
		}
	})
}
