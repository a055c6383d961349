package tlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/social"
)

// sizeType is what the size is sent as that we saw last (C2SP tlog-witness).
const sizeType = "text/x.tlog.size"

// add sees a checkpoint of a log that is watched here.
func (s *Server) add(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, sealing.MaxAdded))
	if err != nil {
		http.Error(w, "That is more than a checkpoint and its proof.", http.StatusRequestEntityTooLarge)
		return
	}
	line, err := s.Sealing.Add(r.Context(), body)
	if behind := (sealing.Behind{}); errors.As(err, &behind) {
		w.Header().Set("Content-Type", sizeType)
		w.WriteHeader(http.StatusConflict)
		fmt.Fprintln(w, behind.Size)
		return
	}
	s.answer(w, "text/plain; charset=utf-8", "no-store", line, err)
}

const (
	// AskEvery is how often witnesses are asked, if the log has grown.
	AskEvery = 10 * time.Second
	// afterFault is how long one that failed is left alone.
	afterFault = time.Minute
	maxAnswer  = 16 << 10
)

// A Caller has our log witnessed by others.
type Caller struct {
	Sealing *sealing.Service
	Client  *http.Client // bounded in time, and in where it may go
	Gate    func() error // an error says that it is not ours to do now
	Log     *slog.Logger

	rests map[string]time.Time
}

// Run asks the witnesses whenever the log has grown, until ctx ends. One that
// does not answer holds nobody up: records are not waiting for it.
func (c *Caller) Run(ctx context.Context) {
	c.rests = map[string]time.Time{}
	tick := time.NewTicker(AskEvery)
	defer tick.Stop()
	for {
		if c.Gate() == nil {
			c.round(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (c *Caller) round(ctx context.Context) {
	all, err := c.Sealing.Witnesses(ctx)
	if err != nil {
		c.Log.ErrorContext(ctx, "witnesses of the log are not asked", "err", err)
	}
	for _, w := range all {
		if time.Now().Before(c.rests[w.Name]) {
			continue
		}
		if err := c.Ask(ctx, w); err != nil && ctx.Err() == nil {
			c.rests[w.Name] = time.Now().Add(afterFault)
			c.Log.WarnContext(ctx, "a witness did not sign, trying again", "witness", w.Name, "err", err)
		}
	}
}

// Ask has one witness sign the newest checkpoint. It is told once what it saw
// last, if that is not what we thought: its answer may have been lost. One that saw
// what does not lead to our log has found another log with our key.
func (c *Caller) Ask(ctx context.Context, w social.Witness) error {
	for again := range 2 {
		body, size, err := c.Sealing.Request(ctx, w, again > 0)
		if err != nil || body == nil {
			return err
		}
		line, behind, err := c.send(ctx, w, body)
		if err == nil && line == nil && (behind > size || again > 0) {
			err = errs.Newf(errs.Conflict, "It has seen %d records of this log, which those here do not follow from: a second log was signed with this key, or the house was brought back from before that.", behind)
		}
		if err != nil {
			return errors.Join(err, c.Sealing.Witnessed(ctx, w, size, nil, 0, err.Error()))
		}
		if err := c.Sealing.Witnessed(ctx, w, size, line, behind, ""); err != nil || line != nil {
			return err
		}
		w.Size = behind
	}
	return nil
}

func (c *Caller) send(ctx context.Context, w social.Witness, body []byte) (line []byte, behind int64, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL+"/add-checkpoint", bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	a, err := c.Client.Do(r)
	if err != nil {
		return nil, 0, err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	switch {
	case err != nil:
		return nil, 0, err
	case a.StatusCode == http.StatusOK:
		return b, 0, nil
	case a.StatusCode == http.StatusConflict && a.Header.Get("Content-Type") == sizeType:
		behind, err = strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
		return nil, behind, err
	}
	return nil, 0, fmt.Errorf("%s: %.200q", a.Status, b)
}
