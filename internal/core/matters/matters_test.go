package matters_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/matters"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	ada  social.AccountID = 3_400_000_000_000_000_001
	mona social.AccountID = 3_400_000_000_000_000_002

	adas = "https://plaza.example/@ada/1001"
)

var (
	moderator = social.Actor{Account: mona, Standing: social.Good, Role: social.Moderator}
	admin     = social.Actor{Account: mona, Standing: social.Good, Role: social.Admin}
	member    = social.Actor{Account: ada, Standing: social.Good, Role: social.Member}
)

type house struct {
	*testing.T
	*matters.Service
	ctx    context.Context
	store  *store.Store
	clock  *storetest.Clock
	check  *evidence.Verifier
	bundle []byte
	broken error
	rung   []int
	judges *moderation.Service // see judge
}

func each(t *testing.T, fn func(h *house)) {
	secret, public, err := note.GenerateKey(rand.Reader, evidence.Origin("plaza.example"))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := evidence.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		v := view.New(s, view.Config{BaseURL: "https://plaza.example"})
		h := &house{T: t, ctx: t.Context(), store: s, clock: c}
		if h.check, err = evidence.NewVerifier(public); err != nil {
			t.Fatal(err)
		}
		h.Service = matters.New(s, v, matters.Config{
			Signer: func(context.Context) (*evidence.Signer, error) { return signer, nil },
			Bundle: func(context.Context, social.Matter) ([]byte, error) { return h.bundle, h.broken },
			Report: func(ctx context.Context, tx *store.Tx, r social.Report, due time.Time, because social.EvidenceID) (social.ReportID, error) {
				if h.judges == nil {
					return 0, nil
				}
				return h.judges.Noticed(ctx, tx, r, due, because)
			},
		})
		s.Watch(func(_ context.Context, rs []event.Record) {
			for _, r := range rs {
				if f, ok := r.Fact.(event.MatterAlarmed); ok {
					h.rung = append(h.rung, f.Percent)
				}
			}
		})
		h.must(s.Write(h.ctx, func(tx *store.Tx) error {
			a := social.Account{ID: ada, Username: "ada", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
			if err := tx.AddAccount(h.ctx, a); err != nil {
				return err
			}
			return tx.AddPost(h.ctx, social.Post{ID: 1001, Thread: 1001, Author: ada, Text: "hello", Visibility: social.Followers, At: tx.Now})
		}))
		fn(h)
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) kind(what string, err error, want errs.Kind) {
	h.Helper()
	if err == nil || errs.KindOf(err) != want {
		h.Errorf("%s: %v, want %v", what, err, want)
	}
}

func draft() social.MatterDraft {
	return social.MatterDraft{Class: social.ClassHost, Channel: social.ByStaff, Category: "violence", From: social.Sender{Org: "Provider", Email: "abuse@provider.example"}, Ref: "AB-17",
		Text: "Threats on your server", Addresses: []string{adas, "https://plaza.example/@ada", "https://plaza.example/@nobody/7", "https://elsewhere.example/@ada"}, Raw: []byte("From: x\r\n\r\ny")}
}

func (h *house) take(d social.MatterDraft) social.Matter {
	h.Helper()
	m, err := h.Take(h.ctx, moderator, d)
	h.must(err)
	return m
}

// pass lets time go by, and what is due then happen.
func (h *house) pass(d time.Duration) {
	h.Helper()
	h.clock.Pass(d)
	for {
		n, err := work.Once(h.ctx, h.store, h.Worker())
		h.must(err)
		if n == 0 {
			return
		}
	}
}

func (h *house) log() (all []store.Record) {
	h.Helper()
	h.must(h.store.Read(h.ctx, func(v *store.View) (err error) { all, err = v.Evidence(h.ctx, 0, 100); return err }))
	return all
}

func TestTake(t *testing.T) {
	each(t, func(h *house) {
		m := h.take(draft())
		f, err := h.Get(h.ctx, moderator, m.ID)
		h.must(err)
		if f.Class != social.ClassHost || f.Status != social.MatterOpen || !f.Span.Due.Equal(h.store.Now().Add(24*time.Hour)) || f.From != draft().From || f.RawHash == "" {
			t.Errorf("%+v", f.Matter)
		}
		var objects [][2]int64
		for _, o := range f.Objects {
			objects = append(objects, [2]int64{int64(o.Account), int64(o.Post)})
		}
		if want := [][2]int64{{int64(ada), 1001}, {int64(ada), 0}, {0, 0}, {0, 0}}; !slices.Equal(objects, want) {
			t.Errorf("it names %v, want %v", objects, want)
		}
		raw, err := h.Raw(h.ctx, moderator, m.ID)
		if err != nil || string(raw) != string(draft().Raw) {
			t.Errorf("what came is %q, %v", raw, err)
		}
		log := h.log()
		if len(log) != 1 {
			t.Fatalf("%d records in the log", len(log))
		}
		leaf, err := evidence.ParseLeaf([]byte(log[0].Leaf))
		h.must(err)
		r, err := h.check.OpenReceipt([]byte(m.Receipt))
		h.must(err)
		if leaf.Type != evidence.TypeHostNotice || leaf.Class != "host" || leaf.Category != "violence" || string(r.Commitment) != string(leaf.Commitment) || !r.Received.Equal(h.store.Now()) {
			t.Errorf("leaf %+v, receipt %+v", leaf, r)
		}
		if strings.Contains(string(log[0].Body), "Threats") || strings.Contains(string(log[0].Body), "abuse@") || !strings.Contains(string(log[0].Body), m.RawHash) {
			t.Errorf("the body is %s", log[0].Body)
		}
		if again := h.take(draft()); again.ID != m.ID || len(h.log()) != 1 {
			t.Error("the same again is another matter")
		}
		for what, change := range map[string]func(d *social.MatterDraft){
			"another class":      func(d *social.MatterDraft) { d.Class = social.ClassTerror },
			"other bytes":        func(d *social.MatterDraft) { d.Raw = []byte("From: z") },
			"another text":       func(d *social.MatterDraft) { d.Raw, d.Text = nil, "What else it says" },
			"other addresses":    func(d *social.MatterDraft) { d.Raw, d.Addresses = nil, d.Addresses[:1] },
			"the form":           func(d *social.MatterDraft) { d.Channel, d.Class, d.GoodFaith = social.ByForm, social.ClassNotice, true },
			"another name":       func(d *social.MatterDraft) { d.From.Org = "Somebody" },
			"a sender not known": func(d *social.MatterDraft) { d.From.Email = "" },
		} {
			d := draft()
			change(&d)
			one := h.take(d)
			if one.ID == m.ID || one.Secret == m.Secret {
				t.Errorf("with %s it is the matter there is", what)
			}
			if again := h.take(d); (again.ID == one.ID) != (d.From.Email != "") {
				t.Errorf("%s, twice: %d and %d", what, one.ID, again.ID)
			}
		}
		other := draft()
		other.From.Email = "abuse@another.example"
		if h.take(other).ID == m.ID {
			t.Error("what another host calls the same is the same matter")
		}
		order := draft()
		order.Class, order.Ref = social.ClassTerror, ""
		h.take(order)
		if log = h.log(); !strings.Contains(log[len(log)-1].Leaf, `"t":"order"`) {
			t.Errorf("an order is %s", log[len(log)-1].Leaf)
		}
	})
}

func TestTakeFromStrangers(t *testing.T) {
	each(t, func(h *house) {
		d := social.MatterDraft{Class: social.ClassNotice, Channel: social.ByForm, Category: "hate", From: social.Sender{Name: "Nora", Email: "nora@example.org"}, Text: "It is illegal.", Addresses: []string{adas}, GoodFaith: true}
		m, err := h.Take(h.ctx, social.Anyone, d)
		h.must(err)
		f, err := h.Sent(h.ctx, m.Secret)
		if err != nil || f.ID != m.ID || f.Objects[0].Account != 0 || f.Objects[0].Done != "" {
			t.Errorf("%v, %+v: whoever gives notice learns what is there", err, f)
		}
		d.GoodFaith = false
		_, err = h.Take(h.ctx, social.Anyone, d)
		h.kind("without good faith", err, errs.Invalid)
		for _, by := range []social.Actor{social.Anyone, member} {
			_, err = h.Take(h.ctx, by, draft())
			if err == nil || errs.KindOf(err) != errs.Forbidden && errs.KindOf(err) != errs.Unauthenticated {
				t.Errorf("%+v puts in what came to the staff: %v", by, err)
			}
		}
		for _, secret := range []string{"", "no such", m.Secret[1:]} {
			_, err = h.Sent(h.ctx, secret)
			h.kind("by another secret", err, errs.NotFound)
		}
		_, err = h.SentBundle(h.ctx, m.Secret)
		h.kind("a bundle before the answer", err, errs.NotFound)
	})
}

// Each clock rings at a quarter, at half, at three quarters and at its end, not a
// moment earlier, and once.
func TestAlarms(t *testing.T) {
	each(t, func(h *house) {
		for _, class := range social.MatterClasses {
			h.rung = nil
			d := draft()
			d.Class, d.Ref = class, string(class)
			m := h.take(d)
			for i, p := range social.Alarms {
				h.pass(m.Span.At(p).Sub(h.store.Now()) - time.Millisecond)
				if len(h.rung) != i {
					t.Errorf("%s: before %d %% of %v it rang %v", class, p, m.Span, h.rung)
				}
				h.pass(time.Millisecond)
				if len(h.rung) != i+1 || h.rung[i] != p {
					t.Errorf("%s: at %d %% it rang %v", class, p, h.rung)
				}
			}
			h.pass(m.Span.Due.Sub(m.Span.From))
			if len(h.rung) != len(social.Alarms) {
				t.Errorf("%s: afterwards it rang %v", class, h.rung)
			}
		}
	})
}

func TestAlarmsThatAreLate(t *testing.T) {
	each(t, func(h *house) {
		d := draft()
		d.Received = h.store.Now().Add(-13 * time.Hour) // it lay in a mailbox
		m := h.take(d)
		h.pass(0)
		if !slices.Equal(h.rung, []int{50}) {
			t.Errorf("what came late rang %v", h.rung)
		}
		h.pass(20 * time.Hour) // the house was off
		if !slices.Equal(h.rung, []int{50, 100}) {
			t.Errorf("after a pause it rang %v", h.rung)
		}
		n, over, err := h.Count(h.ctx, moderator)
		if err != nil || n != 1 || over != 1 {
			t.Errorf("%d wait, %d of them too long, %v", n, over, err)
		}
		h.must(h.Extend(h.ctx, moderator, m.ID, h.store.Now().Add(100*time.Hour)))
		h.rung = nil
		h.pass(time.Millisecond)
		if len(h.rung) != 0 {
			t.Errorf("after it got more time it rang %v", h.rung)
		}
		h.pass(100 * time.Hour)
		if !slices.Equal(h.rung, []int{100}) {
			t.Errorf("after that it rang %v", h.rung)
		}
	})
}

func TestAnswer(t *testing.T) {
	each(t, func(h *house) {
		m := h.take(draft())
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			a, err := tx.HoldAccount(h.ctx, ada)
			a.Standing = social.Suspended
			if err == nil {
				err = tx.SetModerated(h.ctx, a, storetest.Proof(h, tx))
			}
			return err
		}))
		f, err := h.Get(h.ctx, moderator, m.ID)
		h.must(err)
		words := matters.Draft(f, "Plaza")
		for _, want := range []string{"AB-17", adas, "is suspended", "Nothing of ours"} {
			if !strings.Contains(words, want) {
				t.Errorf("the draft has no %q:\n%s", want, words)
			}
		}
		h.kind("by a member", h.Answer(h.ctx, member, m.ID, words), errs.Forbidden)
		h.kind("without words", h.Answer(h.ctx, moderator, m.ID, " "), errs.Invalid)
		h.kind("too many words", h.Answer(h.ctx, moderator, m.ID, strings.Repeat("é", social.MaxMatterAnswer+1)), errs.Invalid)
		h.kind("none", h.Answer(h.ctx, moderator, 7, words), errs.NotFound)
		h.broken = errors.New("broken")
		if err := h.Answer(h.ctx, moderator, m.ID, words); !errors.Is(err, h.broken) {
			t.Errorf("without evidence: %v", err)
		}
		h.bundle, h.broken = make([]byte, matters.MaxBundle+1), nil
		h.kind("too much evidence", h.Answer(h.ctx, moderator, m.ID, words), errs.Invalid)
		h.bundle = []byte("PK…")
		h.clock.Pass(time.Hour)
		h.must(h.Answer(h.ctx, moderator, m.ID, words))
		h.kind("twice", h.Answer(h.ctx, moderator, m.ID, words), errs.Conflict)
		sent, err := h.Sent(h.ctx, m.Secret)
		if err != nil || sent.Status != social.MatterAnswered || sent.Answer != strings.TrimSpace(words) || sent.AnswerBy != 0 || !strings.Contains(sent.Objects[0].Done, "suspended") {
			t.Errorf("%v, %+v", err, sent)
		}
		if b, err := h.SentBundle(h.ctx, m.Secret); err != nil || string(b) != "PK…" {
			t.Errorf("the bundle is %q, %v", b, err)
		}
		log := h.log()
		var r evidence.Replied
		last := log[len(log)-1]
		h.must(json.Unmarshal(last.Body, &r))
		leaf, err := evidence.ParseLeaf([]byte(last.Leaf))
		h.must(err)
		if leaf.Type != evidence.TypeHostAnswer || leaf.Outcome != "answered" || !slices.Equal(leaf.Refs, []int64{0}) || !r.InTime || r.Bundle != sent.Bundle || len(r.Done) != 4 || !strings.HasPrefix(r.By, "moderator ") {
			t.Errorf("leaf %+v, body %+v", leaf, r)
		}
		h.rung = nil
		h.pass(48 * time.Hour)
		if len(h.rung) != 0 {
			t.Errorf("what was answered rang %v", h.rung)
		}
	})
}

