package mastoapi

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/media"
)

// Limits of what is uploaded. The blob store has those of each kind of file.
const (
	maxThumbnail = 8 << 20
	maxValue     = 64 << 10 // bytes of one value beside a file
	maxValues    = 50
	maxBeside    = maxThumbnail + 1<<20 // bytes of what comes with a file
)

// upload is do for a route whose body may be large: its handler calls receive,
// which reads the file as it comes.
func (a *API) upload(route string, n need, h func(*request) (any, error), rules ...*limit.Rule) {
	from := len(a.routes)
	a.do(route, n, h, rules...)
	for i := range a.routes[from:] {
		a.routes[from+i].streams = true
	}
}

// files are those of a form.
type files struct {
	file  media.Received
	some  bool // a file was sent
	still []byte
}

func (f files) mustHaveFile() error {
	if !f.some {
		return errs.New(errs.Invalid, "Validation failed: File can't be blank")
	}
	return nil
}

func (f files) thumbnail() io.Reader {
	if f.still == nil {
		return nil
	}
	return bytes.NewReader(f.still)
}

// receive reads a form; its file goes to the spool as it comes. Whoever calls
// it adds or drops the file, also after an error.
func (q *request) receive() (f files, err error) {
	kind, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return f, q.parse()
	}
	q.params = map[string][]string{}
	for k, vs := range q.URL.Query() {
		q.params[k] = vs
	}
	q.Body = http.MaxBytesReader(q.w, q.Body, q.api.MaxVideo+maxBeside)
	parts, err := q.MultipartReader()
	if err != nil {
		return f, errs.Wrap(errs.Invalid, errs.Public(errBody), err)
	}
	for n := 0; ; n++ {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, q.readable()
		}
		if err == nil && n == maxValues {
			return f, errs.Newf(errs.Invalid, "Send at most %d values with a file.", maxValues)
		}
		if err == nil {
			err = q.part(p, &f)
		}
		if err != nil {
			return f, uploadError(err)
		}
	}
}

func uploadError(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return errs.New(errs.Invalid, "Validation failed: The file is too large. Make it smaller.")
	}
	if errs.Public(err) != "" {
		return err
	}
	return errs.Wrap(errs.Invalid, errs.Public(errBody), err)
}

// part takes one part of a form.
func (q *request) part(p *multipart.Part, f *files) (err error) {
	switch name := p.FormName(); {
	case name == "file" && !f.some:
		f.some = true
		f.file, err = q.api.Media.Receive(q.Context(), q.By, p)
		return err
	case name == "thumbnail":
		still, err := io.ReadAll(io.LimitReader(p, maxThumbnail+1))
		if err == nil && len(still) > maxThumbnail {
			err = errs.Newf(errs.Invalid, "The thumbnail is too large: at most %d MiB are taken.", maxThumbnail>>20)
		}
		f.still = still
		return err
	default:
		v, err := io.ReadAll(io.LimitReader(p, maxValue+1))
		if err == nil && len(v) > maxValue {
			err = errs.Newf(errs.Invalid, "A value is too long: at most %d bytes are taken.", maxValue)
		}
		q.params[name] = append(q.params[name], string(v))
		return err
	}
}
