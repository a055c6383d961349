package doors

import (
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/mastoapi"
)

// untaken are parameters of Mastodon's that we do not look for, and why.
var untaken = map[string]string{
	"GET /api/v1/accounts/relationships with_suspended": "of everybody it is told, also of those suspended",
	"GET /api/v2/search exclude_unreviewed":             "a tag that may not be listed is never found",
	"GET /oauth/authorize lang":                         "the pages are in one language",
	"POST /api/v1/accounts date_of_birth":               "nobody is asked for their age",
	"POST /api/v1/statuses/{id}/translate lang":         "translation is off",
}

// TestParameters compares what our document says that routes take with the
// published schema. That a handler looks for nothing else is checked with every
// call of every test: apptest sees to it.
func TestParameters(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	doc, _ := readOpenAPI(t, s)
	theirs := readContract(t, s)
	for _, route := range mastoapi.Documented() {
		method, path, _ := strings.Cut(route, " ")
		if item := doc.Paths.Value(path); item == nil || item.GetOperation(method) == nil {
			t.Errorf("parameters.go tells what %s takes, which is no route", route)
		}
	}
	met := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			ours, their := parameters(op), parameters(theirs.operation(method, path))
			for _, name := range their {
				route := method + " " + path + " " + name
				why := untaken[route]
				if why == "" {
					why = untaken[name]
					route = name
				}
				if has := slices.Contains(ours, name); !has && why == "" {
					t.Errorf("%s %s: Mastodon takes %s", method, path, name)
				} else if !has {
					met[route] = true
				}
			}
		}
	}
	for what := range untaken {
		if !met[what] {
			t.Errorf("%s is taken everywhere, or nowhere", what)
		}
	}
}

// operation is what the schema says of a route, whatever it calls the
// variables, or nil.
func (c *contract) operation(method, route string) *openapi3.Operation {
	for path, item := range c.doc.Paths.Map() {
		if variable.ReplaceAllString(path, "{}") == variable.ReplaceAllString(route, "{}") {
			return item.GetOperation(method)
		}
	}
	return nil
}

// parameters are all that a call is told besides its path, as forms name them.
func parameters(op *openapi3.Operation) (out []string) {
	if op == nil {
		return nil
	}
	for _, p := range op.Parameters {
		if p.Value.In == "query" {
			out = append(out, strings.TrimSuffix(p.Value.Name, "[]"))
		}
	}
	if op.RequestBody != nil && op.RequestBody.Value.Content["application/json"] != nil {
		inBody("", op.RequestBody.Value.Content["application/json"].Schema.Value, &out)
	}
	return out
}

func inBody(at string, s *openapi3.Schema, out *[]string) {
	if at != "" {
		*out = append(*out, at)
	}
	for name, p := range s.Properties {
		if at != "" {
			name = at + "[" + name + "]"
		}
		inBody(name, p.Value, out)
	}
	if s.Items != nil && len(s.Items.Value.Properties) > 0 {
		inBody(at+"[]", s.Items.Value, out)
	}
}
