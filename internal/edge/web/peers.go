package web

import (
	"net/url"
	"time"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/social"
)

// sentTo is how what is sent to other servers is doing.
type sentTo struct {
	All   social.Queues
	Peers []social.Peer
	Every bool   // also those that answer
	After string // where the next page begins, empty if there is none
	Now   time.Time
}

// sentTo is the page of hosts that the address asks for.
func (s *Site) sentTo(q *ask) (out sentTo, err error) {
	ask := q.URL.Query()
	out.Every, out.Now = ask.Get("peers") == "all", s.config.Clock()
	if out.All, err = s.Federation.Queues(q.Context()); err != nil {
		return out, err
	}
	out.Peers, err = s.Federation.Peers(q.Context(), q.by, !out.Every, ask.Get("peers_after"), federation.MaxPeers)
	if len(out.Peers) == federation.MaxPeers {
		out.After = out.Peers[len(out.Peers)-1].Host
	}
	return out, err
}

// next is the address of the next page.
func (s sentTo) next() string {
	v := url.Values{"peers_after": {s.After}}
	if s.Every {
		v.Set("peers", "all")
	}
	return "/settings/hosts?" + v.Encode() + "#sent"
}