func TestNobodyAnswersAboutThemselves(t *testing.T) {
	each(t, func(h *house) {
		m := h.take(draft())
		about := social.Actor{Account: ada, Standing: social.Good, Role: social.Admin}
		h.kind("an admin", h.Answer(h.ctx, about, m.ID, "Nothing to see."), errs.NotFound)
		h.kind("an admin", h.Move(h.ctx, about, m.ID, social.MatterClosed), errs.NotFound)
		h.kind("a note", h.Remark(h.ctx, about, m.ID, "x"), errs.NotFound)
		_, err := h.Get(h.ctx, about, m.ID)
		h.kind("reading it", err, errs.NotFound)
		_, err = h.Raw(h.ctx, about, m.ID)
		h.kind("reading what came", err, errs.NotFound)
		sees := func(by social.Actor) (n int) {
			h.Helper()
			waiting, err := h.Waiting(h.ctx, by)
			h.must(err)
			all, err := h.All(h.ctx, by, social.Page{Limit: 10})
			h.must(err)
			count, _, err := h.Count(h.ctx, by)
			h.must(err)
			return len(waiting) + len(all.Items) + count
		}
		if n := sees(about); n != 0 {
			t.Errorf("whom a notice is about is shown it: %d", n)
		}
		if n := sees(moderator); n != 3 {
			t.Errorf("others see it in %d places, want 3", n)
		}
		about.Role = social.Owner
		h.must(h.Answer(h.ctx, about, m.ID, "There is nobody else."))
	})
}

