package social_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

func form(c social.Class) social.MatterDraft {
	return social.MatterDraft{Class: c, Channel: social.ByForm, Category: "hate", From: social.Sender{Name: "Nora", Email: "nora@example.org"},
		Text: "It calls for violence.", Addresses: []string{"https://plaza.example/@ada/1"}, Law: "Article 9", Work: "A song", Signed: "Nora", GoodFaith: true}
}

// What the law asks of who gives notice, a field at a time.
func TestMatterDraftCheck(t *testing.T) {
	t.Parallel()
	for _, c := range social.StrangerClasses {
		if err := form(c).Check(); err != nil {
			t.Errorf("a whole notice of %s: %v", c, err)
		}
	}
	for name, tt := range map[string]struct {
		class social.Class
		spoil func(*social.MatterDraft)
		ok    bool
	}{
		"no words":                       {"dsa16", func(d *social.MatterDraft) { d.Text = "" }, false},
		"no address":                     {"dsa16", func(d *social.MatterDraft) { d.Addresses = nil }, false},
		"no name":                        {"dsa16", func(d *social.MatterDraft) { d.From.Name = "" }, false},
		"of an organisation":             {"dsa16", func(d *social.MatterDraft) { d.From.Name, d.From.Org = "", "HateWatch" }, true},
		"no e-mail":                      {"dsa16", func(d *social.MatterDraft) { d.From.Email = "" }, false},
		"nobody, about children":         {"dsa16", func(d *social.MatterDraft) { d.From, d.Category = social.Sender{}, "minors" }, true},
		"nobody, of a right":             {"dmca", func(d *social.MatterDraft) { d.From, d.Category = social.Sender{}, "minors" }, false},
		"no good faith":                  {"dsa16", func(d *social.MatterDraft) { d.GoodFaith = false }, false},
		"not signed":                     {"dsa16", func(d *social.MatterDraft) { d.Signed = "" }, true},
		"images, not signed":             {"ncii", func(d *social.MatterDraft) { d.Signed = "" }, false},
		"right, not signed":              {"dmca", func(d *social.MatterDraft) { d.Signed = "" }, false},
		"right to nothing":               {"dmca", func(d *social.MatterDraft) { d.Work = "" }, false},
		"counter, not signed":            {"dmca_counter", func(d *social.MatterDraft) { d.Signed = "" }, false},
		"order of no law":                {"order", func(d *social.MatterDraft) { d.Law = "" }, false},
		"a clock that strangers have no": {"order_terror", func(d *social.MatterDraft) {}, false},
		"that clock, by the staff":       {"order_terror", func(d *social.MatterDraft) { d.Channel = social.ByStaff }, true},
		"no such clock":                  {"24h", func(d *social.MatterDraft) { d.Channel = social.ByStaff }, false},
		"by the staff, of nobody":        {"host", func(d *social.MatterDraft) { *d = social.MatterDraft{Class: "host", Channel: social.ByStaff} }, true},
		"two addresses in one":           {"dsa16", func(d *social.MatterDraft) { d.From.Email = "a@ok.test,b@evil.test" }, false},
		"a quoted address":               {"dsa16", func(d *social.MatterDraft) { d.From.Email = `"a b"@ok.test` }, false},
		"two hosts":                      {"dsa16", func(d *social.MatterDraft) { d.From.Email = "a@b@ok.test" }, false},
		"a percent":                      {"dsa16", func(d *social.MatterDraft) { d.From.Email = "a%ok.test@b.test" }, false},
		"a line":                         {"dsa16", func(d *social.MatterDraft) { d.From.Email = "a@ok.test\r\nBcc:b@evil.test" }, false},
		"no dot":                         {"dsa16", func(d *social.MatterDraft) { d.From.Email = "a@localhost" }, false},
		"just short enough":              {"host", func(d *social.MatterDraft) { d.Raw = make([]byte, social.MaxMatterRaw) }, true},
		"too long":                       {"host", func(d *social.MatterDraft) { d.Raw = make([]byte, social.MaxMatterRaw+1) }, false},
	} {
		d := form(tt.class)
		tt.spoil(&d)
		if err := d.Check(); (err == nil) != tt.ok || err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMatterDraftTidy(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", social.MaxMatterText+1)
	d := social.MatterDraft{Channel: social.ByAPI, Subject: "a\r\nb\x00c", Ref: strings.Repeat("x", social.MaxMatterLine+1), Text: long, Category: "no such", From: social.Sender{Email: "nobody"},
		Addresses: []string{"https://plaza.example/a", " https://plaza.example/a ", "", strings.Repeat("a", social.MaxMatterAddress), strings.Repeat("b", social.MaxMatterAddress+1)}}.Tidy()
	if d.Subject != "a b c" || len([]rune(d.Ref)) != social.MaxMatterLine || len([]rune(d.Text)) != social.MaxMatterText || d.Category != "other" || d.From.Email != "" || len(d.Addresses) != 2 {
		t.Errorf("%q %d %d %q %q %d", d.Subject, len(d.Ref), len([]rune(d.Text)), d.Category, d.From.Email, len(d.Addresses))
	}
	d.Text = long[2:]
	if d = d.Tidy(); d.Text != long[2:] {
		t.Error("what is just short enough was cut")
	}
}

func TestMatterClock(t *testing.T) {
	t.Parallel()
	now := at(t, "2026-11-26 12:00")
	for name, tt := range map[string]struct {
		d         social.MatterDraft
		from, due string
	}{
		"now":          {social.MatterDraft{Class: "host"}, "2026-11-26 12:00", "2026-11-27 12:00"},
		"earlier":      {social.MatterDraft{Class: "host", Received: at(t, "2026-11-26 02:00")}, "2026-11-26 02:00", "2026-11-27 02:00"},
		"later":        {social.MatterDraft{Class: "host", Received: at(t, "2026-11-26 13:00")}, "2026-11-26 12:00", "2026-11-27 12:00"},
		"its own time": {social.MatterDraft{Class: "host", Lasts: 6 * time.Hour}, "2026-11-26 12:00", "2026-11-26 18:00"},
	} {
		m := tt.d.Matter(1, now, social.Calendar{})
		if !m.Span.From.Equal(at(t, tt.from)) || !m.Span.Due.Equal(at(t, tt.due)) || m.Status != social.MatterOpen {
			t.Errorf("%s: %+v", name, m.Span)
		}
	}
	m := social.MatterDraft{Class: "host"}.Matter(1, now, social.Calendar{})
	for until, ok := range map[time.Time]bool{m.Span.Due: false, m.Span.Due.Add(time.Millisecond): true, now.Add(366 * 24 * time.Hour): true, now.Add(366*24*time.Hour + 1): false, now: false} {
		if err := m.MayExtend(until, now); (err == nil) != ok {
			t.Errorf("until %v: %v", until, err)
		}
	}
	for _, s := range social.MatterStatuses {
		m.Status = s
		if (m.MayAnswer() == nil) != s.Waits() || (m.MayExtend(now.Add(48*time.Hour), now) == nil) != s.Waits() {
			t.Errorf("%s can be answered: %v", s, m.MayAnswer())
		}
	}
}
