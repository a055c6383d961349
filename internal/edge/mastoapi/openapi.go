package mastoapi

import (
	"regexp"
	"strings"
)

// The API describes itself: OpenAPI 3.1, made from the routes as they are, and
// from what answers.go and parameters.go say of each.
// https://spec.openapis.org/oas/v3.1.0

func (a *API) documentRoutes() { a.do("GET /api/openapi.json", anyone(""), a.document) }

// documentAge is for how long others may keep the document.
const documentAge = "public, max-age=3600"

func (a *API) document(q *request) (any, error) {
	a.described.Do(func() { a.description = marshal(a.describe()) })
	q.w.Header().Set("Cache-Control", documentAge)
	return a.description, nil
}

func (a *API) describe() schema {
	paths := schema{}
	for _, r := range append(append([]Route{}, a.routes...), a.Others...) {
		path, _ := paths[r.Path].(schema)
		if path == nil {
			path = schema{}
			paths[r.Path] = path
		}
		path[strings.ToLower(r.Method)] = r.operation()
	}
	return schema{
		"openapi": "3.1.0",
		"info": schema{"title": "Plaza", "version": a.Version, "license": schema{"name": "AGPL-3.0", "identifier": "AGPL-3.0-only"},
			"description": "The client API of Mastodon, as this server speaks it. What Mastodon does not have is marked with x-plaza; x-off says why a feature is not here."},
		"servers": []schema{{"url": a.BaseURL}},
		"paths":   paths,
		"components": schema{"schemas": describeEntities(), "securitySchemes": schema{"token": schema{"type": "oauth2", "flows": schema{
			"authorizationCode": schema{"authorizationUrl": a.BaseURL + "/oauth/authorize", "tokenUrl": a.BaseURL + "/oauth/token", "scopes": a.scopes()},
			"clientCredentials": schema{"tokenUrl": a.BaseURL + "/oauth/token", "scopes": a.scopes()}}}}},
	}
}

func describeEntities() schema {
	out := schema{}
	for name, v := range entities {
		s := schemaOf(v)
		for _, field := range added[name] {
			properties := s["properties"].(schema)
			properties[field] = marked(properties[field].(schema))
		}
		out[name] = s
	}
	return out
}

// marked is s, as something that Mastodon does not have. What is said beside a $ref
// is not read by everybody.
func marked(s schema) schema {
	if s["$ref"] != nil {
		s = schema{"allOf": []schema{s}}
	}
	out := schema{"x-plaza": true}
	for k, v := range s {
		out[k] = v
	}
	return out
}

// scopes are those that a route needs.
func (a *API) scopes() schema {
	out := schema{}
	for _, r := range a.routes {
		if r.Scope != "" {
			out[r.Scope] = ""
		}
	}
	return out
}

// usual is the way that the documentation gives a route that answers to PUT
// and PATCH alike.
func (r Route) usual() string {
	for _, method := range []string{r.Method, map[string]string{"PUT": "PATCH", "PATCH": "PUT"}[r.Method]} {
		if _, ok := answers[method+" "+r.Path]; ok {
			return method
		}
	}
	return ""
}

// Ours reports whether a route is one that Mastodon does not have.
func (r Route) Ours() bool {
	usual := r.usual()
	return strings.HasPrefix(r.Path, "/api/plaza/") || strings.HasPrefix(r.Path, "/api/v1/pleroma/") || r.Path == "/api/openapi.json" ||
		strings.HasPrefix(r.Path, "/api/v1/interaction_requests") || r.Path == aliasPath || r.Path == movePath || usual != "" && usual != r.Method
}

func (r Route) operation() schema {
	out := schema{"tags": []string{r.group()}, "operationId": r.name(), "responses": r.responses(), "security": r.security(), "x-who": string(r.Who)}
	if list := r.parameters(); len(list) > 0 {
		out["parameters"] = list
	}
	if body := r.requestBody(); body != nil {
		out["requestBody"] = body
	}
	for name, v := range map[string]string{"x-limit": r.Limit, "x-off": r.Off} {
		if v != "" {
			out[name] = v
		}
	}
	if r.Ours() {
		out["x-plaza"] = true
	}
	return out
}

var versions = regexp.MustCompile(`^(v\d+(_alpha)?|api|plaza|pleroma|)$`)

// group is the first word of a path that says what it is about.
func (r Route) group() string {
	for _, word := range strings.Split(r.Path, "/") {
		if !versions.MatchString(word) {
			return word
		}
	}
	return "house"
}

var notWord = regexp.MustCompile(`[^A-Za-z0-9]+`)

// name is one that no other route has.
func (r Route) name() string {
	last := ""
	if strings.HasSuffix(r.Path, "/") {
		last = "_"
	}
	return strings.ToLower(r.Method) + "_" + strings.Trim(notWord.ReplaceAllString(r.Path, "_"), "_") + last
}

func (r Route) security() []schema {
	token := schema{"token": []string{}}
	if r.Scope != "" {
		token["token"] = []string{r.Scope}
	}
	if r.Who == Anyone {
		return []schema{{}, token}
	}
	return []schema{token}
}

// further are answers with another status than 200 that keep to the same form.
var further = map[string][]string{
	"POST /api/v1/media": {"202"}, "POST /api/v2/media": {"202"}, "GET /api/v1/media/{id}": {"206"}, "PUT /api/v1/media/{id}": {"206"}, "POST " + movePath: {"202"},
	"GET /api/v1/donation_campaigns": {"204"}, "POST /oauth/authorize": {"302", "303"},
}

func (r Route) responses() schema {
	route := r.usual() + " " + r.Path
	answer, declared := answers[route]
	ok := schema{"description": "It went well."}
	switch v := answer.(type) {
	case nil:
	case file:
		ok["content"] = schema{string(v): schema{"schema": plain["string"]}}
	default:
		ok["content"] = schema{"application/json": schema{"schema": schemaOf(v)}}
	}
	out := schema{}
	if declared {
		out["200"] = ok
		for _, status := range further[route] {
			out[status] = ok
		}
	}
	fault := schema{"application/json": schema{"schema": readWord("Error")}}
	out["4XX"] = schema{"description": "It is not possible; the sentence says why.", "content": fault}
	out["503"] = schema{"description": "It is not possible now; Retry-After says when to ask again.", "content": fault}
	return out
}
