package mastoapi

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/exports"
	"github.com/plaza-social/plaza/internal/core/imports"
	"github.com/plaza-social/plaza/internal/social"
)

// MaxImport is how large a body with a file that is brought along may be.
const MaxImport = social.MaxArchive + 1<<20

// importWait is how long such a body may take over a slow line.
const importWait = 30 * time.Minute

var (
	limitImport  = limit.Rule{Name: "import", Burst: 30, Per: 24 * hour}
	limitArchive = limit.Rule{Name: "archive", Burst: 5, Per: 24 * hour}
)

// exportScopes are those that reading the same otherwise needs.
var exportScopes = map[exports.Table]string{
	exports.Follows: "read:follows", exports.Followers: "read:follows", exports.Blocks: "read:blocks", exports.Mutes: "read:mutes",
	exports.Bookmarks: "read:bookmarks", exports.Lists: "read:lists",
}

// These routes are ours; Mastodon has pages for what they do, and no API. An
// import touches all that a person has, and so needs the whole scope.
func (a *API) importRoutes() {
	a.do("GET /api/plaza/v1/imports", member("read"), a.imports)
	a.do("POST /api/plaza/v1/imports", member("write"), a.addImport, &limitImport)
	a.routes[len(a.routes)-1].body = MaxImport
	a.do("GET /api/plaza/v1/imports/{id}", member("read"), a.importByID)
	a.do("GET /api/plaza/v1/imports/{id}/lines", member("read"), a.importLines)
	a.do("GET /api/plaza/v1/imports/{id}/lines.csv", member("read"), a.importLinesCSV)
	a.do("POST /api/plaza/v1/imports/{id}/retry", member("write"), a.onImport(a.Imports.Retry), &limitImport)
	a.do("DELETE /api/plaza/v1/imports/{id}", member("write"), a.onImport(a.Imports.Cancel))
	a.do("GET /api/plaza/v1/exports/archive.zip", member("read"), a.archive, &limitArchive)
	for _, t := range exports.Tables {
		a.do("GET /api/plaza/v1/exports/"+string(t)+".csv", member(exportScopes[t]), a.export(t))
	}
}

type importEntity struct {
	ID         string  `json:"id"`
	Type       string  `json:"type"`
	Mode       string  `json:"mode"`
	Include    string  `json:"include,omitempty"`
	State      string  `json:"state"`
	Reason     string  `json:"reason,omitempty"`
	Total      int     `json:"total"`
	Processed  int     `json:"processed"`
	Done       int     `json:"done"`
	Waiting    int     `json:"waiting"`
	Failed     int     `json:"failed"`
	Skipped    int     `json:"skipped"`
	Removed    int     `json:"removed"`
	CreatedAt  string  `json:"created_at"`
	StartedAt  *string `json:"started_at"`
	FinishedAt *string `json:"finished_at"`
}

func importJSON(i social.Import) importEntity {
	e := importEntity{ID: num(i.ID), Type: string(i.Kind), Mode: string(i.Mode), State: string(i.State), Reason: i.Reason, Total: i.Total, Processed: i.Over(),
		Done: i.Done, Waiting: i.Waiting, Failed: i.Failed, Skipped: i.Skipped, Removed: i.Removed,
		CreatedAt: stamp(i.At), StartedAt: stampOrNil(i.Started), FinishedAt: stampOrNil(i.Ended)}
	if i.Kind == social.ImportArchive {
		e.Include = string(i.Include)
	}
	return e
}

func (a *API) imports(q *request) (any, error) {
	all, err := a.Imports.All(q.Context(), q.By)
	out := []importEntity{}
	for _, i := range all {
		out = append(out, importJSON(i))
	}
	return out, err
}

func (a *API) addImport(q *request) (any, error) {
	w, err := q.wish()
	if err != nil {
		return nil, err
	}
	file, size, err := q.file("data")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	i, err := a.Imports.Start(q.Context(), q.By, w, file, size)
	if err != nil {
		return nil, err
	}
	return importJSON(i), nil
}

