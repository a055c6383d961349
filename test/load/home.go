package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	// homeConns is how many ask for their home timelines at once.
	homeConns = 32
	// warmReaders come again and again, coldReaders once.
	warmReaders = 200
	coldReaders = 500
	// rounds is how often the server and the floor take turns.
	rounds = 3
	// startRuns is how often the server is started.
	startRuns = 5
)

// home is what home timelines of 20 posts cost.
type home struct {
	Warm      trial   `json:"warm"`
	WarmAlone trial   `json:"warm_one_connection"`
	Floor     trial   `json:"floor"`
	Cold      trial   `json:"cold"`
	ColdAlone trial   `json:"cold_one_connection"`
	CPU       float64 `json:"cpu_vs_floor"`
	Rate      float64 `json:"rps_vs_floor"`
}

// startUps measures how long the server takes to start.
func (b *bench) startUps() error {
	var healthy, public []float64
	for range startRuns {
		if err := b.server.stop(); err != nil {
			return err
		}
		begin := time.Now()
		if err := b.server.start(); err != nil {
			return err
		}
		healthy = append(healthy, ms(time.Since(begin)))
		if err := b.server.await("/api/v1/timelines/public"); err != nil {
			return err
		}
		public = append(public, ms(time.Since(begin)))
	}
	b.out.Start = starting{Healthy: median(healthy), Public: median(public), Runs: startRuns}
	return nil
}

// readers are requests for home timelines, by n of the crowd.
func (c *crowd) readers(n int) [][]byte {
	n = min(n, len(c.all))
	out := make([][]byte, n)
	for i := range out {
		out[i] = get("/api/v1/timelines/home", c.all[i*len(c.all)/n].token)
	}
	return out
}

// cold measures the first request of each reader after a start: all at once,
// and one after the other.
func (b *bench) cold() (err error) {
	requests := b.crowd.readers(coldReaders)
	for _, x := range []struct {
		conns int
		out   *trial
	}{{homeConns, &b.out.Home.Cold}, {1, &b.out.Home.ColdAlone}} {
		if err := b.server.restart(); err != nil {
			return err
		}
		if *x.out, err = try(b.server.pid(), b.server.addr, x.conns, each(requests), nil); err != nil {
			return err
		}
	}
	return nil
}

// warm measures readers that come again and again, in turns with the floor.
func (b *bench) warm() error {
	h := &b.out.Home
	requests := b.crowd.readers(warmReaders)
	path, err := b.sample(requests)
	if err != nil {
		return err
	}
	low, err := startFloor(path)
	if err != nil {
		return err
	}
	defer low.stop()
	var warm, floor []trial
	for range rounds {
		t, err := try(low.pid(), low.addr, homeConns, lasting(b.trial(), homeConns, requests), nil)
		if err != nil {
			return fmt.Errorf("floor: %w", err)
		}
		floor = append(floor, t)
		if t, err = try(b.server.pid(), b.server.addr, homeConns, lasting(b.trial(), homeConns, requests), nil); err != nil {
			return err
		}
		warm = append(warm, t)
	}
	h.compare(warm, floor)
	h.WarmAlone, err = try(b.server.pid(), b.server.addr, 1, lasting(b.trial()/2, 1, requests), nil)
	return err
}

// sample warms the readers, and stores the answer whose length is in the
// middle, for the floor.
func (b *bench) sample(requests [][]byte) (path string, err error) {
	var answers []string
	if _, err := drive(b.server.addr, 1, each(requests), func(_ int, a answer) error {
		answers = append(answers, string(a.head)+string(a.body))
		return nil
	}); err != nil {
		return "", err
	}
	slices.SortFunc(answers, func(x, y string) int { return len(x) - len(y) })
	path = filepath.Join(b.dir, "answer")
	return path, os.WriteFile(path, []byte(answers[len(answers)/2]), 0o600)
}

// compare keeps the round in the middle of each, and the ratio in the middle.
func (h *home) compare(warm, floor []trial) {
	var cpu, rate []float64
	for i := range warm {
		cpu = append(cpu, warm[i].CPU/floor[i].CPU)
		rate = append(rate, warm[i].PerSecond/floor[i].PerSecond)
	}
	h.CPU, h.Rate = median(cpu), median(rate)
	byRate := func(x, y trial) int { return int(x.PerSecond - y.PerSecond) }
	slices.SortFunc(warm, byRate)
	slices.SortFunc(floor, byRate)
	h.Warm, h.Floor = warm[len(warm)/2], floor[len(floor)/2]
}
