package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/auth"
)

// A house with another key takes codes of apps that were set up under the one before,
// and in the end without that.
func TestFactorsAreSealedAnew(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		up, _ := h.codesFor(ada)
		before, now := []byte(strings.Repeat("k", auth.FactorKeyBytes)), []byte(strings.Repeat("n", auth.FactorKeyBytes))
		with := func(keys ...[]byte) *house {
			return &house{auth.New(h.store, auth.Config{CheapPasswords: true, BaseURL: base, Limiter: limit.New(h.clock.Now), FactorKey: keys[0], FactorKeysBefore: keys[1:]}), t, h.ctx, h.store, h.clock}
		}
		takes := func(when string, keys ...[]byte) {
			t.Helper()
			h.clock.Pass(time.Minute) // no code is taken twice
			if err := with(keys...).shows(h.step("ada", "correct horse"), h.code(up, 0)); err != nil {
				t.Errorf("%s: %v", when, err)
			}
		}
		takes("before it is sealed anew", now, before)
		for range 2 {
			if err := with(now, before).SealAnew(h.ctx); err != nil {
				t.Fatal(err)
			}
		}
		takes("afterwards", now)
	})
}
