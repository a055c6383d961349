package evidence

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The files of a bundle (docs/handbook/evidence.md). They stand in it in the
// order in which they are named here, the manifest last: it names all others.
const (
	fileVerify     = "VERIFY.txt"
	filePage       = "verify.html"
	fileCertify    = "certification-902.txt"
	filePolicy     = "policy.tlog"
	fileCheckpoint = "checkpoint"
	fileStamp      = "checkpoint.tsr" // RFC 3161
	fileTrusted    = "tsa.pem"
	fileEarlier    = "checkpoints"
	fileLeaves     = "leaves.bin" // as in C2SP tile/entries: two bytes of length, and the leaf
	fileHashes     = "tile-0.bin" // the hashes of level 0, end to end
	fileRecords    = "records.ndjson"
	folderStamps   = "stamps/" // of earlier checkpoints, by their sizes
	folderProofs   = "proofs/"
	folderRules    = "policies/"
	folderReceipts = "receipts/"
	fileStats      = "stats.json"
	fileStatsCSV   = "stats.csv"
	fileManifest   = "manifest.json"
	fileSigned     = "manifest.note"
)

const (
	bundleForm = "plaza evidence bundle 1"
	proofForm  = "c2sp.org/tlog-proof@v1"
)

// MaxProofs is how many records a bundle has that proves each one by itself.
// One with more of them has all leaves instead, which is shorter.
const MaxProofs = 10_000

// A Scope says what somebody asked for.
type Scope struct {
	Kind  string `json:"kind"`
	Of    string `json:"of,omitempty"`       // the case, host, notice or account
	Since int64  `json:"since_ms,omitempty"` // of a span: from then
	Until int64  `json:"until_ms,omitempty"` // and before then; zero is no end
}

// The kinds of scopes. The first two have all leaves, the others a proof for each
// record.
const (
	ScopeWhole   = "whole"
	ScopeSpan    = "span"
	ScopeCase    = "case"
	ScopeHost    = "notices-of"
	ScopeMatter  = "matter" // one notice
	ScopeAccount = "account"
)

func (s Scope) known() bool {
	switch s.Kind {
	case ScopeWhole, ScopeSpan, ScopeCase, ScopeHost, ScopeMatter, ScopeAccount:
		return true
	}
	return false
}

// All reports whether a bundle of s has all leaves.
func (s Scope) All() bool { return s.Kind == ScopeWhole || s.Kind == ScopeSpan }

// Has reports whether the record of a leaf is asked for.
func (s Scope) Has(l Leaf) bool {
	return s.Kind != ScopeSpan || l.At >= s.Since && (s.Until == 0 || l.At < s.Until)
}

// A Manifest says what a bundle is, and what is in it.
type Manifest struct {
	Form    string  `json:"form"`
	Origin  string  `json:"origin"`
	Size    int64   `json:"size"`
	Root    []byte  `json:"root"`
	Scope   Scope   `json:"scope"`
	Profile Profile `json:"profile"`
	Counts  Counts  `json:"counts"`
	Files   []File  `json:"files"`
}

// Counts is how many records are in a bundle, and in what way.
type Counts struct {
	Records  int64            `json:"records"`
	Shown    int64            `json:"shown"`
	Erased   int64            `json:"erased"`
	Withheld map[string]int64 `json:"withheld"` // by reason
	Missing  int64            `json:"missing"`
}

// A File is one of a bundle.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Sum is the SHA-256 of m's file, which names a bundle.
func (m Manifest) Sum() string {
	sum := sha256.Sum256(indented(m))
	return hex.EncodeToString(sum[:])
}

// text is what is signed of a manifest.
func (m Manifest) text(b []byte) string {
	sum := sha256.Sum256(b)
	return fmt.Sprintf("%s\n%s\nmanifest %s\n", bundleForm, m.Origin, hex.EncodeToString(sum[:]))
}

// A Record is what a bundle says of a record: its salt and body, or why not.
type Record struct {
	Index    int64  `json:"index"`
	Leaf     string `json:"leaf,omitempty"` // where not all leaves are there
	Salt     []byte `json:"salt,omitempty"`
	Body     []byte `json:"body,omitempty"`
	Erased   *int64 `json:"erased,omitempty"`   // the leaf of the erasure
	Withheld string `json:"withheld,omitempty"` // the reason
	Missing  bool   `json:"missing,omitempty"`  // nobody knows why

	Type  Type             `json:"-"`
	Proof tlog.RecordProof `json:"-"` // where not all leaves are there
}

