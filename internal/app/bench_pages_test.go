package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// BenchmarkHomePage is a warm page of 20 posts for somebody who is signed in, all of
// the way but the socket, beside the floor: the same bytes, written by a handler that
// does nothing else. It tells the median of both.
func BenchmarkHomePage(b *testing.B) {
	s := apptest.Start(b)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	ben.Follow(ada)
	for i := range 30 {
		ada.Post(fmt.Sprint("Post ", i, " #tag https://example.com/a ", strings.Repeat("word ", 60)), "public")
	}
	secret, err := s.Auth.StartSession(b.Context(), ben.ID, "bench")
	if err != nil {
		b.Fatal(err)
	}
	req := httptest.NewRequest("GET", "/", nil)
	req.AddCookie(&http.Cookie{Name: "plaza_session", Value: secret})
	page := httptest.NewRecorder()
	s.Handler().ServeHTTP(page, req)
	if n := strings.Count(page.Body.String(), "<article"); page.Code != http.StatusOK || n != 20 {
		b.Fatalf("%d, with %d posts", page.Code, n)
	}
	for name, h := range map[string]http.Handler{"page": s.Handler(), "floor": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(page.Body.Bytes()) })} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var took []time.Duration
			for b.Loop() {
				begin := time.Now()
				h.ServeHTTP(&discard{head: http.Header{}}, req)
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
		})
	}
	b.Run("views", func(b *testing.B) { // in turns with a reader who is not counted
		quiet := req.Clone(b.Context())
		quiet.Header.Set("Sec-GPC", "1")
		var took [2][]time.Duration
		for b.Loop() {
			for i, r := range []*http.Request{req, quiet} {
				begin := time.Now()
				s.Handler().ServeHTTP(&discard{head: http.Header{}}, r)
				took[i] = append(took[i], time.Since(begin))
			}
		}
		for i, name := range []string{"p50-µs", "p50-µs-uncounted"} {
			slices.Sort(took[i])
			b.ReportMetric(float64(took[i][len(took[i])/2].Microseconds()), name)
		}
	})
}
