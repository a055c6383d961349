package auth

import (
	"testing"
	"time"
)

// The last six digits of https://www.rfc-editor.org/rfc/rfc6238#appendix-B.
func TestCodesOfTheRFC(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := codeAt(secret, at/codeSeconds); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
		for off, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
			step, ok := stepOf(secret, codeAt(secret, at/codeSeconds), time.Unix(at+off*codeSeconds, 0))
			if at+off*codeSeconds >= 0 && ok != want || ok && step != at/codeSeconds {
				t.Errorf("at %d, by a clock that is %d steps off: %v, step %d", at, off, ok, step)
			}
		}
	}
}
