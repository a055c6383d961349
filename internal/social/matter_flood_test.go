package social_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

func TestSaysAgain(t *testing.T) {
	t.Parallel()
	m := social.Matter{Class: social.ClassHost, Text: "x"}
	about := []social.MatterObject{{Address: "a"}, {Address: "b"}}
	for name, tt := range map[string]struct {
		d    social.MatterDraft
		want bool
	}{
		"the same":       {social.MatterDraft{Class: social.ClassHost, Text: "x", Addresses: []string{"a", "b"}}, true},
		"less of it":     {social.MatterDraft{Class: social.ClassHost, Text: "x", Addresses: []string{"b"}, Ref: "y"}, true},
		"in other words": {social.MatterDraft{Class: social.ClassHost, Text: "y", Addresses: []string{"b"}}, false},
		"by another law": {social.MatterDraft{Class: social.ClassHost, Text: "x", Law: "y", Addresses: []string{"b"}}, false},
		"another work":   {social.MatterDraft{Class: social.ClassHost, Text: "x", Work: "y", Addresses: []string{"b"}}, false},
		"another harm":   {social.MatterDraft{Class: social.ClassHost, Text: "x", Category: "spam", Addresses: []string{"b"}}, false},
		"and more":       {social.MatterDraft{Class: social.ClassHost, Text: "x", Addresses: []string{"a", "c"}}, false},
		"of nothing":     {social.MatterDraft{Class: social.ClassHost, Text: "x"}, false},
		"another clock":  {social.MatterDraft{Class: social.ClassOrder, Text: "x", Addresses: []string{"a"}}, false},
	} {
		if got := tt.d.SaysAgain(m, about); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestFetchable(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	m := social.Matter{Bundle: "x", Answered: at}
	if !m.Fetchable(at.Add(social.BundleLife-time.Millisecond)) || m.Fetchable(at.Add(social.BundleLife)) {
		t.Error("the evidence is there for another time than it should")
	}
	if (social.Matter{Bundle: "x"}).Fetchable(at) || (social.Matter{Answered: at}).Fetchable(at) {
		t.Error("there is evidence where none is")
	}
}

func TestContactEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "Zoe": "", "Zoe zoe@far.example": "zoe@far.example", "zoe@far.example": "zoe@far.example", "zoe@far.example Zoe": "", "a@b": "", "a@ok.test,b@evil.test": "", `"a b"@ok.test`: ""} {
		if got := social.ContactEmail(in); got != want {
			t.Errorf("of %q it is %q, want %q", in, got, want)
		}
	}
}

func TestMayAgain(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	s, r := social.StrangerReport{Confirmed: at}, social.Report{ClosedAt: at}
	if !s.MayAgain(r, at.Add(social.AppealWithin-1)) || s.MayAgain(r, at.Add(social.AppealWithin)) {
		t.Error("asking again is possible for another time than it should")
	}
	if s.MayAgain(social.Report{}, at) || (social.StrangerReport{}).MayAgain(r, at) || (social.StrangerReport{Confirmed: at, Again: at}).MayAgain(r, at) {
		t.Error("what is open, not confirmed or was asked before can be asked")
	}
}
