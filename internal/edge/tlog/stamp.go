package tlog

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/core/sealing"
)

const (
	stampedPath = "/evidence/stamped/checkpoint"
	stampPath   = "/evidence/stamped/checkpoint.tsr"
)

// stamped is the last checkpoint that somebody else stamped, stamp what they said.
func (s *Server) stamped(w http.ResponseWriter, r *http.Request) {
	text, _, err := s.Sealing.LastStamped(r.Context())
	s.answer(w, "text/plain; charset=utf-8", soon, []byte(text), err)
}

func (s *Server) stamp(w http.ResponseWriter, r *http.Request) {
	_, stamp, err := s.Sealing.LastStamped(r.Context())
	s.answer(w, "application/timestamp-reply", soon, stamp, err)
}

const (
	// StampLook is how often it is looked whether a stamp is due.
	StampLook = 30 * time.Second
	// stampWait is how long an authority may take to answer.
	stampWait = 20 * time.Second
	// afterNone is how long nobody is asked when none of them gave a stamp.
	afterNone = 5 * time.Minute
)

// A Stamper has our log stamped by authorities (RFC 3161).
type Stamper struct {
	Sealing *sealing.Service
	Client  *http.Client // bounded in where it may go
	URLs    []string     // in the order in which they are asked
	Agent   string
	Gate    func() error // an error says that it is not ours to do now
	Log     *slog.Logger
}

// Run asks for a stamp whenever one is due, until ctx ends. Nothing waits for it.
func (s *Stamper) Run(ctx context.Context) {
	if len(s.URLs) == 0 {
		return
	}
	for {
		next := StampLook
		if s.Gate() == nil && s.Once(ctx) != nil {
			next = afterNone
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(next):
		}
	}
}

// Once asks one authority after the other for a stamp that is due, until one gives
// it. The error is that of the last.
func (s *Stamper) Once(ctx context.Context) error {
	var last error
	for _, url := range s.URLs {
		due, err := s.Sealing.Stampable(ctx)
		if err != nil || due == nil {
			return err
		}
		answer, err := s.ask(ctx, url, due.Question)
		if err == nil {
			err = s.Sealing.Stamped(ctx, due, url, answer)
		}
		if err == nil {
			return nil
		}
		if last = err; ctx.Err() == nil {
			s.Log.WarnContext(ctx, "the log of evidence was not stamped", "authority", url, "err", err)
		}
	}
	return last
}

func (s *Stamper) ask(ctx context.Context, url string, question []byte) ([]byte, error) {
	ctx, stop := context.WithTimeout(ctx, stampWait)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(question))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/timestamp-query")
	r.Header.Set("User-Agent", s.Agent)
	a, err := s.Client.Do(r)
	if err != nil {
		return nil, err
	}
	if a.StatusCode != http.StatusOK {
		a.Body.Close()
		return nil, fmt.Errorf("it answers %s", a.Status)
	}
	return netsafe.ReadBody(a, sealing.MaxStamp)
}
