// Command load measures a whole server: it fills one with people and posts
// over HTTP, and says what it then does in a second, how long people wait,
// and what it costs, each beside what the machine allows. It prints a table
// for people on stderr and JSON on stdout.
//
//	go run ./test/load                      on SQLite
//	go run ./test/load -db postgres://…     in a database of its own there
//	go run ./test/load -copies              what copies elsewhere cost, and how soon they are back
//	go run ./test/load -accounts 60 -posts 500 -seconds 0.5   to see that it works
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// options are what can be asked for.
type options struct {
	db              string
	plaza           string
	accounts, posts int
	hosts           int
	seconds         float64
	copies          bool
	files           int
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "floor" { // we run ourselves so, see floor.go
		exit(serveFloor(os.Args[2]))
	}
	var o options
	flag.StringVar(&o.db, "db", "", "PostgreSQL `server` to make a database on (default: SQLite in a temporary folder)")
	flag.StringVar(&o.plaza, "plaza", "", "plaza `binary` to measure (default: built from this tree)")
	flag.IntVar(&o.accounts, "accounts", 1000, "people")
	flag.IntVar(&o.posts, "posts", 20000, "posts")
	flag.IntVar(&o.hosts, "hosts", 1000, "other servers that a burst goes to")
	flag.Float64Var(&o.seconds, "seconds", 5, "how long each trial lasts")
	flag.BoolVar(&o.copies, "copies", false, "measure copies elsewhere, and nothing else")
	flag.IntVar(&o.files, "files", 10000, "with -copies: files of 200 KB")
	flag.Parse()
	exit(run(o))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// bench is one run.
type bench struct {
	options
	dir    string
	server *server
	crowd  *crowd
	out    report
}

func (o options) trial() time.Duration { return time.Duration(o.seconds * float64(time.Second)) }

func run(o options) (err error) {
	if o.accounts < 10 || o.posts < 1 || o.hosts < 1 || o.seconds <= 0 {
		return fmt.Errorf("take at least 10 accounts, 1 post, 1 host and a part of a second")
	}
	dir, err := os.MkdirTemp("", "plaza-load")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, dir: dir}
	if b.plaza == "" {
		b.plaza = filepath.Join(dir, "plaza")
		say("building plaza")
		build := exec.Command("go", "build", "-o", b.plaza, "github.com/plaza-social/plaza/cmd/plaza")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build plaza: %w", err)
		}
	}
	if o.copies {
		return b.runCopies()
	}
	db, drop, err := freshDatabase(o.db, "")
	if err != nil {
		return err
	}
	defer drop()
	b.server = &server{plaza: b.plaza, data: filepath.Join(dir, "data"), db: db}
	defer b.server.kill()
	done := make(chan error, 1)
	go func() { done <- b.measure() }()
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	select {
	case err = <-done:
	case <-interrupted.Done():
		return errors.New("interrupted")
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, b.server.lastWords())
	}
	b.out.judge()
	b.out.table(os.Stderr)
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(b.out)
}

// measure runs all parts. Posts come last, because they change what the
// others measure.
func (b *bench) measure() error {
	for _, part := range []struct {
		name string
		do   func() error
	}{
		{"making people", b.people}, {"writing posts", b.fill}, {"starting up", b.startUps},
		{"home timelines, cold", b.cold}, {"home timelines, warm", b.warm},
		{"from one to a thousand", b.spread}, {"posts acknowledged", b.publish},
	} {
		begin := time.Now()
		say("%s", part.name)
		if err := part.do(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		say("  %.1f s", time.Since(begin).Seconds())
	}
	b.out.Machine = machine(b.options)
	var err error
	if b.out.Memory, err = memoryOf(b.server.pid()); err != nil {
		return err
	}
	say("speaking with other servers")
	return b.fediverse()
}

func say(form string, args ...any) { fmt.Fprintf(os.Stderr, form+"\n", args...) }
