package web

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// literal is a piece of a script that has quotes in it: a comment, a regular
	// expression, or a literal (which is the group).
	literal = regexp.MustCompile(`//[^\n]*|/\*(?s:.*?)\*/|[(,=:]\s*/(?:\[(?:[^\]\\]|\\.)*\]|[^/\[\\\n]|\\.)+/[a-z]*|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|` + "`(?:[^`\\\\]|\\\\.)*`)")
	// looksUp ends with where a literal is a selector, and shows ends with where people read it.
	looksUp = regexp.MustCompile(`(querySelector|querySelectorAll|closest|matches|all|press)(\?\.)?\($`)
	shows   = regexp.MustCompile(`(textContent = |\.title = |"aria-label", |\?\? )$`)
	markup  = regexp.MustCompile(`<[^<>]*>|\$\{[^{}]*\}`)
	wordy   = regexp.MustCompile(`\pL{2,}[,:;.!?]? \pL{2,}|^\pL{2,}[.…!]$`)
	classes = regexp.MustCompile(`className = $`)
	stored  = regexp.MustCompile(`^["']?plaza-`) // of what a browser keeps
)

// spokenIn are the words that a script would show in English to everybody.
func spokenIn(script string) (out []string) {
	for _, at := range literal.FindAllStringSubmatchIndex(script, -1) {
		if at[2] < 0 {
			continue
		}
		before, said := script[max(0, at[2]-40):at[2]], script[at[2]+1:at[3]-1]
		tagged := strings.Contains(said, "</")
		words := strings.TrimSpace(markup.ReplaceAllString(said, ""))
		switch {
		case looksUp.MatchString(before), classes.MatchString(before), stored.MatchString(said):
		case wordy.MatchString(words), (tagged || shows.MatchString(before)) && lettered(words):
			out = append(out, said)
		}
	}
	return out
}

// Scripts have no words of their own: what they show comes from the page, in the
// reader's language.
func TestScriptsSayNothing(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("assets/*.js")
	if err != nil || len(scripts) == 0 {
		t.Fatal(err)
	}
	for _, name := range scripts {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range spokenIn(string(b)) {
			t.Errorf("%s says %q to everybody: have it come from the page", name, words)
		}
	}
	for script, want := range map[string]bool{
		`note.textContent = "Files are on their way …";`: true, `throw new Error("It did not work")`: true, "d.innerHTML = `<b class=\"x y\">Close</b>`": true,
		`x.textContent = "Close"`: true, `d.setAttribute("aria-label", "Keys")`: true, `told("Copied.")`: true, `q.split(/["'] a b/); say('There is more')`: true,
		`// it is "not said" here`: false, `f.querySelector("main a, aside a")`: false, `b.className = "button quiet wide"`: false, "d.innerHTML = `<p class=\"x y\"></p>`": false,
		`e.key === "Escape"`: false, `note.textContent = note.dataset.sending`: false, "`/a/${some thing}`": false,
	} {
		if got := len(spokenIn(script)) > 0; got != want {
			t.Errorf("%s: it says something is %v", script, got)
		}
	}
}

// A page has the words of its scripts, all of them and no others, as data.
func TestScriptWords(t *testing.T) {
	t.Parallel()
	for script, f := range map[string]*frame{"desk.js": {Script: "desk.js"}, "viewer.js": {Pictured: true}, "plaza.js": {}} {
		var page strings.Builder
		if err := scriptWords(f).Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile("assets/" + script)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]any{}
		if data, is := strings.CutPrefix(page.String(), `<script id="script-words" type="application/json">`); is {
			if err := json.Unmarshal([]byte(strings.TrimSuffix(data, "</script>")), &said); err != nil {
				t.Errorf("%s: %v in %s", script, err, data)
			}
		} else if page.Len() > 0 {
			t.Errorf("%s: %s is no data", script, page.String())
		}
		uses := map[string]bool{}
		for _, m := range regexp.MustCompile(`\bsaid\.(\w+)`).FindAllStringSubmatch(string(b), -1) {
			if uses[m[1]] = true; said[m[1]] == nil {
				t.Errorf("the page does not have %s, which %s says", m[1], script)
			}
		}
		for word := range said {
			if !uses[word] {
				t.Errorf("the page has %s, which %s does not say", word, script)
			}
		}
	}
}
