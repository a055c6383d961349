package automation

import (
	"context"
	"sync"

	"github.com/plaza-social/plaza/internal/store"
)

// A cache keeps something that is read seldom anew. What was loaded before it
// was forgotten does not come in after: drops are counted.
type cache[T any] struct {
	load func(ctx context.Context, v *store.View) (T, error)

	mu    sync.RWMutex
	drops uint64
	has   bool
	value T
}

func (c *cache[T]) forget() {
	var none T
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	c.has, c.value = false, none
}

func (c *cache[T]) get(ctx context.Context, v *store.View) (T, error) {
	c.mu.RLock()
	value, has, drops := c.value, c.has, c.drops
	c.mu.RUnlock()
	if has {
		return value, nil
	}
	value, err := c.load(ctx, v)
	if err != nil {
		return value, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops == drops {
		c.has, c.value = true, value
	}
	return value, nil
}
