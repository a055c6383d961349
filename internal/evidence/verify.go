package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Options are what somebody has besides a bundle. What comes from elsewhere is
// worth more than what is in it.
type Options struct {
	Key         string         // the log's
	Policy      []byte         // or keys of witnesses, too
	Receipts    []NamedReceipt // Report is what they are called
	Checkpoints [][]byte       // that were kept, or that a witness has
	Authorities []byte         // certificates (PEM) of who stamps, or of who vouches for those
}

// Limits of a bundle: files, and the bytes of one that is read whole.
const (
	maxFiles = 2*MaxProofs + 1000
	maxWhole = 32 << 20
)

// Verify checks a bundle. The error is of reading; what is wrong with the bundle
// is in the verdict.
func Verify(r io.ReaderAt, size int64, o Options) (Verdict, error) {
	v := &verifier{options: o, named: map[string]int{}, files: map[string]*zip.File{}, sums: map[string]string{}, sizes: map[string]int64{}, stamped: map[string]bool{}, kept: map[string]int64{}}
	v.verdict.Counts.Withheld = map[string]int64{}
	if !v.open(r, size) {
		return v.close(), nil
	}
	v.trust()
	v.checkpoint()
	v.history()
	v.stamps()
	for _, step := range []func() error{v.readRules, v.leaves, v.readRecords} {
		if err := step(); err != nil {
			return v.verdict, err
		}
	}
	v.tree()
	v.moments()
	v.receipts()
	v.stats()
	if err := v.compare(); err != nil {
		return v.verdict, err
	}
	v.notes()
	return v.close(), nil
}

// verifier is a bundle that is being checked.
type verifier struct {
	options  Options
	verdict  Verdict
	named    map[string]int // failures by code
	files    map[string]*zip.File
	sums     map[string]string // of the files that were read
	sizes    map[string]int64
	manifest Manifest
	policy   Policy
	head     Checkpoint
	seen     []Seen
	signed   bool // the checkpoint is one
	earlier  []kept
	log      []entry
	merkle   Tree
	tiles    []byte // hashes of level 0, as the bundle has them
	tally    *Tally
	last     int64          // moment of the leaf before
	counted  map[Type]int64 // the last number of each type
	kinds    map[Type]Type
	bodies   bodies
	kept     map[string]int64 // receipts, by how they stand
	first    bool             // the numbers are of a form that leaves some out
	compared int              // earlier checkpoints, with the tree

	stampedAt      time.Time       // when others say that the checkpoint was there
	stamped        map[string]bool // files of stamps that were looked at
	stampedEarlier int             // those of earlier checkpoints that hold
	lastStamp      *Stamp          // the last of them
	lastNote       Finding         // and what is said of it
	stampNotes     []Finding       // of the checkpoint's own
}

// kept is a checkpoint besides the one that the bundle is of.
type kept struct {
	Checkpoint
	seen      []Seen
	stampedAt time.Time
}

// entry is what of a leaf is needed later.
type entry struct {
	kind       Type
	at, n      int64
	commitment tlog.Hash
	outcome    string
	known      bool // it is in the bundle, and can be read
}

// fail notes a failure that is of no record, failAt one that is.
func (v *verifier) fail(code, file string, args ...string) {
	v.add(Finding{Code: code, Index: -1, File: file, Args: args})
}

func (v *verifier) failAt(code string, index int64, args ...string) {
	f := Finding{Code: code, Index: index, Args: args}
	if e := v.entry(index); e.known {
		f.Type, f.N, f.At = e.kind, e.n, e.at
	}
	v.add(f)
}

func (v *verifier) add(f Finding) {
	v.verdict.Total++
	if v.named[f.Code]++; v.named[f.Code] <= maxNamed {
		v.verdict.Failures = append(v.verdict.Failures, f)
	}
}

func (v *verifier) note(code string, args ...string) {
	v.verdict.Notes = append(v.verdict.Notes, Finding{Code: code, Index: -1, Args: args})
}

// unchecked are the groups for which there was nothing to check.
func (v *verifier) unchecked() {
	whole := v.manifest.Scope.All()
	for _, g := range []struct {
		id      string
		checked bool
	}{
		{"key", v.options.Key != "" || v.options.Policy != nil},
		{"history", v.compared > 0},
		{"order", whole},
		{"bodies", v.verdict.Counts.Shown > 0},
		{"rules", v.bodies.decisions > 0},
		{"appeals", v.bodies.appeals > 0},
		{"receipts", v.kept["receipt-holds"] > 0},
		{"stats", whole},
	} {
		if !g.checked {
			v.verdict.Unchecked = append(v.verdict.Unchecked, g.id)
		}
	}
}

