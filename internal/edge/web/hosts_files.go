package web

import (
	"io"
	"net/http"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/hosts"
	"github.com/plaza-social/plaza/internal/social"
)

// Lists of hosts as files, as Mastodon writes them.
func (s *Site) hostFileRoutes(r *router) {
	r.Do("GET /settings/hosts/files", admin, func(q *ask) error { return s.showHostFiles(q, http.StatusOK, broughtHosts{}) })
	r.Do("POST /settings/hosts/files", admin, s.bringHosts)
	r.Do("GET /settings/hosts/blocks.csv", admin, s.hostFile("blocks.csv", false))
	r.Do("GET /settings/hosts/allows.csv", admin, s.hostFile("allows.csv", true))
}

// broughtHosts is what became of a file.
type broughtHosts struct {
	Problem string
	Wish    hosts.Wish
	Done    []hosts.Change // of which something is to be told
	Count   map[string]int // by what became of them
	Cut     social.HostCut
}

// toldOfFile is of how many lines of a file the page tells.
const toldOfFile = 200

func (s *Site) showHostFiles(q *ask, status int, b broughtHosts) error {
	return q.showAs(status, "Lists of hosts as files", hostFiles(q.page, b))
}

func (s *Site) hostFile(name string, allows bool) func(*ask) error {
	return func(q *ask) error {
		return q.download(name, "text/csv; charset=utf-8", func(w io.Writer) error { return s.Hosts.Write(q.Context(), q.by, w, allows) })
	}
}

func (s *Site) bringHosts(q *ask) error {
	b, err := s.bring(q)
	if k := errs.KindOf(err); err != nil && (k == errs.Invalid || k == errs.Conflict) {
		return s.showHostFiles(q, http.StatusUnprocessableEntity, broughtHosts{Problem: q.page.fault(err), Wish: b.Wish})
	}
	if err != nil {
		return err
	}
	return s.showHostFiles(q, http.StatusOK, b)
}

func (s *Site) bring(q *ask) (b broughtHosts, err error) {
	b.Wish = hosts.Wish{Allows: q.form("what") == "allows", Overwrite: q.ticked("overwrite"), Dry: q.form("do") != "bring"}
	file, head, err := q.FormFile("data")
	if err != nil {
		return b, errs.Wrap(errs.Invalid, "Choose the file that you want to bring along.", err)
	}
	defer file.Close()
	if head.Size > social.MaxHostListBytes {
		return b, errs.Newf(errs.Invalid, "A list of hosts has at most %d MB.", social.MaxHostListBytes>>20)
	}
	lines, err := hosts.Read(file)
	if err != nil {
		return b, err
	}
	all, cut, err := s.Hosts.Bring(q.Context(), q.by, lines, b.Wish, func(int, int) {})
	if err != nil {
		return b, err
	}
	b.Cut, b.Count = cut, map[string]int{}
	var rest []hosts.Change
	for _, c := range all {
		b.Count[c.Does]++
		if c.Does == hosts.Fails {
			b.Done = append(b.Done, c)
		} else {
			rest = append(rest, c)
		}
	}
	b.Done = append(b.Done, rest...) // what went wrong is told first
	b.Done = b.Done[:min(len(b.Done), toldOfFile)]
	return b, nil
}

var hostDoes = map[string]string{hosts.Adds: msg("comes to the list"), hosts.Changes: msg("is changed"), hosts.Keeps: msg("stays as it is"), hosts.Fails: msg("is not possible")}
