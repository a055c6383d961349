package place

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// contenders is how many want one key at the same time when a place is checked.
const contenders = 8

// Check tries whether a place keeps its promises, and says what is wrong. What
// it writes is below check/ and taken away again.
//
// ErrUnconditional is the error of one that is good for copies only. A place that
// passes has kept its promises this time; one that pretends, or breaks them
// under load only, is not found out.
func Check(ctx context.Context, p Place) (err error) {
	t := trial{p, "check/" + strings.ToLower(rand.Text())}
	defer func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), connectWait)
		defer stop()
		err = errors.Join(err, p.Remove(ctx, t.key, t.key+".new"))
	}()
	for _, try := range []func(context.Context) error{t.put, t.list, t.putNew, t.contend, t.remove} {
		if err := try(ctx); err != nil {
			return err
		}
	}
	return nil
}

type trial struct {
	Place
	key string
}

func (t trial) broken(format string, args ...any) error {
	return errs.New(errs.Unavailable, fmt.Sprintf("%s cannot be used: ", t)+fmt.Sprintf(format, args...))
}

func (t trial) fail(what string, err error) error {
	return errs.Wrap(errs.Unavailable, fmt.Sprintf("%s cannot be used: %s. Look at its address, its keys and what they allow.", t, what), err)
}

// reads reports whether data, and nothing else, is under key.
func (t trial) reads(ctx context.Context, key, data string) error {
	r, err := t.Open(ctx, key)
	if err != nil {
		return t.fail("what was written cannot be read", err)
	}
	defer r.Close()
	got, err := io.ReadAll(io.LimitReader(r, int64(len(data))+1))
	if err != nil {
		return t.fail("what was written cannot be read", err)
	}
	if string(got) != data {
		return t.broken("it gives back something else than was written. Use another place.")
	}
	return nil
}

func (t trial) put(ctx context.Context) error {
	for _, data := range []string{"one", "another"} {
		if err := t.Put(ctx, t.key, bytes.NewReader([]byte(data)), int64(len(data))); err != nil {
			return t.fail("it cannot be written to", err)
		}
		if err := t.reads(ctx, t.key, data); err != nil {
			return err
		}
	}
	return nil
}

func (t trial) list(ctx context.Context) error {
	var found []Info
	err := t.Each(ctx, t.key, "", func(i Info) error { found = append(found, i); return nil })
	if err != nil {
		return t.fail("what is there cannot be listed", err)
	}
	if len(found) != 1 || found[0].Key != t.key || found[0].Size != int64(len("another")) {
		return t.broken("it does not list what was just written. Use another place.")
	}
	return nil
}

// ErrUnconditional is a place that writes over what is there although it was
// asked not to. Copies can be kept there all the same.
var ErrUnconditional = errors.New("a free key went to more than one")

func (t trial) unconditional() error {
	return errs.Wrap(errs.Unavailable, fmt.Sprintf("%s writes over what is there although it was asked not to (If-None-Match for S3). "+
		"Copies can be kept there, but it cannot decide who may write; use another place for that.", t), ErrUnconditional)
}

func (t trial) putNew(ctx context.Context) error {
	if err := t.PutNew(ctx, t.key+".new", []byte("first")); err != nil {
		return t.fail("it does not take what is to be written only if nothing is there", err)
	}
	switch err := t.PutNew(ctx, t.key+".new", []byte("second")); {
	case err == nil:
		return t.unconditional()
	case !errors.Is(err, fs.ErrExist):
		return t.fail("it does not say that something is there already", err)
	}
	return t.reads(ctx, t.key+".new", "first")
}

// contend has several want the same key at once.
func (t trial) contend(ctx context.Context) error {
	if err := t.Remove(ctx, t.key+".new"); err != nil {
		return t.fail("nothing can be taken away", err)
	}
	var g errgroup.Group
	won := make([]bool, contenders)
	for i := range contenders {
		g.Go(func() error {
			err := t.PutNew(ctx, t.key+".new", fmt.Appendf(nil, "contender %d", i))
			won[i] = err == nil
			if errors.Is(err, fs.ErrExist) {
				return nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return t.fail("it does not answer several at once", err)
	}
	winner := -1
	for i, w := range won {
		if w && winner >= 0 {
			return t.unconditional()
		}
		if w {
			winner = i
		}
	}
	if winner < 0 {
		return t.broken("of several who wrote at once nobody was let. Use another place.")
	}
	return t.reads(ctx, t.key+".new", fmt.Sprintf("contender %d", winner))
}

func (t trial) remove(ctx context.Context) error {
	if err := t.Remove(ctx, t.key, t.key+".new"); err != nil {
		return t.fail("nothing can be taken away", err)
	}
	r, err := t.Open(ctx, t.key)
	if err == nil {
		return errors.Join(t.broken("what was taken away is still there. Switch its versions, locks or caches off, or use another place."), r.Close())
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return t.fail("it does not say that nothing is there", err)
	}
	return nil
}
