package id

import (
	"math"
	"sync"
	"testing"
	"time"
)

func TestIDsCarryTheirTime(t *testing.T) {
	for _, at := range []time.Time{
		time.Date(2006, 3, 21, 20, 50, 14, 0, time.UTC),
		time.Date(2026, 1, 2, 12, 0, 0, 999e6, time.UTC),
		time.Date(2069, 9, 1, 0, 0, 0, 0, time.UTC),
	} {
		n := New(at)
		if n <= 0 || !Time(n).Equal(at) {
			t.Errorf("New(%v) = %d, of %v", at, n, Time(n))
		}
		if n < Floor(at) || n >= Floor(at.Add(time.Millisecond)) {
			t.Errorf("New(%v) = %d, outside its millisecond", at, n)
		}
	}
}

func TestNeighboursAreApart(t *testing.T) {
	at := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	var all []int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 5 {
				n := New(at.Add(time.Duration(i) * time.Millisecond))
				mu.Lock()
				all = append(all, n)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for i, a := range all {
		for _, b := range all[:i] {
			if math.Abs(float64(a-b)) < Apart {
				t.Errorf("%d and %d lie within %d", a, b, Apart)
			}
		}
	}
}

func TestIDsOfOneMomentAreInOrder(t *testing.T) {
	for range 100 {
		at := time.Now()
		last := New(at)
		for range 50 {
			n := New(at)
			if n <= last || n >= Floor(at.Add(time.Millisecond)) {
				t.Fatalf("%d came after %d", n, last)
			}
			last = n
		}
		time.Sleep(time.Millisecond)
	}
}

// One post may make a notice for each of thousands, all in one moment.
func TestManyOfOneMomentDiffer(t *testing.T) {
	at := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	seen := map[int64]bool{}
	for range 10_000 {
		n := New(at)
		if seen[n] || !Time(n).Equal(at) {
			t.Fatalf("%d of %v after %d others: seen before: %v", n, Time(n), len(seen), seen[n])
		}
		seen[n] = true
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]int64{
		"1": 1, "9223372036854775807": math.MaxInt64, "3563520000000000001": 3563520000000000001,
		"": 0, "0": 0, "-1": 0, "+1": 0, "01": 0, "1e3": 0, "abc": 0, "9223372036854775808": 0, " 1": 0,
	} {
		if got, ok := Parse(in); got != want || ok != (want != 0) {
			t.Errorf("Parse(%q) = %d, %v; want %d", in, got, ok, want)
		}
	}
}
