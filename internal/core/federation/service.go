package federation

import (
	"context"
	"log/slog"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Rules are what was decided about other hosts. View has them.
type Rules interface {
	HostRules(ctx context.Context) (*social.HostRules, error)
}

// Service has what happens here queued for other hosts, and keeps their queues.
type Service struct {
	store *store.Store
	rules Rules
	say   Speaker
	log   *slog.Logger
	bell  chan struct{}

	// Home is where the house stood when this process began; empty asks nobody.
	Home string

	musters musters

	// By the follower alone: the fact that could not be told, and how often; and for
	// whom was counted last.
	stuck event.Pos
	tries int
	reach reach
}

// New returns a Service that says things in the words of say.
func New(s *store.Store, r Rules, say Speaker, log *slog.Logger) *Service {
	return &Service{store: s, rules: r, say: say, log: log, bell: make(chan struct{}, 1)}
}

// Bell rings when something was queued. It is for one to hear.
func (s *Service) Bell() <-chan struct{} { return s.bell }

func (s *Service) ring() {
	select {
	case s.bell <- struct{}{}:
	default:
	}
}
