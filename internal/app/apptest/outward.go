package apptest

import (
	"crypto/x509"
	"net/http/httptest"
	"sync"

	"github.com/plaza-social/plaza/internal/base/netsafe"
)

// Outward reaches this machine too, and trusts the servers that httptest
// starts: those that tests have called.
var Outward = sync.OnceValue(func() netsafe.Options {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return netsafe.Options{Private: netsafe.Loopback, Roots: roots}
})
