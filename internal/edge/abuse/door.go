package abuse

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/matters"
	"github.com/plaza-social/plaza/internal/social"
)

// perPlace is how often one network may send a report.
var perPlace = limit.Rule{Name: "abuse reports", Burst: 60, Per: time.Hour}

const (
	path = "/api/plaza/v1/notices"
	wait = 30 * time.Second // for the whole body
)

// A Door takes reports in XARF from machines.
type Door struct {
	Reader  Reader
	Matters *matters.Service
	Limiter *limit.Limiter
	Clock   clock.Clock
	BaseURL string
	Log     *slog.Logger
}

// A Route is a method and path with who may call it.
type Route struct{ Method, Path, Who string }

// RoutesList is every route of the package.
func RoutesList() []Route { return []Route{{http.MethodPost, path, "anyone"}} }

// Routes adds them to r.
func (d *Door) Routes(r chi.Router) { r.Post(path, d.serve) }

// taken is the answer to a report.
type taken struct {
	ID      string    `json:"id"`
	Ref     string    `json:"report_id"`
	Due     time.Time `json:"due"`
	Found   []string  `json:"found"` // which addresses of ours it names
	URL     string    `json:"url"`   // where the answer will be
	Receipt string    `json:"receipt"`
}

// statuses is how a kind sounds in HTTP.
var statuses = map[errs.Kind]int{errs.Invalid: http.StatusUnprocessableEntity, errs.Limited: http.StatusTooManyRequests, errs.Conflict: http.StatusConflict, errs.Unavailable: http.StatusServiceUnavailable}

func (d *Door) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	m, err := d.take(w, r)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	found := m.Addresses
	if found == nil {
		found = []string{}
	}
	write(w, http.StatusCreated, taken{ID: strconv.FormatInt(int64(m.ID), 10), Ref: m.Ref, Due: m.Span.Due, Found: found, URL: d.BaseURL + "/report/notice/" + m.Secret, Receipt: m.Receipt})
}

func (d *Door) take(w http.ResponseWriter, r *http.Request) (m social.Matter, err error) {
	place, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		place = r.RemoteAddr
	}
	if st := d.Limiter.Take(perPlace, place); !st.OK {
		w.Header().Set("Retry-After", strconv.Itoa(max(int(st.RetryAfter/time.Second), 1)))
		return m, errs.New(errs.Limited, "These are too many reports at once. Send the rest later.")
	}
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(wait)) // where it cannot be set, the usual one holds
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, social.MaxMatterRaw))
	if err != nil {
		return m, errs.Wrap(errs.Invalid, "The report is too long, or did not arrive whole. It has at most 2 MB: leave out evidence, and say where it is.", err)
	}
	draft, err := d.Reader.Read(raw, d.Clock())
	if err != nil {
		return m, err
	}
	if len(raw) == 0 || draft.Ref == "" || !json.Valid(raw) {
		return m, errs.New(errs.Invalid, "Send a report in XARF 4 or 3, as JSON.")
	}
	at, _ := netip.ParseAddr(place)
	draft.Channel, draft.Network = social.ByAPI, social.NetworkOf(at.Unmap())
	ctx := context.WithoutCancel(r.Context()) // who hangs up has told us all the same
	m, err = d.Matters.Take(ctx, social.Anyone, draft)
	return m, err
}

func (d *Door) fail(w http.ResponseWriter, r *http.Request, err error) {
	code, says := statuses[errs.KindOf(err)], errs.Public(err)
	if code == 0 {
		if !errors.Is(err, context.Canceled) {
			d.Log.ErrorContext(r.Context(), "report of abuse", "err", err)
		}
		code, says = http.StatusInternalServerError, "Something broke on our side. Send the report again in a while."
	}
	if code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(errs.RetryAfter))
	}
	write(w, code, map[string]string{"error": says})
}

func write(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // nobody is there any more to be told
}
