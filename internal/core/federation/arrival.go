package federation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// ArrivalJob and RelayedJob are the kinds of the jobs in which what arrived is
// applied. What relays bring waits by itself: it is much, each has to be asked
// for, and nobody misses it if it is late.
const (
	ArrivalJob = "inbox"
	RelayedJob = "relayed"
)

// heardEvery is how often it is kept that a host lives, while it does.
const heardEvery = 10 * time.Minute

// An Arrival is an activity that another server sent, as it came.
type Arrival struct {
	Signer social.AccountID `json:"signer"`       // who signed the request, and need not be who acted
	Body   string           `json:"body"`         // JSON
	At     int64            `json:"at,omitempty"` // when it came, in milliseconds
	Relay  bool             `json:"-"`            // it came by a relay
	// Synchronization is the header about who follows the signer, if it was signed.
	Synchronization string `json:"synchronization,omitempty"`
}

// kind is that of the job in which a is applied.
func (a Arrival) kind() string {
	if a.Relay {
		return RelayedJob
	}
	return ArrivalJob
}

// Arrivals keep what other servers send until it is applied, and what is known
// of those servers.
type Arrivals struct{ store *store.Store }

// NewArrivals returns those in s.
func NewArrivals(s *store.Store) *Arrivals { return &Arrivals{s} }

// Keep has a applied. When it returns nil, a is not lost any more. The very
// same may come twice, and be meant twice: what was liked, and then not, may be
// liked again, under the same address.
func (k *Arrivals) Keep(ctx context.Context, host string, a Arrival) error {
	a.At = k.store.Now().UnixMilli()
	key := ""
	if a.Relay { // in whatever order, and asked for anyway: once will do while it waits
		sum := sha256.Sum256([]byte(a.Body))
		key = strconv.FormatInt(int64(a.Signer), 10) + " " + hex.EncodeToString(sum[:])
	}
	if err := k.store.Write(ctx, func(tx *store.Tx) error {
		if err := heard(ctx, tx, host); err != nil {
			return err
		}
		return tx.AddJob(ctx, a.kind(), store.Closed{Args: a}, tx.Now, key)
	}); err != nil {
		return fmt.Errorf("keep what arrived: %w", err)
	}
	return nil
}

// putOffFor is how long what came from a host that is kept away from waits
// before it is looked at again.
const putOffFor = 10 * time.Minute

// PutOff has a, which was acknowledged, applied later, as it comes from a host
// that this house keeps away from since. After HoldFor that is Forbidden.
func (k *Arrivals) PutOff(ctx context.Context, a Arrival) error {
	if k.store.Now().Sub(time.UnixMilli(a.At)) >= social.HoldFor {
		return errs.New(errs.Forbidden, "Nothing is taken from that server here.")
	}
	return k.store.Write(ctx, func(tx *store.Tx) error {
		return tx.AddJob(ctx, a.kind(), store.Closed{Args: a}, tx.Now.Add(putOffFor), "")
	})
}

func heard(ctx context.Context, tx *store.Tx, host string) error {
	p, err := tx.Peer(ctx, host)
	if err == nil && p.FailingSince.IsZero() && tx.Now.Sub(p.HeardAt) < heardEvery {
		return nil
	}
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	return tx.PeerHeard(ctx, host)
}

// ReadArrival reads the arguments of a job.
func ReadArrival(args []byte) (a Arrival, err error) {
	if err := json.Unmarshal(args, &a); err != nil {
		return a, errs.Wrap(errs.Invalid, "This job is not about what arrived.", err)
	}
	return a, nil
}

// Signature is the kind of signature that a host takes, empty for the usual
// one.
func (k *Arrivals) Signature(ctx context.Context, host string) (kind string, err error) {
	err = k.store.Read(ctx, func(v *store.View) error {
		p, err := v.Peer(ctx, host)
		kind = p.Signature
		return err
	})
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return "", nil
	}
	return kind, err
}

// SetSignature keeps which kind a host takes.
func (k *Arrivals) SetSignature(ctx context.Context, host, kind string) error {
	if host == "" {
		return errors.New("a host has a name")
	}
	return k.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.MeetPeer(ctx, host); err != nil {
			return err
		}
		return tx.SetPeerSignature(ctx, host, kind)
	})
}
