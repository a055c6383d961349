package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

const (
	barWidth   = 40                     // signs of a whole bar
	barEvery   = 100 * time.Millisecond // drawn no more often: a terminal takes its time
	toLineEnd  = "\x1b[K"               // forgets what was drawn there before
	bytesInMiB = 1 << 20
)

// A bar draws how far something is, on a terminal: whoever reads a file of what
// was written does not want it.
type bar struct {
	to    io.Writer
	on    bool
	drawn time.Time
}

// bar is drawn beside what a command answers.
func (s streams) bar() *bar { return &bar{to: s.err, on: isTerminal(s.err)} }

// tell draws that so many are done; without a total, only how many.
func (b *bar) tell(done, total int) {
	if (done < total || total == 0) && time.Since(b.drawn) < barEvery {
		return
	}
	if total == 0 {
		b.draw("%d", done)
		return
	}
	done = min(done, total)
	full := barWidth * done / total
	b.draw("[%s%s] %d of %d", strings.Repeat("#", full), strings.Repeat(" ", barWidth-full), done, total)
}

func (b *bar) draw(form string, values ...any) {
	if !b.on {
		return
	}
	b.drawn = time.Now()
	fmt.Fprintf(b.to, "\r"+form+toLineEnd, values...)
}

// end leaves the line, if anything was drawn there.
func (b *bar) end() {
	if !b.drawn.IsZero() {
		fmt.Fprintln(b.to)
	}
	b.drawn = time.Time{}
}

// meter counts what is written through it, and draws that.
type meter struct {
	io.Writer
	*bar
	n int64
}

// Write writes on.
func (m *meter) Write(p []byte) (int, error) {
	n, err := m.Writer.Write(p)
	m.n += int64(n)
	if time.Since(m.drawn) >= barEvery {
		m.draw("%d MiB", m.n/bytesInMiB)
	}
	return n, err
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
