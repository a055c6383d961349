package dsa

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	dones    = []Done{Label, Sensitive, Limit, Hide, Delete, Freeze, Disable, Suspend, Terminate}
	deciders = []social.Decider{social.ByPerson, social.ByJury, social.ByMachine}
	origins  = []Origin{Notice, Trusted, Told, Own}
)

func decision(d Done, g social.Ground, who social.Decider) Decision {
	return Decision{
		ID: 1234567890123456789, Done: d, Ground: g, Rule: Rule{ID: "2", Version: 3, Text: "Be kind.", URL: "https://plaza.example/about"},
		Harm: "harassment", Decider: who, Origin: Told, Language: "en-GB",
		Made: day(2026, 11, 25), At: time.Date(2026, 11, 26, 23, 59, 0, 0, time.FixedZone("", -3600)), Until: day(2026, 12, 26),
	}
}

// Every action on every ground by everybody is as the golden file has it, and
// as the database takes it.
func TestOf(t *testing.T) {
	t.Parallel()
	var got []Statement
	for _, d := range dones {
		for _, g := range []social.Ground{social.GroundRules, social.GroundLaw} {
			for _, who := range deciders {
				s, ok := Of(decision(d, g, who))
				if err := s.Check(); !ok || err != nil {
					t.Errorf("%s by %s for %s: %v, %v", d, who, g, ok, err)
				}
				got = append(got, s)
			}
		}
	}
	golden(t, "decisions.json", got)
}

// Who told of it and who came upon it, which others had the wrong way round for
// years: a machine that points to something is not one that decides.
func TestOfWhoFoundIt(t *testing.T) {
	t.Parallel()
	type row struct {
		Origin, Detected, Decider, Source, Identity, Detection, Decision, Facts string
	}
	var got []row
	for _, o := range origins {
		for _, found := range []string{"person", "machine"} {
			for _, who := range deciders {
				d := decision(Hide, social.GroundLaw, who)
				d.Origin, d.Machine = o, found == "machine"
				s, _ := Of(d)
				if err := s.Check(); err != nil {
					t.Errorf("%s, found by %s, decided by %s: %v", o, found, who, err)
				}
				got = append(got, row{string(o), found, string(who), s.Source, s.SourceIdentity, s.Detection, s.Decision, s.Facts})
			}
		}
	}
	golden(t, "found.json", got)
}

func TestOfEveryCategory(t *testing.T) {
	t.Parallel()
	all := social.Harms
	if len(kinds) != len(all) {
		t.Errorf("%d categories are mapped, of %d", len(kinds), len(all))
	}
	type row struct {
		Ours, Ground, Category string
		Keywords               []string
		Law                    string
	}
	var got []row
	for _, c := range append(slices.Clone(all), "no such") {
		for _, g := range []social.Ground{social.GroundRules, social.GroundLaw} {
			d := decision(Hide, g, social.ByPerson)
			d.Harm = c
			s, _ := Of(d)
			if err := s.Check(); err != nil {
				t.Errorf("%s: %v", c, err)
			}
			if _, ok := kinds[c]; !ok && c != "no such" {
				t.Errorf("%s is not mapped", c)
			}
			got = append(got, row{string(c), string(g), s.Category, s.Specification, s.IllegalGround})
		}
	}
	golden(t, "categories.json", got)
}

func TestOfWhatRestrictsNothing(t *testing.T) {
	t.Parallel()
	for _, d := range []Done{"", "warn", "none", "unlimit"} {
		if s, ok := Of(decision(d, social.GroundRules, social.ByPerson)); ok {
			t.Errorf("%q has a statement: %+v", d, s)
		}
	}
	for a, want := range map[social.Action]Done{social.Veil: Sensitive, social.Disable: Disable, social.Limit: Limit, social.Suspend: Suspend, social.Expel: Terminate, social.LabelPost: Label, social.LimitPost: Limit, social.HidePost: Hide, social.DeletePost: Delete, social.RestorePost: "", social.Dismiss: "", social.Pardon: "",
		social.Warn: "", social.Unveil: "", social.Enable: "", social.Unlimit: "", social.Unsuspend: "", social.Admit: "", social.ChangeRole: ""} {
		if got := DoneBy(a); got != want {
			t.Errorf("%s is %q, want %q", a, got, want)
		}
	}
}