// A Source is what a bundle is made of. What it yields is in the order of the
// log, and the same each time.
type Source struct {
	Scope      Scope
	Profile    Profile
	Policy     Policy
	Checkpoint []byte
	Stamp      []byte                         // of the checkpoint, if somebody stamped it (RFC 3161)
	Stamps     []SizedStamp                   // of some of the earlier ones
	Trusted    []byte                         // certificates of who stamps, PEM, if they are known
	Earlier    iter.Seq2[[]byte, error]       // checkpoints of smaller sizes
	Leaves     iter.Seq2[LeafAndHash, error]  // those that the checkpoint holds, if the scope has all
	Records    iter.Seq2[Record, error]       // of those asked for, and of rules, keys and erasures
	Receipts   iter.Seq2[NamedReceipt, error] // what is known of them
}

// A SizedStamp is the stamp of the checkpoint of a size.
type SizedStamp struct {
	Size   int64
	Answer []byte
}

// A LeafAndHash is a leaf as it is kept, and what the tree is made of.
type LeafAndHash struct {
	Leaf []byte
	Hash tlog.Hash
}

// A NamedReceipt is a receipt, by the number of its report.
type NamedReceipt struct {
	Report string
	Note   []byte
}

// WriteBundle writes the bundle of a source, signed by s. The same source makes
// the same bytes. In memory are some 60 bytes for each leaf, and the rules.
func (s *Signer) WriteBundle(w io.Writer, src Source) (Manifest, error) {
	b := &bundler{zip: zip.NewWriter(w), src: src}
	b.manifest = Manifest{Form: bundleForm, Origin: s.Origin(), Scope: src.Scope, Profile: src.Profile, Counts: Counts{Withheld: map[string]int64{}}}
	if !src.Profile.Known() {
		return b.manifest, fmt.Errorf("there is no profile %q", src.Profile)
	}
	c, _, err := src.Policy.Open(src.Checkpoint)
	if err != nil {
		return b.manifest, err
	}
	b.manifest.Size, b.manifest.Root = c.Size, c.Root[:]
	for _, step := range []func() error{b.texts, b.checkpoints, b.stamps, b.leaves, b.records, b.proofs, b.rules, b.receipts, b.stats} {
		if err := step(); err != nil {
			return b.manifest, err
		}
	}
	return b.manifest, b.close(s)
}

// bundler is a bundle that is being written.
type bundler struct {
	zip      *zip.Writer
	src      Source
	manifest Manifest
	tally    *Tally
	proven   []Record
	ruled    map[string]string // text of a rule, by its file
}

// epoch is the time of all files: the first that a ZIP can say.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// file writes a file, and notes it in the manifest.
func (b *bundler) file(name string, write func(io.Writer) error) error {
	method := zip.Deflate
	if name == fileHashes {
		method = zip.Store // noise does not get smaller
	}
	f, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: epoch})
	if err != nil {
		return err
	}
	sum, n := sha256.New(), &counter{}
	if err := write(io.MultiWriter(f, sum, n)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	b.manifest.Files = append(b.manifest.Files, File{name, n.n, hex.EncodeToString(sum.Sum(nil))})
	return nil
}

func (b *bundler) bytes(name string, content []byte) error {
	return b.file(name, func(w io.Writer) error { _, err := w.Write(content); return err })
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

// texts are what is there to be read, and what is to be trusted.
func (b *bundler) texts() error {
	m := b.manifest
	return errors.Join(b.bytes(fileVerify, verifyText(m)), b.bytes(filePage, Page()), b.bytes(fileCertify, certification(m)),
		b.bytes(filePolicy, b.src.Policy.Text()))
}

func (b *bundler) checkpoints() error {
	if err := b.bytes(fileCheckpoint, b.src.Checkpoint); err != nil || b.src.Earlier == nil {
		return err
	}
	return b.file(fileEarlier, func(w io.Writer) error {
		gap := ""
		for c, err := range b.src.Earlier {
			if err != nil {
				return err
			}
			if _, err := io.WriteString(w, gap+string(c)); err != nil {
				return err
			}
			gap = "\n"
		}
		return nil
	})
}

// stamps are what others say of when checkpoints were there.
func (b *bundler) stamps() error {
	var err error
	if b.src.Stamp != nil {
		err = b.bytes(fileStamp, b.src.Stamp)
	}
	if err == nil && b.src.Trusted != nil && (b.src.Stamp != nil || len(b.src.Stamps) > 0) {
		err = b.bytes(fileTrusted, b.src.Trusted)
	}
	for _, s := range b.src.Stamps {
		if err == nil {
			err = b.bytes(fmt.Sprintf("%s%d.tsr", folderStamps, s.Size), s.Answer)
		}
	}
	return err
}

func (b *bundler) leaves() error {
	if !b.src.Scope.All() {
		return nil
	}
	b.tally = NewTally()
	hashes := make([]byte, 0, b.manifest.Size*tlog.HashSize)
	err := b.file(fileLeaves, func(w io.Writer) error {
		n := int64(0)
		for l, err := range b.src.Leaves {
			if err != nil {
				return err
			}
			if len(l.Leaf) > MaxLeaf {
				return fmt.Errorf("leaf %d is too long", n)
			}
			if _, err := w.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(l.Leaf))), l.Leaf...)); err != nil {
				return err
			}
			hashes = append(hashes, l.Hash[:]...)
			leaf, err := ParseLeaf(l.Leaf)
			if err != nil {
				leaf = Leaf{} // one that was altered is for the verifier to name
			}
			b.tally.Add(leaf)
			n++
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.bytes(fileHashes, hashes)
}