// wish reads what is to be done with a file.
func (q *request) wish() (w imports.Wish, err error) {
	if w.Kind, err = social.ParseImportKind(q.str("type")); err != nil {
		return w, err
	}
	if w.Mode, err = social.ParseImportMode(q.str("mode"), w.Kind); err != nil {
		return w, err
	}
	w.Include, err = social.ParseImportInclude(q.str("include"))
	return w, err
}

// file is one that was sent.
func (q *request) file(name string) (multipart.File, int64, error) {
	q.reads(name)
	f, head, err := q.FormFile(name)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, 0, errs.New(errs.Invalid, "Validation failed: Data can't be blank: send the file as a form (multipart/form-data).")
	}
	if err != nil {
		return nil, 0, errs.Wrap(errs.Invalid, errs.Public(errBody), err)
	}
	return f, head.Size, nil
}

func (a *API) importByID(q *request) (any, error) {
	i, err := a.Imports.Get(q.Context(), q.By, social.ImportID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return importJSON(i), nil
}

func (a *API) onImport(do func(context.Context, social.Actor, social.ImportID) (social.Import, error)) func(*request) (any, error) {
	return func(q *request) (any, error) {
		i, err := do(q.Context(), q.By, social.ImportID(q.pathID()))
		if err != nil {
			return nil, err
		}
		return importJSON(i), nil
	}
}

type lineEntity struct {
	Line   int    `json:"line"`
	State  string `json:"state"`
	Target string `json:"target"`
	Reason string `json:"reason"`
}

// How many lines are told of at once.
const (
	usualLines = 40
	mostLines  = 200
)

// importLines is a page of what was not done or is missing; after is the last
// line of the page before.
func (a *API) importLines(q *request) (any, error) {
	limit := q.limit(usualLines, mostLines)
	ls, err := a.Imports.Told(q.Context(), q.By, social.ImportID(q.pathID()), q.num("after", 0, social.MaxArchivePosts), limit)
	if len(ls) == limit {
		q.w.Header().Set("Link", q.linkTo("next", "after", int64(ls[limit-1].N)))
	}
	out := []lineEntity{}
	for _, l := range ls {
		out = append(out, lineEntity{l.N, string(l.State), l.Target, l.Reason})
	}
	return out, err
}

func (a *API) importLinesCSV(q *request) (any, error) {
	which := social.ImportID(q.pathID())
	if _, err := a.Imports.Get(q.Context(), q.By, which); err != nil {
		return nil, err
	}
	return download{"import.csv", func(w io.Writer) error {
		out := csv.NewWriter(w)
		out.Write([]string{"Line", "State", "Target", "Reason"})
		for after := 0; ; {
			ls, err := a.Imports.Told(q.Context(), q.By, which, after, imports.MaxTold)
			if err != nil || len(ls) == 0 {
				out.Flush()
				return errors.Join(err, out.Error())
			}
			for _, l := range ls {
				out.Write([]string{strconv.Itoa(l.N), string(l.State), text.Cell(l.Target), text.Cell(l.Reason)})
			}
			after = ls[len(ls)-1].N
		}
	}}, nil
}

func (a *API) export(t exports.Table) func(*request) (any, error) {
	return func(q *request) (any, error) {
		return download{string(t) + ".csv", func(w io.Writer) error { return a.Exports.CSV(q.Context(), q.By, t, w) }}, nil
	}
}

func (a *API) archive(q *request) (any, error) {
	return download{"archive.zip", func(w io.Writer) error { return a.Exports.Archive(q.Context(), q.By, w) }}, nil
}

// download is an answer that is a file, written as it is made.
type download struct {
	name  string
	write func(io.Writer) error
}

var fileTypes = map[string]string{".csv": "text/csv; charset=utf-8", ".zip": "application/zip", ".ndjson": "application/x-ndjson"}

func (q *request) sendFile(d download) {
	http.NewResponseController(q.w).SetWriteDeadline(time.Now().Add(importWait)) // where it cannot be set, the usual one holds
	h := q.w.Header()
	h.Set("Content-Type", fileTypes[path.Ext(d.name)])
	h.Set("Content-Disposition", `attachment; filename="`+d.name+`"`)
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if err := d.write(q.w); err != nil && q.Context().Err() == nil {
		q.api.Log.ErrorContext(q.Context(), "file cut off", "path", q.URL.Path, "err", err)
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
}
