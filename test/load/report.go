package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// report is everything that was measured.
type report struct {
	Machine      about     `json:"machine"`
	Posts        []posting `json:"posts"`
	Fsyncs       float64   `json:"fsyncs_per_second"`
	Home         home      `json:"home"`
	Spread       spread    `json:"spread"`
	Start        starting  `json:"start"`
	Memory       memory    `json:"memory"`
	Fediverse    fediverse `json:"fediverse"`
	BytesPerPost float64   `json:"disk_bytes_per_post"`
	Follows      int       `json:"follows"`
	Follow       trial     `json:"follow"`
	Fill         trial     `json:"fill"`
	Settle       float64   `json:"followers_behind_after_fill_seconds"`
	Goals        []goal    `json:"goals"`
}

// about is what was measured, and on what.
type about struct {
	At       time.Time `json:"at"`
	Engine   string    `json:"engine"`
	Accounts int       `json:"accounts"`
	Posts    int       `json:"posts"`
	Seconds  float64   `json:"seconds"`
	CPUs     int       `json:"cpus"`
	CPU      string    `json:"cpu"`
	Go       string    `json:"go"`
}

func machine(o options) about {
	a := about{At: time.Now().UTC(), Engine: "sqlite", Accounts: o.accounts, Posts: o.posts, Seconds: o.seconds, CPUs: runtime.NumCPU(), Go: runtime.Version()}
	if o.db != "" {
		a.Engine = "postgres"
	}
	b, _ := os.ReadFile("/proc/cpuinfo") // its name is for information
	for line := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			a.CPU = strings.TrimSpace(value)
			break
		}
	}
	return a
}

// goal is what a figure should be.
type goal struct {
	Name string `json:"name"`
	Got  string `json:"got"`
	Want string `json:"want"`
	OK   bool   `json:"ok"`
}

// What we promise on a small machine.
const (
	maxCPU     = 2.5
	minRate    = .4
	minPosts   = 2000
	minOfFloor = .5
	maxSpread  = 50  // ms
	maxStart   = 300 // ms
	maxMemory  = 150 // MB
	maxSlower  = .1
)

// judge compares the figures with the goals.
func (r *report) judge() {
	add := func(ok bool, name, got, want string, args ...any) {
		r.Goals = append(r.Goals, goal{name, got, fmt.Sprintf(want, args...), ok})
	}
	most := r.Posts[len(r.Posts)-1]
	add(r.Home.CPU <= maxCPU, "server CPU of a warm home timeline, of the floor's", fmt.Sprintf("%.2f×", r.Home.CPU), "at most %.1f×", maxCPU)
	add(r.Home.Rate >= minRate, "warm home timelines a second, of the floor's", fmt.Sprintf("%.0f %%", 100*r.Home.Rate), "at least %.0f %%", 100*minRate)
	add(most.PerSecond >= minPosts || most.OfFloor >= minOfFloor, "durable posts a second, 64 clients",
		fmt.Sprintf("%.0f, %.0f %% of the floor", most.PerSecond, 100*most.OfFloor), "at least %d, or %.0f %%", minPosts, 100*minOfFloor)
	add(r.Spread.AnswerP99 < maxSpread, "post in all feeds, p99", fmt.Sprintf("%.1f ms", r.Spread.AnswerP99), "under %d ms", maxSpread)
	add(r.Spread.SocketsP99 < maxSpread && r.Spread.SocketsLost == 0, "post on the last socket, p99",
		fmt.Sprintf("%.1f ms, %d lost", r.Spread.SocketsP99, r.Spread.SocketsLost), "under %d ms, none", maxSpread)
	add(r.Spread.FeedsWithout == 0, "feeds without the post", fmt.Sprint(r.Spread.FeedsWithout), "none of %d", r.Spread.FeedsChecked)
	add(r.Start.Healthy < maxStart, "start to first answer", fmt.Sprintf("%.0f ms", r.Start.Healthy), "under %d ms", maxStart)
	add(r.Memory.Resident < maxMemory, "resident memory", fmt.Sprintf("%.0f MB", r.Memory.Resident), "under %d MB", maxMemory)
	add(r.Fediverse.Slower <= maxSlower, "healthy hosts beside 20 % dead ones, slower by", fmt.Sprintf("%.0f %%", 100*r.Fediverse.Slower), "at most %.0f %%", 100*maxSlower)
}

