package social

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// What is kept ready for just this case is used before what is for any.
func TestWords(t *testing.T) {
	all := []Template{{Name: "a", Action: HidePost, Text: "any"}, {Name: "b", Action: HidePost, Harm: HarmSpam, Text: "spam"}, {Name: "c", Text: "for nothing alone"}}
	for _, tt := range []struct {
		a    Action
		h    Harm
		want string
	}{{HidePost, HarmSpam, "spam"}, {HidePost, HarmHate, "any"}, {DeletePost, HarmSpam, standard[DeletePost]}, {Dismiss, HarmSpam, ""}} {
		if got := Words(all, tt.a, tt.h); got != tt.want {
			t.Errorf("Words(%s, %s) = %q, want %q", tt.a, tt.h, got, tt.want)
		}
	}
	for _, a := range Judgements {
		if (standard[a] != "") != a.Sanction() {
			t.Errorf("standard words of %s: %q", a, standard[a])
		}
	}
}

func TestFill(t *testing.T) {
	until := time.Date(2026, 12, 3, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		rule string
		d    Decision
		want string
	}{
		{"", Decision{}, "House: breaks the rules of this house."},
		{"Be kind.", Decision{Until: until}, "House: breaks our rule “Be kind” until 3 December 2026, 08:00 UTC."},
		{"Be kind.", Decision{Ground: GroundLaw, Law: "§ 130"}, "House: breaks the law (§ 130)."},
	} {
		if got := Fill("{house}: breaks {rule}{until}.", "House", tt.rule, tt.d); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestCheckTemplates(t *testing.T) {
	good := Template{Name: "n", Text: "t", Action: Warn, Harm: HarmSpam}
	many := make([]Template, MaxTemplates)
	for i := range many {
		many[i] = good
	}
	if err := CheckTemplates(many); err != nil {
		t.Errorf("as many as may be: %v", err)
	}
	longest := good
	longest.Name, longest.Text = strings.Repeat("ä", MaxTemplateName), strings.Repeat("ä", MaxDecisionText)
	if err := CheckTemplates([]Template{longest}); err != nil {
		t.Errorf("as long as may be: %v", err)
	}
	for name, all := range map[string][]Template{
		"one too many": append(many, good), "no name": {{Text: "t"}}, "a long name": {{Name: longest.Name + "x", Text: "t"}}, "no text": {{Name: "n"}},
		"a long text": {{Name: "n", Text: longest.Text + "x"}}, "an action that is none": {{Name: "n", Text: "t", Action: Enable}}, "a harm that is none": {{Name: "n", Text: "t", Harm: "x"}},
	} {
		if err := CheckTemplates(all); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
}
