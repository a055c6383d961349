package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// BenchmarkHome is a warm home timeline of 20 posts, all of the way but the
// socket.
func BenchmarkHome(b *testing.B) {
	s := apptest.Start(b)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ben.Follow(ada)
	for i := range 30 {
		ada.Post(fmt.Sprint("Post ", i, " #tag https://example.com/a ", strings.Repeat("word ", 60)), "public")
	}
	h := s.Handler()
	req := httptest.NewRequest("GET", "/api/v1/timelines/home", nil)
	req.Header.Set("Authorization", "Bearer "+ben.Token)
	w := &discard{head: http.Header{}}
	h.ServeHTTP(w, req)
	b.SetBytes(int64(w.n))
	b.ReportAllocs()
	for b.Loop() {
		w := &discard{head: http.Header{}}
		h.ServeHTTP(w, req)
	}
}

type discard struct {
	head http.Header
	n    int
}

func (d *discard) Header() http.Header         { return d.head }
func (d *discard) Write(b []byte) (int, error) { d.n += len(b); return len(b), nil }
func (d *discard) WriteHeader(int)             {}
