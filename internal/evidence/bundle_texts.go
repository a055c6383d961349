package evidence

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed assets
var assets embed.FS

func asset(name string) string {
	b, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // it is built in
	}
	return string(b)
}

var texts = template.Must(template.New("").ParseFS(assets, "assets/*.txt"))

func text(name string, m Manifest) []byte {
	var b strings.Builder
	if err := texts.ExecuteTemplate(&b, name, m); err != nil {
		panic(fmt.Sprintf("%s: %v", name, err)) // it is built in, and tried by the tests
	}
	return []byte(b.String())
}

func verifyText(m Manifest) []byte    { return text("verify.txt", m) }
func certification(m Manifest) []byte { return text("certification-902.txt", m) }
