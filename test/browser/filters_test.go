package browser

import (
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/core/filters"
	"github.com/plaza-social/plaza/internal/social"
)

// filtered has somebody mute words. It returns the page of the last of the filters.
func (h house) filtered(name string) (page string) {
	h.t.Helper()
	lasts, places := 7*24*time.Hour, []social.FilterContext{social.FilterPublic}
	for _, title := range []string{"Pineapples", strings.Repeat("AndThisIsAName", 9)} {
		f, err := h.Filters.Add(h.t.Context(), h.actor(name), filters.Change{Title: &title, Contexts: &places, Lasts: &lasts, Keywords: []filters.KeywordChange{{Words: &title}}})
		h.must(err)
		page = fmt.Sprintf("/settings/filters/%d", f.ID)
	}
	return page
}