func (v *verifier) close() Verdict {
	v.unchecked()
	c := v.verdict.Counts
	switch {
	case v.verdict.Total > 0:
		v.verdict.Level = Failed
	case c.Erased > 0 || len(c.Withheld) > 0 || v.bodies.outside > 0:
		v.verdict.Level = Incomplete
	default:
		v.verdict.Level = Verified
	}
	return v.verdict
}

// open reads the manifest. It returns false if there is nothing to check.
func (v *verifier) open(r io.ReaderAt, size int64) bool {
	z, err := zip.NewReader(r, size)
	if err != nil || len(z.File) > maxFiles {
		v.fail("not-a-bundle", "", "it is no ZIP file, or has too many files")
		return false
	}
	for _, f := range z.File {
		if v.files[f.Name] != nil {
			v.fail("file-extra", f.Name)
		}
		v.files[f.Name] = f
	}
	b, ok := v.whole(fileManifest)
	if !ok {
		v.fail("not-a-bundle", "", "it has no manifest")
		return false
	}
	if err := json.Unmarshal(b, &v.manifest); err != nil || v.manifest.Form != bundleForm || !v.manifest.Profile.Known() || !v.manifest.Scope.known() || !bytes.Equal(indented(v.manifest), b) {
		v.fail("manifest-form", fileManifest)
		return false
	}
	v.verdict.Origin, v.verdict.Size = v.manifest.Origin, v.manifest.Size
	return true
}

// whole reads a small file.
func (v *verifier) whole(name string) ([]byte, bool) {
	r, err := v.read(name)
	if r == nil || err != nil {
		return nil, false
	}
	b, err := io.ReadAll(io.LimitReader(r, maxWhole+1))
	if err != nil || len(b) > maxWhole {
		return nil, false
	}
	return b, r.Close() == nil
}

// reading is a file of a bundle, whose hash is taken on the way.
type reading struct {
	io.Reader
	file io.Closer
	sum  hash.Hash
	n    counter
	done func(*reading)
}

// Close reads what is left, and notes the hash.
func (r *reading) Close() error {
	_, err := io.Copy(io.Discard, r)
	r.done(r)
	if e := r.file.Close(); err == nil {
		err = e
	}
	return err
}

// content opens a file that a bundle must have. One that was left out holds nothing,
// and what ought to be in it is missing.
func (v *verifier) content(name string) (*reading, error) {
	r, err := v.read(name)
	if r == nil && err == nil {
		r = &reading{Reader: bytes.NewReader(nil), file: io.NopCloser(nil), done: func(*reading) {}}
	}
	return r, err
}

// read opens a file, or returns nil if there is none.
func (v *verifier) read(name string) (*reading, error) {
	f := v.files[name]
	if f == nil {
		return nil, nil
	}
	c, err := f.Open()
	if err != nil {
		return nil, err
	}
	r := &reading{file: c, sum: sha256.New()}
	r.done = func(r *reading) {
		v.sums[name], v.sizes[name] = hex.EncodeToString(r.sum.Sum(nil)), r.n.n
	}
	r.Reader = io.TeeReader(c, io.MultiWriter(r.sum, &r.n))
	return r, nil
}

// trust finds the keys: those that were given, or else the bundle's.
func (v *verifier) trust() {
	own, _ := v.whole(filePolicy)
	p, err := ParsePolicy(own)
	if err != nil {
		v.fail("policy-form", filePolicy, err.Error())
	}
	if v.options.Policy != nil {
		if p, err = ParsePolicy(v.options.Policy); err != nil {
			v.fail("policy-form", "", err.Error())
		}
	}
	if v.options.Key != "" {
		given, err := NewVerifier(v.options.Key)
		switch {
		case err != nil:
			v.fail("policy-form", "", err.Error())
		case !slices.ContainsFunc(p.Logs, func(l *Verifier) bool { return l.key() == given.key() }):
			v.fail("key-differs", "")
			fallthrough
		default:
			p.Logs = []*Verifier{given}
		}
	}
	v.policy = p
	b, _ := v.whole(fileManifest)
	signed, _ := v.whole(fileSigned)
	for _, l := range p.Logs {
		if n, err := note.Open(signed, note.VerifierList(l.plain)); err == nil && n.Text == v.manifest.text(b) && l.origin == v.manifest.Origin {
			return
		}
	}
	v.fail("manifest-signature", fileSigned)
}

