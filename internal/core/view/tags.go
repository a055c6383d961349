package view

import (
	"context"
	"sync"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// tagRules remembers what was decided about tags, as hostRules does of hosts.
type tagRules struct {
	mu    sync.RWMutex
	drops uint64
	rules social.TagRules // nil if they are to be read
}

func (t *tagRules) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drops++
	t.rules = nil
}

// TagRules is what was decided about tags. Nobody changes it in place.
func (v *View) TagRules(ctx context.Context) (social.TagRules, error) {
	t := v.tags
	t.mu.RLock()
	rules, drops := t.rules, t.drops
	t.mu.RUnlock()
	if rules != nil {
		return rules, nil
	}
	if err := v.store.Read(ctx, func(s *store.View) (err error) {
		rules, err = s.TagRules(ctx)
		return err
	}); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.drops == drops {
		t.rules = rules
	}
	return rules, nil
}
