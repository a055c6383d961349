package view

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// hostRules remembers what was decided about other hosts. What was loaded
// before it was forgotten does not come in after: drops are counted.
type hostRules struct {
	mu    sync.RWMutex
	drops uint64
	rules *social.HostRules
}

func (h *hostRules) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drops++
	h.rules = nil
}

func (h *hostRules) get() (*social.HostRules, uint64) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.rules, h.drops
}

func (h *hostRules) put(r *social.HostRules, drops uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.drops == drops {
		h.rules = r
	}
}

// HostRules is what was decided about other hosts.
func (v *View) HostRules(ctx context.Context) (*social.HostRules, error) {
	r, drops := v.hosts.get()
	if r != nil {
		return r, nil
	}
	if err := v.store.Read(ctx, func(s *store.View) (err error) {
		r, err = s.HostRules(ctx)
		return err
	}); err != nil {
		return nil, err
	}
	v.hosts.put(r, drops)
	return r, nil
}

// applyHosts has accounts stand as their hosts do: nobody of a suspended host
// is shown, and who is of a silenced one is limited. Of our own people nothing
// is asked.
func (v *View) applyHosts(ctx context.Context, faces map[social.AccountID]*Face) error {
	var rules *social.HostRules
	all := slices.Collect(maps.Values(faces))
	for _, f := range faces {
		if f.Moved != nil {
			all = append(all, f.Moved)
		}
	}
	for _, f := range all {
		if f.Local() {
			continue
		}
		if rules == nil {
			var err error
			if rules, err = v.HostRules(ctx); err != nil {
				return err
			}
		}
		switch rules.On(f.Host).Severity {
		case social.HostSuspends:
			f.Standing = social.Suspended
		case social.HostSilence:
			f.Limited = true
		}
		if rules.On(f.Host).RejectMedia {
			f.Avatar, f.Header, f.Emojis = "", "", nil
		}
	}
	return nil
}

// withoutFiles takes off cards what the hosts of their authors show, where this
// house does not want it.
func (v *View) withoutFiles(ctx context.Context, cards map[social.PostID]*Card) error {
	var authors []social.AccountID
	for _, c := range cards {
		if c.URI != "" && len(c.Media)+len(c.Emojis) > 0 {
			authors = append(authors, c.Author)
		}
	}
	if len(authors) == 0 {
		return nil
	}
	rules, err := v.HostRules(ctx)
	if err != nil || !rules.RejectMedia() {
		return err
	}
	faces, err := v.facesByID(ctx, authors)
	if err != nil {
		return err
	}
	for _, c := range cards {
		if f := faces[c.Author]; f != nil && !f.Local() && rules.On(f.Host).RejectMedia {
			c.Media, c.Emojis = nil, nil
		}
	}
	return nil
}
