package browser

import (
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// autoRules has the house have two rules that act by themselves: one that was
// tried and watches, one with a long name that is off. It returns the first one.
func (h house) autoRules() string {
	h.t.Helper()
	ctx, keyboard := h.t.Context(), social.Keyboard
	in, err := social.ParseHashes("sha256:" + strings.Repeat("ab", 32) + ",a list with rather a long name for such a list,spam")
	h.must(err)
	_, err = h.Automation.Import(ctx, keyboard, in)
	h.must(err)
	_, err = h.Automation.Add(ctx, keyboard, "ThisIsTheNameOfARule"+strings.Repeat("AndItGoesOn", 7), "hosts: spam.example\ndo: hide, report")
	h.must(err)
	r, err := h.Automation.Add(ctx, keyboard, "Bakers who say too much", "words: sourdough\ndo: report")
	h.must(err)
	_, err = h.Automation.Change(ctx, keyboard, r.ID, r.Name, "words: sourdough, bread\ndo: report, warn\npriority: low")
	h.must(err)
	h.must(h.Automation.Try(ctx, keyboard, r.ID))
	h.must(h.Automation.SetState(ctx, keyboard, r.ID, social.AutoWatch))
	h.say(h.actor("ada"), social.Draft{Text: "Bread, once more: what do you do with what is left?", Visibility: social.Public})
	for range 200 {
		l, _, err := h.Automation.Rule(ctx, keyboard, r.ID)
		h.must(err)
		if !l.Run.Done.IsZero() && l.Seen > 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Sprintf("/moderation/rules/%d", r.ID)
}
