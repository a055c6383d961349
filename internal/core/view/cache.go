package view

import (
	"sync"
)

const shards = 64

// cache keeps snapshots by id. What was loaded before an id was dropped
// cannot come in after: each shard counts its drops.
type cache[K ~int64, V any] struct {
	shard [shards]shard[K, V]
	limit int // of a shard
}

type shard[K ~int64, V any] struct {
	mu    sync.RWMutex
	drops uint64
	m     map[K]V
}

func newCache[K ~int64, V any](limit int) *cache[K, V] {
	c := &cache[K, V]{limit: max(1, limit/shards)}
	for i := range c.shard {
		c.shard[i].m = map[K]V{}
	}
	return c
}

func (c *cache[K, V]) of(k K) *shard[K, V] { return &c.shard[uint64(k)%shards] }

func (c *cache[K, V]) get(k K) (V, bool) {
	s := c.of(k)
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, ok := s.m[k]
	return v, ok
}

// stamp is to be taken before k is loaded, and given to put with it.
func (c *cache[K, V]) stamp(k K) uint64 {
	s := c.of(k)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.drops
}

func (c *cache[K, V]) put(k K, v V, stamp uint64) {
	s := c.of(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drops != stamp {
		return
	}
	if len(s.m) >= c.limit {
		s.thin()
	}
	s.m[k] = v
}

// thin makes room by forgetting an eighth, whichever the map gives first.
func (s *shard[K, V]) thin() {
	n := len(s.m)/8 + 1
	for k := range s.m {
		if n == 0 {
			return
		}
		delete(s.m, k)
		n--
	}
}

func (c *cache[K, V]) drop(k K) {
	s := c.of(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drops++
	delete(s.m, k)
}

// dropIf drops what matches. What is being loaded may match too.
func (c *cache[K, V]) dropIf(match func(V) bool) {
	for i := range c.shard {
		s := &c.shard[i]
		s.mu.Lock()
		s.drops++
		for k, v := range s.m {
			if match(v) {
				delete(s.m, k)
			}
		}
		s.mu.Unlock()
	}
}

// clear drops everything.
func (c *cache[K, V]) clear() {
	for i := range c.shard {
		s := &c.shard[i]
		s.mu.Lock()
		s.drops++
		clear(s.m)
		s.mu.Unlock()
	}
}

// load returns what is cached of keys, and has fetch get the rest at once.
func load[K ~int64, V any](c *cache[K, V], keys []K, fetch func(missing []K) (map[K]V, error)) (map[K]V, error) {
	out := make(map[K]V, len(keys))
	var missing []K
	var stamps []uint64
	for _, k := range keys {
		if _, ok := out[k]; ok || k == 0 {
			continue
		}
		if v, ok := c.get(k); ok {
			out[k] = v
			continue
		}
		missing, stamps = append(missing, k), append(stamps, c.stamp(k))
	}
	if len(missing) == 0 {
		return out, nil
	}
	got, err := fetch(missing)
	if err != nil {
		return nil, err
	}
	for i, k := range missing {
		if v, ok := got[k]; ok {
			c.put(k, v, stamps[i])
			out[k] = v
		}
	}
	return out, nil
}
