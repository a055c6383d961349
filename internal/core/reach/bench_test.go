package reach_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/reach"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// BenchmarkMillionViews is a day on which 1,000 posts are viewed by 1,000 visitors each,
// in pages of 20, written after each tenth of it: 10,000 rows. It tells how much memory
// stays, what a view costs, and what a row.
func BenchmarkMillionViews(b *testing.B) {
	const posts, visitors, page, flushes = 1000, 1000, 20, 10
	s := storetest.SQLite(b)
	ada := social.AccountID(id.New(s.Now()))
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	var all []*view.Seen
	must(s.Write(b.Context(), func(tx *store.Tx) error {
		if err := tx.AddAccount(b.Context(), social.Account{ID: ada, Username: "ada", Standing: social.Good, CreatedAt: s.Now()}); err != nil {
			return err
		}
		if err := tx.AddUser(b.Context(), social.User{Account: ada, Email: "ada@example.com", Role: social.Member, CreatedAt: s.Now()}); err != nil {
			return err
		}
		for range posts {
			p := social.Post{ID: social.PostID(id.New(s.Now())), Author: ada, At: s.Now(), Text: "Hello", Visibility: social.Public}
			all = append(all, &view.Seen{Card: &view.Card{Post: p}, Author: &view.Face{Account: social.Account{ID: ada}}})
			if err := tx.AddPost(b.Context(), p); err != nil {
				return err
			}
		}
		return nil
	}))
	from := make([]string, visitors)
	for i := range from {
		from[i] = fmt.Sprintf("198.51.%d.%d", i/256, i%256)
	}
	var writing time.Duration
	for b.Loop() {
		c := reach.New(s, view.New(s, view.Config{BaseURL: "https://plaza.example"}), func() social.Settings { return social.Settings{} })
		before := inUse()
		for i := range flushes {
			for _, who := range from[i*visitors/flushes : (i+1)*visitors/flushes] {
				for at := 0; at < posts; at += page {
					c.Viewed(b.Context(), social.Anyone, who, all[at:at+page])
				}
			}
			begin := time.Now()
			must(c.Flush(b.Context()))
			writing += time.Since(begin)
		}
		b.ReportMetric(float64(inUse()-before)/1e6, "MB-held")
		runtime.KeepAlive(c)
	}
	b.ReportMetric(float64(writing.Microseconds())/float64(b.N)/(posts*flushes), "µs/row-written")
	b.ReportMetric(float64((b.Elapsed()-writing).Nanoseconds())/float64(b.N)/(posts*visitors), "ns/view")
	must(s.Read(b.Context(), func(v *store.View) error {
		kept, err := v.Views(b.Context(), all[0].ID, 0)
		if len(kept) != 1 || kept[0].N < visitors*b.N*98/100 || kept[0].N > visitors*b.N {
			b.Errorf("of %d views %v are kept", visitors*b.N, kept)
		}
		return err
	}))
}

func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
