package blob

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/plaza-social/plaza/internal/base/pdq"
)

// What was sent, and what it looks like, can be found on lists of known files.
func TestPrints(t *testing.T) {
	s, _ := open(t)
	sent := asJPEG(t, corners(640, 480))
	spool, _, _, err := s.Receive(t.Context(), bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Make(t.Context(), spool)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(sent)
	look, quality := pdq.Of(corners(640, 480))
	got, err := pdq.Parse(m.Look)
	if m.Print != hex.EncodeToString(sum[:]) || err != nil || m.Quality-quality > 2 || quality-m.Quality > 2 || got.Distance(look) > pdq.Near {
		t.Errorf("print %s, look %s of quality %d; want %x, nearly %s of %d", m.Print, m.Look, m.Quality, sum, look, quality)
	}
}
