package doors

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// published is the schema of Mastodon's client API, made from its
// documentation. It is not ours to pass on, and so not part of this
// repository.
const published = "../../../shared/api/mastodon-openapi.json"

// A contract is what answers must look like.
type contract struct {
	doc    *openapi3.T
	met    map[string]bool // the routes whose answers were checked
	server *apptest.Server
}

func readContract(t *testing.T, s *apptest.Server) *contract {
	t.Helper()
	if _, err := os.Stat(published); errors.Is(err, os.ErrNotExist) {
		t.Skip("there is no published schema at", published)
	}
	doc, err := openapi3.NewLoader().LoadFromFile(published)
	if err != nil {
		t.Fatal(err)
	}
	mend(doc)
	return &contract{doc: doc, met: map[string]bool{}, server: s}
}

// mend corrects what recorded answers of Mastodon itself do not keep to:
// "oneOf" stands where one entity includes the other, filters are a list,
// the id of a push subscription is a number, a description that nobody changed
// has no time, of accounts elsewhere the staff is told no address, and notices in
// groups are of the kinds that they have alone.
func mend(doc *openapi3.T) {
	for _, s := range doc.Components.Schemas {
		for _, p := range s.Value.Properties {
			either(p.Value)
		}
	}
	doc.Components.Schemas["WebPushSubscription"].Value.Properties["id"].Value.Type = &openapi3.Types{"integer"}
	changed := doc.Components.Schemas["ExtendedDescription"].Value.Properties["updated_at"].Value
	changed.Type = &openapi3.Types{"string", "null"}
	for _, name := range []string{"email", "locale"} { // who lives elsewhere, or has not said
		x := doc.Components.Schemas["AdminAccount"].Value.Properties[name].Value
		x.Type = &openapi3.Types{"string", "null"}
	}
	doc.Components.Schemas["NotificationGroup"].Value.Properties["type"].Value.Enum = doc.Components.Schemas["NotificationTypeEnum"].Value.Enum
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			ok := op.Responses.Status(200)
			if ok == nil || ok.Value.Content["application/json"] == nil {
				continue
			}
			answer := ok.Value.Content["application/json"]
			either(answer.Schema.Value)
			if method == "GET" && path == "/api/v1/filters" {
				answer.Schema = openapi3.NewArraySchema().WithItems(answer.Schema.Value).NewRef()
			}
		}
	}
}

func either(s *openapi3.Schema) {
	if s != nil && len(s.OneOf) > 0 {
		s.AnyOf, s.OneOf = append(s.AnyOf, s.OneOf...), nil
	}
}

var variable = regexp.MustCompile(`\{[^}]+\}`)

// schema is that of the answer to a call of a route, or nil.
func (c *contract) schema(method, route string) *openapi3.Schema {
	for path, item := range c.doc.Paths.Map() {
		if variable.ReplaceAllString(path, "{}") != variable.ReplaceAllString(route, "{}") {
			continue
		}
		op := item.GetOperation(method)
		if op == nil || op.Responses.Status(200) == nil || op.Responses.Status(200).Value.Content["application/json"] == nil {
			return nil
		}
		return op.Responses.Status(200).Value.Content["application/json"].Schema.Value
	}
	return nil
}

// call calls a route; its answer has to be 200 and keep to the schema. The
// parts of the path follow the options.
func (c *contract) call(t *testing.T, as *apptest.Person, route string, parts []any, options ...option) apptest.Answer {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	pattern, query, _ := strings.Cut(path, "?")
	full := fmt.Sprintf(variable.ReplaceAllString(strings.ReplaceAll(path, "%", "%%"), "%v"), parts...)
	if as != nil {
		options = append(options, bearer(as.Token))
	}
	a := send(t, c.server, method, full, options...)
	wantStatus(t, route, a, 200)
	c.met[method+" "+pattern] = true
	schema := c.schema(method, pattern)
	if schema == nil {
		return a
	}
	var v any
	if err := json.Unmarshal(a.Body, &v); err != nil {
		t.Fatalf("%s: %v in %s", route, err, a.Body)
	}
	if list, ok := v.([]any); ok && len(list) == 0 && query != "empty" {
		t.Errorf("%s: an empty list shows nothing", route)
	}
	keep(t, route, schema, v)
	return a
}

// entity checks an entity that comes some other way.
func (c *contract) entity(t *testing.T, name, text string) {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	keep(t, name, c.doc.Components.Schemas[name].Value, v)
}

// each checks a list of entities that comes some other way.
func (c *contract) each(t *testing.T, name string, list []byte) {
	t.Helper()
	var all []json.RawMessage
	if err := json.Unmarshal(list, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Errorf("an empty list of %s shows nothing", name)
	}
	for _, one := range all {
		c.entity(t, name, string(one))
	}
}

func keep(t *testing.T, what string, schema *openapi3.Schema, v any) {
	t.Helper()
	err := schema.VisitJSON(v, openapi3.MultiErrors(), openapi3.SetSchemaErrorMessageCustomizer(func(e *openapi3.SchemaError) string {
		return fmt.Sprintf("/%s: %s, is %v", strings.Join(e.JSONPointer(), "/"), e.Reason, e.Value)
	}))
	if err != nil {
		t.Errorf("%s: %.1500s", what, err)
	}
}
