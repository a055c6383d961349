package social_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

func TestReservedLooks(t *testing.T) {
	for name, want := range map[string]bool{"admin": true, "Admin": true, "adm1n": true, "ad_min": true, "0wner": true, "m0d": true, "modest": false, "adminis": false, "ada": false, "a_i": false} {
		if social.Reserved(name) != want {
			t.Errorf("%s: reserved is %v, want %v", name, !want, want)
		}
	}
}

func BenchmarkMeets(b *testing.B) {
	g, a := social.GuardedName{Account: 1, Username: "ada_lovelace", DisplayName: "Ada Lovelace"}, social.Account{Username: "newcomer"}
	for b.Loop() {
		g.Meets(a)
	}
}
