package web

import (
	"io"
	"net/http"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

const hashesPage = "/moderation/hashes"

// Lists of hashes of known files, for admins.
func (s *Site) hashRoutes(r *router) {
	r.Do("GET "+hashesPage, admin, func(q *ask) error { return s.showHashes(q, http.StatusOK, nil, "") })
	r.Do("POST "+hashesPage, admin, s.importHashes)
	r.Do("POST "+hashesPage+"/{list}/end", admin, func(q *ask) error {
		return s.saved(q, s.Automation.EndHashes(q.Context(), q.by, social.HashListID(q.number("list"))), hashesPage)
	})
}

func (s *Site) showHashes(q *ask, status int, in *social.HashImport, problem string) error {
	all, err := s.Automation.Hashes(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Lists of known files", hashLists(q.page, all, in, problem))
}

// importHashes looks at a file, and with "import" puts what it says on its
// lists.
func (s *Site) importHashes(q *ask) error {
	text, err := q.fileText("file")
	if err != nil {
		return err
	}
	in, err := social.ParseHashes(text)
	if err == nil && q.form("do") == "import" {
		if _, err = s.Automation.Import(q.Context(), q.by, in); err == nil {
			return s.saved(q, nil, hashesPage)
		}
	}
	if problem, ok := q.mendable(err); ok {
		return s.showHashes(q, http.StatusUnprocessableEntity, nil, problem)
	}
	if err != nil {
		return err
	}
	return s.showHashes(q, http.StatusOK, &in, "")
}

// fileText is what a file of the form says, or empty.
func (q *ask) fileText(name string) (string, error) {
	q.parse()
	if q.MultipartForm == nil || len(q.MultipartForm.File[name]) == 0 {
		return "", nil
	}
	f, err := q.MultipartForm.File[name][0].Open()
	if err != nil {
		return "", errs.Wrap(errs.Invalid, "The file did not arrive whole. Send it again.", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, social.MaxHashImport+1))
	return string(b), err
}
