package blob

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Bounds of a process that makes files.
const (
	memoryOfMaker  = 1 << 30
	secondsOfMaker = 60 // of the processor
	waitForMaker   = 2 * time.Minute
	maxAnswer      = 64 << 10 // bytes of what it says
	maxComplaint   = 2 << 10  // bytes of what it complains of
	openOfMaker    = 32
	roomForHeads   = 64 << 20 // bytes by which a film may grow
)

// A bench is where the files of one attachment are made: the one it is made
// of, and those that a maker writes, which have no name yet. Nothing on it
// stays when it is cleared.
type bench struct {
	s      *Store
	pixels int64 // of a picture
	in     *os.File
	file   *os.File
	still  *os.File
	names  []string
}

// bench makes room for what is made of a file in the folder of files without a
// name.
func (s *Store) bench(spool string, pixels int64) (b *bench, err error) {
	b = &bench{s: s, pixels: pixels}
	if b.in, err = s.root.Open(path.Join(unsaved, spool)); err != nil {
		return nil, err
	}
	if b.file, err = b.another(); err == nil {
		b.still, err = b.another()
	}
	if err != nil {
		return nil, errors.Join(errs.Wrap(errs.Unavailable, "The file cannot be kept at the moment. Try again later.", err), b.clear())
	}
	return b, nil
}

func (b *bench) another() (*os.File, error) {
	name := path.Join(unsaved, random()+".part")
	f, err := b.s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		b.names = append(b.names, name)
	}
	return f, err
}

func (b *bench) clear() (err error) {
	for _, f := range []*os.File{b.in, b.file, b.still} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	for _, name := range b.names {
		err = errors.Join(err, b.s.root.Remove(name))
	}
	return err
}

// begin empties what t writes, and begins anew with another file to make it of.
func (b *bench) begin(t task, in *os.File) error {
	_, err := in.Seek(0, io.SeekStart)
	for _, f := range []*os.File{b.file, b.still} {
		if err == nil && (f == b.still || t.Do != "still") {
			if err = f.Truncate(0); err == nil {
				_, err = f.Seek(0, io.SeekStart)
			}
		}
	}
	return err
}

// do has a maker do t with a file. The error is Invalid for what cannot be
// made, also if the maker did not survive it.
func (b *bench) do(ctx context.Context, t task, in *os.File) (a answer, err error) {
	if err := b.begin(t, in); err != nil {
		return a, fmt.Errorf("prepare files: %w", err)
	}
	o := order{cell{Memory: memoryOfMaker, Seconds: secondsOfMaker, Bytes: uint64(b.s.maxVideo) + roomForHeads, Files: openOfMaker}, t}
	var said []byte
	if err := b.s.inTurn(ctx, b.pixels, func() (err error) {
		ctx, stop := context.WithTimeout(ctx, waitForMaker)
		defer stop()
		said, err = apart(ctx, making, o, in, b.file, b.still)
		return err
	}); err != nil {
		return a, err
	}
	if err := json.Unmarshal(said, &a); err != nil {
		return a, fmt.Errorf("what the maker says: %w", err)
	}
	if a.Kind != 0 {
		return a, errs.Wrap(a.Kind, a.Problem, errors.New(a.Cause))
	}
	return a, nil
}

// itself is this program, even if its file was replaced meanwhile.
const itself = "/proc/self/exe"

// apart runs this program under another name, with the files it gets, and
// returns what it says.
func apart(ctx context.Context, name string, what any, in *os.File, out ...*os.File) ([]byte, error) {
	args, err := json.Marshal(what)
	if err != nil {
		return nil, err
	}
	said, complained := &limited{most: maxAnswer}, &limited{most: maxComplaint}
	cmd := exec.CommandContext(ctx, itself)
	if _, err := os.Stat(itself); err != nil {
		if cmd.Path, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
	}
	cmd.Args, cmd.Env, cmd.Dir = []string{name, string(args)}, []string{}, "/"
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles, cmd.WaitDelay = in, said, complained, out, time.Second
	if err := cmd.Start(); err != nil {
		return nil, errs.Wrap(errs.Unavailable, "The file cannot be looked at just now. Try again in a minute.", fmt.Errorf("start a maker: %w", err))
	}
	err = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code == exitNever {
		return nil, fmt.Errorf("maker: %s", complained.b.Bytes())
	}
	if err != nil && ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, "Validation failed: This file cannot be read: looking at it takes too long or too much memory, or does not end well. Save it anew, or choose another one.",
			fmt.Errorf("maker: %w: %s", err, complained.b.Bytes()))
	}
	return said.b.Bytes(), nil
}

// limited keeps the first bytes of what is written, and swallows the rest.
type limited struct {
	b    bytes.Buffer
	most int
}

func (l *limited) Write(b []byte) (int, error) {
	if room := l.most - l.b.Len(); room > 0 {
		l.b.Write(b[:min(room, len(b))])
	}
	return len(b), nil
}

// path is where a file of the bench is, for programs that open it themselves.
func (b *bench) path(f *os.File) string {
	return filepath.Join(b.s.root.Name(), unsaved, filepath.Base(f.Name()))
}
