package view

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

func TestCacheKeepsOutWhatWasLoadedBeforeADrop(t *testing.T) {
	c := newCache[social.PostID, string](100)
	stamp := c.stamp(1)
	c.drop(1) // somebody changes it while we load it
	c.put(1, "stale", stamp)
	if v, ok := c.get(1); ok {
		t.Errorf("%q came in after the drop", v)
	}
	c.put(1, "fresh", c.stamp(1))
	if v, _ := c.get(1); v != "fresh" {
		t.Errorf("got %q, want fresh", v)
	}
	c.drop(1)
	if v, ok := c.get(1); ok {
		t.Errorf("%q is there after the drop", v)
	}
	c.put(1, "again", c.stamp(1))
	stamp = c.stamp(2)
	c.clear()
	c.put(2, "stale", stamp)
	for k := range social.PostID(3) {
		if v, ok := c.get(k); ok {
			t.Errorf("%q is there after all was dropped", v)
		}
	}
}

func TestLoad(t *testing.T) {
	c := newCache[social.PostID, string](100)
	c.put(2, "two", c.stamp(2))
	var asked [][]social.PostID
	fetch := func(missing []social.PostID) (map[social.PostID]string, error) {
		asked = append(asked, missing)
		return map[social.PostID]string{1: "one"}, nil
	}
	for range 2 { // 0 names nothing, 3 is not there and is asked for again
		got, err := load(c, []social.PostID{1, 2, 0, 3}, fetch)
		if err != nil || len(got) != 2 || got[1] != "one" || got[2] != "two" {
			t.Errorf("got %v, %v", got, err)
		}
	}
	if len(asked) != 2 || !slices.Equal(asked[0], []social.PostID{1, 3}) || !slices.Equal(asked[1], []social.PostID{3}) {
		t.Errorf("fetched %v", asked)
	}
	if _, err := load(c, []social.PostID{9}, func([]social.PostID) (map[social.PostID]string, error) { return nil, errors.New("away") }); err == nil {
		t.Error("an error of the store was swallowed")
	}
}

func TestLoadThatADropOvertakes(t *testing.T) {
	c := newCache[social.PostID, string](100)
	got, err := load(c, []social.PostID{1, 2}, func([]social.PostID) (map[social.PostID]string, error) {
		c.drop(1)
		return map[social.PostID]string{1: "old", 2: "two"}, nil
	})
	if err != nil || got[1] != "old" {
		t.Errorf("the caller got %v, %v; it asked before the change", got, err)
	}
	if _, ok := c.get(1); ok {
		t.Error("what was changed while it was loaded came in")
	}
	if _, ok := c.get(2); !ok {
		t.Error("what was not changed did not come in")
	}
}

func TestCacheStaysBounded(t *testing.T) {
	const limit = 2 * shards
	c := newCache[social.PostID, int](limit)
	for i := range social.PostID(100 * limit) {
		c.put(i, int(i), c.stamp(i))
	}
	n := 0
	for i := range c.shard {
		n += len(c.shard[i].m)
	}
	if n == 0 || n > limit {
		t.Errorf("it holds %d, want at most %d", n, limit)
	}
	if v, ok := c.get(100*limit - 1); !ok || v != 100*limit-1 {
		t.Error("what came last is not there")
	}
}

func TestCacheWithManyAtOnce(t *testing.T) {
	c := newCache[social.PostID, int](shards)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 2000 {
				k := social.PostID(i % 100)
				if _, err := load(c, []social.PostID{k}, func([]social.PostID) (map[social.PostID]int, error) {
					return map[social.PostID]int{k: int(k)}, nil
				}); err != nil {
					t.Error(err)
				}
				if v, ok := c.get(k); ok && v != int(k) {
					t.Errorf("%d under %d", v, k)
				}
				if i%(w+2) == 0 {
					c.drop(k)
				}
			}
		})
	}
	wg.Wait()
}

func TestMarksKeepOutWhatWasLoadedBeforeADrop(t *testing.T) {
	v := &View{marks: newCache[social.AccountID, *marks](maxReaders)}
	ms := v.marksFor(1)
	if again := v.marksFor(1); again != ms {
		t.Error("one reader has two sets of marks")
	}
	drops := ms.drops
	v.forgetMark(1, 7, false)
	ms.keep([]social.PostID{7}, map[social.PostID]social.Marks{7: social.Liked}, drops)
	if m, ok := ms.m[7]; ok {
		t.Errorf("stale marks %b came in", m)
	}
	ms.keep([]social.PostID{7, 8}, map[social.PostID]social.Marks{7: social.Liked}, ms.drops)
	if m, ok := ms.m[8]; !ok || m != 0 || ms.m[7] != social.Liked {
		t.Errorf("marks %v, want 7 liked and 8 known to have none", ms.m)
	}
	v.forgetMark(1, 7, true)
	if len(ms.m) != 0 {
		t.Errorf("marks %v, want none", ms.m)
	}
	v.forgetMark(2, 7, true) // a reader we know nothing of
}

func TestMarksStayBounded(t *testing.T) {
	ms := &marks{m: map[social.PostID]social.Marks{}}
	for i := range social.PostID(5 * maxMarks) {
		ms.keep([]social.PostID{i}, nil, 0)
	}
	if len(ms.m) > maxMarks {
		t.Errorf("%d marks of one reader, want at most %d", len(ms.m), maxMarks)
	}
}

func TestMemo(t *testing.T) {
	var m Memo
	made := 0
	for range 3 {
		if got := m.Get(func() any { made++; return "json" }); got != "json" {
			t.Errorf("got %v", got)
		}
	}
	if made != 1 {
		t.Errorf("made %d times, want once", made)
	}
}
