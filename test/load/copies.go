package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// copies is what it costs to have a copy elsewhere, and what one gets for it.
type copies struct {
	Machine  about       `json:"machine"`
	Keeping  []keeping   `json:"keeping"`
	Restores []restoring `json:"restores"`
}

// keeping is what a house does that keeps copies in some way.
type keeping struct {
	Name      string  `json:"name"`
	Few, Many trial   // the middle one of some rounds, of 8 clients and of 64
	Steady    trial   `json:"steady"`
	Core      float64 `json:"part_of_a_core_when_steady"`
	Sent      float64 `json:"bytes_sent_per_post"` // of all that is sent in that time, also what joins pieces

	server *server
	crowd  *crowd
}

const (
	copyRounds = 3
	// steadyRate is how many posts a second come when it is looked at what a
	// house needs of the processor.
	steadyRate = 200
	// steadyFor is how many trials long that is: so long that pieces are joined
	// meanwhile.
	steadyFor = 12
	// fileBytes is how large the files are that people have attached.
	fileBytes = 200_000
)

// waysOfCopying are the settings that are compared, for copies in buckets.
var waysOfCopying = []struct {
	name, durability string
	buckets          int
}{{"no copy", "local", 0}, {"one copy", "local", 1}, {"two copies", "local", 2}, {"writes wait for the copy", "replica", 1}}

// measureCopies measures both, each house beside the others in the same run.
func (b *bench) measureCopies() (c copies, err error) {
	buckets := s3mem.New()
	far := httptest.NewServer(gofakes3.New(buckets).Server())
	defer far.Close()
	for i, way := range waysOfCopying {
		say("making people: %s", way.name)
		if err := b.houseWithCopies(i, far.URL, buckets); err != nil {
			return c, err
		}
		defer b.server.kill()
		c.Keeping = append(c.Keeping, keeping{Name: way.name, server: b.server, crowd: b.crowd})
	}
	if err := b.compareCopies(c.Keeping); err != nil {
		return c, err
	}
	k := c.Keeping[1] // with one copy: it grows, is lost and brought back
	for _, k := range c.Keeping {
		if k.server != c.Keeping[1].server {
			k.server.kill()
		}
	}
	b.server, b.crowd = k.server, k.crowd
	c.Restores, err = b.comeBack()
	c.Machine = machine(b.options)
	return c, err
}

// houseWithCopies makes house number i, with its people.
func (b *bench) houseWithCopies(i int, far string, buckets *s3mem.Backend) error {
	b.server = &server{plaza: b.plaza, data: filepath.Join(b.dir, fmt.Sprint("copied", i)), env: []string{"PLAZA_FROM_KEY=key", "PLAZA_FROM_SECRET=secret"}}
	if err := os.MkdirAll(b.server.data, 0o700); err != nil {
		return err
	}
	identity, err := b.server.identity()
	if err != nil {
		return err
	}
	settings := fmt.Sprintf("durability = %q\n", waysOfCopying[i].durability)
	for n := range waysOfCopying[i].buckets {
		bucket := fmt.Sprintf("copy-%d-%d", i, n)
		if err := buckets.CreateBucket(bucket); err != nil {
			return err
		}
		settings += fmt.Sprintf("[[replica]]\nurl = %q\nkey = \"key\"\nsecret = \"secret\"\nrecipient = %q\n", bucketURL(far, bucket), identity)
		b.server.copied = bucketURL(far, bucket)
	}
	if err := os.WriteFile(filepath.Join(b.server.data, "plaza.toml"), []byte(settings), 0o600); err != nil {
		return err
	}
	return b.people()
}

func bucketURL(far, bucket string) string {
	return "s3://" + bucket + "?endpoint=" + far
}

// identity makes what opens the copies, beside the data, and returns for whom
// they are sealed.
func (s *server) identity() (recipient string, err error) {
	b, err := exec.Command(s.plaza, "replica", "keygen", "--out", s.identityPath()).CombinedOutput()
	return regexp.MustCompile(`age1[a-z0-9]{58}`).FindString(string(b)), err
}

func (s *server) identityPath() string { return s.data + ".identity" }

