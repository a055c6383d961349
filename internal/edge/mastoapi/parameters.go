package mastoapi

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// takes are the parameters of routes, in the words of schema.go. Those of a GET
// stand in its query, and all others in a body of any of three forms.
var takes = map[string]shape{}

// paged are the parameters of every list that goes on.
var paged = shape{"limit": "int", "max_id": "string", "since_id": "string", "min_id": "string"}

var variable = regexp.MustCompile(`\{([^}]+)\}`)

func (r Route) taken() shape { return takes[r.usual()+" "+r.Path] }

func (r Route) parameters() []schema {
	out := []schema{}
	for _, name := range variable.FindAllStringSubmatch(r.Path, -1) {
		out = append(out, schema{"name": name[1], "in": "path", "required": true, "schema": plain["string"]})
	}
	if r.Method != "GET" {
		return out
	}
	for _, name := range slices.Sorted(maps.Keys(r.taken())) {
		word, _ := r.taken()[name].(string)
		if list := strings.HasPrefix(word, "[]"); list {
			out = append(out, schema{"name": name + "[]", "in": "query", "explode": true, "schema": schemaOf(word)})
			continue
		}
		out = append(out, schema{"name": name, "in": "query", "schema": schemaOf(r.taken()[name])})
	}
	return out
}

// requestBody says what a route takes that changes something.
func (r Route) requestBody() schema {
	if r.Method == "GET" || len(r.taken()) == 0 {
		return nil
	}
	body := schema{"schema": schemaOf(r.taken())}
	return schema{"content": schema{"application/json": body, "application/x-www-form-urlencoded": body, "multipart/form-data": body}}
}
