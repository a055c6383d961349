package checker

import (
	"slices"
	"strings"
	"testing"
)

// world is one in which all is well, to be spoilt.
type world struct {
	posts, home map[string][]Post // by node
	notices     map[string][]Notice
	history     []Attempt
}

func well() *world {
	ps := []Post{{"3", "a", "key-a-3"}, {"2", "a", "key-a-2"}, {"1", "a", "key-a-1"}}
	w := &world{posts: map[string][]Post{}, home: map[string][]Post{}, notices: map[string][]Notice{}}
	for _, node := range []string{"x", "y"} {
		w.posts[node], w.home[node] = slices.Clone(ps), slices.Clone(ps)
		w.notices[node] = []Notice{{"n2", "mention", "2"}, {"n0", "follow", ""}}
	}
	w.history = []Attempt{
		{Key: "key-a-1", Author: "a", Outcome: Unknown},
		{Key: "key-a-1", Author: "a", Outcome: Acknowledged, ID: "1"},
		{Key: "key-a-2", Author: "a", Mentions: "r", Outcome: Refused},
		{Key: "key-a-2", Author: "a", Mentions: "r", Outcome: Acknowledged, ID: "2"},
		{Key: "key-a-3", Author: "a", Outcome: Unknown}, // it was made
		{Key: "key-a-4", Author: "a", Outcome: Unknown}, // it was not
		{Key: "key-a-5", Author: "a", Outcome: Refused},
	}
	return w
}

func (w *world) Posts(node string, _ Person) ([]Post, error)     { return w.posts[node], nil }
func (w *world) Home(node string, _ Person) ([]Post, error)      { return w.home[node], nil }
func (w *world) Notices(node string, _ Person) ([]Notice, error) { return w.notices[node], nil }

// The checker finds what it is for, and nothing where all is well.
func TestCheckerFinds(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(w *world)
		want  []string
	}{
		{"nothing", func(*world) {}, nil},
		{"lost", func(w *world) {
			for _, node := range []string{"x", "y"} {
				w.posts[node], w.home[node] = w.posts[node][:2], w.home[node][:2]
			}
		}, []string{Lost, Lost}},
		{"doubled", func(w *world) { w.both(Post{"9", "a", "key-a-1"}) }, []string{Doubled, Doubled}},
		{"open and doubled", func(w *world) { w.both(Post{"9", "a", "key-a-3"}) }, []string{Doubled, Doubled}},
		{"denied", func(w *world) { w.both(Post{"9", "a", "key-a-5"}) }, []string{Denied, Denied}},
		{"of nobody", func(w *world) { w.both(Post{"9", "a", "key-a-6"}) }, []string{Unasked, Unasked}},
		{"another id", func(w *world) { w.history[1].ID = "7" }, []string{Swapped, Swapped}},
		{"two ids", func(w *world) {
			w.history = append(w.history, Attempt{Key: "key-a-2", Author: "a", Outcome: Acknowledged, ID: "8"})
		},
			[]string{Swapped, Swapped, Swapped}},
		{"feed lacks", func(w *world) { w.home["y"] = w.home["y"][1:] }, []string{Differs, FeedLacks}},
		{"feed twice", func(w *world) { w.home["x"] = append(w.home["x"], w.home["x"][0]) }, []string{Differs, FeedTwice}},
		{"not told", func(w *world) { w.notices["x"] = w.notices["x"][1:] }, []string{Differs, Untold}},
		{"told twice", func(w *world) { w.notices["y"] = append(w.notices["y"], Notice{"n9", "mention", "2"}) }, []string{Differs, ToldTwice}},
		{"one node lacks", func(w *world) { w.posts["y"] = w.posts["y"][1:] }, []string{Differs}},
		{"order differs", func(w *world) { slices.Reverse(w.posts["y"]) }, []string{Differs}},
	} {
		w := well()
		c.spoil(w)
		r, err := Check(World{Nodes: map[string]string{"x": "", "y": ""}, Authors: []Person{{Name: "a"}}, Readers: []Person{{Name: "r", Follows: []string{"a"}}}}, w.history, w)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, wrong := range r.Wrongs {
			got = append(got, wrong.What)
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: found %q, want %q", c.name, got, c.want)
		}
	}
}

// both has a post be at all nodes, and in all feeds.
func (w *world) both(p Post) {
	for _, node := range []string{"x", "y"} {
		w.posts[node], w.home[node] = append(w.posts[node], p), append(w.home[node], p)
	}
}

func TestReport(t *testing.T) {
	r := Report{Wrongs: []Wrong{{Lost, "x", "key-a-1"}}}
	if got := r.String(); !strings.Contains(got, "     1 "+Lost+"\n       key-a-1, x\n") || !strings.Contains(got, "     0 "+Doubled+"\n") {
		t.Errorf("report:\n%s", got)
	}
	all, err := Read(strings.NewReader(`{"Key":"key-a-1","Outcome":"unknown"}` + "\n"))
	if err != nil || len(all) != 1 || all[0].Key != "key-a-1" {
		t.Errorf("read %v, %v", all, err)
	}
	if got := key.FindString("<p>Words key-a01-17 and more</p>"); got != "key-a01-17" {
		t.Errorf("the key is %q", got)
	}
}
