package mirrors_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/mirrors"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// house is a mirror of a store, with helpers.
type house struct {
	*testing.T
	store *store.Store
	svc   *mirrors.Service
	m     social.Mirror
	pages map[string]social.MirrorMade // as they were made last
}

func each(t *testing.T, fn func(h *house, c *storetest.Clock)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		h := &house{T: t, store: s, svc: mirrors.New(s), pages: map[string]social.MirrorMade{}}
		var err error
		h.m, err = h.svc.Mirror(t.Context(), "/srv/mirror")
		h.must(err)
		fn(h, c)
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// marks checks which pages have to be made, and makes them as they were.
func (h *house) marks(when string, want ...string) {
	h.Helper()
	marks, err := h.svc.Marks(h.Context(), h.m.ID, 0, 100)
	h.must(err)
	var got []string
	var made []social.MirrorMade
	for _, m := range marks {
		got = append(got, m.Page)
		p := h.pages[m.Page]
		p.MirrorMark = m
		made = append(made, p)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		h.Errorf("%s: marked %v, want %v", when, got, want)
	}
	at, err := h.svc.At(h.Context())
	h.must(err)
	h.must(h.svc.Keep(h.Context(), h.m.ID, at, made))
}

func (h *house) tell(facts ...event.Fact) {
	h.Helper()
	h.must(h.store.Write(h.Context(), func(tx *store.Tx) error {
		for _, f := range facts {
			tx.Record(f)
		}
		return nil
	}))
	h.must(work.CatchUp(h.Context(), h.store, mirrors.Follower()))
}

func (h *house) keep(p social.MirrorMade) {
	h.Helper()
	h.pages[p.Page] = p
	at, err := h.svc.At(h.Context())
	h.must(err)
	h.must(h.svc.Keep(h.Context(), h.m.ID, at, []social.MirrorMade{p}))
}

func page(path string, things ...string) social.MirrorMade {
	return social.MirrorMade{MirrorMark: social.MirrorMark{Page: path}, Things: things, Files: []social.MirrorFile{{Path: path[1:] + "/index.html", Page: path, Size: 1}}}
}

func TestMarks(t *testing.T) {
	each(t, func(h *house, _ *storetest.Clock) {
		h.marks("new", social.MirrorAll)
		h.keep(page("/@ada/5", social.MirrorPostThing(5), social.MirrorAccountThing(1)))
		h.keep(page("/@ada", social.MirrorPostThing(5), social.MirrorPostThing(6), social.MirrorAccountThing(1)))
		h.marks("kept")
		h.tell(event.Voted{Post: 5})
		h.marks("a vote", "/@ada", "/@ada/5")
		h.tell(event.Marked{Post: 6, Mark: social.Liked}, event.Marked{Post: 5, Mark: social.Bookmarked})
		h.marks("a like and a bookmark", "/@ada")
		h.tell(event.PostDeleted{Post: 5})
		h.marks("deleted", "/@ada", "/@ada/5")
		h.tell(event.AccountDeleted{Account: 1})
		h.marks("its author is gone", "/@ada", "/@ada/5")
		h.tell(event.SettingsChanged{})
		h.marks("other settings", social.MirrorAll, "/@ada", "/@ada/5")
		gone := social.MirrorMade{MirrorMark: social.MirrorMark{Page: "/@ada/5"}}
		h.keep(gone)
		h.tell(event.AccountDeleted{Account: 1})
		h.marks("one page is gone", "/@ada")
		files, err := h.svc.Gone(h.Context(), h.m.ID, 10)
		if err != nil || len(files) != 1 || files[0] != "@ada/5/index.html" {
			h.Errorf("to be taken away: %v, %v", files, err)
		}
	})
}

// What happens while a page is made is not lost, though nobody knew yet what the
// page shows.
func TestMeanwhile(t *testing.T) {
	each(t, func(h *house, _ *storetest.Clock) {
		h.marks("new", social.MirrorAll)
		at, err := h.svc.At(h.Context())
		h.must(err)
		h.tell(event.Voted{Post: 5})
		h.must(h.svc.Keep(h.Context(), h.m.ID, at, []social.MirrorMade{page("/@ada/5", social.MirrorPostThing(5))}))
		h.marks("a vote meanwhile", "/@ada/5")
		at, err = h.svc.At(h.Context())
		h.must(err)
		for range 11 { // more than are looked at again
			var facts []event.Fact
			for range 100 {
				facts = append(facts, event.Voted{Post: 7})
			}
			h.tell(facts...)
		}
		h.must(h.svc.Keep(h.Context(), h.m.ID, at, []social.MirrorMade{page("/@ada/5", social.MirrorPostThing(5))}))
		h.marks("very much meanwhile", "/@ada/5")
	})
}

// A page that is marked again while it is made stays marked.
func TestTurns(t *testing.T) {
	each(t, func(h *house, _ *storetest.Clock) {
		h.marks("new", social.MirrorAll)
		h.tell(event.TagRuled{Tag: "go"})
		marks, err := h.svc.Marks(h.Context(), h.m.ID, 0, 10)
		h.must(err)
		h.tell(event.TagRuled{Tag: "go"})
		h.keep(social.MirrorMade{MirrorMark: marks[0]})
		h.marks("marked twice", "/tags/go")
		h.marks("made")
	})
}

func TestOneWriter(t *testing.T) {
	each(t, func(h *house, c *storetest.Clock) {
		holds := func(who string, want bool) {
			h.Helper()
			if ok, err := h.svc.Hold(h.Context(), h.m.ID, who, time.Minute); err != nil || ok != want {
				h.Errorf("%s holds it: %v, %v, want %v", who, ok, err, want)
			}
		}
		holds("a", true)
		holds("b", false)
		holds("a", true)
		c.Pass(2 * time.Minute)
		holds("b", true)
		holds("a", false)
	})
}

func TestSay(t *testing.T) {
	each(t, func(h *house, _ *storetest.Clock) {
		h.marks("new", social.MirrorAll)
		secret, err := h.svc.Key(h.Context(), "plaza.example")
		h.must(err)
		if again, err := h.svc.Key(h.Context(), "other.example"); err != nil || again != secret {
			h.Errorf("another key the second time: %v", err)
		}
		long := strings.Repeat("x", social.MaxMirrorSaid)
		if err := h.svc.Say(h.Context(), long+"x"); errs.KindOf(err) != errs.Invalid || err == nil {
			h.Errorf("too long: %v, want Invalid", err)
		}
		h.must(h.svc.Say(h.Context(), long))
		if said, _, err := h.svc.Said(h.Context()); err != nil || said != long {
			h.Errorf("said %d bytes, %v", len(said), err)
		}
		h.marks("said", mirrors.StatusPage)
	})
}

func TestForget(t *testing.T) {
	each(t, func(h *house, _ *storetest.Clock) {
		h.keep(page("/@ada/5", social.MirrorPostThing(5)))
		h.must(h.svc.Forget(h.Context(), h.m.ID))
		h.tell(event.Voted{Post: 5})
		if all, err := h.svc.All(h.Context()); err != nil || len(all) != 0 {
			h.Errorf("kept: %v, %v", all, err)
		}
		h.marks("forgotten")
	})
}

// Who has given a mirror back is in nobody's way, not even in the same moment.
func TestHoldIsGivenBack(t *testing.T) {
	t.Parallel()
	each(t, func(h *house, _ *storetest.Clock) {
		for _, step := range []struct {
			holder string
			long   time.Duration
			want   bool
		}{{"one", time.Minute, true}, {"two", time.Minute, false}, {"one", 0, true}, {"two", time.Minute, true}, {"one", time.Minute, false}} {
			if ok, err := h.svc.Hold(h.Context(), h.m.ID, step.holder, step.long); err != nil || ok != step.want {
				t.Errorf("%s for %v: %v, %v", step.holder, step.long, ok, err)
			}
		}
	})
}
