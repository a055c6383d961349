package checker

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/bits"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Head is what a node signed of the log of evidence (C2SP tlog-checkpoint).
type Head struct {
	Node string
	Size int64
	Root tlog.Hash
}

// Owed is a record that a receipt promised.
type Owed struct {
	Node, Report string
	Commitment   string // in base64
}

// Log is where the log of evidence is read.
type Log interface {
	Head(node string) (Head, error)
	Leaves(node string, size int64) ([][]byte, error)
}

// What can be wrong with it.
const (
	Forked  = "signed, and not how the log begins"
	Owing   = "promised by a receipt, and not in the log"
	Twice   = "promised once, and more than once in the log"
	Gap     = "counted with a gap"
	Shrinks = "earlier than the record before"
)

// LogReport is what was found.
type LogReport struct {
	Heads, Receipts int
	Records         int64 // at the last node that was read
	Wrongs          []Wrong
}

func (r LogReport) String() string {
	s := fmt.Sprintf("the log of evidence: %d records, %d heads that were signed lead to it, %d receipts\n", r.Records, r.Heads, r.Receipts)
	for _, w := range r.Wrongs {
		s += "       " + w.String() + "\n"
	}
	return s
}

// CheckLog says whether all heads that were ever seen at any node, and all
// receipts that anybody holds, are of one log, which all nodes have.
func CheckLog(w World, seen []Head, owed []Owed, l Log) (r LogReport, err error) {
	r.Heads, r.Receipts = len(seen), len(owed)
	for node := range w.Nodes {
		last, err := l.Head(node)
		if err != nil {
			return r, fmt.Errorf("the log at %s: %w", node, err)
		}
		leaves, err := l.Leaves(node, last.Size)
		if err != nil {
			return r, fmt.Errorf("the log at %s: %w", node, err)
		}
		r.Records = last.Size
		r.heads(node, append(slices.Clone(seen), last), leaves)
		r.records(node, owed, leaves)
	}
	return r, nil
}

// heads computes the root at each size from the leaves alone (RFC 6962).
func (r *LogReport) heads(node string, seen []Head, leaves [][]byte) {
	at := map[int64][]Head{}
	for _, h := range seen {
		at[h.Size] = append(at[h.Size], h)
	}
	var whole []tlog.Hash // roots of the whole subtrees, from the largest
	for i, leaf := range leaves {
		whole = append(whole, tlog.RecordHash(leaf))
		for range bits.TrailingZeros64(uint64(i + 1)) {
			n := len(whole)
			whole = append(whole[:n-2], tlog.NodeHash(whole[n-2], whole[n-1]))
		}
		size := int64(i + 1)
		if len(at[size]) == 0 {
			continue
		}
		root := whole[len(whole)-1]
		for k := len(whole) - 2; k >= 0; k-- {
			root = tlog.NodeHash(whole[k], root)
		}
		for _, h := range at[size] {
			if h.Root != root {
				r.wrong(Forked, h.Node+" against "+node, fmt.Sprintf("the head of %d records", size))
			}
		}
		delete(at, size)
	}
	for size, all := range at { // what was signed, and is longer
		for _, h := range all {
			if size > 0 {
				r.wrong(Forked, h.Node+" against "+node, fmt.Sprintf("the head of %d records, of which %d are there", size, len(leaves)))
			}
		}
	}
}

// records looks at what anybody may know of each: its type, number, moment and
// commitment.
func (r *LogReport) records(node string, owed []Owed, leaves [][]byte) {
	there, counted, last := map[string]int{}, map[string]int64{}, int64(0)
	for i, b := range leaves {
		var leaf struct {
			Type       string `json:"t"`
			At         int64  `json:"ts"`
			N          int64  `json:"n"`
			Commitment string `json:"c"`
		}
		if err := json.Unmarshal(b, &leaf); err != nil {
			r.wrong(Gap, node, fmt.Sprintf("record %d: %v", i, err))
			continue
		}
		there[leaf.Commitment]++
		if counted[leaf.Type]++; counted[leaf.Type] != leaf.N {
			r.wrong(Gap, node, fmt.Sprintf("record %d is %s %d, want %d", i, leaf.Type, leaf.N, counted[leaf.Type]))
		}
		if leaf.At < last {
			r.wrong(Shrinks, node, fmt.Sprintf("record %d", i))
		}
		last = leaf.At
	}
	for _, o := range owed {
		switch n := there[o.Commitment]; {
		case n == 0:
			r.wrong(Owing, node, "report "+o.Report+" of "+o.Node)
		case n > 1:
			r.wrong(Twice, node, "report "+o.Report+" of "+o.Node)
		}
	}
}

func (r *LogReport) wrong(what, where, which string) {
	r.Wrongs = append(r.Wrongs, Wrong{what, where, which})
}

// NewOwed reads a receipt: a signed note, whose lines say what is owed.
func NewOwed(node, receipt string) (o Owed, err error) {
	o.Node = node
	for line := range strings.Lines(receipt) {
		what, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch what {
		case "report":
			o.Report = value
		case "commitment":
			o.Commitment = value
		}
	}
	if o.Report == "" || o.Commitment == "" {
		return o, fmt.Errorf("no receipt: %q", receipt)
	}
	return o, nil
}

// entriesWide is how many records are in a tile.
const entriesWide = 256

// Head is what a node signed last, checked with the key that it tells.
func (a *API) Head(node string) (h Head, err error) {
	key, err := a.raw(node, "/evidence/key")
	if err != nil {
		return h, err
	}
	v, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		return h, err
	}
	signed, err := a.raw(node, "/evidence/checkpoint")
	if err != nil {
		return h, err
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return h, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 3 {
		return h, fmt.Errorf("no checkpoint: %q", n.Text)
	}
	h.Node = node
	if h.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return h, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err == nil && len(root) != len(h.Root) {
		err = fmt.Errorf("no root: %q", lines[2])
	}
	copy(h.Root[:], root)
	return h, err
}

// Leaves are the first records of the log, out of its tiles (C2SP tlog-tiles).
func (a *API) Leaves(node string, size int64) (all [][]byte, err error) {
	for n := int64(0); n*entriesWide < size; n++ {
		number := fmt.Sprintf("%03d", n%1000)
		if n >= 1000 {
			number = fmt.Sprintf("x%03d/%s", n/1000, number)
		}
		if left := size - n*entriesWide; left < entriesWide {
			number += fmt.Sprintf(".p/%d", left)
		}
		tile, err := a.raw(node, "/evidence/tile/entries/"+number)
		if err != nil {
			return nil, err
		}
		for len(tile) >= 2 {
			end := 2 + int(binary.BigEndian.Uint16(tile))
			if end > len(tile) {
				return nil, fmt.Errorf("tile %s is cut", number)
			}
			all, tile = append(all, tile[2:end]), tile[end:]
		}
	}
	if int64(len(all)) != size {
		return nil, fmt.Errorf("%d of %d records are there", len(all), size)
	}
	return all, nil
}

func (a *API) raw(node, path string) ([]byte, error) {
	answer, err := a.http.Get(a.Nodes[node] + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 32<<20))
}
