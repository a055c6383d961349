package app

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// Doors are a listener that several servers use, one after the other: whoever
// comes while the one has closed and the next is not open yet waits outside.
type Doors struct{ listener *net.TCPListener }

// NewDoors takes over l, which is TCP.
func NewDoors(l net.Listener) (*Doors, error) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return nil, errors.New("only TCP can be handed on")
	}
	return &Doors{tcp}, nil
}

// Open is the listener for the next server. Closing it leaves the doors as they
// are.
func (d *Doors) Open() net.Listener {
	return &door{Doors: d, closed: make(chan struct{})}
}

// Close closes them for good.
func (d *Doors) Close() error { return d.listener.Close() }

type door struct {
	*Doors
	once   sync.Once
	closed chan struct{}
}

// doorEvery is how often a door looks whether it was closed.
const doorEvery = 100 * time.Millisecond

// Accept implements net.Listener.
func (d *door) Accept() (net.Conn, error) {
	for {
		select {
		case <-d.closed:
			return nil, net.ErrClosed
		default:
		}
		if err := d.listener.SetDeadline(time.Now().Add(doorEvery)); err != nil {
			return nil, err
		}
		c, err := d.listener.Accept()
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return c, err
		}
	}
}

// Close implements net.Listener.
func (d *door) Close() error {
	d.once.Do(func() { close(d.closed) })
	return nil
}

// Addr implements net.Listener.
func (d *door) Addr() net.Addr { return d.listener.Addr() }
