package evidence

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Origin names the log of a house (C2SP tlog-checkpoint): no other log has it.
func Origin(host string) string { return host + "/evidence" }

// A Head is how the log stands at a moment.
type Head struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Text is h as a checkpoint says it (C2SP tlog-checkpoint).
func (h Head) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", h.Origin, h.Size, base64.StdEncoding.EncodeToString(h.Root[:]))
}

var errCheckpoint = errors.New("this is not how a checkpoint is written")

// ParseHead reads the text of a checkpoint.
func ParseHead(text string) (h Head, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		return h, errCheckpoint
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return h, errCheckpoint
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != sha256.Size {
		return h, errCheckpoint
	}
	return Head{Origin: lines[0], Size: size, Root: tlog.Hash(root)}, nil
}

// A Signer signs checkpoints and receipts of one log.
type Signer struct {
	note  note.Signer
	key   ed25519.PrivateKey
	stamp uint32 // id of the key when it cosigns
}

// NewSigner reads a secret key as note.GenerateKey makes it, named by the origin.
func NewSigner(secret string) (*Signer, error) {
	s, err := note.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	parts := strings.SplitN(secret, "+", 5) // PRIVATE+KEY+name+id+key
	seed, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return nil, errors.New("the key of the log is no Ed25519 key")
	}
	key := ed25519.NewKeyFromSeed(seed[1:])
	return &Signer{note: s, key: key, stamp: cosignerID(s.Name(), key.Public().(ed25519.PublicKey))}, nil
}

// Public is the verifier key that belongs to s.
func (s *Signer) Public() string {
	v, err := note.NewEd25519VerifierKey(s.note.Name(), s.key.Public().(ed25519.PublicKey))
	if err != nil {
		panic(err) // made from a key that was read
	}
	return v
}

// Origin is the log that s signs for.
func (s *Signer) Origin() string { return s.note.Name() }

// Checkpoint is h signed, and cosigned by the log itself at a moment, so that it
// cannot say later that it was made at another.
func (s *Signer) Checkpoint(h Head, at time.Time) ([]byte, error) {
	return note.Sign(&note.Note{Text: h.Text()}, s.note, &cosigner{name: s.note.Name(), key: s.key, at: at})
}

// Cosign is the line that s, as a witness, adds to another log's checkpoint
// (C2SP tlog-cosignature, Ed25519): it saw h, and no other head of that size.
func (s *Signer) Cosign(h Head, at time.Time) ([]byte, error) {
	c := &cosigner{name: s.note.Name(), key: s.key, at: at}
	b, err := note.Sign(&note.Note{Text: h.Text()}, c)
	if err != nil {
		return nil, err
	}
	return b[len(h.Text())+1:], nil
}

// algorithms of keys (C2SP signed-note).
const (
	algEd25519  = 1
	algCosigned = 4
)

func keyID(name string, alg byte, key []byte) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write(append([]byte{alg}, key...))
	return binary.BigEndian.Uint32(h.Sum(nil))
}

func cosignerID(name string, key ed25519.PublicKey) uint32 { return keyID(name, algCosigned, key) }

// cosigner signs as C2SP tlog-cosignature has it: a moment, and what was seen.
type cosigner struct {
	name string
	key  ed25519.PrivateKey
	at   time.Time
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return cosignerID(c.name, c.key.Public().(ed25519.PublicKey)) }

func (c *cosigner) Sign(text []byte) ([]byte, error) {
	sig := binary.BigEndian.AppendUint64(nil, uint64(c.at.Unix()))
	return append(sig, ed25519.Sign(c.key, cosigned(c.at.Unix(), text))...), nil
}

func cosigned(at int64, text []byte) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, text)
}

// cosignVerifier checks what a cosigner signed.
type cosignVerifier struct {
	name string
	key  ed25519.PublicKey
}

func (v *cosignVerifier) Name() string    { return v.name }
func (v *cosignVerifier) KeyHash() uint32 { return cosignerID(v.name, v.key) }

func (v *cosignVerifier) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	return at < 1<<62 && ed25519.Verify(v.key, cosigned(int64(at), text), sig[8:])
}

// A Verifier knows a log by its key.
type Verifier struct {
	origin string
	plain  note.Verifier
	stamp  *cosignVerifier
}

// NewVerifier reads a public key as Signer.Public writes it.
func NewVerifier(public string) (*Verifier, error) {
	plain, err := note.NewVerifier(public)
	if err != nil {
		return nil, err
	}
	parts := strings.SplitN(public, "+", 3) // name+id+key
	b, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(b) != 1+ed25519.PublicKeySize || b[0] != algEd25519 {
		return nil, errors.New("the key of the log is no Ed25519 key")
	}
	return &Verifier{origin: plain.Name(), plain: plain, stamp: &cosignVerifier{plain.Name(), b[1:]}}, nil
}

// Origin is the log that v knows.
func (v *Verifier) Origin() string { return v.origin }

// A Checkpoint is a head that its log signed.
type Checkpoint struct {
	Head
	At time.Time // when the log itself says that it made it, zero if it does not
}

// Open reads a checkpoint, and believes it only if the log signed it.
func (v *Verifier) Open(b []byte) (c Checkpoint, err error) {
	n, err := note.Open(b, note.VerifierList(v.plain, v.stamp))
	if err != nil {
		return c, fmt.Errorf("the checkpoint: %w", err)
	}
	plain := false
	for _, sig := range n.Sigs {
		raw, err := base64.StdEncoding.Strict().DecodeString(sig.Base64)
		if err != nil {
			return c, errCheckpoint
		}
		switch {
		case sig.Hash == v.plain.KeyHash():
			plain = true
		case sig.Hash == v.stamp.KeyHash():
			c.At = time.Unix(int64(binary.BigEndian.Uint64(raw[4:])), 0).UTC()
		}
	}
	if c.Head, err = ParseHead(n.Text); err != nil {
		return c, err
	}
	if !plain || c.Origin != v.origin {
		return c, fmt.Errorf("the checkpoint is not of %s", v.origin)
	}
	return c, nil
}
