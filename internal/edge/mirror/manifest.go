package mirror

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/mirrors"
)

// A Manifest is what a mirror says of itself, signed: of which network it is, of
// when, and by the hash of the root of its index what is in it.
type Manifest struct {
	Address      string
	Number       int64 // it only grows: an older one is an older copy
	At           time.Time
	Files, Bytes int64
	Index        string // SHA-256 of the root of the index
	IndexSize    int64
}

const (
	manifestForm = "plaza mirror 1"
	maxManifest  = 8 << 10
)

// Text is what is signed.
func (m Manifest) Text() string {
	return fmt.Sprintf("%s\naddress %s\nnumber %d\nmoment %s\nfiles %d\nbytes %d\nindex %s %d\n",
		manifestForm, m.Address, m.Number, stamp(m.At), m.Files, m.Bytes, m.Index, m.IndexSize)
}

// Sign is m as a signed note.
func (m Manifest) Sign(secret string) ([]byte, error) {
	s, err := note.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: m.Text()}, s)
}

// Open reads a signed note, and believes it only if the key that public names
// signed it.
func Open(b []byte, public string) (m Manifest, err error) {
	v, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return m, errs.Wrap(errs.Invalid, "This is no key of a mirror: it looks like plaza.example+1a2b3c4d+…", err)
	}
	n, err := note.Open(b, note.VerifierList(v))
	if err != nil {
		return m, errs.Wrap(errs.Conflict, "The manifest is not signed with the key "+v.Name()+".", err)
	}
	for _, sig := range n.Sigs { // the last bits of base64 mean nothing, and could be others
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return m, errs.Wrap(errs.Conflict, "The signature of the manifest was changed.", err)
		}
	}
	return parse(n.Text)
}

var wrongForm = errs.New(errs.Invalid, "The manifest is signed, and of a form that this Plaza does not know.")

func parse(text string) (m Manifest, err error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != manifestForm {
		return m, wrongForm
	}
	said := map[string]string{}
	for _, l := range lines[1:] { // others may come, and are not minded
		key, value, _ := strings.Cut(l, " ")
		said[key] = value
	}
	m.Address = said["address"]
	index, size, _ := strings.Cut(said["index"], " ")
	m.Index = index
	for _, n := range []struct {
		to   *int64
		from string
	}{{&m.Number, said["number"]}, {&m.Files, said["files"]}, {&m.Bytes, said["bytes"]}, {&m.IndexSize, size}} {
		if *n.to, err = strconv.ParseInt(n.from, 10, 64); err != nil || *n.to < 0 {
			return m, wrongForm
		}
	}
	if m.At, err = time.Parse(time.RFC3339, said["moment"]); err != nil || !isSum(m.Index) {
		return m, wrongForm
	}
	return m, nil
}

func isSum(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}

// Key is what a house signs mirrors with, and what others check them with.
func Key(ctx context.Context, s *mirrors.Service, host string) (secret, public string, err error) {
	if secret, err = s.Key(ctx, host); err != nil {
		return "", "", err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return "", "", err
	}
	_, seed, _ := strings.Cut(secret, "PRIVATE+KEY+")
	parts := strings.SplitN(seed, "+", 3)
	public, err = publicOf(signer, parts[len(parts)-1])
	return secret, public, err
}

func readAll(ctx context.Context, p interface {
	Open(ctx context.Context, key string) (io.ReadCloser, error)
}, key string, most int64) ([]byte, error) {
	f, err := p.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = errs.Newf(errs.Invalid, "%s is larger than it can be.", key)
	}
	return b, err
}
