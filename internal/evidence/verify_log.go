package evidence

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"sort"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// leaves reads all leaves, if the bundle has them.
func (v *verifier) leaves() error {
	v.tally, v.counted, v.kinds = NewTally(), map[Type]int64{}, map[Type]Type{}
	if !v.manifest.Scope.All() {
		return nil
	}
	r, err := v.content(fileLeaves)
	if err != nil {
		return err
	}
	defer r.Close()
	v.tiles, _ = v.whole(fileHashes)
	in := bufio.NewReaderSize(r, 64<<10)
	var length [2]byte
	buf := make([]byte, MaxLeaf)
	for i := int64(0); ; i++ {
		if _, err := io.ReadFull(in, length[:]); err != nil {
			break
		}
		n := int(binary.BigEndian.Uint16(length[:]))
		if n > len(buf) {
			v.failAt("leaf-form", i)
			break
		}
		if _, err := io.ReadFull(in, buf[:n]); err != nil {
			v.failAt("leaf-form", i)
			break
		}
		if i == v.head.Size {
			v.log = append(v.log, entry{})
			v.failAt("beyond", i, itoa(v.head.Size))
			break
		}
		v.leaf(i, buf[:n])
	}
	if n := int64(len(v.log)); n < v.head.Size {
		v.failAt("truncated", n, itoa(v.head.Size))
	}
	return nil
}

// leaf checks the next one.
func (v *verifier) leaf(i int64, b []byte) {
	h := recordHash(b)
	v.merkle.Add(h)
	l, err := ParseLeaf(b)
	if err != nil {
		l = Leaf{}
	}
	v.log = append(v.log, v.entryOf(l, err == nil))
	v.tally.Add(l)
	if err != nil {
		v.failAt("leaf-form", i)
	}
	if v.tiles != nil {
		if at := i * tlog.HashSize; at+tlog.HashSize > int64(len(v.tiles)) || hashOf(v.tiles[at:at+tlog.HashSize]) != h {
			v.failAt("leaf-hash", i)
		}
	}
	if err != nil {
		return
	}
	if want := v.counted[l.Type] + 1; l.N != want {
		v.failAt("number", i, itoa(l.N), itoa(want))
	}
	v.counted[v.log[i].kind] = l.N
	if l.At < v.last {
		v.failAt("time", i)
	}
	v.last = max(v.last, l.At)
	v.refs(i, l)
}

// entryOf is what is needed later of a leaf.
func (v *verifier) entryOf(l Leaf, known bool) entry {
	return entry{kind: v.kind(l.Type), at: l.At, n: l.N, commitment: hashOf(l.Commitment), outcome: string(v.kind(Type(l.Outcome))), known: known}
}

func (v *verifier) refs(i int64, l Leaf) {
	for _, r := range l.Refs {
		if r < 0 || r >= i {
			v.failAt("reference", i, itoa(r))
		}
	}
}

// recordHash is tlog.RecordHash.
func recordHash(b []byte) tlog.Hash { return tlog.RecordHash(b) }

// kind is t, of which there is one copy for all leaves; of outcomes as well.
func (v *verifier) kind(t Type) Type {
	k, ok := v.kinds[t]
	if !ok {
		k = t
		v.kinds[t] = t
	}
	return k
}

func (v *verifier) entry(i int64) entry {
	if v.manifest.Scope.All() {
		if i < 0 || i >= int64(len(v.log)) {
			return entry{}
		}
		return v.log[i]
	}
	return v.bodies.part[i]
}

// tree compares the tree with what was signed, and with what was signed before.
func (v *verifier) tree() {
	if !v.manifest.Scope.All() {
		v.forks()
		return
	}
	good := int64(0) // up to here the tree is the one that was signed then
	bad := false     // one that is not is enough: the later ones follow from it
	for _, c := range v.earlier {
		switch {
		case c.Size > v.head.Size:
			v.failAt("replayed", v.head.Size, itoa(c.Size))
		case c.Size > v.merkle.Size(): // truncated, which is said already
		case v.merkle.Root(c.Size) == c.Root:
			good = max(good, c.Size)
			v.compared++
		case bad:
		case c.Size == v.head.Size:
			bad = true
			v.failAt("fork", c.Size-1, itoa(c.Size), itoa(good))
		default:
			bad = true
			v.failAt("rewritten", c.Size-1, itoa(c.Size), itoa(good), itoa(c.Size-1), second(c.At))
		}
	}
	if v.merkle.Size() < v.head.Size || v.merkle.Root(v.head.Size) == v.head.Root {
		return
	}
	if v.named["leaf-hash"] > 0 && v.tileRoot() == v.head.Root {
		return // which leaves are wrong is said already
	}
	v.failAt("root", v.head.Size-1, itoa(good), itoa(v.head.Size-1))
}

