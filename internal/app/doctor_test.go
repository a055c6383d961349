package app

import (
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// Some servers are always down. If most are, it is our machine.
func TestDeliveriesFinding(t *testing.T) {
	for q, want := range map[social.Queues]bool{
		{Met: 10, Failing: 5}:  true,
		{Met: 10, Failing: 6}:  false,
		{Met: 1, Failing: 1}:   false,
		{Met: 10, Waiting: 99}: true,
	} {
		if f := deliveries(q); f.OK != want || f.OK == (f.Mend != "") {
			t.Errorf("%+v: %+v, want OK %v and what to do otherwise", q, f, want)
		}
	}
}
