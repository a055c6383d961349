package doors

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// endpoints is the list of Mastodon's routes, which is not ours to pass on.
const endpoints = "../../../shared/facts/endpoints.csv"

func readOpenAPI(t *testing.T, s *apptest.Server) (*openapi3.T, apptest.Answer) {
	t.Helper()
	a := send(t, s, "GET", "/api/openapi.json")
	wantStatus(t, "the document", a, 200)
	doc, err := openapi3.NewLoader().LoadFromData(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc, a
}

// TestOpenAPI checks that the API describes itself wholly: each route that
// apps call, with its answer, its scope and its parameters.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	doc, a := readOpenAPI(t, s)
	if err := doc.Validate(t.Context()); err != nil {
		t.Errorf("the document is not valid: %.2000s", err)
	}
	if strings.Contains(string(a.Body), "x-raw") {
		t.Error("an entity holds JSON of its own, and no table in answers.go says what it is")
	}
	if age := a.Header.Get("Cache-Control"); !strings.HasPrefix(age, "public") {
		t.Errorf("it may be kept: %q", age)
	}
	for _, r := range s.Routes() {
		if r.Edge == "web" || r.Edge == "fedi" || r.Edge == "abuse" || r.Edge == "tlog" || r.Edge == "app" || strings.HasSuffix(r.Path, ".png") {
			continue
		}
		item := doc.Paths.Value(r.Path)
		if item == nil || item.GetOperation(r.Method) == nil {
			t.Errorf("%s %s is not in the document", r.Method, r.Path)
			continue
		}
		op := item.GetOperation(r.Method)
		if op.Responses.Value("200") == nil {
			t.Errorf("%s %s: what does it answer? internal/edge/mastoapi/answers.go is to say", r.Method, r.Path)
		}
		if off, _ := op.Extensions["x-off"].(string); off != r.Off {
			t.Errorf("%s %s is off because of %q, and the document says %q", r.Method, r.Path, r.Off, off)
		}
		if r.Scope != "" && !slices.ContainsFunc(*op.Security, func(one openapi3.SecurityRequirement) bool { return slices.Contains(one["token"], r.Scope) }) {
			t.Errorf("%s %s needs %s, and the document says %v", r.Method, r.Path, r.Scope, *op.Security)
		}
		if got, want := len(variable.FindAllString(r.Path, -1)), inPath(op); got != want {
			t.Errorf("%s %s has %d variables, and the document %d", r.Method, r.Path, got, want)
		}
	}
}

func inPath(op *openapi3.Operation) (n int) {
	for _, p := range op.Parameters {
		if p.Value.In == "path" {
			n++
		}
	}
	return n
}

func isOurs(x map[string]any) bool { ours, _ := x["x-plaza"].(bool); return ours }

// colons are how the list of routes writes what the documentation writes with
// braces.
var colons = regexp.MustCompile(`:[a-z_]+`)

// TestOursAreMarked compares the document with the list of Mastodon's routes
// and with the published schema: what those do not have is marked as ours,
// and nothing else is.
func TestOursAreMarked(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	doc, _ := readOpenAPI(t, s)
	theirs := readContract(t, s)
	listed := listedRoutes(t)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			route := method + " " + variable.ReplaceAllString(path, "*")
			if known := listed[strings.TrimSuffix(route, "/")] || theirs.schema(method, path) != nil || slices.Contains(unlisted, method+" "+path); known == isOurs(op.Extensions) {
				t.Errorf("%s %s: Mastodon has it: %t, marked as ours: %t", method, path, known, isOurs(op.Extensions))
			}
		}
	}
	for name, schema := range doc.Components.Schemas {
		published := theirs.doc.Components.Schemas[name]
		if published == nil {
			continue
		}
		known := map[string]bool{}
		properties(published, known)
		for field, p := range schema.Value.Properties {
			if has := known[field] || slices.Contains(unlisted, name+"."+field); has == isOurs(p.Value.Extensions) {
				t.Errorf("%s.%s: Mastodon has it: %t, marked as ours: %t", name, field, has, isOurs(p.Value.Extensions))
			}
		}
	}
}

// unlisted are routes and fields that Mastodon has and its documentation leaves
// out, or tells of in words only.
var unlisted = []string{"GET /api/v1/trends", "GET /oauth/authorize/native", "POST /oauth/authorize", "POST /oauth/userinfo", "GET /api/v1/streaming", "GET /api/v1/streaming/",
	"GET /api/v1/notifications/policy", "PUT /api/v1/notifications/policy",
	"Suggestion.source", "Preferences.posting:default:quote_policy", "Preferences.reading:autoplay:gifs", "Error.existing_domain_block", "Error.details",
	"Application.client_id", "Application.client_secret", "Application.client_secret_expires_at", "WebPushSubscription.policy",
	"MediaAttachment.preview_remote_url", "MediaAttachment.text_url", "Quote.quoted_status_id", "NotificationPolicy.for_bots",
	"NotificationGroup.collection", "PreviewCard.language", "PreviewCard.image_description"}

func listedRoutes(t *testing.T) map[string]bool {
	t.Helper()
	f, err := os.Open(endpoints)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("there is no list of routes at", endpoints)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, r := range rows {
		path := strings.Replace(r[slices.Index(rows[0], "path")], "/api/v1/:account_id/", "/api/v1/accounts/:account_id/", 1)
		out[r[slices.Index(rows[0], "method")]+" "+colons.ReplaceAllString(variable.ReplaceAllString(path, "*"), "*")] = true
	}
	return out
}

// properties are all that a schema has, in parts that it is put together from
// too.
func properties(s *openapi3.SchemaRef, into map[string]bool) {
	for name := range s.Value.Properties {
		into[name] = true
	}
	for _, part := range s.Value.AllOf {
		properties(part, into)
	}
}

// TestTimes: every time in the document is written with milliseconds, in UTC.
func TestTimes(t *testing.T) {
	t.Parallel()
	doc, _ := readOpenAPI(t, apptest.Start(t))
	for name, schema := range doc.Components.Schemas {
		for field, p := range schema.Value.Properties {
			if !strings.HasSuffix(field, "_at") || p.Value.Type.Includes("integer") {
				continue
			}
			if b, _ := json.Marshal(p.Value); p.Value.Format != "date" && p.Value.Pattern == "" {
				t.Errorf("%s.%s may be any text: %s", name, field, b)
			}
		}
	}
}
