// Package push tells apps and browsers of notices while they do not run, through
// the services of their makers (Web Push): it looks at a notice with its owner's
// eyes when it is sent, encrypts it for one app alone, and sends it.
package push

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/push"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	sendTimeout = 30 * time.Second
	sendTries   = 12 // the pauses double: some five hours in all
	sendAtOnce  = 16
	maxAnswer   = 16 << 10 // bytes of an answer that are read, so that the connection can be used again
)

// Sender sends.
type Sender struct {
	Push    *push.Service
	Notices *notices.Service
	Client  *http.Client // made by netsafe: endpoints are named by strangers
	Clock   clock.Clock
	Icon    func(*view.Face) string   // where an account's picture is
	Page    func(notices.Told) string // which page of the house a notice leads to
	Subject func() string             // an address at which whoever runs the house is reached
	Tried   func(push.Outcome)        // is told of each attempt; nil is nobody

	hosts hosts
}

// Worker runs the errands that wait. An app may be told twice if the host dies
// between the push service's yes and our noting it.
func (s *Sender) Worker() work.Worker {
	return work.Worker{Kind: push.Job, AtOnce: sendAtOnce, Timeout: sendTimeout, Tries: sendTries, Do: func(ctx context.Context, args []byte) error {
		var e push.Errand
		if err := json.Unmarshal(args, &e); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not hold an errand.", err)
		}
		err := s.run(ctx, e)
		if err != nil && errs.KindOf(err) == errs.NotFound {
			return nil // there is nothing to tell, or nobody
		}
		return err
	}}
}

func (s *Sender) run(ctx context.Context, e push.Errand) error {
	d, err := s.Push.Delivery(ctx, e)
	if err != nil {
		return err
	}
	text, err := s.words(ctx, d)
	if err != nil {
		return err
	}
	h := house{s.Push.Key(), s.Push.PublicKey(), s.Subject()}
	r, err := h.request(ctx, d.PushSubscription, text, d.Life, s.Clock())
	if err != nil {
		return err
	}
	leave, err := s.hosts.enter(r.URL.Host, s.Clock())
	if err != nil {
		return err
	}
	outcome, until, fault := s.send(r)
	leave(until)
	if s.Tried != nil {
		s.Tried(outcome)
	}
	if err := s.Push.Note(ctx, d.PushSubscription, outcome); err != nil {
		return err
	}
	return fault
}

// words are what an app is told.
func (s *Sender) words(ctx context.Context, d push.Delivery) ([]byte, error) {
	if d.Title != "" {
		return fit(payload{PreferredLocale: cmp.Or(d.Locale, "en"), NotificationType: houseWord, Title: d.Title, Body: d.Words})
	}
	told, err := s.Notices.Get(ctx, d.Owner, d.Notice)
	if err != nil {
		return nil, err
	}
	page := ""
	if d.Session != 0 { // apps know their own way
		page = s.Page(told)
	}
	return compose(told, d.Locale, s.Icon(told.From), page)
}

// send calls the endpoint, and says what to make of its answer, and until when
// to leave the service alone.
func (s *Sender) send(r *http.Request) (push.Outcome, time.Time, error) {
	resp, err := s.Client.Do(r)
	if err != nil && errs.KindOf(err) == errs.Forbidden { // the address is not for us
		return push.Refused, time.Time{}, err
	}
	if err != nil {
		return push.Lost, s.Clock().Add(restAfterFault), errs.Wrap(errs.Unavailable, "The push service cannot be reached.", err)
	}
	io.CopyN(io.Discard, resp.Body, maxAnswer)
	resp.Body.Close()
	outcome, fault := judge(resp.StatusCode)
	return outcome, restUntil(outcome, resp.Header, s.Clock()), fault
}

// judge says what an answer means.
// https://www.rfc-editor.org/rfc/rfc8030#section-7.3
func judge(status int) (push.Outcome, error) {
	switch {
	case status >= 200 && status < 300:
		return push.Taken, nil
	case status == http.StatusNotFound, status == http.StatusGone:
		return push.Ended, nil
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status >= 500:
		return push.Lost, errs.Newf(errs.Unavailable, "The push service answered %d.", status)
	}
	return push.Refused, errs.Newf(errs.Invalid, "The push service refused with %d.", status)
}
