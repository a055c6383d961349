package evidence

import (
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// stored are hashes as tlog keeps them.
type stored []tlog.Hash

func (s *stored) ReadHashes(at []int64) (out []tlog.Hash, err error) {
	for _, i := range at {
		out = append(out, (*s)[i])
	}
	return out, nil
}

// A tree has the roots and proofs that tlog says.
func TestTree(t *testing.T) {
	var s stored
	var tree Tree
	var edge Edge
	if got, _ := tlog.TreeHash(0, &s); tree.Root(0) != got || edge.Root() != got {
		t.Error("the empty tree has another root")
	}
	for n := int64(1); n <= 70; n++ {
		h := tlog.RecordHash([]byte{byte(n)})
		more, err := tlog.StoredHashesForRecordHash(n-1, h, &s)
		if err != nil {
			t.Fatal(err)
		}
		s = append(s, more...)
		tree.Add(h)
		edge.Add(h)
		if want, _ := tlog.TreeHash(n, &s); tree.Root(n) != want || edge.Root() != want || edge.Size() != n {
			t.Fatalf("root of %d leaves: %v and %v, want %v", n, tree.Root(n), edge.Root(), want)
		}
		for i := range n {
			if want, _ := tlog.ProveRecord(n, i, &s); !slices.Equal(tree.Prove(i, n), want) {
				t.Errorf("proof of %d in %d: %v, want %v", i, n, tree.Prove(i, n), want)
			}
		}
	}
	for n := range int64(70) {
		if want, _ := tlog.TreeHash(n, &s); tree.Root(n) != want {
			t.Errorf("root of the first %d of 70 leaves: %v, want %v", n, tree.Root(n), want)
		}
	}
}
