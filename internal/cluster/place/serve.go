package place

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// What a Plaza that keeps others' copies is asked under, and its bounds.
const (
	Root          = "/places/"              // then the name of a space, and a key
	DefaultBudget = 50 * 1000 * 1000 * 1000 // bytes of one space
	MinToken      = 16                      // bytes; a shorter one opens nothing
	page          = 1000                    // keys in one answer
	perObject     = 1 << 10                 // what one costs besides its bytes: names and folders are not free either
	mark          = "Plaza-Place"           // a header of every answer: whatever else is at that address is not mistaken for an empty place
)

var nameForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)

// Server keeps others' copies: each named space is a folder of its own with a
// token of its own and a budget of bytes. What is kept is never shown as
// anything that a browser would run.
type Server struct {
	dir   string
	known func(name string) (Tenant, bool)

	mu     sync.Mutex
	spaces map[string]*space
}

// Serve keeps spaces below dir, which is made when it is needed. Known is whose a
// space is, asked at every call. A budget of 0 is DefaultBudget.
func Serve(dir string, known func(name string) (Tenant, bool)) *Server {
	return &Server{dir: dir, known: known, spaces: map[string]*space{}}
}

// Close ends what is open. Calls that are under way fail.
func (s *Server) Close() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, sp := range s.spaces {
		err = errors.Join(err, sp.Close())
		delete(s.spaces, name)
	}
	return err
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set(mark, "1")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "no-store")
	name, key, isObject := strings.Cut(strings.TrimPrefix(r.URL.Path, Root), "/")
	whose, ok := s.knows(name, r)
	if !ok {
		h.Set("WWW-Authenticate", "Bearer")
		refuse(w, http.StatusUnauthorized, "This space does not exist, or it has another token.")
		return
	}
	sp, err := s.space(r.Context(), whose)
	if err == nil {
		c := call{space: sp, w: w, r: r, key: key, control: http.NewResponseController(w)}
		err = c.answer(isObject && key != "")
	}
	if err != nil {
		refuse(w, status(err), errs.Public(err))
	}
}

// knows reports whether a caller may use a space. It takes as long for one that
// there is not.
func (s *Server) knows(name string, r *http.Request) (whose Tenant, ok bool) {
	if nameForm.MatchString(name) {
		whose, ok = s.known(name)
	}
	got, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(got))
	return whose, subtle.ConstantTimeCompare(sum[:], whose.Token) == 1 && ok && bearer && len(got) >= MinToken
}

func refuse(w http.ResponseWriter, code int, sentence string) {
	if sentence == "" {
		sentence = http.StatusText(code)
	}
	h := w.Header()
	h.Del("Content-Length")
	h.Del("Content-Disposition")
	h.Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, sentence+"\n") // the caller has gone, or reads it
}

var errFull = errs.New(errs.Limited, "This space is full.")

