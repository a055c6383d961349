package browser

import (
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// viewed is the page of how far a post came that others have viewed.
func (h house) viewed(name, words string) string {
	h.t.Helper()
	path := h.latest(name, words)
	var post int64
	fmt.Sscan(path[strings.LastIndexByte(path, '/')+1:], &post)
	h.must(h.Store.Write(h.t.Context(), func(tx *store.Tx) error {
		return tx.AddViews(h.t.Context(), []store.Viewing{{Post: social.PostID(post), Day: social.Day(time.Now()), N: 1234}})
	}))
	return path + "/reach"
}

// chained is the page of a quote of a quote.
func (h house) chained() string {
	h.t.Helper()
	omar := h.actor("omar")
	first := h.say(h.actor("juno"), social.Draft{Text: "Bread is patience."})
	second := h.say(omar, social.Draft{Text: "What she says.", Quote: first.ID})
	third := h.say(h.actor("rosa"), social.Draft{Text: "And so say I.", Quote: second.ID})
	return fmt.Sprintf("/@omar/%d", h.say(omar, social.Draft{Text: "It makes the rounds.", Quote: third.ID}).ID)
}
