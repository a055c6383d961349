package seal

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"filippo.io/age"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
)

// A Reader reads what was sealed. Whoever reads to the end gets an error instead
// of io.EOF if anything is not as it was sealed; what came before is then not
// to be used.
type Reader struct {
	is    label
	src   *source
	inner *bufio.Reader
	hash  hash.Hash
	left  int64
	err   error
}

// Open reads the label of an object and checks that it was sealed under key.
func Open(r io.Reader, ids []age.Identity, key string) (*Reader, error) {
	src := &source{Reader: r}
	plain, err := age.Decrypt(src, ids...)
	if none := (*age.NoIdentityMatchError)(nil); errors.As(err, &none) {
		return nil, errs.Wrap(errs.Invalid, fmt.Sprintf("%s was sealed for somebody else, or changed: %s does not open it. Use the identity of which the recipient was in the settings when it was sealed.",
			key, strings.Join(Recipients(ids), ", ")), err)
	}
	if err != nil {
		return nil, broken(key, src, err)
	}
	s := &Reader{src: src, inner: bufio.NewReaderSize(plain, maxLine), hash: sha256.New()}
	line, err := s.inner.ReadSlice('\n')
	if err != nil {
		return nil, broken(key, src, fmt.Errorf("its label: %w", unexpected(err)))
	}
	if err := json.Unmarshal(line, &s.is); err != nil || !bytes.Equal(line, s.is.line()) {
		return nil, broken(key, src, errors.New("its label is not one of ours"))
	}
	if s.is.Key != key {
		return nil, broken(key, src, fmt.Errorf("it was sealed as %q", s.is.Key))
	}
	if s.left = s.is.Size; s.left < 0 {
		return nil, broken(key, src, errors.New("it has less than no bytes"))
	}
	return s, nil
}

// Size is that of the content, as its label says; it is certain only at the end.
func (s *Reader) Size() int64 { return s.is.Size }

func (s *Reader) Read(p []byte) (int, error) {
	if s.err != nil || len(p) == 0 {
		return 0, s.err
	}
	n, err := s.inner.Read(p)
	s.hash.Write(p[:n])
	if s.left -= int64(n); s.left < 0 {
		n, err = 0, errors.New("it has more bytes than its label says")
	}
	if err == io.EOF {
		err = s.whole()
	}
	if err == io.EOF {
		s.err = err
	} else if err != nil {
		s.err = broken(s.is.Key, s.src, err)
	}
	return n, s.err
}

// whole is io.EOF if the end is where and what it should be.
func (s *Reader) whole() error {
	if s.left > 0 {
		return fmt.Errorf("%d bytes of %d are missing", s.left, s.is.Size)
	}
	if hex.EncodeToString(s.hash.Sum(nil)) != s.is.SHA256 {
		return errors.New("its hash is another")
	}
	return io.EOF
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Get opens what is under key. The place gives it back whole, or whoever reads
// to the end gets an error; see Reader.
func Get(ctx context.Context, p place.Place, ids []age.Identity, key string) (*Object, error) {
	from, err := p.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	r, err := Open(from, ids, key)
	if err != nil {
		return nil, errors.Join(err, from.Close())
	}
	return &Object{r, from}, nil
}

// An Object is open to be read. Whoever opened it closes it.
type Object struct {
	*Reader
	io.Closer
}
