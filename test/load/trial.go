package main

import (
	"slices"
	"sync/atomic"
	"time"
)

// trial is what came of sending requests for a while.
type trial struct {
	Connections int     `json:"connections"`
	Requests    int     `json:"requests"`
	PerSecond   float64 `json:"per_second"`
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
	CPU         float64 `json:"server_cpu_ms_per_request"`
	Bytes       float64 `json:"bytes_per_answer"`
	Others      float64 `json:"part_of_cpu_used_by_others"`
}

// try drives a server and measures it. got may be nil.
func try(pid int, addr string, conns int, next func(conn int) []byte, got func(conn int, a answer) error) (t trial, err error) {
	before, err := spending(pid)
	if err != nil {
		return t, err
	}
	var bytes atomic.Int64
	times, err := drive(addr, conns, next, func(i int, a answer) error {
		bytes.Add(int64(len(a.body)))
		if got == nil {
			return nil
		}
		return got(i, a)
	})
	if err != nil {
		return t, err
	}
	took, cpu, others, err := before.since()
	n := float64(max(1, len(times)))
	return trial{Connections: conns, Requests: len(times), PerSecond: n / took.Seconds(), P50: ms(part(times, .5)), P99: ms(part(times, .99)),
		CPU: ms(cpu) / n, Bytes: float64(bytes.Load()) / n, Others: others}, err
}

// lasting has each connection go on asking until time is up. Each walks
// through requests from a place of its own.
func lasting(d time.Duration, conns int, requests [][]byte) func(conn int) []byte {
	end := time.Now().Add(d)
	at := make([]struct { // each on a cache line of its own
		n int
		_ [7]int
	}, conns)
	for i := range at {
		at[i].n = i * len(requests) / conns
	}
	return func(conn int) []byte {
		if time.Now().After(end) {
			return nil
		}
		at[conn].n++
		return requests[at[conn].n%len(requests)]
	}
}

// each has every request sent once, by whichever connection is free.
func each(requests [][]byte) func(conn int) []byte {
	var next atomic.Int64
	return func(int) []byte {
		i := int(next.Add(1)) - 1
		if i >= len(requests) {
			return nil
		}
		return requests[i]
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// part is the time within which a part of sorted times lies.
func part(times []time.Duration, p float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	return times[min(len(times)-1, int(p*float64(len(times))))]
}

// median is the one in the middle.
func median(xs []float64) float64 {
	s := slices.Sorted(slices.Values(xs))
	return s[len(s)/2]
}

// spreadOf is p50 and p99 of times in any order, in ms.
func spreadOf(times []time.Duration) (p50, p99 float64) {
	s := slices.Sorted(slices.Values(times))
	return ms(part(s, .5)), ms(part(s, .99))
}
