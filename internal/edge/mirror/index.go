package mirror

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/social"
)

// The index is a tree of small files. Each file of the mirror has a slot, the
// hash of its path; a node tells of the files whose slots begin with its prefix:
// of each of them if they are few, and otherwise of the nodes below it. So the
// shape follows from the files alone, and a change of k files rewrites the nodes
// above them and no others. Lines are
//
//	SHA-256 size path
//
// in the order of the slots.
const (
	maxLeaf = 64 // files in a node without others below it
	digits  = "0123456789abcdef"
	rootKey = indexFolder + "root"
)

func nodeKey(prefix string) string {
	if prefix == "" {
		return rootKey
	}
	return indexFolder + prefix
}

func children(prefix string) (out []string) {
	for _, d := range digits {
		out = append(out, prefix+string(d))
	}
	return out
}

// A tree is the index while it is brought up to date.
type tree struct {
	*round
	written []social.MirrorNode
	removed []string
	late    []file // nodes that are to be written
}

// nodesAtOnce is how many nodes are in memory until they are written, side by side.
const nodesAtOnce = 256

// keep has a node written.
func (t *tree) keep(ctx context.Context, prefix string, body []byte) error {
	if t.late = append(t.late, file{path: nodeKey(prefix), body: body}); len(t.late) < nodesAtOnce {
		return nil
	}
	return t.flush(ctx)
}

func (t *tree) flush(ctx context.Context) error {
	late := t.late
	t.late = nil
	return t.writeAll(ctx, late)
}

// settle brings the nodes at and below prefix up to date, where slots say that
// files have changed. A part without files has no node, but for the root.
func (t *tree) settle(ctx context.Context, prefix string, slots []string) (n social.MirrorNode, err error) {
	files, err := t.Mirrors.Under(ctx, t.m.ID, prefix, maxLeaf+1)
	if err != nil {
		return n, err
	}
	below, err := t.Mirrors.Nodes(ctx, t.m.ID, children(prefix))
	if err != nil {
		return n, err
	}
	n = social.MirrorNode{Prefix: prefix}
	var b bytes.Buffer
	if len(files) <= maxLeaf {
		for _, f := range files {
			n.Files, n.Bytes = n.Files+1, n.Bytes+f.Size
			fmt.Fprintln(&b, f.Sum, f.Size, f.Path)
		}
		if err := t.drop(ctx, below); err != nil {
			return n, err
		}
	} else if err := t.branch(ctx, &n, &b, below, slots); err != nil {
		return n, err
	}
	if n.Files == 0 && prefix != "" {
		return n, nil
	}
	n.Size, n.Sum = int64(b.Len()), sum(b.Bytes())
	was, err := t.Mirrors.Nodes(ctx, t.m.ID, []string{prefix})
	if err != nil || len(was) == 1 && was[0] == n {
		return n, err
	}
	t.Did.Nodes++
	t.written = append(t.written, n)
	return n, t.keep(ctx, prefix, b.Bytes())
}

// branch settles what is below a node, as far as it changed, and writes the lines
// of all of it.
func (t *tree) branch(ctx context.Context, n *social.MirrorNode, b *bytes.Buffer, below []social.MirrorNode, slots []string) error {
	for _, prefix := range children(n.Prefix) {
		i := slices.IndexFunc(below, func(x social.MirrorNode) bool { return x.Prefix == prefix })
		in := slices.DeleteFunc(slices.Clone(slots), func(s string) bool { return !strings.HasPrefix(s, prefix) })
		var child social.MirrorNode
		if i >= 0 && len(in) == 0 {
			child = below[i]
		} else {
			var err error
			if child, err = t.settle(ctx, prefix, in); err != nil {
				return err
			}
		}
		switch {
		case child.Files > 0:
			n.Files, n.Bytes = n.Files+child.Files, n.Bytes+child.Bytes
			fmt.Fprintln(b, child.Sum, child.Size, nodeKey(prefix))
		case i >= 0:
			t.removed = append(t.removed, prefix)
		}
	}
	return nil
}

// drop has nodes go, with all that is below them: they were too many.
func (t *tree) drop(ctx context.Context, nodes []social.MirrorNode) error {
	for _, n := range nodes {
		t.removed = append(t.removed, n.Prefix)
		below, err := t.Mirrors.Nodes(ctx, t.m.ID, children(n.Prefix))
		if err != nil {
			return err
		}
		if err := t.drop(ctx, below); err != nil {
			return err
		}
	}
	return nil
}

// publish brings the index up to date and signs it, if anything changed.
func (r *round) publish(ctx context.Context) error {
	slots, err := r.Mirrors.Slots(ctx, r.m.ID)
	now := r.Mirrors.Now().UTC()
	if err != nil || len(slots) == 0 && r.m.Number > 0 && now.Sub(r.m.MadeAt) < restamp {
		return err
	}
	t := &tree{round: r}
	root, err := t.settle(ctx, "", slots)
	if err != nil {
		return err
	}
	if err := t.flush(ctx); err != nil {
		return err
	}
	r.m.Number, r.m.MadeAt, r.m.Build = r.m.Number+1, now, r.Build
	note, err := Manifest{Address: r.Address, Number: r.m.Number, At: now, Files: root.Files, Bytes: root.Bytes, Index: root.Sum, IndexSize: root.Size}.Sign(r.secret)
	if err != nil {
		return err
	}
	if err := r.write(ctx, keyFile, []byte(r.public+"\n")); err != nil {
		return err
	}
	if err := r.write(ctx, manifestFile, note); err != nil {
		return err
	}
	keys := make([]string, len(t.removed))
	for i, prefix := range t.removed {
		keys[i] = nodeKey(prefix)
	}
	if err := r.Place.Remove(ctx, keys...); err != nil {
		return err
	}
	r.Log.InfoContext(ctx, "mirror published", "place", r.Place.String(), "number", r.m.Number, "files", root.Files, "changed", len(slots))
	return r.Mirrors.Indexed(ctx, r.m, t.written, t.removed, slots)
}
