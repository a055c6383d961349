package sealing_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/store"
)

// BenchmarkExport exports 100,000 decisions, each time to the same bytes, and checks
// them.
func BenchmarkExport(b *testing.B) {
	const many = 100_000
	s, err := store.Open(b.Context(), store.Options{URL: b.TempDir() + "/plaza.db", Clock: clock.System})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	l := newLog(b, s)
	l.add(store.Evidence{Type: evidence.TypePolicy, Body: evidence.Ruled{Policy: "1", Version: 1, Text: "Be kind."}})
	for i := 0; i < many; i += 1000 {
		l.write(func(tx *store.Tx) error {
			for k := range 1000 {
				n := fmt.Sprint(i + k)
				if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeDecision, Category: evidence.CategorySpam, Class: "others", Outcome: "hide", About: ada,
					Body: evidence.Decided{Decision: n, Case: n, Subject: "https://house.example/users/ada", Posts: []string{"https://house.example/users/ada/statuses/11" + n}, Action: "hide",
						Rule: "1@1", Ground: "rules", Facts: "Advertises the same shop in many posts.", Detected: "person", Decider: "person", By: "moderator 7"}}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	l.sign()
	var out bytes.Buffer
	export := func() [sha256.Size]byte {
		out.Reset()
		if _, err := l.Export(b.Context(), &out, sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: evidence.Court, Size: many + 2}); err != nil {
			b.Fatal(err)
		}
		return sha256.Sum256(out.Bytes())
	}
	first := export()
	b.ResetTimer()
	for range b.N {
		if again := export(); again != first {
			b.Fatalf("exported again it has other bytes: %x, and %x before", again, first)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(out.Len())/(1<<20), "MiB")
	b.ReportMetric(float64(many*b.N)/b.Elapsed().Seconds(), "records/s")
	if v, err := evidence.Verify(bytes.NewReader(out.Bytes()), int64(out.Len()), evidence.Options{}); err != nil || v.Level != evidence.Verified {
		b.Fatal(err, v.Text())
	}
}
