package storetest

import (
	"sync"
	"testing"

	"github.com/plaza-social/plaza/internal/store"
)

// addresses are where the stores that tests opened are.
var addresses sync.Map

// ByHand changes the database of a store as somebody would who gets at its file,
// or at its server: past everything that Plaza does.
func ByHand(t testing.TB, s *store.Store, statement string, args ...any) {
	t.Helper()
	url, ok := addresses.Load(s)
	if !ok {
		t.Fatal("this store was not opened by storetest")
	}
	if _, err := beside(t, url.(string)).ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}
