package mirror

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

var large = flag.Bool("large", false, "try a house of 20,000 posts, and tell what that costs")

// populate has ten people say n things, a tenth of them in answer to what was
// said before.
func (h *house) populate(n int) (people []*apptest.Person) {
	h.t.Helper()
	for i := range 10 {
		people = append(people, h.Join(fmt.Sprintf("person%d", i), social.Member))
	}
	var last social.PostID
	for i := range n {
		d := social.Draft{Text: fmt.Sprintf("This is number %d of many that were said here. #all #tag%d", i, i%50), Visibility: social.Public}
		if i%10 == 9 {
			d.ReplyTo = last
		}
		p, err := h.Posts.Publish(h.t.Context(), people[i%10].Actor(), d)
		h.must(err)
		last = p.ID
	}
	return people
}

// one is what it takes to follow one more post.
func (h *house) one(by *apptest.Person, d social.Draft) (pages, files int, bytes int64) {
	h.t.Helper()
	d.Visibility = social.Public
	_, err := h.Posts.Publish(h.t.Context(), by.Actor(), d)
	h.must(err)
	return h.update()
}

// One post costs as much in a large house as in a small one: counted, not timed.
func TestCost(t *testing.T) {
	t.Parallel()
	type cost struct {
		pages, files int
		bytes        int64
	}
	of := func(n int) (costs []cost, first cost) {
		h := newHouse(t, apptest.Start(t))
		people := h.populate(n)
		var c cost
		c.pages, c.files, c.bytes = h.update()
		first = c
		for range 3 {
			c.pages, c.files, c.bytes = h.one(people[3], social.Draft{Text: "One more #all #tag7"})
			costs = append(costs, c)
		}
		h.good(fmt.Sprintf("%d posts", n))
		pages, files, bytes := h.update()
		if pages != 0 || files != 0 {
			t.Errorf("nothing happened, and %d pages were made, %d files of %d bytes written", pages, files, bytes)
		}
		return costs, first
	}
	small, firstSmall := of(300)
	big, firstBig := of(3000)
	t.Logf("300 posts: first %+v, one more %+v", firstSmall, small)
	t.Logf("3000 posts: first %+v, one more %+v", firstBig, big)
	if firstSmall.pages < 300 || firstBig.pages < 3000 {
		t.Error("not all posts have a page")
	}
	for i := range big {
		// The home page, the public one, two of its author, two tags, its own.
		if small[i].pages != 7 || big[i].pages != 7 {
			t.Errorf("post %d: %d and %d pages made, want 7", i, small[i].pages, big[i].pages)
		}
		if big[i].files > small[i].files+16 || big[i].bytes > small[i].bytes*3/2 {
			t.Errorf("post %d: %+v in the large house, %+v in the small one", i, big[i], small[i])
		}
	}
}

// Older pages of lists stay as they are: when the newest has become too long, one
// is added.
func TestOlderPagesStay(t *testing.T) {
	t.Parallel()
	h := newHouse(t, apptest.Start(t))
	people := h.populate(85) // 77 of them no answers to others
	h.update()
	page1 := h.file("public/local/page/1/index.html")
	h.has("public/local/page/1/index.html", "number 0 of", "number 21 of", "-number 22 of", "local/page/2/index.html")
	h.has("public/local/index.html", "number 84 of", "-number 21 of", "local/page/2/index.html")
	for range 25 {
		h.one(people[0], social.Draft{Text: "More"})
	}
	h.good("after 25 more")
	if h.file("public/local/page/1/index.html") != page1 {
		t.Error("page 1 is another one now")
	}
	h.has("public/local/page/2/index.html", "local/page/3/index.html", "local/page/1/index.html")
	h.has("@person0/feed.atom", "More", "<feed")
}

// A house of 20,000 posts: first build, bytes, and one post's update. Run it with
// -large; the figures stand in the log.
func TestMirrorLarge(t *testing.T) {
	if !*large {
		t.Skip("takes minutes: run it with -large")
	}
	h := newHouse(t, apptest.Start(t))
	began := time.Now()
	people := h.populate(20_000)
	t.Logf("said in %v", time.Since(began).Round(time.Second))
	began = time.Now()
	pages, files, bytes := h.update()
	if pages < 20_000 {
		t.Errorf("%d pages only", pages)
	}
	t.Logf("first build: %d pages, %d files, %.1f MB in %v", pages, files, float64(bytes)/1e6, time.Since(began).Round(100*time.Millisecond))
	for range 3 {
		began = time.Now()
		pages, files, bytes = h.one(people[3], social.Draft{Text: "One more #all #tag7"})
		if pages != 7 || files > 50 { // as many as in a small house: see TestCost
			t.Errorf("one post: %d pages made, %d files written", pages, files)
		}
		t.Logf("one post: %d pages, %d files, %d bytes in %v", pages, files, bytes, time.Since(began).Round(time.Millisecond))
	}
	began = time.Now()
	r := h.good("the large house")
	t.Logf("verified: %d files, %.1f MB in %v", r.Checked, float64(r.Manifest.Bytes)/1e6, time.Since(began).Round(100*time.Millisecond))
}
