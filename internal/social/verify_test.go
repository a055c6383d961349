package social_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

func TestFieldLink(t *testing.T) {
	for value, want := range map[string]string{
		"https://ada.example": "https://ada.example", " https://ada.example/me#top ": "https://ada.example/me", "HTTPS://Ada.Example/Me?x=1": "https://Ada.Example/Me?x=1",
		"http://ada.example": "", "ada.example": "", "see https://ada.example": "", "https://ada.example and more": "", "https://": "", "": "", "https://me:secret@ada.example": "",
		"javascript:alert(1)": "", "//ada.example": "", "https:///x": "",
	} {
		if got := (social.Field{Value: value}).Link(); got != want {
			t.Errorf("%q leads to %q, want %q", value, got, want)
		}
	}
}

func TestFieldChecked(t *testing.T) {
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	is := func(what string, f social.Field, verified bool, misses int) {
		t.Helper()
		if (f.VerifiedAt != nil) != verified || f.Misses != misses {
			t.Errorf("%s: %+v, want verified %v after %d misses", what, f, verified, misses)
		}
	}
	f := social.Field{Value: "https://ada.example"}.Checked(social.LinksBack, noon)
	is("linked back", f, true, 0)
	f = f.Checked(social.LinksBack, noon.Add(time.Hour))
	if !f.VerifiedAt.Equal(noon) {
		t.Errorf("verified at %v, want when it first was", f.VerifiedAt)
	}
	for i := range social.MaxFieldMisses - 1 {
		f = f.Checked(social.Unread, noon)
		is("not there", f, true, i+1)
	}
	is("there again", f.Checked(social.LinksBack, noon), true, 0)
	is("too often not there", f.Checked(social.Unread, noon), false, social.MaxFieldMisses)
	is("much too often", f.Checked(social.Unread, noon).Checked(social.Unread, noon), false, social.MaxFieldMisses)
	is("the link is gone", f.Checked(social.LinksNot, noon), false, 0)
}

// What is verified stays with its value, and nobody brings a proof along.
func TestProvenFields(t *testing.T) {
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	was := social.Account{Fields: []social.Field{{Name: "Site", Value: "https://ada.example", VerifiedAt: &noon, Misses: 1}, {Name: "City", Value: "London"}}}
	fields := []social.Field{{Name: "City", Value: "Paris", VerifiedAt: &noon}, {Name: "Home", Value: "https://ada.example"}, {Name: "Site", Value: "https://ada.example/"}}
	got := social.Profile{Fields: &fields}.Apply(was, noon).Fields
	if len(got) != 3 || got[0].VerifiedAt != nil || got[1].VerifiedAt == nil || got[1].Misses != 1 || got[2].VerifiedAt != nil {
		t.Errorf("%+v", got)
	}
}
