package browser

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// prompt is within how long of its answer a post is on the page of somebody who has
// it open.
const prompt = time.Second

// answered keeps when the last form was answered, beyond the page that sent it.
const answered = `{ const real = window.fetch; window.fetch = async (...all) => {
	const answer = await real(...all);
	if (all[1]?.method === "POST") sessionStorage.setItem("answered", Date.now());
	return answer;
} }`

// eager reads each new post as soon as it is told of, and keeps when that was, and
// when the words that are waited for were there.
const eager = `{ const keep = (what) => sessionStorage.getItem(what) || sessionStorage.setItem(what, Date.now());
new MutationObserver(() => {
	const told = document.querySelector("[data-newer] button"), words = sessionStorage.getItem("words");
	if (!words) return;
	if (told && !told.pressed) { keep("told"); told.pressed = true; told.click(); }
	if (document.querySelector("[data-feed]")?.innerText.includes(words)) keep("shown");
}).observe(document, { childList: true, subtree: true }) }`

// TestPrompt: two people have their home open; what one of them says there is on the
// page of the other within a second of the answer, without that being loaded anew.
// It tells how long that takes.
func TestPrompt(t *testing.T) {
	if !long() {
		t.Skip("a promise about time is for a machine that does nothing else: set PLAZA_TEST_LONG")
	}
	needBrowser(t)
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ada.Follow(ben)
	ben.Post("The first.", "public")
	hers, his := open(t, s.URL), open(t, s.URL)
	hers.before(eager)
	his.before(answered)
	hers.signIn("ada", ada.Password)
	his.signIn("ben", ben.Password)
	hers.says("The first.")
	hers.stays()
	var told, shown []time.Duration
	const posts = 20
	for n := range posts + 1 {
		words := fmt.Sprintf("Post %d of %d.", n, posts)
		hers.until(`(["told", "shown"].forEach((x) => sessionStorage.removeItem(x)), sessionStorage.setItem("words", ` + strconv.Quote(words) + `), true)`)
		his.until(`(sessionStorage.removeItem("answered"), true)`)
		his.fill("#text", words)
		his.press(`[data-composer] button[value="post"]`)
		his.says(words)
		hers.until(`sessionStorage.getItem("shown")`)
		if n == 0 {
			continue // her stream may have come up for it
		}
		at := moment(his, "answered")
		told, shown = append(told, max(moment(hers, "told")-at, 0)), append(shown, max(moment(hers, "shown")-at, 0))
	}
	if !hers.stays() {
		t.Error("her page was loaded anew")
	}
	slices.Sort(told)
	slices.Sort(shown)
	t.Logf("from the answer to a post until the other's page tells of it: p50 %s, max %s; until it stands there: p50 %s, max %s", told[posts/2], told[posts-1], shown[posts/2], shown[posts-1])
	if slow := shown[posts-1]; slow > prompt {
		t.Errorf("the slowest of %d posts took %s, want at most %s", posts, slow, prompt)
	}
}

// moment is one that a page has kept, since 1970.
func moment(b *tab, what string) time.Duration {
	b.t.Helper()
	ms, err := eval[int64](b, `Number(sessionStorage.getItem("`+what+`"))`)
	if err != nil || ms == 0 {
		b.t.Fatalf("when it was %s: %d, %v", what, ms, err)
	}
	return time.Duration(ms) * time.Millisecond
}
