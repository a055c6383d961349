package place

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// An exact reader yields size bytes of r and then io.EOF, or fails: also when r
// has more. It fails before the last byte is given away, so that nobody
// counts to size and takes the object for whole.
type exact struct {
	ctx  context.Context
	r    io.Reader
	key  string
	size int64
	left int64
	err  error
}

// exactly checks r on its way. It fails, too, once ctx has ended.
func exactly(ctx context.Context, key string, r io.Reader, size int64) (*exact, error) {
	e := &exact{ctx: ctx, r: r, key: key, size: size, left: size}
	if size < 0 {
		return nil, fmt.Errorf("%s: its size is %d", key, size)
	}
	if size == 0 {
		e.end()
	}
	if e.err != nil && e.err != io.EOF {
		return nil, e.err
	}
	return e, nil
}

func (e *exact) Read(p []byte) (int, error) {
	if e.err != nil || len(p) == 0 {
		return 0, e.err
	}
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	switch {
	case e.left == 0:
		if e.end(); e.err != io.EOF {
			return 0, e.err
		}
	case errors.Is(err, io.EOF): // also one that is wrapped: some who copy take it for the end
		e.err = fmt.Errorf("%s: %d bytes of %d: %w", e.key, e.size-e.left, e.size, io.ErrUnexpectedEOF)
	case err != nil:
		e.err = err
	default:
		return n, nil
	}
	if e.err == io.EOF {
		return n, nil // and the end next time
	}
	return n, e.err
}

// end looks whether r ends where it said.
func (e *exact) end() {
	var more [1]byte
	switch n, err := io.ReadFull(e.r, more[:]); {
	case n > 0:
		e.err = fmt.Errorf("%s: it has more than its %d bytes", e.key, e.size)
	case err != io.EOF && errors.Is(err, io.EOF):
		e.err = fmt.Errorf("%s: %w: %v", e.key, io.ErrUnexpectedEOF, err)
	default:
		e.err = err // io.EOF if all is well
	}
}
