package mirror

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
)

// house is a server with a mirror in a folder.
type house struct {
	*apptest.Server
	t      *testing.T
	to     string
	keeper *app.Mirroring
}

func newHouse(t *testing.T, s *apptest.Server) *house {
	t.Helper()
	h := &house{Server: s, t: t, to: t.TempDir()}
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// update brings the mirror up to date, and tells what that took.
func (h *house) update() (pages, files int, bytes int64) {
	h.t.Helper()
	ctx := h.t.Context()
	if h.keeper == nil {
		k, err := h.MirrorAt(h.to)
		h.must(err)
		h.keeper = k
	}
	before := h.keeper.Did
	h.must(h.FollowMirrors(ctx))
	h.must(h.keeper.Once(ctx))
	did := h.keeper.Did
	return did.Pages - before.Pages, did.Files - before.Files, did.Bytes - before.Bytes
}

// verify checks the mirror with the house's own key.
func (h *house) verify() app.MirrorReport {
	h.t.Helper()
	key, err := h.MirrorKey(h.t.Context())
	h.must(err)
	r, err := app.VerifyMirror(h.t.Context(), conf.Place{URL: h.to}, app.MirrorCheck{Key: key})
	h.must(err)
	return r
}

// good fails the test unless the mirror is as it was signed.
func (h *house) good(when string) app.MirrorReport {
	h.t.Helper()
	r := h.verify()
	if !r.OK() || r.Checked == 0 || int64(r.Checked) != r.Manifest.Files {
		h.t.Errorf("%s: %d of %d files checked; changed %v, missing %v, extra %v", when, r.Checked, r.Manifest.Files, r.Changed, r.Missing, r.Extra)
	}
	return r
}

// file is what a file of the mirror says; empty if there is none.
func (h *house) file(key string) string {
	b, err := os.ReadFile(filepath.Join(h.to, filepath.FromSlash(key)))
	if err != nil && !os.IsNotExist(err) {
		h.t.Fatal(err)
	}
	return string(b)
}

// has checks what files say and do not say: a word with a minus before it must
// not be there.
func (h *house) has(key string, words ...string) {
	h.t.Helper()
	text := h.file(key)
	for _, w := range words {
		word, not := strings.CutPrefix(w, "-")
		if strings.Contains(text, word) == not {
			h.t.Errorf("%s (%d bytes): %q is there: %v", key, len(text), word, not)
		}
	}
}

// all is every file of the mirror.
func (h *house) all() map[string]string {
	out := map[string]string{}
	h.must(filepath.WalkDir(h.to, func(at string, d os.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // taken away since
		}
		if err != nil || d.IsDir() {
			return err
		}
		key, err := filepath.Rel(h.to, at)
		if err != nil {
			return err
		}
		key = filepath.ToSlash(key)
		out[key] = h.file(key)
		return nil
	}))
	return out
}

func page(p *apptest.Person, st apptest.Status) string {
	return fmt.Sprintf("@%s/%s/index.html", p.Name, st.ID)
}