func TestMove(t *testing.T) {
	each(t, func(h *house) {
		m := h.take(draft())
		h.kind("dispute what was not answered", h.Move(h.ctx, moderator, m.ID, social.MatterDisputed), errs.Conflict)
		h.must(h.Answer(h.ctx, moderator, m.ID, "Done."))
		h.pass(30 * time.Hour)
		h.must(h.Move(h.ctx, moderator, m.ID, social.MatterDisputed))
		f, err := h.Get(h.ctx, moderator, m.ID)
		h.must(err)
		if f.Status != social.MatterDisputed || !f.Span.Due.Equal(h.store.Now().Add(24*time.Hour)) {
			t.Errorf("what is disputed is due at %v, want a day again", f.Span.Due)
		}
		h.rung = nil
		h.pass(24 * time.Hour)
		if !slices.Equal(h.rung, []int{100}) {
			t.Errorf("it rang %v", h.rung)
		}
		h.must(h.Remark(h.ctx, moderator, m.ID, "Called them."))
		h.kind("a long note", h.Remark(h.ctx, moderator, m.ID, strings.Repeat("é", social.MaxMatterNote+1)), errs.Invalid)
		h.must(h.Answer(h.ctx, moderator, m.ID, "Done again."))
		h.must(h.Move(h.ctx, moderator, m.ID, social.MatterClosed))
		var outcomes []string
		for _, r := range h.log() {
			l, err := evidence.ParseLeaf([]byte(r.Leaf))
			h.must(err)
			outcomes = append(outcomes, l.Outcome)
		}
		if want := []string{"", "answered", "disputed", "answered late", "closed"}; !slices.Equal(outcomes, want) {
			t.Errorf("anybody reads of it %q, want %q", outcomes, want)
		}
		if all, err := h.Waiting(h.ctx, moderator); err != nil || len(all) != 0 {
			t.Errorf("%v wait, %v", all, err)
		}
		if all, err := h.All(h.ctx, moderator, social.Page{Limit: 10}); err != nil || len(all.Items) != 1 || all.Items[0].Note != "Called them." {
			t.Errorf("all are %+v, %v", all, err)
		}
		h.pass(366 * 24 * time.Hour)
		h.must(h.Tidy(h.ctx))
		if f, _ = h.Get(h.ctx, moderator, m.ID); f.Text == "" {
			t.Error("the words are forgotten too early")
		}
		h.pass(time.Millisecond)
		h.must(h.Tidy(h.ctx))
		f, err = h.Get(h.ctx, moderator, m.ID)
		if err != nil || f.Text != "" || f.From.Known() || f.Answer != "" || f.Status != social.MatterClosed {
			t.Errorf("a year later: %v, %+v", err, f.Matter)
		}
		if _, err := h.Raw(h.ctx, moderator, m.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("what came is still there: %v", err)
		}
	})
}

