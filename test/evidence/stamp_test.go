package evidence

import (
	"bytes"
	"math/big"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/evidence/stamptest"
)

// stamped is a bundle with a time stamp, which may be of something else.
func stamped(t *testing.T, h *house, a *stamptest.Authority, other bool) []byte {
	t.Helper()
	src := h.source(t, evidence.Court)
	c, _, err := src.Policy.Open(src.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	nonce := big.NewInt(7)
	if other {
		c.Size++
	}
	question, err := evidence.StampRequest(c.Head, nonce)
	if err != nil {
		t.Fatal(err)
	}
	if _, src.Stamp, err = evidence.AnswerStamp(a.Answer(question), c.Head, nonce, nil); err != nil {
		t.Fatal(err)
	}
	src.Trusted = a.PEM()
	return h.bundle(t, src)
}

// The program checks time stamps. The page and the script say that they are there
// and that they did not, and never that they hold.
func TestStamped(t *testing.T) {
	h, a := lived(t, 12), stamptest.New(t, func() time.Time { return time.Now() })
	good, bad := stamped(t, h, a, false), stamped(t, h, a, true)
	o := evidence.Options{Key: h.signer.Public(), Authorities: a.PEM()}
	verify := func(b []byte) evidence.Verdict {
		v, err := evidence.Verify(bytes.NewReader(b), int64(len(b)), o)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := verify(good); v.Level != evidence.Incomplete || !strings.Contains(v.Text(), "says that the log stood so") {
		t.Errorf("it says\n%s", v.Text())
	}
	if v := verify(bad); v.Level != evidence.Failed || !strings.Contains(v.Text(), "checkpoint.tsr: the time stamp does not hold: it is of something else") {
		t.Errorf("it says\n%s", v.Text())
	}
	t.Run("script", func(t *testing.T) {
		if _, err := exec.LookPath("python3"); err != nil {
			t.Skip("no python3 here")
		}
		for _, b := range [][]byte{good, bad} {
			out, err := exec.CommandContext(t.Context(), "python3", "../../docs/evidence/verify.py", keep(t, t.TempDir(), "it.evz", b), "--key", o.Key).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "NOT CHECKED") {
				t.Errorf("%v: it says\n%s", err, out)
			}
		}
	})
	t.Run("page", func(t *testing.T) {
		b := open(t)
		for _, x := range [][]byte{good, bad} {
			s := b.check(t, x, evidence.Options{Key: o.Key})
			if said := strings.Join(s.Sentences, "\n"); s.Level != "incomplete" || !strings.Contains(said, "NOT CHECKED here: 1.") || strings.Contains(said, "says that the log stood so") {
				t.Errorf("the page says %s\n%s", s.Level, said)
			}
		}
	})
}