func (b *bundler) records() error {
	b.ruled = map[string]string{}
	return b.file(fileRecords, func(w io.Writer) error {
		for r, err := range b.src.Records {
			if err != nil {
				return err
			}
			if !b.src.Scope.All() {
				if len(b.proven) == MaxProofs {
					return fmt.Errorf("more than %d records belong to that: export a span of time instead", MaxProofs)
				}
				b.proven = append(b.proven, Record{Index: r.Index, Proof: r.Proof})
			}
			b.count(r)
			line, err := json.Marshal(r)
			if err != nil {
				return err
			}
			if _, err := w.Write(append(line, '\n')); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bundler) count(r Record) {
	c := &b.manifest.Counts
	c.Records++
	switch {
	case r.Erased != nil:
		c.Erased++
	case r.Withheld != "":
		c.Withheld[r.Withheld]++
	case r.Missing:
		c.Missing++
	default:
		c.Shown++
		var rule Ruled
		if r.Type == TypePolicy && json.Unmarshal(r.Body, &rule) == nil {
			name := ruleFile(rule)
			if _, ok := b.ruled[name]; !ok {
				b.ruled[name] = rule.Text
			}
		}
	}
}

// ruleFile is where the text of a rule stands.
func ruleFile(r Ruled) string {
	name := fmt.Sprintf("%s@%d", plain(r.Policy), r.Version)
	if r.Language != "" {
		name += "." + plain(r.Language)
	}
	return folderRules + name + ".md"
}

// plain is a name that can stand in one of a file.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return r
		}
		return '_'
	}, name)
}

// proofs are C2SP tlog-proofs.
func (b *bundler) proofs() error {
	for _, r := range b.proven {
		var p strings.Builder
		fmt.Fprintf(&p, "%s\nindex %d\n", proofForm, r.Index)
		for _, h := range r.Proof {
			p.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
		}
		p.WriteString("\n")
		p.Write(b.src.Checkpoint)
		if err := b.bytes(fmt.Sprintf("%s%d.tlog-proof", folderProofs, r.Index), []byte(p.String())); err != nil {
			return err
		}
	}
	return nil
}

func (b *bundler) rules() error {
	for _, name := range slices.Sorted(maps.Keys(b.ruled)) {
		if err := b.bytes(name, []byte(b.ruled[name])); err != nil {
			return err
		}
	}
	return nil
}

func (b *bundler) receipts() error {
	if b.src.Receipts == nil {
		return nil
	}
	for r, err := range b.src.Receipts {
		if err != nil {
			return err
		}
		if err := b.bytes(folderReceipts+plain(r.Report)+".txt", r.Note); err != nil {
			return err
		}
	}
	return nil
}

func (b *bundler) stats() error {
	if b.tally == nil {
		return nil
	}
	s := b.tally.Stats()
	return errors.Join(b.bytes(fileStats, s.JSON()), b.bytes(fileStatsCSV, s.CSV()))
}

// close writes the manifest, signed.
func (b *bundler) close(s *Signer) error {
	m := indented(b.manifest)
	signed, err := note.Sign(&note.Note{Text: b.manifest.text(m)}, s.note)
	if err != nil {
		return err
	}
	if err := errors.Join(b.bytes(fileManifest, m), b.bytes(fileSigned, signed)); err != nil {
		return err
	}
	return b.zip.Close()
}