func TestNobodyElseSeesMatters(t *testing.T) {
	each(t, func(h *house) {
		m := h.take(draft())
		for _, by := range []social.Actor{social.Anyone, member, {Account: mona, Role: social.Moderator, Standing: social.Suspended}} {
			_, err := h.Get(h.ctx, by, m.ID)
			_, raw := h.Raw(h.ctx, by, m.ID)
			_, waiting := h.Waiting(h.ctx, by)
			_, all := h.All(h.ctx, by, social.Page{Limit: 1})
			_, _, count := h.Count(h.ctx, by)
			_, _, days := h.Calendar(h.ctx, by)
			for i, err := range []error{err, raw, waiting, all, count, days, h.Move(h.ctx, by, m.ID, social.MatterClosed), h.Remark(h.ctx, by, m.ID, "x"), h.Extend(h.ctx, by, m.ID, m.Span.Due.Add(time.Hour)),
				h.SetCalendar(h.ctx, by, "UTC", nil)} {
				if k := errs.KindOf(err); err == nil || k != errs.Forbidden && k != errs.Unauthenticated {
					t.Errorf("%d by %+v: %v", i, by, err)
				}
			}
		}
	})
}

func TestCalendarOfTheHouse(t *testing.T) {
	each(t, func(h *house) {
		h.kind("by a moderator", h.SetCalendar(h.ctx, moderator, "UTC", nil), errs.Forbidden)
		h.kind("no such zone", h.SetCalendar(h.ctx, admin, "Atlantis/City", nil), errs.Invalid)
		h.kind("the machine's zone", h.SetCalendar(h.ctx, admin, "Local", nil), errs.Invalid)
		h.kind("no such day", h.SetCalendar(h.ctx, admin, "UTC", []string{"tomorrow"}), errs.Invalid)
		d := draft()
		d.Class = social.ClassCounter
		before := h.take(d).Span.Due
		h.must(h.SetCalendar(h.ctx, admin, "UTC", []string{h.store.Now().AddDate(0, 0, 1).Format(time.DateOnly), h.store.Now().AddDate(0, 0, 4).Format(time.DateOnly)}))
		d.Ref = "another"
		if after := h.take(d).Span.Due; !after.After(before) {
			t.Errorf("with holidays it is due at %v, without at %v", after, before)
		}
		if zone, days, err := h.Calendar(h.ctx, moderator); err != nil || zone != "UTC" || len(days) != 2 {
			t.Errorf("%q %v %v", zone, days, err)
		}
	})
}

// Whom a record is about is erased with them: what names several people does not
// say who they are.
func TestWhoseRecord(t *testing.T) {
	each(t, func(h *house) {
		const bob social.AccountID = 3_400_000_000_000_000_003
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			return tx.AddAccount(h.ctx, social.Account{ID: bob, Username: "bob", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now})
		}))
		last := func() store.Record { all := h.log(); return all[len(all)-1] }
		d := draft()
		m := h.take(d)
		if r := last(); r.About != ada || !strings.Contains(string(r.Body), adas) {
			t.Errorf("a notice of one person and what nobody knows is about %d: %s", r.About, r.Body)
		}
		h.must(h.Answer(h.ctx, moderator, m.ID, "Done."))
		if r := last(); r.About != ada {
			t.Errorf("the answer is about %d", r.About)
		}
		d.Ref, d.Addresses = "2", []string{adas, "https://plaza.example/@bob"}
		m = h.take(d)
		if r := last(); r.About != 0 || strings.Contains(string(r.Body), "@bob") || !strings.Contains(string(r.Body), `"sha256:`) {
			t.Errorf("a notice of two people is about %d: %s", r.About, r.Body)
		}
		h.must(h.Answer(h.ctx, moderator, m.ID, "Done."))
		if r := last(); r.About != 0 || strings.Contains(string(r.Body), "@bob") {
			t.Errorf("the answer to it is about %d: %s", r.About, r.Body)
		}
	})
}
