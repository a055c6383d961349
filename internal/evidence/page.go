package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
)

// Page is verify.html: one file that checks a bundle in a browser, and may reach
// nothing. It says what the program says, in the same words.
func Page() []byte { return page() }

var page = sync.OnceValue(func() []byte {
	script := asset("verify.js") + asset("bundle.js") + asset("page.js")
	style := asset("page.css")
	var words bytes.Buffer
	if err := json.Compact(&words, []byte(asset("words.json"))); err != nil {
		panic(err) // it is built in
	}
	return []byte(strings.NewReplacer("{{SCRIPT-HASH}}", hashSource(script), "{{STYLE-HASH}}", hashSource(style),
		"{{SCRIPT}}", script, "{{STYLE}}", style, "{{WORDS}}", words.String()).Replace(asset("page.html")))
})

// hashSource is how a Content-Security-Policy names what may run.
func hashSource(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
