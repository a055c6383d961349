package evidence

import (
	"bytes"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/evidence"
)

func verify(t testing.TB, b []byte, o evidence.Options) evidence.Verdict {
	t.Helper()
	v, err := evidence.Verify(bytes.NewReader(b), int64(len(b)), o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What an honest house exports holds, in every profile and part.
func TestHolds(t *testing.T) {
	h := lived(t, 12)
	o := evidence.Options{Key: h.signer.Public()}
	for _, p := range []evidence.Profile{evidence.Court, evidence.Public, evidence.Party, evidence.Host} {
		v := verify(t, h.bundle(t, h.source(t, p)), o)
		if v.Level != evidence.Incomplete || len(v.Failures) > 0 {
			t.Errorf("for %s: %s\n%s", p, v.Level, v.Text())
		}
		if p == evidence.Court && (v.Counts.Erased != 1 || len(v.Counts.Withheld) > 0) {
			t.Errorf("for a court: %+v", v.Counts)
		}
	}
	v := verify(t, h.bundle(t, h.part(t, 0, 1, 2, 3, 4, 5, 6, 7)), o)
	if v.Level != evidence.Verified {
		t.Errorf("of a case: %s\n%s", v.Level, v.Text())
	}
	if v := verify(t, h.bundle(t, h.part(t, 1, 5, 6)), o); v.Level != evidence.Incomplete {
		t.Errorf("of a part of a case: %s\n%s", v.Level, v.Text())
	}
}

// What came to the log later holds, and its numbers are counted.
func TestLater(t *testing.T) {
	h := later(t)
	b := h.bundle(t, h.source(t, evidence.Court))
	if v := verify(t, b, evidence.Options{Key: h.signer.Public()}); v.Level != evidence.Verified {
		t.Errorf("%s\n%s", v.Level, v.Text())
	}
	if v := verify(t, h.first(t), evidence.Options{Key: h.signer.Public()}); v.Level != evidence.Verified || !strings.Contains(v.Text(), "says nothing of juries and of notices") {
		t.Errorf("as it was counted first: %s\n%s", v.Level, v.Text())
	}
	got := string(unpack(t, b).files["stats.csv"])
	for _, want := range []string{"judged,2026-11,0\n", "low_ppm,2026-11,0\n", "high_ppm,2026-11,1000000\n", "sampled,2026-12,11\n", "judged,2026-12,11\n", "breaches,2026-12,2\n", "low_ppm,2026-12,51367\n", "high_ppm,2026-12,476986\n",
		"juries,drawn,6\n", "juries,decided,3\n", "juries,undecided,1\n", "juries,overridden,1\n",
		"notices,host,5\n", "notices_answered,host,3\n", "notices_closed,host,1\n", "notices_late,host,3\n", "notices,order_terror,2\n", "notices_answered,order_terror,1\n", "notices_late,order_terror,0\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
}

// The same state makes the same bytes.
func TestSameBytes(t *testing.T) {
	h := lived(t, 12)
	if !bytes.Equal(h.bundle(t, h.source(t, evidence.Court)), h.bundle(t, h.source(t, evidence.Court))) {
		t.Error("two bundles of the same state differ")
	}
}

// Another house's key does not fit.
func TestOtherKey(t *testing.T) {
	h, other := lived(t, 3), livedAs(t, "two", 1)
	v := verify(t, h.bundle(t, h.source(t, evidence.Court)), evidence.Options{Key: other.signer.Public()})
	if v.Level != evidence.Failed || !strings.Contains(v.Text(), "not the one that you gave") {
		t.Errorf("by another's key: %s", v.Text())
	}
}

// What there was nothing of to check is not said to hold.
func TestUnchecked(t *testing.T) {
	h, bare := lived(t, 12), lived(t, 3)
	key := evidence.Options{Key: h.signer.Public()}
	public := h.source(t, evidence.Public)
	public.Receipts = nil
	for _, x := range []struct {
		name string
		b    []byte
		o    evidence.Options
		want string
	}{
		{"all", h.bundle(t, h.source(t, evidence.Court)), key, ""},
		{"all, by its own key", h.bundle(t, h.source(t, evidence.Court)), evidence.Options{}, "key"},
		{"for everybody, without receipts", h.bundle(t, public), key, "rules appeals receipts"},
		{"with nothing signed before", bare.bundle(t, bare.source(t, evidence.Court)), evidence.Options{Key: bare.signer.Public()}, "history"},
		{"a part", h.bundle(t, h.part(t, 0, 1, 2, 3, 4, 5, 6, 7)), key, "history order appeals stats"},
		{"of a notice", h.bundle(t, h.notice(t)), key, "history order appeals stats"},
	} {
		v := verify(t, x.b, x.o)
		if got := strings.Join(v.Unchecked, " "); got != x.want || len(v.Failures) > 0 {
			t.Errorf("%s: not checked are %q, want %q\n%s", x.name, got, x.want, v.Text())
		}
		if n := strings.Count(v.Text(), "NOT CHECKED  "); n != len(v.Unchecked) {
			t.Errorf("%s: it is said of %d\n%s", x.name, n, v.Text())
		}
	}
}
