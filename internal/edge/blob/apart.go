package blob

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime/debug"
	"syscall"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// Files of strangers are decoded in a process of its own, that of this very
// program under another name. It gets the file and the files it may write as
// open descriptors, and then can open no other, call nobody and start nothing;
// what it may use of time and memory is bounded. Whatever a file does to the
// decoder, it does there. docs/decisions/0022-media.md has what that costs.

// The names under which the program makes files itself, or shuts itself in and
// becomes a tool that does.
const (
	making = "plaza-making"
	shutIn = "plaza-shut-in"
)

// The descriptors of a maker.
const (
	fdIn    = 0
	fdSays  = 1
	fdFile  = 3
	fdStill = 4
)

// exitNever is the exit code of a process that could not even begin.
const exitNever = 70

// A task is what is to be made.
type task struct {
	Do     string // attach, still, cut or shrink
	Width  int    // of what is cut; of the longest side of what shrinks
	Height int    // of what is cut
	Still  bool   // what shrinks does not move
}

// The answer is what was made, or why not.
type answer struct {
	Media   social.Media // its files are said by their endings
	Foreign string       `json:",omitempty"` // what browsers do not play
	Convert bool         `json:",omitempty"` // it was made, but some browsers do not play it
	Kind    errs.Kind    `json:",omitempty"`
	Problem string       `json:",omitempty"`
	Cause   string       `json:",omitempty"`
}

// The program must be able to become a maker wherever it runs: as the server,
// as any other command, as a test. So this does not wait for main.
func init() {
	switch os.Args[0] {
	case making:
		if err := becomeMaker(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(exitNever)
		}
		os.Exit(0)
	case shutIn:
		fmt.Fprintln(os.Stderr, becomeTool(os.Args[1:]))
		os.Exit(exitNever)
	}
}

// A cell is what a process may do.
type cell struct {
	Memory  uint64 // bytes
	Seconds uint64 // of the processor
	Bytes   uint64 // of each file it writes
	Files   uint64 // it has open
}

// A tool is another program that runs in a cell.
type tool struct {
	cell
	Read  []string // files and folders
	Write []string // files
	Run   []string // the program, and what it is told
}

// becomeTool gives up what the process will not need, and runs a tool in its
// place. It returns only if it fails.
func becomeTool(args []string) error {
	var t tool
	if err := told(args, &t); err != nil || len(t.Run) == 0 {
		return fmt.Errorf("shut in: %w", err)
	}
	if err := t.lock(); err != nil {
		return fmt.Errorf("shut in: %w", err)
	}
	return fmt.Errorf("run %s: %w", t.Run[0], syscall.Exec(t.Run[0], t.Run, []string{"LC_ALL=C.UTF-8"}))
}

// An order is what a maker is told.
type order struct {
	cell
	Task task
}

func told(args []string, what any) error {
	if len(args) != 1 {
		return fmt.Errorf("%d arguments", len(args))
	}
	return json.Unmarshal([]byte(args[0]), what)
}

// makerMemory is what the runtime of a maker tries to stay below.
const makerMemory = memoryOfMaker * 3 / 4

func becomeMaker(args []string) error {
	var o order
	if err := told(args, &o); err != nil {
		return fmt.Errorf("make: %w", err)
	}
	debug.SetMemoryLimit(makerMemory)
	if err := o.lock(); err != nil {
		return fmt.Errorf("make: %w", err)
	}
	in, says := os.NewFile(fdIn, "in"), os.NewFile(fdSays, "says")
	file, still := os.NewFile(fdFile, "file"), os.NewFile(fdStill, "still")
	a, err := o.Task.make(in, file, still)
	if err != nil {
		if a.Problem, a.Kind = errs.Public(err), errs.KindOf(err); a.Problem == "" {
			a.Problem, a.Kind = errs.Public(damaged(nil)), errs.Invalid
		}
		a.Cause = err.Error()
	}
	return json.NewEncoder(says).Encode(a)
}

// make does a task.
func (t task) make(in *os.File, file, still io.Writer) (a answer, err error) {
	m := maker{file: file, still: still}
	switch t.Do {
	case "attach":
		err = m.attach(in)
	case "still":
		err = m.onlyStill(in)
	case "cut":
		err = m.cut(in, size{t.Width, t.Height})
	case "shrink":
		err = m.shrink(in, t.Width, t.Still)
	case "try open", "try call", "try run":
		err = try(t.Do[4:])
	default:
		err = fmt.Errorf("there is no task %q", t.Do)
	}
	return m.answer, err
}

// tried is what an attempt to get out says when it was refused.
const tried = "refused"

// try makes an attempt to get out, for the tests.
func try(what string) error {
	var err error
	switch what {
	case "open":
		_, err = os.Open("/etc/passwd")
	case "call":
		_, err = net.Dial("udp", "127.0.0.1:9")
	case "run":
		err = exec.Command("/bin/true").Run()
	}
	if errors.Is(err, os.ErrPermission) {
		return errors.New(tried)
	}
	return fmt.Errorf("not refused: %w", err)
}
