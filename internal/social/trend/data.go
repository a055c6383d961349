package trend

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Format is what data are called that trends are counted from.
const Format = "plaza-trends-1"

// maxLine is how long a line of data may be.
const maxLine = 1 << 20

// A Header is the first line of data.
type Header struct {
	Format string `json:"format"`
	House  string `json:"house"` // the host in the addresses of its own people
	At     int64  `json:"at"`    // the moment that was counted at, in milliseconds
}

// A footer is the last line: what has none is not whole.
type footer struct {
	Entries *int `json:"entries"`
}

// A Writer writes data: a header, a line for each entry, a footer.
type Writer struct {
	enc *json.Encoder
	n   int
}

// NewWriter begins data of a house at a moment.
func NewWriter(to io.Writer, house string, at time.Time) (*Writer, error) {
	w := &Writer{enc: json.NewEncoder(to)}
	return w, w.enc.Encode(Header{Format, house, at.UnixMilli()})
}

// Add writes an entry.
func (w *Writer) Add(e Entry) error {
	w.n++
	return w.enc.Encode(e)
}

// End writes the footer.
func (w *Writer) End() error { return w.enc.Encode(footer{&w.n}) }

// Read reads data, and hands over each entry. The header is there before the
// first; at the end it is known whether the data are whole.
func Read(from io.Reader, begin func(Header) error, each func(Entry) error) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	var h Header
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &h) != nil || h.Format != Format {
		return errors.Join(fmt.Errorf("it does not begin as %s does", Format), lines.Err())
	}
	if err := begin(h); err != nil {
		return err
	}
	for n := 0; lines.Scan(); n++ {
		var line struct {
			Entry
			footer
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return fmt.Errorf("line %d: %w", n+2, err)
		}
		if line.Entries != nil {
			if *line.Entries != n || lines.Scan() {
				return fmt.Errorf("it says to have %d posts and has %d, or goes on after its end", *line.Entries, n)
			}
			return lines.Err()
		}
		if err := each(line.Entry); err != nil {
			return fmt.Errorf("line %d: %w", n+2, err)
		}
	}
	return errors.Join(errors.New("it ends before its last line: fetch it again"), lines.Err())
}
