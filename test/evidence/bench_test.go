package evidence

import (
	"bytes"
	"io"
	"testing"

	"github.com/plaza-social/plaza/internal/evidence"
)

// decisions is a log of n decisions under two rules.
func decisions(b *testing.B, n int) *house {
	b.Helper()
	h := newHouse(b, "many")
	for i := range n {
		h.decide(i)
		if i%10_000 == 9_999 {
			h.sign()
		}
	}
	h.sign()
	return h
}

const many = 100_000

func BenchmarkWrite(b *testing.B) {
	h := decisions(b, many)
	s := h.source(b, evidence.Court)
	for b.Loop() {
		n := int64(0)
		if _, err := h.signer.WriteBundle(io.MultiWriter(io.Discard, (*counted)(&n)), s); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n)/1e6, "MB")
	}
	b.ReportMetric(float64(many*b.N)/b.Elapsed().Seconds(), "records/s")
}

type counted int64

func (c *counted) Write(p []byte) (int, error) { *c += counted(len(p)); return len(p), nil }

func BenchmarkVerify(b *testing.B) {
	h := decisions(b, many)
	x := h.bundle(b, h.source(b, evidence.Court))
	r := bytes.NewReader(x)
	for b.Loop() {
		v, err := evidence.Verify(r, int64(len(x)), evidence.Options{Key: h.signer.Public()})
		if err != nil || v.Level != evidence.Verified {
			b.Fatal(err, v.Text())
		}
	}
	b.ReportMetric(float64(many*b.N)/b.Elapsed().Seconds(), "records/s")
}
