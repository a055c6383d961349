package matters_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// adaLeaves is that she deletes her account.
func (h *house) adaLeaves() {
	h.Helper()
	h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
		p, err := tx.Post(h.ctx, 1001)
		if err == nil {
			err = tx.RemovePost(h.ctx, p)
		}
		if err != nil {
			return err
		}
		return tx.DeleteAccount(h.ctx, ada)
	}))
}

// words is whether what a notice says, what came, and what it names are there.
func (h *house) words(which social.MatterID) (text, file, address bool) {
	h.Helper()
	h.must(h.store.Read(h.ctx, func(v *store.View) error {
		m, err := v.Matter(h.ctx, which)
		if err != nil {
			return err
		}
		os, err := v.MatterObjects(h.ctx, which)
		if err != nil {
			return err
		}
		text, address = m.Text != "" && m.Subject != "", os[0].Address != ""
		_, err = v.MatterFile(h.ctx, which, store.MatterRaw)
		if file = err == nil; errs.KindOf(err) == errs.NotFound {
			err = nil
		}
		return err
	}))
	return text, file, address
}

func (h *house) wantWords(when string, which social.MatterID, want bool) {
	h.Helper()
	if text, file, address := h.words(which); text != want || file != want || address != want {
		h.Errorf("%s: the words are there: %v, the file: %v, the address: %v; want all %v", when, text, file, address, want)
	}
}

func herNotice(ref string) social.MatterDraft {
	d := draft()
	d.Ref, d.Subject, d.Addresses = ref, "About her", []string{adas}
	return d
}

// What a hold keeps of notices outlasts whom they are about, and goes when the hold
// ends; what none keeps goes at once.
func TestHeldWordsOfNotices(t *testing.T) {
	for what, hold := range map[string]func(m social.Matter) social.Hold{
		"nothing": nil,
		"her account": func(social.Matter) social.Hold {
			return social.Hold{Kind: social.HoldAccount, Subject: int64(ada), Account: ada}
		},
		"the notice": func(m social.Matter) social.Hold { return social.Hold{Kind: social.HoldMatter, Subject: int64(m.ID)} },
	} {
		t.Run(what, func(t *testing.T) {
			each(t, func(h *house) {
				m := h.take(herNotice("1"))
				h.must(h.Answer(h.ctx, moderator, m.ID, "Done."))
				held := social.Hold{}
				if hold != nil {
					held = hold(m)
					held.ID, held.Until = 1, h.store.Now().Add(time.Hour)
					h.must(h.store.Write(h.ctx, func(tx *store.Tx) error { return tx.SetHold(h.ctx, held) }))
				}
				h.adaLeaves()
				h.must(h.Tidy(h.ctx))
				h.wantWords("when she left", m.ID, hold != nil)
				h.clock.Pass(time.Hour)
				h.must(h.Tidy(h.ctx))
				h.wantWords("when the hold ended", m.ID, false)
			})
		})
	}
}

// What is counted with another is there until that is answered.
func TestJoinedWaitsToo(t *testing.T) {
	each(t, func(h *house) {
		d := herNotice("1")
		d.Channel = social.ByAPI
		first, err := h.Take(h.ctx, social.Anyone, d)
		h.must(err)
		d.Ref = "2"
		again, err := h.Take(h.ctx, social.Anyone, d)
		if err != nil || again.First != first.ID {
			t.Fatalf("%+v, %v", again, err)
		}
		h.adaLeaves()
		h.must(h.Tidy(h.ctx))
		h.wantWords("the first, while it waits", first.ID, true)
		h.wantWords("the second, while the first waits", again.ID, true)
		h.must(h.Answer(h.ctx, moderator, first.ID, "She is gone."))
		h.must(h.Tidy(h.ctx))
		h.wantWords("the first, answered", first.ID, false)
		h.wantWords("the second, answered with it", again.ID, false)
	})
}
