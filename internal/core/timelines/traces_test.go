package timelines_test

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// Where a reply is held that others have answered, the gap says so, to everybody but
// those who would not be shown it anyway.
func TestGapOfWhatIsHeld(t *testing.T) {
	each(t, func(h *house) {
		root := h.say(ada, social.Draft{Text: "root"})
		one := h.reply(ben, root)
		two := h.reply(cleo, one)
		names := map[social.PostID]string{root: "root", one: "one", two: "two"}
		if err := h.posts.Do(h.ctx, as(ada), one, social.HideReply, ""); err != nil {
			h.Fatal(err)
		}
		for by, want := range map[social.AccountID]string{dora: "<silent>1(two)", 0: "<silent>1(two)", ada: "one1(two)", ben: "one1(two)"} {
			got, err := h.lines.Tree(h.ctx, as(by), root)
			if err != nil || !strings.Contains(drawn(got, names), want) {
				h.Errorf("%d: %q, %v; want %q", by, drawn(got, names), err, want)
			}
		}
		got, err := h.lines.Tree(h.ctx, as(dora), two)
		if err != nil || !strings.HasPrefix(drawn(got, names), "<silent>") {
			h.Errorf("above what answers it: %q, %v", drawn(got, names), err)
		}
	})
}
