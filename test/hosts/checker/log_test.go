package checker

import (
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// written is a log at two nodes, to be spoilt.
type written struct {
	leaves map[string][][]byte
	heads  map[string]Head
	seen   []Head
	owed   []Owed
}

func (w *written) Head(node string) (Head, error)                { return w.heads[node], nil }
func (w *written) Leaves(node string, n int64) ([][]byte, error) { return w.leaves[node][:n], nil }

// record is a leaf as anybody may read it.
func record(kind string, n, at int, commitment string) []byte {
	return fmt.Appendf(nil, `{"v":1,"t":%q,"ts":%d,"n":%d,"c":%q}`, kind, at, n, commitment)
}

// head is computed by other code than what is tested.
func head(node string, leaves [][]byte) Head {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) (out []tlog.Hash, err error) {
		for _, i := range at {
			out = append(out, stored[i])
		}
		return out, nil
	})
	for i, l := range leaves {
		more, err := tlog.StoredHashes(int64(i), l, read)
		if err != nil {
			panic(err)
		}
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(int64(len(leaves)), read)
	if err != nil {
		panic(err)
	}
	return Head{node, int64(len(leaves)), root}
}

func logged() *written {
	leaves := [][]byte{record("policy", 1, 1, "p1"), record("report", 1, 2, "r1"), record("report", 2, 2, "r2"), record("decision", 1, 5, "d1"), record("report", 3, 6, "r3")}
	w := &written{leaves: map[string][][]byte{}, heads: map[string]Head{}, owed: []Owed{{"x", "1", "r1"}, {"y", "3", "r3"}}}
	for _, node := range []string{"x", "y"} {
		w.leaves[node], w.heads[node] = slices.Clone(leaves), head(node, leaves)
	}
	for n := 1; n <= len(leaves); n++ {
		w.seen = append(w.seen, head("x", leaves[:n]))
	}
	return w
}

// both has both nodes sign other leaves than before.
func (w *written) both(leaves ...[]byte) {
	for node := range w.leaves {
		w.leaves[node], w.heads[node] = leaves, head(node, leaves)
	}
}

// A log of which a head, a record or a number does not fit is found out.
func TestCheckLogFinds(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(w *written)
		want  []string
	}{
		{"nothing", func(*written) {}, nil},
		{"a head of another line", func(w *written) { w.seen[2].Root[0] ^= 1 }, []string{Forked}},
		{"a record changed after it was signed", func(w *written) {
			l := slices.Clone(w.leaves["x"])
			l[1] = record("report", 1, 3, "r1")
			l[2] = record("report", 2, 4, "r2")
			w.both(l...)
		}, []string{Forked}},
		{"two nodes, two lines", func(w *written) {
			l := slices.Clone(w.leaves["y"])
			l[4] = record("report", 3, 7, "r3")
			w.leaves["y"], w.heads["y"] = l, head("y", l)
		}, []string{Forked}},
		{"the end is lost", func(w *written) { w.both(w.leaves["x"][:4]...) }, []string{Forked, Owing}},
		{"a receipt for nothing", func(w *written) { w.owed[0].Commitment = "r9" }, []string{Owing}},
		{"a record twice", func(w *written) { w.both(append(slices.Clone(w.leaves["x"]), record("report", 4, 6, "r3"))...) }, []string{Twice}},
		{"a number left out", func(w *written) { w.both(append(slices.Clone(w.leaves["x"]), record("report", 5, 6, "r5"))...) }, []string{Gap}},
		{"back-dated", func(w *written) { w.both(append(slices.Clone(w.leaves["x"]), record("report", 4, 5, "r4"))...) }, []string{Shrinks}},
	} {
		w := logged()
		c.spoil(w)
		r, err := CheckLog(World{Nodes: map[string]string{"x": "", "y": ""}}, w.seen, w.owed, w)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, wrong := range r.Wrongs {
			got = append(got, wrong.What)
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if got = slices.Compact(got); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q\n%s", c.name, got, c.want, r)
		}
	}
}
