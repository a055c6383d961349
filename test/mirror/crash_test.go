package mirror

import (
	"context"
	"errors"
	"image/color"
	"io"
	"sync/atomic"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/mirror"
	"github.com/plaza-social/plaza/internal/social"
)

// failing is a place that takes n more files and then none, as if the power went.
type failing struct {
	*mirror.Folder
	n atomic.Int64
}

func (f *failing) left() int64 { return f.n.Add(-1) }

var errPower = errors.New("the power is gone")

func (f *failing) Put(ctx context.Context, key string, data io.Reader, size int64) error {
	if f.left() < 0 {
		return errPower
	}
	return f.Folder.Put(ctx, key, data, size)
}

func (f *failing) Remove(ctx context.Context, keys ...string) error {
	if f.left() < 0 {
		return errPower
	}
	return f.Folder.Remove(ctx, keys...)
}

// Wherever a round ends, the next one that is let end leaves a whole mirror.
func TestCrash(t *testing.T) {
	s := apptest.Start(t)
	h := newHouse(t, s)
	ada, ben := s.Join("ada", social.Owner), s.Join("ben", social.Member)
	folder, err := mirror.OpenFolder(h.to)
	h.must(err)
	var last apptest.Status
	failures := 0
	for n := range 24 {
		if n%3 == 0 {
			ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Still here #crash", "media_ids": []string{upload(t, ada, s, color.RGBA{uint8(n), 9, 9, 255})}}, &last)
		}
		if n%3 == 1 {
			ben.Must("POST", "/api/v1/statuses", map[string]any{"status": "@ada so am I", "in_reply_to_id": last.ID}, nil)
		}
		if n%3 == 2 {
			ada.Must("DELETE", "/api/v1/statuses/"+last.ID, nil, nil)
		}
		h.must(h.FollowMirrors(t.Context()))
		place := &failing{Folder: folder}
		place.n.Store(int64(n))
		k := s.MirrorOn(place)
		switch err := k.Once(t.Context()); {
		case errors.Is(err, errPower):
			failures++
		case err != nil:
			t.Fatal(err)
		}
	}
	if failures < 10 {
		t.Errorf("the power went %d times only", failures)
	}
	h.update()
	h.good("in the end")
	fresh := &house{Server: s, t: t, to: t.TempDir()}
	fresh.update()
	h.same(fresh)
}
