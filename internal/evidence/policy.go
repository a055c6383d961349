package evidence

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// A Policy is whose signatures make a checkpoint worth something (C2SP
// tlog-policy): keys of the log, witnesses, and how many of those it takes.
type Policy struct {
	Logs      []*Verifier
	Witnesses []Witness
	groups    []group
	quorum    string
}

// A Witness is somebody else who signs that they saw a checkpoint.
type Witness struct {
	Name string // in the policy
	cosignVerifier
}

type group struct {
	name    string
	need    int
	members []string
}

// Limits of a policy, in entries of a kind and in bytes.
const (
	maxPolicy = 64
	MaxPolicy = 64 << 10
)

// ParsePolicy reads a policy.
func ParsePolicy(b []byte) (p Policy, err error) {
	if len(b) > MaxPolicy {
		return p, errors.New("the policy is too long")
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if err := p.add(f); err != nil {
			return p, fmt.Errorf("the policy says %q: %w", strings.TrimSpace(line), err)
		}
	}
	if p.quorum == "" {
		return p, errors.New("the policy says no quorum")
	}
	if len(p.Logs) > maxPolicy || len(p.Witnesses) > maxPolicy || len(p.groups) > maxPolicy {
		return p, errors.New("the policy names too many")
	}
	return p, nil
}

var errPolicyLine = errors.New("this is not how that is written")

func (p *Policy) add(f []string) error {
	switch {
	case f[0] == "log" && (len(f) == 2 || len(f) == 3):
		v, err := NewVerifier(f[1])
		p.Logs = append(p.Logs, v)
		return err
	case f[0] == "witness" && (len(f) == 3 || len(f) == 4):
		w, err := newWitness(f[1], f[2])
		if err == nil && p.knows(f[1]) {
			err = errPolicyLine
		}
		p.Witnesses = append(p.Witnesses, w)
		return err
	case f[0] == "group" && len(f) >= 4:
		g := group{name: f[1], members: f[3:]}
		switch f[2] {
		case "all":
			g.need = len(g.members)
		case "any":
			g.need = 1
		default:
			g.need, _ = strconv.Atoi(f[2])
		}
		if g.need < 1 || g.need > len(g.members) || p.knows(g.name) || slices.ContainsFunc(g.members, func(m string) bool { return !p.knows(m) || p.member(m) }) {
			return errPolicyLine
		}
		p.groups = append(p.groups, g)
	case f[0] == "quorum" && len(f) == 2 && p.quorum == "" && (f[1] == "none" || p.knows(f[1])):
		p.quorum = f[1]
	default:
		return errPolicyLine
	}
	return nil
}

// knows reports whether name is taken, member whether it counts for a group.
func (p *Policy) knows(name string) bool {
	return name == "none" || slices.ContainsFunc(p.Witnesses, func(w Witness) bool { return w.Name == name }) ||
		slices.ContainsFunc(p.groups, func(g group) bool { return g.name == name })
}

func (p *Policy) member(name string) bool {
	return name == "none" || slices.ContainsFunc(p.groups, func(g group) bool { return slices.Contains(g.members, name) })
}

// newWitness reads a witness's key: of cosignatures, or the plain one of a log
// whose house cosigns others with the same.
func newWitness(name, key string) (w Witness, err error) {
	c, err := cosignerOf(key)
	if err != nil {
		return w, err
	}
	return Witness{name, *c}, nil
}

// WitnessKey is the verifier key of s as a witness.
func (s *Signer) WitnessKey() string {
	pub := s.key.Public().(ed25519.PublicKey)
	return fmt.Sprintf("%s+%08x+%s", s.Origin(), s.stamp, base64.StdEncoding.EncodeToString(append([]byte{algCosigned}, pub...)))
}

// Text is p as a file.
func (p Policy) Text() []byte {
	var b strings.Builder
	for _, l := range p.Logs {
		fmt.Fprintf(&b, "log %s\n", l.key())
	}
	for _, w := range p.Witnesses {
		key := base64.StdEncoding.EncodeToString(append([]byte{algCosigned}, w.cosignVerifier.key...))
		fmt.Fprintf(&b, "witness %s %s+%08x+%s\n", w.Name, w.name, w.KeyHash(), key)
	}
	for _, g := range p.groups {
		fmt.Fprintf(&b, "group %s %d %s\n", g.name, g.need, strings.Join(g.members, " "))
	}
	fmt.Fprintf(&b, "quorum %s\n", p.quorum)
	return []byte(b.String())
}

// NewPolicy trusts a log by its key, and asks need of witnesses, given by their
// keys, to have seen what it signs.
func NewPolicy(log string, need int, witnesses ...string) (Policy, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "log %s\n", log)
	names := make([]string, len(witnesses))
	for i, w := range witnesses {
		names[i], _, _ = strings.Cut(w, "+")
		fmt.Fprintf(&b, "witness %s %s\n", names[i], w)
	}
	if need == 0 {
		b.WriteString("quorum none\n")
	} else {
		fmt.Fprintf(&b, "group witnesses %d %s\nquorum witnesses\n", need, strings.Join(names, " "))
	}
	return ParsePolicy([]byte(b.String()))
}

func (v *Verifier) key() string {
	s, err := note.NewEd25519VerifierKey(v.origin, v.stamp.key)
	if err != nil {
		panic(err) // made from a key that was read
	}
	return s
}

// A Seen is a witness that saw a checkpoint, and when.
type Seen struct {
	Witness string
	At      time.Time
}

// Open reads a checkpoint that one of p's logs signed, and says which
// witnesses saw it. Whether they are enough, Quorum says.
func (p Policy) Open(b []byte) (c Checkpoint, seen []Seen, err error) {
	err = errors.New("the policy names no log")
	for _, l := range p.Logs {
		if c, err = l.Open(b); err == nil {
			break
		}
	}
	if err != nil {
		return c, nil, err
	}
	for _, w := range p.Witnesses {
		n, err := note.Open(b, note.VerifierList(&w.cosignVerifier))
		if err != nil {
			continue // not by this one
		}
		if raw, err := base64.StdEncoding.DecodeString(n.Sigs[0].Base64); err == nil {
			seen = append(seen, Seen{w.Name, time.Unix(int64(binary.BigEndian.Uint64(raw[4:])), 0).UTC()})
		}
	}
	return c, seen, nil
}

// Quorum reports whether those who saw a checkpoint are enough.
func (p Policy) Quorum(seen []Seen) bool {
	met := map[string]bool{"none": true}
	for _, s := range seen {
		met[s.Witness] = true
	}
	for _, g := range p.groups {
		n := 0
		for _, m := range g.members {
			if met[m] {
				n++
			}
		}
		met[g.name] = n >= g.need
	}
	return met[p.quorum]
}
