// Package seal makes what leaves us unreadable for whoever keeps it, and
// notices what they did to it. An object is encrypted with age to the
// recipients of a copy; inside, before its content, stands one line of JSON
// with its key, its size and its SHA-256. So it cannot be read, changed, cut or
// put under another key unseen.
//
// It does not say who made an object: whoever knows a recipient can seal
// something to it, and an old object under its own key is still well sealed.
// What follows on what is for those who read them to check.
package seal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"

	"github.com/plaza-social/plaza/internal/cluster/place"
)

const (
	maxLine = 4 << 10  // bytes of the line before the content
	chunk   = 64 << 10 // bytes that age encrypts at a time
	tag     = 16       // bytes that it adds to each
)

// label is the line before the content.
type label struct {
	Key    string `json:"key"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func (l label) line() []byte {
	line, err := json.Marshal(l)
	if err != nil {
		panic(err) // strings and a number
	}
	return append(line, '\n')
}

// A Sealer reads an object as it leaves us.
type Sealer struct {
	is     label
	src    io.Reader
	hash   hash.Hash
	read   int64
	size   int64 // sealed
	sealed bytes.Buffer
	into   io.WriteCloser
	err    error
}

// New reads src twice: once to know its size and hash, and again as the Sealer
// is read. If it is not the same by then, that is an error.
func New(recipients []age.Recipient, key string, src io.ReadSeeker) (*Sealer, error) {
	if err := place.CheckKey(key); err != nil {
		return nil, err
	}
	s := &Sealer{is: label{Key: key}, src: src, hash: sha256.New()}
	var err error
	if s.is.Size, err = io.Copy(s.hash, src); err != nil {
		return nil, fmt.Errorf("seal %s: %w", key, err)
	}
	if _, err := src.Seek(-s.is.Size, io.SeekCurrent); err != nil {
		return nil, fmt.Errorf("seal %s: %w", key, err)
	}
	s.is.SHA256 = hex.EncodeToString(s.hash.Sum(nil))
	s.hash.Reset()
	if s.into, err = age.Encrypt(&s.sealed, recipients...); err != nil {
		return nil, fmt.Errorf("seal %s: %w", key, err)
	}
	line := s.is.line()
	inner := int64(len(line)) + s.is.Size
	s.size = int64(s.sealed.Len()) + inner + tag*max(1, (inner+chunk-1)/chunk)
	_, err = s.into.Write(line)
	return s, err
}

// SealedSize is how many bytes can be read in all.
func (s *Sealer) SealedSize() int64 { return s.size }

func (s *Sealer) Read(p []byte) (int, error) {
	for s.sealed.Len() == 0 && s.err == nil {
		s.err = s.more()
	}
	if s.sealed.Len() > 0 {
		return s.sealed.Read(p)
	}
	return 0, s.err
}

// more seals the next piece. The last one is not given away unless all is as it
// was the first time.
func (s *Sealer) more() error {
	n, err := io.CopyN(io.MultiWriter(s.into, s.hash), s.src, min(chunk, s.is.Size-s.read))
	s.read += n
	if err == io.EOF { // there was more the first time
		err = io.ErrUnexpectedEOF
	}
	if err == nil && s.read == s.is.Size {
		if s.is.SHA256 != hex.EncodeToString(s.hash.Sum(nil)) {
			err = errors.New("it was changed meanwhile")
		} else if err = s.into.Close(); err == nil {
			return io.EOF
		}
	}
	if err != nil {
		s.sealed.Reset()
		return fmt.Errorf("seal %s: %w", s.is.Key, err)
	}
	return nil
}

// Put seals src, which is read twice, and keeps it under key.
func Put(ctx context.Context, p place.Place, recipients []age.Recipient, key string, src io.ReadSeeker) error {
	s, err := New(recipients, key, src)
	if err != nil {
		return err
	}
	return p.Put(ctx, key, s, s.SealedSize())
}

// ErrBroken is what was not sealed as it is: changed, cut, or moved to another
// key. Errors that are not ErrBroken may go away: the place could not be
// reached, or the identity is not the right one.
var ErrBroken = errors.New("the object is broken")

// broken says what is wrong with which object. An error of reading is passed on
// as what it is.
func broken(key string, src *source, why error) error {
	if src.err != nil {
		return fmt.Errorf("read %s: %w", key, src.err)
	}
	return fmt.Errorf("%s: %w: %w", key, ErrBroken, why)
}

// source remembers why reading failed: what comes after is a consequence.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