// compareCopies has all houses take posts, one after the other, in rounds.
func (b *bench) compareCopies(all []keeping) error {
	few, many := make([][]trial, len(all)), make([][]trial, len(all))
	for round := range copyRounds {
		for j := range all {
			i := (j + round) % len(all)
			k := &all[i]
			for clients, to := range map[int]*[]trial{8: &few[i], 64: &many[i]} {
				t, _, err := b.posted(k, clients, b.trial(), 0)
				if err != nil {
					return fmt.Errorf("%s: %w", k.Name, err)
				}
				*to = append(*to, t)
			}
		}
	}
	for i := range all {
		k := &all[i]
		say("a steady %d posts a second: %s", steadyRate, k.Name)
		t, sent, err := b.posted(k, 16, steadyFor*b.trial(), steadyRate)
		if err != nil {
			return fmt.Errorf("%s: %w", k.Name, err)
		}
		k.Few, k.Many, k.Steady, k.Sent = middle(few[i]), middle(many[i]), t, sent/float64(t.Requests)
		k.Core = t.CPU * t.PerSecond / 1000
	}
	return nil
}

// posted has people post for a while, at most so many a second if that is not
// zero, and waits until the copies have it. What is sent is counted to there.
func (b *bench) posted(k *keeping, clients int, d time.Duration, rate float64) (t trial, sent float64, err error) {
	before, err := k.server.metric("plaza_replica_sent_bytes_total")
	if err != nil {
		return t, 0, err
	}
	next, got := k.crowd.saying(fmt.Sprint("copies", time.Now().UnixNano()), clients, 0, d)
	if rate > 0 {
		next = paced(next, clients, rate)
	}
	if t, err = try(k.server.pid(), k.server.addr, clients, next, got); err != nil {
		return t, 0, err
	}
	if err := k.server.copiesDone(); err != nil {
		return t, 0, err
	}
	after, err := k.server.metric("plaza_replica_sent_bytes_total")
	return t, after - before, err
}

// paced has each connection wait for its turn, so that all send so many
// requests a second.
func paced(next func(int) []byte, conns int, rate float64) func(int) []byte {
	each := time.Duration(float64(conns) / rate * float64(time.Second))
	due := make([]time.Time, conns)
	for i := range due {
		due[i] = time.Now().Add(each * time.Duration(i) / time.Duration(conns))
	}
	return func(conn int) []byte {
		time.Sleep(time.Until(due[conn]))
		due[conn] = due[conn].Add(each)
		return next(conn)
	}
}

// copiesDone waits until the copies have everything that is here by now.
func (s *server) copiesDone() error {
	if _, err := s.settle(); err != nil {
		return err
	}
	for begin := time.Now(); time.Since(begin) < 10*upWait; time.Sleep(50 * time.Millisecond) {
		asked := time.Since(begin)
		if age, err := s.metric("plaza_replica_age_seconds"); err != nil || age < asked.Seconds() {
			return err
		}
	}
	return fmt.Errorf("the copy does not catch up")
}

// middle is the trial with the middle rate.
func middle(all []trial) trial {
	rates := make([]float64, len(all))
	for i, t := range all {
		rates[i] = t.PerSecond
	}
	m := median(rates)
	for _, t := range all {
		if t.PerSecond == m {
			return t
		}
	}
	return trial{}
}

// restoring is how long it takes to have a house back on a machine that has
// nothing, in seconds from the command.
type restoring struct {
	Posts     int     `json:"posts"`
	Files     int     `json:"files"`
	FileMB    float64 `json:"file_mb"`
	BaseMB    float64 `json:"database_mb"`
	Database  float64 `json:"database_seconds"`
	Read      float64 `json:"first_read_seconds"`
	Write     float64 `json:"first_write_seconds"`
	Whole     float64 `json:"all_files_seconds"`
	WriteWait float64 `json:"write_to_answer_meanwhile_ms_p50"`
}