func TestOfDetails(t *testing.T) {
	t.Parallel()
	d := decision(Suspend, social.GroundLaw, social.ByPerson)
	d.Law, d.Exactly, d.Territory, d.Content = chars(600), []string{"KEYWORD_DEFAMATION"}, []string{"DE"}, []string{"CONTENT_TYPE_IMAGE", "CONTENT_TYPE_VIDEO"}
	s, _ := Of(d)
	if err := s.Check(); err != nil || len([]rune(s.IllegalGround)) != 500 || !slices.Equal(s.Specification, d.Exactly) || !slices.Equal(s.Territory, d.Territory) || !slices.Equal(s.ContentType, d.Content) {
		t.Errorf("%v in %+v", err, s)
	}
	if s.Applied != "2026-11-27" || s.ContentDate != "2026-11-25" || s.AccountEnds != "2026-12-26" {
		t.Errorf("the days are %s, %s, %s, want those in UTC", s.Applied, s.ContentDate, s.AccountEnds)
	}
	d = decision(Hide, social.GroundRules, social.ByPerson)
	d.Rule.Text = chars(600)
	if s, _ = Of(d); s.Check() != nil {
		t.Errorf("a long rule: %v", s.Check())
	}
	for tag, want := range map[string]string{"de": "DE", "pt-BR": "PT", "zh-Hant": "ZH", "": "", "tlh": "", "xx": "", "en-x-☃": "EN"} {
		if d.Language = tag; true {
			if s, _ := Of(d); s.ContentLanguage != want {
				t.Errorf("the language %q is %q, want %q", tag, s.ContentLanguage, want)
			}
		}
	}
	first, _ := Of(decision(Suspend, social.GroundLaw, social.ByPerson))
	last, _ := Of(decision(Terminate, social.GroundLaw, social.ByPerson))
	if first.PUID == last.PUID {
		t.Errorf("the end of the account has the number of its suspension, %s: the database takes each but once", last.PUID)
	}
	for channel, want := range map[string][2]Origin{"app": {Told, Notice}, "web": {Told, Notice}, "stranger": {Notice, Notice}, "rights": {Notice, Notice}, "trusted": {Trusted, Trusted},
		"flag": {Told, Told}, "host": {Told, Told}, "authority": {Told, Told}, "rule": {Own, Own}, "": {Own, Own}} {
		if got := [2]Origin{OriginOf(channel, social.GroundRules), OriginOf(channel, social.GroundLaw)}; got != want {
			t.Errorf("%q is from %v, want %v", channel, got, want)
		}
	}
}

func golden(t *testing.T, name string, got any) {
	t.Helper()
	raw, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	raw, file := append(raw, '\n'), "testdata/"+name
	if *update {
		if err := os.WriteFile(file, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(raw, want) {
		t.Errorf("%s: %v; differs from\n%s", file, err, strings.TrimSpace(string(raw)))
	}
}

// What was typed about somebody is in no statement.
func TestDecided(t *testing.T) {
	t.Parallel()
	typed := "Ada lives at 7 Mill Lane"
	s, ok := Of(Decided(social.Decision{ID: 7, Action: social.HidePost, Text: typed, Facts: typed, Law: typed, Harm: social.HarmHate, Ground: social.GroundLaw, Machine: true, At: day(2026, 11, 26)}, Rule{}, "web"))
	s.ContentDate = "2026-11-25"
	if err := s.Check(); !ok || err != nil || s.Source != SourceArticle16 || s.Decision != PartlyAutomated || s.Detection != Yes {
		t.Errorf("%v, %v in %+v", ok, err, s)
	}
	raw, err := json.Marshal(s)
	if err != nil || strings.Contains(string(raw), "Mill Lane") {
		t.Errorf("%s, %v", raw, err)
	}
	d := Decided(social.Decision{Action: social.LimitPost}, Rule{}, "app")
	if d.Ground != social.GroundRules || d.Decider != social.ByPerson || d.Origin != Told {
		t.Errorf("of what is not said: %+v", d)
	}
}
