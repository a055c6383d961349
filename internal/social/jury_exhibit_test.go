package social

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestBlind(t *testing.T) {
	ada := Account{ID: 1, Username: "ada", DisplayName: "Ada Lovelace"}
	ben := Account{ID: 2, Username: "ben_b", Host: "far.example", DisplayName: "Ben"}
	e := Blind([]Voice{
		{Author: ada, Text: "What do you say, @ben_b@far.example?"},
		{Author: ben, Judged: true, Text: "@ada you liar, see https://far.example/@ben_b/1 and far.example/x or mail me: ben@far.example. Ada Lovelace is wrong, ada!",
			Post: Post{Warning: "about Ada", Language: "en"}, Choices: []string{"Ada lies", "no"},
			Media: []Media{{Kind: Image, File: "secret.png", Preview: "small.png", Alt: "Ben with a sign", Remote: "https://far.example/1.png"}}},
		{Author: ada, Text: "@zoe @ada@far.example look: ben_b ben. adamant, Benedict #tag"},
	})
	if len(e.Parts) != 3 {
		t.Fatalf("%d parts", len(e.Parts))
	}
	if e.Parts[0].Speaker != "B" || e.Parts[1].Speaker != "A" || e.Parts[2].Speaker != "B" || !e.Parts[1].Judged || e.Parts[0].Judged {
		t.Errorf("speakers %+v", e.Parts)
	}
	for i, want := range []string{
		"What do you say, @A?",
		"@B you liar, see [link] and [link] or mail me: [address]. B is wrong, B!",
		"@[someone] @B look: A A. adamant, Benedict #tag",
	} {
		if got := e.Parts[i].Text; got != want {
			t.Errorf("part %d: %q, want %q", i, got, want)
		}
	}
	if p := e.Parts[1]; p.Warning != "about B" || p.Choices[0] != "B lies" || p.Media[0].Alt != "A with a sign" {
		t.Errorf("around it: %+v", p)
	}
	b, _ := json.Marshal(e)
	for _, leak := range []string{"ben_b", "far.example", "Lovelace", "secret.png", "@ada"} {
		if strings.Contains(string(b), leak) {
			t.Errorf("%q is told: %s", leak, b)
		}
	}
}

func TestLetters(t *testing.T) {
	for n, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 27: "AB", 52: "BA"} {
		if got := letters(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

// Nothing that is typed makes blinding fail, or leaves a mention or a link.
func FuzzBlind(f *testing.F) {
	for _, s := range []string{"", "@ada", "https://far.example", "a@b.example", "@@ada@", "ada.example.", "\xff\xfe@ada\x00"} {
		f.Add(s, "Ada (the) [1]*")
	}
	f.Fuzz(func(t *testing.T, s, name string) {
		a := Account{ID: 1, Username: "ada", DisplayName: name}
		got := Blind([]Voice{{Author: a, Text: s, Judged: true}}).Parts[0].Text
		if strings.Contains(got, "://") || strings.Contains(strings.ToLower(got), "@ada") {
			t.Errorf("%q became %q", s, got)
		}
	})
}