func (v *verifier) checkpoint() {
	b, _ := v.whole(fileCheckpoint)
	var err error
	if v.head, v.seen, err = v.policy.Open(b); err != nil {
		v.fail("checkpoint-signature", fileCheckpoint)
		head, _, _ := strings.Cut(string(b), "\n\n") // go on with what it says, to name what it does not fit
		if v.head.Head, err = ParseHead(head + "\n"); err != nil {
			v.head.Head = Head{v.manifest.Origin, v.manifest.Size, hashOf(v.manifest.Root)}
		}
	} else {
		v.signed = true
		v.verdict.Signed = v.head.At
		if v.head.At.IsZero() {
			v.fail("undated", fileCheckpoint)
		}
		if !v.policy.Quorum(v.seen) {
			v.fail("quorum", fileCheckpoint)
		}
	}
	if v.head.Size != v.manifest.Size || v.head.Root != hashOf(v.manifest.Root) || v.head.Origin != v.manifest.Origin {
		v.fail("checkpoint-other", fileCheckpoint)
	}
}

func hashOf(b []byte) (h tlog.Hash) {
	copy(h[:], b)
	return h
}

// history reads the other checkpoints there are.
func (v *verifier) history() {
	b, there := v.whole(fileEarlier)
	parts := strings.Split(string(b), "\n\n")
	if there && len(b) > 0 && len(parts)%2 == 1 {
		v.fail("earlier-form", fileEarlier)
		parts = nil
	}
	all := v.options.Checkpoints
	for i := 0; i+1 < len(parts); i += 2 {
		all = append(all, []byte(parts[i]+"\n\n"+strings.TrimSuffix(parts[i+1], "\n")+"\n"))
	}
	for _, one := range all {
		c, seen, err := v.policy.Open(one)
		if err != nil {
			v.fail("earlier-signature", fileEarlier)
			continue
		}
		v.earlier = append(v.earlier, kept{Checkpoint: c, seen: seen})
	}
	slices.SortStableFunc(v.earlier, func(a, b kept) int { return int(a.Size - b.Size) })
}

// compare compares every file with the manifest.
func (v *verifier) compare() error {
	listed := map[string]bool{fileManifest: true, fileSigned: true}
	for _, f := range v.manifest.Files {
		listed[f.Name] = true
		if v.files[f.Name] == nil {
			v.fail("file-missing", f.Name)
			continue
		}
		if _, ok := v.sums[f.Name]; !ok {
			r, err := v.read(f.Name)
			if err == nil {
				err = r.Close()
			}
			if err != nil {
				v.sums[f.Name] = "" // damaged
			}
		}
		if v.sums[f.Name] != f.SHA256 || v.sizes[f.Name] != f.Size {
			v.fail("file-changed", f.Name)
		}
	}
	for name := range v.files {
		if !listed[name] {
			v.fail("file-extra", name)
		}
	}
	return nil
}

func (v *verifier) notes() {
	if v.options.Key != "" || v.options.Policy != nil {
		v.note("key-given")
	} else {
		v.note("key-own")
	}
	c := v.verdict.Counts
	v.note("shown", itoa(c.Shown), itoa(c.Records))
	if n := c.Withheld[WithheldByProfile]; n > 0 {
		v.note("withheld-profile", itoa(n), string(v.manifest.Profile))
	}
	if n := c.Withheld[WithheldByScope]; n > 0 {
		v.note("withheld-scope", itoa(n))
	}
	if c.Erased > 0 {
		v.note("erased", itoa(c.Erased))
	}
	if v.bodies.outside > 0 {
		v.note("beyond-scope", itoa(v.bodies.outside))
	}
	for _, code := range []string{"receipt-holds", "receipt-not-yet", "receipt-elsewhere"} {
		if n := v.kept[code]; n > 0 {
			v.note(code, itoa(n))
		}
	}
	for _, s := range v.seen {
		v.note("witnessed", s.Witness, second(s.At))
	}
	v.noteStamps()
	if v.first {
		v.note("numbers-first")
	}
	switch {
	case !v.manifest.Scope.All():
		v.note("part")
	case len(v.earlier) == 0:
		v.note("no-earlier")
	default:
		v.note("earlier", itoa(int64(len(v.earlier))))
	}
	if v.policy.quorum == "none" {
		v.note("no-witness")
	}
}

func itoa[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }
