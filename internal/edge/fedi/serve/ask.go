package serve

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// A handler answers with a document, or with an error.
type handler func(q *ask) (any, error)

// An ask is one request: who asks for what.
type ask struct {
	*http.Request
	by   social.Actor
	face *view.Face // who signed; nil for nobody
}

// signed reports whether it is known who asks.
func (q *ask) signed() bool { return q.face != nil }

// number is a part of the path that is an id. What is none names nothing.
func (q *ask) number(name string) int64 {
	n, _ := id.Parse(chi.URLParam(q.Request, name))
	return n
}

func (q *ask) post(name string) social.PostID { return social.PostID(q.number(name)) }

var (
	absent    = errs.New(errs.NotFound, "Record not found")
	notSigned = errs.New(errs.Unauthenticated, "Sign the request: what is here is shown to nobody whom it is not known of who they are.")
	errLater  = errs.New(errs.Unavailable, "Who signs this cannot be found out at the moment. Ask again later.")
	unwelcome = errs.New(errs.Forbidden, "Nobody is answered where you come from.")
)

// vary is what an answer depends on besides its address.
const vary = "Accept, Signature, Signature-Input"

func (s *Server) serve(e route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", vary)
		q := &ask{Request: r}
		if !wantsDocument(r, true) {
			w.Header().Set("Cache-Control", "private, no-store")
			http.Redirect(w, r, e.page(q), http.StatusFound)
			return
		}
		s.answer(w, q, e)
	})
}

// answer finds out who asks, and shows them the document.
func (s *Server) answer(w http.ResponseWriter, q *ask, e route) {
	w.Header().Set("Cache-Control", "private, no-store")
	from, _, _ := net.SplitHostPort(q.RemoteAddr)
	if st := s.Limiter.Take(limitDocuments, from); !st.OK {
		w.Header().Set("Retry-After", strconv.Itoa(int(st.RetryAfter.Seconds())+1))
		fail(w, http.StatusTooManyRequests, "Too many requests. Try again later.")
		return
	}
	var err error
	if !e.blind {
		err = s.identify(q)
	}
	if err == nil && !q.signed() && (e.signed || s.SignedOnly && !e.open) {
		err = notSigned
	}
	var document any
	if err == nil {
		document, err = e.do(q)
	}
	if err != nil {
		s.refuse(w, q, err)
		return
	}
	s.show(w, q, document)
}

// identify finds out who signed the request. A signature that proves nothing is
// as good as none; where all have to sign, one that cannot be checked at the
// moment is not: who is shown less than there is would take it for all.
func (s *Server) identify(q *ask) error {
	if s.Verifier == nil || !claims(q.Request) {
		return nil
	}
	who, err := s.Verifier.Verify(q.Request)
	if err != nil {
		switch errs.KindOf(err) {
		case errs.Forbidden, errs.Internal:
			return err
		case errs.Unavailable, errs.Limited:
			if s.SignedOnly {
				return errLater
			}
		}
		s.Log.DebugContext(q.Context(), "a signature that proves nothing", "path", q.URL.Path, "err", err)
		return nil
	}
	f, err := s.View.Face(q.Context(), who)
	if err != nil {
		return err
	}
	if f.Standing != social.Good {
		return unwelcome
	}
	q.face, q.by = f, social.Actor{Account: who, Standing: social.Good, Role: social.Member, Remote: true}
	return nil
}

// claims reports whether a request says that it is signed.
func claims(r *http.Request) bool {
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return r.Header.Get("Signature") != "" || r.Header.Get("Signature-Input") != "" || strings.EqualFold(scheme, "Signature")
}

// A tombstone is shown where something was, as 410.
type tombstone struct{ as2.TombstoneDocument }

func (s *Server) show(w http.ResponseWriter, q *ask, document any) {
	status := http.StatusOK
	if t, ok := document.(*tombstone); ok {
		document, status = &t.TombstoneDocument, http.StatusGone
	}
	b, err := as2.Write(document)
	if err != nil {
		s.refuse(w, q, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", activityJSON)
	h.Set("X-Content-Type-Options", "nosniff")
	if !q.signed() {
		h.Set("Cache-Control", "public, max-age=60")
	}
	w.WriteHeader(status)
	w.Write(b) // a server that went away needs no answer
}

// statuses are the answers to the kinds of errors.
var statuses = map[errs.Kind]int{errs.NotFound: http.StatusNotFound, errs.Unauthenticated: http.StatusUnauthorized, errs.Forbidden: http.StatusForbidden,
	errs.Invalid: http.StatusBadRequest, errs.Unavailable: http.StatusServiceUnavailable, errs.Limited: http.StatusTooManyRequests}

func (s *Server) refuse(w http.ResponseWriter, q *ask, err error) {
	status, known := statuses[errs.KindOf(err)]
	if !known {
		status = http.StatusInternalServerError
		if q.Context().Err() == nil {
			s.Log.ErrorContext(q.Context(), "document", "path", q.URL.Path, "err", err)
		}
	}
	message := errs.Public(err)
	if errors.Is(err, nothing) || status == http.StatusNotFound {
		status, message = http.StatusNotFound, errs.Public(absent)
	}
	fail(w, status, message)
}

func fail(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(errs.RetryAfter))
	}
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"error": message}) // as above
}