// table prints the figures for people.
func (r *report) table(w io.Writer) {
	m := r.Machine
	fmt.Fprintf(w, "\n%d people, %d follows, %d posts on %s; %d × %s, %s\n\n", m.Accounts, r.Follows, m.Posts, m.Engine, m.CPUs, m.CPU, m.Go)
	const row = "%-34s %9.0f/s %9.2f ms p50 %9.2f ms p99 %8.3f ms cpu"
	line := func(name string, t trial, more string, args ...any) {
		fmt.Fprintf(w, row+"  "+more+"\n", append([]any{name, t.PerSecond, t.P50, t.P99, t.CPU}, args...)...)
	}
	for _, p := range r.Posts {
		line(fmt.Sprintf("posts, %d clients", p.Connections), p.trial, "%.0f %% of %.0f/s", 100*p.OfFloor, p.Floor)
	}
	line("posts while filling, 64 clients", r.Fill, "%.1f s until all was followed", r.Settle)
	line("follows, 64 clients", r.Follow, "")
	fmt.Fprintf(w, "%-34s %9.0f/s\n\n", "fsync of 4 KB", r.Fsyncs)
	h := r.Home
	line("home, warm", h.Warm, "%.1f KB", h.Warm.Bytes/1000)
	line("floor", h.Floor, "%.1f KB", h.Floor.Bytes/1000)
	fmt.Fprintf(w, "%-34s %9.2f× floor's cpu, %.0f %% of its requests; others used %.0f %% of the machine\n", "", h.CPU, 100*h.Rate, 100*h.Warm.Others)
	line("home, warm, one connection", h.WarmAlone, "")
	line("home, cold", h.Cold, "%.1f KB", h.Cold.Bytes/1000)
	line("home, cold, one connection", h.ColdAlone, "")
	s := r.Spread
	const wait = "%-34s %9.1f ms p50 %9.1f ms p99  %s\n"
	fmt.Fprintf(w, "\n"+wait, "post to answer, in all feeds", s.AnswerP50, s.AnswerP99, fmt.Sprintf("%d followers", s.Followers))
	fmt.Fprintf(w, wait, "post to last socket", s.SocketsP50, s.SocketsP99, fmt.Sprintf("%d sockets, %d lost", s.Sockets, s.SocketsLost))
	fmt.Fprintf(w, "%-34s %9.1f ms p50 %9.1f ms most %d of %d without it\n", "post to last feed read", s.AllReadP50, s.AllReadMost, s.FeedsWithout, s.FeedsChecked)
	fmt.Fprintf(w, "%-34s %9.0f ms healthz, %.0f ms public timeline\n", "start, median", r.Start.Healthy, r.Start.Public)
	fmt.Fprintf(w, "%-34s %9.0f MB now, %.0f MB peak\n", "memory", r.Memory.Resident, r.Memory.Peak)
	fmt.Fprintf(w, "%-34s %9.0f bytes\n\n", "disk for a post", r.BytesPerPost)
	r.Fediverse.table(w, line)
	for _, g := range r.Goals {
		mark := "ok    "
		if !g.OK {
			mark = "MISSED"
		}
		fmt.Fprintf(w, "%s %s: %s (%s)\n", mark, g.Name, g.Got, g.Want)
	}
}

// table prints how the server speaks with others.
func (f fediverse) table(w io.Writer, line func(name string, t trial, more string, args ...any)) {
	line("signed activities accepted", f.Accepted, "RSA alone: %.0f/s checked, %.0f/s made", f.Verified, f.Signed)
	const rate = "%-34s %9.0f/s  %s\n"
	fmt.Fprintf(w, rate, "activities applied", f.Applied, "")
	fmt.Fprintf(w, "%-34s %9.1f ms p50 %9.1f ms p99\n", "accepted to follower's feed", f.FeedP50, f.FeedP99)
	fmt.Fprintf(w, rate, "deliveries", f.Many, fmt.Sprintf("%d inboxes on %d hosts", manyInboxes, manyHosts))
	fmt.Fprintf(w, rate, "deliveries", f.Shared, "one shared inbox")
	fmt.Fprintf(w, "%-34s %9.1f s, %.1f s beside %d that hang or are dead\n", "to the healthy of these hosts", f.Healthy, f.HealthyDead, deadHosts)
	fmt.Fprintf(w, rate, "burst", f.Burst, fmt.Sprintf("%d hosts; home p99 %.1f ms meanwhile, %.1f ms before; peak %.0f MB", f.BurstHosts, f.HomeBurst, f.HomeQuiet, f.MemoryAtBurst))
	fmt.Fprintln(w)
}
