package browser

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app"
)

func TestLookAt(t *testing.T) {
	needBrowser(t)
	h := yesterday(t)
	for _, lang := range strings.Split(os.Getenv("LANGS"), ",") {
		var some []page
		re := regexp.MustCompile(os.Getenv("PAGES"))
		for _, p := range h.pages() {
			if re.MatchString(p.name) {
				some = append(some, p)
			}
		}
		tabs := h.sitting(app.DemoPassword, some)
		for _, b := range tabs {
			b.before(`document.cookie = "plaza_language=` + lang + `; path=/"`)
			b.visit("/about")
		}
		for _, p := range some {
			q := p
			q.name = lang + "-" + p.name
			tabs[p.who].picture(q, "/tmp/shots", true)
		}
	}
}