func (v *verifier) tileRoot() (h tlog.Hash) {
	if int64(len(v.tiles)) != v.head.Size*tlog.HashSize {
		return h
	}
	var t Tree
	for i := 0; i < len(v.tiles); i += tlog.HashSize {
		t.Add(hashOf(v.tiles[i : i+tlog.HashSize]))
	}
	return t.Root(v.head.Size)
}

// forks is what can be told of other checkpoints without the leaves.
func (v *verifier) forks() {
	for _, c := range v.earlier {
		if c.Size == v.head.Size && c.Root != v.head.Root {
			v.failAt("fork", c.Size-1, itoa(c.Size), "0")
		}
		if c.Size > v.head.Size && c.At.Before(v.head.At) {
			v.failAt("replayed", v.head.Size, itoa(c.Size))
		}
	}
}

// moments compares what leaves say of their time with what was signed when: what
// is in a checkpoint is from before it, and what is not from after it. Of a part
// those leaves are compared that are there.
func (v *verifier) moments() {
	place, many := func(k int) int64 { return int64(k) }, len(v.log)
	if !v.manifest.Scope.All() {
		there := sortedKeys(v.bodies.part)
		place, many = func(k int) int64 { return there[k] }, len(there)
	}
	all := append(v.earlier[:len(v.earlier):len(v.earlier)], kept{v.head, v.seen, v.stampedAt})
	for _, c := range all {
		v.ahead(sort.Search(many, func(k int) bool { return place(k) >= c.Size }), place, c)
	}
	// Later checkpoints hold more: each leaf has one that it is not in, the last
	// of which says most.
	at, next := time.Time{}, 0
	for k := range many {
		i := place(k)
		for next < len(all) && all[next].Size <= i {
			if all[next].At.After(at) {
				at = all[next].At
			}
			next++
		}
		if e := v.entry(i); e.known && !at.IsZero() && time.UnixMilli(e.at).Before(at.Add(-Promise)) {
			v.failAt("back-dated", i, moment(e.at), second(at))
		}
	}
}

// ahead finds leaves among the first n that are there, which c holds, that say they
// are from after it.
func (v *verifier) ahead(n int, place func(int) int64, c kept) {
	until := c.At
	for _, s := range c.seen {
		if until.IsZero() || s.At.Before(until) {
			until = s.At
		}
	}
	if !c.stampedAt.IsZero() && (until.IsZero() || c.stampedAt.Before(until)) {
		until = c.stampedAt
	}
	if until.IsZero() {
		return
	}
	for k := n - 1; k >= 0; k-- {
		i := place(k)
		e := v.entry(i)
		if !e.known || !time.UnixMilli(e.at).After(until.Add(Promise)) {
			return
		}
		v.failAt("ahead", i, moment(e.at), second(until))
	}
}

// stats counts again, and compares with what was told and with what was signed day by
// day.
func (v *verifier) stats() {
	if !v.manifest.Scope.All() {
		return
	}
	s := v.tally.Stats()
	yields := map[DayStats]bool{}
	for _, d := range s.Days {
		yields[d] = true
	}
	for _, i := range sortedKeys(v.bodies.days) {
		if d := v.bodies.days[i]; !yields[d] {
			v.failAt("stats-day", i, d.Day)
		}
	}
	var said struct{ Form string }
	if b, _ := v.whole(fileStats); json.Unmarshal(b, &said) == nil && said.Form == firstStats {
		v.first = s.Juries != nil || s.Notices != nil
		s = s.first()
	}
	for _, f := range []struct {
		name string
		want []byte
	}{{fileStats, s.JSON()}, {fileStatsCSV, s.CSV()}} {
		if got, _ := v.whole(f.name); !bytes.Equal(got, f.want) {
			v.fail("stats", f.name)
		}
	}
}

// proof checks that a record is in the tree, by its C2SP tlog-proof.
func (v *verifier) proof(i int64, leaf []byte) {
	b, ok := v.whole(folderProofs + itoa(i) + ".tlog-proof")
	if !ok {
		v.failAt("proof-missing", i)
		return
	}
	head, _, _ := strings.Cut(string(b), "\n\n")
	lines := strings.Split(head, "\n")
	var p tlog.RecordProof
	good := len(lines) >= 2 && lines[0] == proofForm && lines[1] == "index "+itoa(i)
	for _, l := range lines[min(2, len(lines)):] {
		h, err := base64.StdEncoding.Strict().DecodeString(l)
		good = good && err == nil && len(h) == tlog.HashSize
		p = append(p, hashOf(h))
	}
	if !good || i >= v.head.Size || tlog.CheckRecord(p, v.head.Size, v.head.Root, i, recordHash(leaf)) != nil {
		v.failAt("proof", i)
	}
}
