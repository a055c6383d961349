package web

import (
	"io"
	"net/http"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/exports"
	"github.com/plaza-social/plaza/internal/core/imports"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) importRoutes(r *router) {
	r.Do("GET "+importPage, member, func(q *ask) error { return s.showImports(q, http.StatusOK, "") })
	r.Do("POST "+importPage, member, s.sparing(importRule, s.addImport))
	r.Do("GET "+importPage+"/{import}", member, s.showImport)
	r.Do("POST "+importPage+"/{import}/cancel", member, s.cancelImport)
	r.Do("POST "+importPage+"/{import}/retry", member, s.retryImport)
	r.Do("GET /settings/export/{table}.csv", member, s.export)
	r.Do("GET /settings/export/archive.zip", member, s.sparing(archiveRule, s.exportArchive))
}

const (
	importPage = "/settings/import"
	// maxImport is how large a form with a file that is brought along may be,
	// and importWait how long it may take over a slow line.
	maxImport  = social.MaxArchive + 1<<20
	importWait = 30 * time.Minute
)

// kindNames are what people call what they bring along.
var kindNames = map[social.ImportKind]string{
	social.ImportFollowing: msg("Whom you follow"), social.ImportLists: msg("Lists"), social.ImportMutes: msg("Muted people"),
	social.ImportBlocks: msg("Blocked people"), social.ImportBookmarks: msg("Bookmarks"), social.ImportArchive: msg("Posts, from an archive"),
}

var tableNames = map[exports.Table]string{
	exports.Follows: msg("Whom you follow"), exports.Followers: msg("Your followers"), exports.Lists: msg("Lists"),
	exports.Mutes: msg("Muted people"), exports.Blocks: msg("Blocked people"), exports.Bookmarks: msg("Bookmarks"),
}

var stateNames = map[social.ImportState]string{
	social.ImportReading: msg("Being read"), social.ImportRunning: msg("Under way"), social.ImportDone: msg("Done"),
	social.ImportCancelled: msg("Cancelled"), social.ImportFailed: msg("Stopped"),
}

func importURL(i social.Import) string { return importPage + "/" + itoa(i.ID) }

func (s *Site) showImports(q *ask, status int, problem string) error {
	all, err := s.Imports.All(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Import and export", importsPage(q.page, all, problem))
}

func (s *Site) addImport(q *ask) error {
	i, err := s.startImport(q)
	if k := errs.KindOf(err); err != nil && (k == errs.Invalid || k == errs.Conflict) {
		return s.showImports(q, http.StatusUnprocessableEntity, q.page.fault(err))
	}
	if err != nil {
		return err
	}
	return q.to(importURL(i))
}

func (s *Site) startImport(q *ask) (i social.Import, err error) {
	var w imports.Wish
	if w.Kind, err = social.ParseImportKind(q.form("type")); err != nil {
		return i, err
	}
	mode := q.form("mode")
	if w.Kind == social.ImportArchive { // it takes nothing away, whatever is chosen for the others
		mode = ""
	}
	if w.Mode, err = social.ParseImportMode(mode, w.Kind); err != nil {
		return i, err
	}
	if w.Include, err = social.ParseImportInclude(q.form("include")); err != nil {
		return i, err
	}
	file, head, err := q.FormFile("data")
	if err != nil {
		return i, errs.Wrap(errs.Invalid, "Choose the file that you want to bring along.", err)
	}
	defer file.Close()
	return s.Imports.Start(q.Context(), q.by, w, file, head.Size)
}

// toldOnPage is how many lines stand on a page.
const toldOnPage = 50

func (q *ask) importID() social.ImportID { return social.ImportID(q.number("import")) }

func (s *Site) showImport(q *ask) error {
	i, err := s.Imports.Get(q.Context(), q.by, q.importID())
	if err != nil {
		return err
	}
	after := int(q.pageOf(toldOnPage).After)
	told, err := s.Imports.Told(q.Context(), q.by, i.ID, after, toldOnPage)
	if err != nil {
		return err
	}
	q.settle()
	if i.Going() && after == 0 {
		q.page.Refresh = "2"
	}
	return q.show(kindNames[i.Kind], importOne(q.page, i, told))
}

func (s *Site) cancelImport(q *ask) error {
	if _, err := s.Imports.Cancel(q.Context(), q.by, q.importID()); err != nil {
		return err
	}
	return q.to(importPage)
}

func (s *Site) retryImport(q *ask) error {
	i, err := s.Imports.Retry(q.Context(), q.by, q.importID())
	if err != nil {
		return err
	}
	return q.to(importURL(i))
}

// export sends a file.
func (s *Site) export(q *ask) error {
	t := exports.Table(q.param("table"))
	if tableNames[t] == "" {
		return nowhere
	}
	return q.download(string(t)+".csv", "text/csv; charset=utf-8", func(w io.Writer) error { return s.Exports.CSV(q.Context(), q.by, t, w) })
}

func (s *Site) exportArchive(q *ask) error {
	return q.download("archive.zip", "application/zip", func(w io.Writer) error { return s.Exports.Archive(q.Context(), q.by, w) })
}

// download sends a file as it is made.
func (q *ask) download(name, kind string, write func(io.Writer) error) error {
	http.NewResponseController(q.w).SetWriteDeadline(time.Now().Add(importWait)) // where it cannot be set, the usual one holds
	h := q.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "private, no-store")
	if err := write(q.w); err != nil {
		if q.Context().Err() == nil {
			q.site.Log.ErrorContext(q.Context(), "file cut off", "name", name, "err", err)
		}
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return nil
}

// percent is how far an import is.
func percent(i social.Import) int {
	if i.Total == 0 {
		return 0
	}
	return i.Over() * 100 / i.Total
}