// comeBack has the house grow, be lost with its disk and come back, some times.
func (b *bench) comeBack() (all []restoring, err error) {
	posts, files := 0, 0
	for n, part := range []int{10, 3, 1} { // of what was asked for
		r := restoring{Posts: b.posts / part, Files: b.files / part}
		say("growing to %d posts and %d files, and coming back", r.Posts, r.Files)
		next, got := b.crowd.saying(fmt.Sprint("grow", n), builders, r.Posts-posts, 0)
		if _, err := try(b.server.pid(), b.server.addr, builders, next, got); err != nil {
			return nil, err
		}
		posts = r.Posts
		if err := b.server.stop(); err != nil {
			return nil, err
		}
		if err := b.server.plant(r.Files - files); err != nil {
			return nil, err
		}
		files = r.Files
		if err := b.server.start(); err != nil {
			return nil, err
		}
		if err := b.server.copiesDone(); err != nil {
			return nil, err
		}
		b.server.kill()
		size, err := b.server.size()
		if err != nil {
			return nil, err
		}
		r.BaseMB, r.FileMB = float64(size)/1e6, float64(r.Files)*fileBytes/1e6
		if err := os.RemoveAll(b.server.data); err != nil {
			return nil, err
		}
		if err := b.bringBack(&r); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// plant puts files where a house keeps what people attached.
func (s *server) plant(n int) error {
	data := make([]byte, fileBytes)
	for range n {
		rand.Read(data)
		name := hex.EncodeToString(data[:16]) + ".jpg"
		path := filepath.Join(s.data, "media", name[:2], name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// bringBack runs the one command that brings a house back, and looks on.
func (b *bench) bringBack(r *restoring) error {
	begin := time.Now()
	since := func() float64 { return time.Since(begin).Seconds() }
	lines, err := b.server.restore()
	if err != nil {
		return err
	}
	if err := lines.until("The database of epoch"); err != nil {
		return err
	}
	r.Database = since()
	if err := b.server.await("/healthz"); err != nil {
		return err
	}
	r.Read = since()
	next, got := b.crowd.saying("back", 1, 1, 0)
	if _, err := drive(b.server.addr, 1, next, got); err != nil {
		return err
	}
	r.Write = since()
	stop := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		next, got := b.crowd.saying("meanwhile", 1, 0, time.Hour)
		times, err := drive(b.server.addr, 1, func(conn int) []byte {
			select {
			case <-stop:
				return nil
			case <-time.After(20 * time.Millisecond):
				return next(conn)
			}
		}, got)
		r.WriteWait = ms(part(times, .5))
		done <- err
	}()
	err = lines.until("files are back")
	r.Whole = since()
	close(stop)
	if late := <-done; err == nil {
		err = late
	}
	if err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(b.server.data, "media", "??", "*"))
	if err == nil && len(found) != r.Files {
		err = fmt.Errorf("%d files came back, want %d", len(found), r.Files)
	}
	return err
}

// maxBack is how long it may take to the first write, in seconds.
const maxBack = 60

func (r restoring) late() bool { return r.Write > maxBack }

// missed is an error if a house was not back in time.
func (c copies) missed() error {
	for _, r := range c.Restores {
		if r.late() {
			return fmt.Errorf("a house of %d posts and %d files took its first write %.1f s after the loss of everything, want at most %d s", r.Posts, r.Files, r.Write, maxBack)
		}
	}
	return nil
}

// table prints it for people.
func (c copies) table(w io.Writer) {
	fmt.Fprintf(w, "\n%d × %s, %s; copies in a bucket on this machine\n\n", c.Machine.CPUs, c.Machine.CPU, c.Machine.Go)
	none := c.Keeping[0]
	for _, k := range c.Keeping {
		fmt.Fprintf(w, "%-26s 64 clients %6.0f/s (%3.0f %%) %6.1f ms p50, %5.3f ms cpu   8 clients %6.0f/s (%3.0f %%) %6.1f ms p50   %.0f posts/s: %4.1f %% of a core (%+.1f), %.1f ms p50, %.0f bytes sent per post\n", k.Name,
			k.Many.PerSecond, 100*k.Many.PerSecond/none.Many.PerSecond, k.Many.P50, k.Many.CPU,
			k.Few.PerSecond, 100*k.Few.PerSecond/none.Few.PerSecond, k.Few.P50,
			k.Steady.PerSecond, 100*k.Core, 100*(k.Core-none.Core), k.Steady.P50, k.Sent)
	}
	fmt.Fprintln(w)
	for _, r := range c.Restores {
		fmt.Fprintf(w, "%7d posts, %5.0f MB of database, %6d files of %5.0f MB: database back after %.1f s, first read %.1f s, first write %.1f s, all files %.1f s (a write meanwhile %.1f ms p50)\n",
			r.Posts, r.BaseMB, r.Files, r.FileMB, r.Database, r.Read, r.Write, r.Whole, r.WriteWait)
		mark := "ok    "
		if r.late() {
			mark = "MISSED"
		}
		fmt.Fprintf(w, "%s first write after the loss of everything: %.1f s (at most %d s)\n", mark, r.Write, maxBack)
	}
}

// runCopies is run for copies.
func (b *bench) runCopies() error {
	c, err := b.measureCopies()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, b.server.lastWords())
	}
	c.table(os.Stderr)
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	return errors.Join(enc.Encode(c), c.missed())
}
