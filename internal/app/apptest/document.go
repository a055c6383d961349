package apptest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/edge/mastoapi"
)

// document is what the server says of its own API, read once for all tests:
// the routes of a build are always the same.
type document struct {
	doc    *openapi3.T
	router *chi.Mux // finds the route of a path
	err    error
}

var (
	documentOnce sync.Once
	documented   document
)

// Check compares an answer with what the server says of its own API. Every
// test that calls the server is a test of that document, too.
func (s *Server) Check(t testing.TB, method, path string, a Answer) {
	t.Helper()
	documentOnce.Do(func() { documented = readDocument(s.Handler()) })
	if documented.err != nil {
		t.Fatal(documented.err)
	}
	if a.Status == http.StatusNoContent || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		return
	}
	if err := documented.check(method, path, a); err != nil {
		t.Errorf("%s %s does not answer as /api/openapi.json says: %.1500s", method, path, err)
	}
}

func readDocument(h http.Handler) (d document) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/api/openapi.json", nil))
	if d.doc, d.err = openapi3.NewLoader().LoadFromData(w.Body.Bytes()); d.err != nil {
		return d
	}
	d.router = chi.NewRouter()
	for path, item := range d.doc.Paths.Map() {
		for method := range item.Operations() {
			d.router.Method(method, path, http.NotFoundHandler())
		}
	}
	for _, s := range d.doc.Components.Schemas {
		closed(s, map[*openapi3.Schema]bool{})
	}
	for _, item := range d.doc.Paths.Map() {
		for _, op := range item.Operations() {
			if s := answerOf(op, "200"); s != nil {
				closed(s, map[*openapi3.Schema]bool{})
			}
		}
	}
	return d
}

// closed makes every object in a schema one that has nothing but what is said
// of it: others have to bear with more, but our tests are to notice.
func closed(ref *openapi3.SchemaRef, met map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || met[ref.Value] {
		return
	}
	s := ref.Value
	met[s] = true
	if s.Properties != nil && s.AdditionalProperties.Schema == nil {
		no := false
		s.AdditionalProperties.Has = &no
	}
	for _, p := range s.Properties {
		closed(p, met)
	}
	for _, p := range append(append(openapi3.SchemaRefs{s.Items, s.AdditionalProperties.Schema}, s.AnyOf...), s.OneOf...) {
		closed(p, met)
	}
}

func answerOf(op *openapi3.Operation, status string) *openapi3.SchemaRef {
	r := op.Responses.Value(status)
	if r == nil || r.Value == nil || r.Value.Content["application/json"] == nil {
		return nil
	}
	return r.Value.Content["application/json"].Schema
}

func (d document) check(method, path string, a Answer) error {
	path, _, _ = strings.Cut(path, "?")
	route := chi.NewRouteContext()
	if !d.router.Match(route, method, path) {
		return nil
	}
	op := d.doc.Paths.Value(route.RoutePattern()).GetOperation(method)
	if op.Responses.Value("200") == nil {
		return nil // said by no one yet: another test is about that
	}
	status := fmt.Sprint(a.Status)
	if a.Status >= 400 {
		status = "4XX"
	}
	if op.Responses.Value(status) == nil {
		return fmt.Errorf("status %d is not in it", a.Status)
	}
	schema := answerOf(op, status)
	if schema == nil {
		return fmt.Errorf("status %d has no JSON", a.Status)
	}
	var v any
	if err := json.Unmarshal(a.Body, &v); err != nil {
		return err
	}
	return schema.Value.VisitJSON(v, openapi3.MultiErrors(), openapi3.SetSchemaErrorMessageCustomizer(func(e *openapi3.SchemaError) string {
		return fmt.Sprintf("/%s: %s, is %v", strings.Join(e.JSONPointer(), "/"), e.Reason, e.Value)
	}))
}

// reads checks that the document says what routes take: a parameter that a
// handler looks for is to stand in internal/edge/mastoapi/parameters.go.
func (s *Server) reads(r mastoapi.Route, name string) {
	if !r.Takes(name) {
		s.t.Errorf("%s %s looks for %q, and /api/openapi.json does not say so", r.Method, r.Path, name)
	}
}