func status(err error) int {
	switch {
	case errors.Is(err, errFull), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return http.StatusInsufficientStorage
	case errors.Is(err, fs.ErrNotExist):
		return http.StatusNotFound
	case errors.Is(err, fs.ErrExist):
		return http.StatusPreconditionFailed
	case errors.Is(err, errMethod):
		return http.StatusMethodNotAllowed
	case errors.Is(err, errLength):
		return http.StatusLengthRequired
	case errs.KindOf(err) == errs.Invalid, errors.Is(err, io.ErrUnexpectedEOF):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// space opens one the first time it is used, and counts what is in it. One that
// was ended and made again is opened anew.
func (s *Server) space(ctx context.Context, whose Tenant) (*space, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if whose.Budget == 0 {
		whose.Budget = DefaultBudget
	}
	if sp := s.spaces[whose.Name]; sp != nil && sp.made.Equal(whose.Made) {
		return sp, nil
	}
	above, err := openFolderAt(s.dir)
	if err != nil {
		return nil, err
	}
	if err := above.Close(); err != nil {
		return nil, err
	}
	f, err := openFolderAt(filepath.Join(s.dir, whose.Name))
	if err != nil {
		return nil, err
	}
	sp := &space{folder: f, budget: whose.Budget, made: whose.Made}
	if err := f.Each(ctx, "", "", func(i Info) error { sp.used += i.Size + perObject; return nil }); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	s.spaces[whose.Name] = sp // what is under way in one that was ended goes on there
	return sp, nil
}

// space is a folder with a budget.
type space struct {
	*folder
	budget int64
	made   time.Time

	mu   sync.Mutex // held while names change
	used int64      // also by what is being written
}

// put keeps an object if there is room for it, for the moment besides the one it
// replaces.
func (s *space) put(ctx context.Context, key string, data io.Reader, size int64, isNew bool) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if isNew {
		if err := s.free(key); err != nil {
			return err
		}
	}
	if !s.take(size + perObject) {
		return errFull
	}
	temp, err := s.stage(ctx, key, data, size)
	if err != nil {
		s.take(-size - perObject)
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.cost(key)
	give := s.root.Rename
	if isNew {
		give = s.root.Link
	}
	if err := s.commit(key, func() error { return give(temp, key) }, temp); err != nil {
		s.used -= size + perObject
		return err
	}
	s.used -= old
	return nil
}

// take reports whether there is room for more, and counts it. Less than nothing
// gives room back.
func (s *space) take(bytes int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if bytes > s.budget-s.used {
		return false
	}
	s.used += bytes
	return true
}

// cost is what an object takes of the budget.
func (s *space) cost(key string) int64 {
	info, err := s.root.Lstat(key)
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size() + perObject
}

func (s *space) remove(ctx context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cost := s.cost(key)
	if err := s.Remove(ctx, key); err != nil {
		return err
	}
	s.used -= cost
	return nil
}

// call is one request by somebody who may.
type call struct {
	*space
	w       http.ResponseWriter
	r       *http.Request
	key     string
	control *http.ResponseController
}

var (
	errMethod = errs.New(errs.Invalid, "Objects are put, got and deleted; a space is listed with GET.")
	errLength = errs.New(errs.Invalid, "Say in Content-Length how much is to be kept.")
)

func (c call) answer(isObject bool) error {
	defer c.control.SetWriteDeadline(time.Time{})
	switch {
	case isObject && c.r.Method == http.MethodPut:
		return c.put()
	case isObject && c.r.Method == http.MethodGet:
		return c.get()
	case isObject && c.r.Method == http.MethodDelete:
		if err := c.remove(c.r.Context(), c.key); err != nil {
			return err
		}
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	case !isObject && c.r.Method == http.MethodGet:
		return c.list()
	}
	return errMethod
}

func (c call) put() error {
	isNew := c.r.Header.Get("If-None-Match") == "*"
	size := c.r.ContentLength
	if size < 0 {
		return errLength
	}
	if isNew && size > MaxNew {
		return plainKeys.fresh(c.key, make([]byte, MaxNew+1))
	}
	if err := c.space.put(c.r.Context(), c.key, c, size, isNew); err != nil {
		return err
	}
	_ = c.control.SetWriteDeadline(time.Now().Add(patience)) // that of the server counts from before the first byte
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// Read reads what is sent, as long as something comes.
func (c call) Read(p []byte) (int, error) {
	_ = c.control.SetReadDeadline(time.Now().Add(patience)) // where there is none, the server has its own
	return c.r.Body.Read(p)
}

// Write answers, as long as somebody listens.
func (c call) Write(p []byte) (int, error) {
	_ = c.control.SetWriteDeadline(time.Now().Add(patience))
	return c.w.Write(p)
}

func (c call) get() error {
	f, info, err := c.open(c.r.Context(), c.key)
	if err != nil {
		return err
	}
	defer f.Close()
	h := c.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", "attachment")
	h.Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	_, _ = io.Copy(struct{ io.Writer }{c}, f) // too short an answer is noticed by its length
	return nil
}

// listed is a line of a list. The last line has no key, and says whether
// there is more: a list without one was cut.
type listed struct {
	Key  string `json:"key,omitempty"`
	Size int64  `json:"size,omitempty"`
	At   int64  `json:"at,omitempty"` // ms
	End  bool   `json:"end,omitempty"`
	More bool   `json:"more,omitempty"`
}

var errPage = errors.New("the page is full")

func (c call) list() error {
	q := c.r.URL.Query()
	lines := make([]listed, 0, page+1)
	end := listed{End: true}
	err := c.Each(c.r.Context(), q.Get("prefix"), q.Get("after"), func(i Info) error {
		if len(lines) == page {
			return errPage
		}
		lines = append(lines, listed{Key: i.Key, Size: i.Size, At: i.At.UnixMilli()})
		return nil
	})
	if end.More = errors.Is(err, errPage); err != nil && !end.More {
		return err
	}
	c.w.Header().Set("Content-Type", "application/jsonl")
	to := json.NewEncoder(c)
	for _, l := range append(lines, end) {
		if err := to.Encode(l); err != nil {
			return nil // the caller has gone
		}
	}
	return nil
}
