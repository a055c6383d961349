package mastoapi

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// takes are the parameters of routes, in the words of schema.go. Those of a GET
// stand in its query, and all others in a body of any of three forms.
var takes = map[string]shape{
	"POST /api/v1/accounts":                     {"username": "string", "email": "string", "password": "string", "agreement": "bool", "locale?": "string", "reason?": "string", "invite_code?": "string"},
	"GET /api/v1/accounts":                      {"id": "[]string"},
	"GET /api/v1/accounts/relationships":        {"id": "[]string"},
	"GET /api/v1/accounts/familiar_followers":   {"id": "[]string"},
	"GET /api/v1/accounts/lookup":               {"acct": "string"},
	"GET /api/v1/accounts/search":               {"q": "string", "limit": "int", "offset": "int", "following": "bool", "resolve": "bool"},
	"PATCH /api/v1/accounts/update_credentials": profileTakes,
	"PATCH /api/v1/profile":                     profileTakes,
	"GET /api/v1/accounts/{id}/statuses":        page(shape{"pinned": "bool", "only_media": "bool", "exclude_replies": "bool", "exclude_reblogs": "bool", "exclude_direct": "bool", "tagged": "string"}),
	"GET /api/v1/accounts/{id}/followers":       page(nil), "GET /api/v1/accounts/{id}/following": page(nil),
	"GET /api/v1/blocks": page(nil), "GET /api/v1/mutes": page(nil), "GET /api/v1/follow_requests": page(nil),
	"POST /api/v1/accounts/{id}/follow": {"reblogs?": "bool", "notify?": "bool", "languages?": "[]string"},
	"POST /api/v1/accounts/{id}/mute":   {"notifications?": "bool", "duration?": "int"},
	"POST /api/v1/accounts/{id}/note":   {"comment?": "string"},
	"POST /api/v1/apps":                 {"client_name": "string", "redirect_uris": "any", "scopes?": "string", "website?": "string"},

	"POST /api/v1/statuses":                        statusTakes,
	"PUT /api/v1/statuses/{id}":                    statusTakes,
	"GET /api/v1/statuses":                         {"id": "[]string"},
	"DELETE /api/v1/statuses/{id}":                 {"delete_media?": "bool"},
	"POST /api/v1/statuses/{id}/reblog":            {"visibility?": "string"},
	"GET /api/v1/statuses/{id}/reblogged_by":       page(nil),
	"GET /api/v1/statuses/{id}/favourited_by":      page(nil),
	"GET /api/v1/statuses/{id}/quotes":             page(nil),
	"PUT /api/v1/statuses/{id}/interaction_policy": {"quote_approval_policy": "string"},
	"POST /api/v1/polls/{id}/votes":                {"choices": "[]int"},
	"POST /api/v1/media":                           mediaTakes, "POST /api/v2/media": mediaTakes, "PUT /api/v1/media/{id}": mediaTakes,
	"GET /api/v1/scheduled_statuses":      page(nil),
	"PUT /api/v1/scheduled_statuses/{id}": {"scheduled_at": "string"},

	"GET /api/v1/timelines/home":          page(nil),
	"GET /api/v1/timelines/public":        page(shape{"local": "bool", "remote": "bool", "only_media": "bool"}),
	"GET /api/v1/timelines/tag/{hashtag}": page(shape{"local": "bool", "remote": "bool", "only_media": "bool", "any": "[]string", "all": "[]string", "none": "[]string"}),
	"GET /api/v1/timelines/list/{id}":     page(nil),
	"GET /api/v1/bookmarks":               page(nil), "GET /api/v1/favourites": page(nil),
	"GET /api/v1/markers":  {"timeline": "[]string"},
	"POST /api/v1/markers": {"home?": shape{"last_read_id": "string"}, "notifications?": shape{"last_read_id": "string"}},
	"POST /api/v1/lists":   listTakes, "PUT /api/v1/lists/{id}": listTakes,
	"GET /api/v1/lists/{id}/accounts":    page(nil),
	"POST /api/v1/lists/{id}/accounts":   {"account_ids": "[]string"},
	"DELETE /api/v1/lists/{id}/accounts": {"account_ids": "[]string"},
	"GET /api/v1/notifications":          page(shape{"types": "[]string", "exclude_types": "[]string", "account_id": "string"}),
	"GET /api/v2/notifications":          page(shape{"types": "[]string", "exclude_types": "[]string", "account_id": "string", "grouped_types": "[]string", "expand_accounts": "string"}),
	"GET /api/v2/search":                 page(shape{"q": "string", "type": "string", "resolve": "bool", "following": "bool", "account_id": "string", "offset": "int"}),
	"GET /api/v1/directory":              {"order": "string", "local": "bool", "offset": "int", "limit": "int"},
	"GET /api/v1/trends/tags":            {"offset": "int", "limit": "int"}, "GET /api/v1/trends/statuses": {"offset": "int", "limit": "int"},
	"GET /api/v1/peers/search":      {"q": "string", "limit": "int"},
	"POST /api/v1/featured_tags":    {"name": "string"},
	"POST /oauth/token":             {"grant_type": "string", "client_id": "string", "client_secret?": "string", "redirect_uri?": "string", "code?": "string", "code_verifier?": "string", "username?": "string", "password?": "string", "scope?": "string"},
	"POST /oauth/revoke":            {"client_id": "string", "client_secret?": "string", "token": "string"},
	"GET /oauth/authorize":          {"response_type": "string", "client_id": "string", "redirect_uri": "string", "scope": "string", "state": "string", "code_challenge": "string", "code_challenge_method": "string"},
	"GET /api/v1/streaming":         {"stream": "string", "tag": "string", "list": "string"},
	"GET /api/v1/streaming/hashtag": {"tag": "string"}, "GET /api/v1/streaming/hashtag/local": {"tag": "string"}, "GET /api/v1/streaming/list": {"list": "string"},
	"GET /api/plaza/v1/imports/{id}/lines": {"after": "int", "limit": "int"},
	"POST /api/plaza/v1/imports":           {"type": "string", "data": "string", "mode?": "string", "include?": "string"},
}

var (
	statusTakes = shape{"status?": "string", "spoiler_text?": "string", "sensitive?": "bool", "visibility?": "string", "language?": "string", "in_reply_to_id?": "string",
		"media_ids?": "[]string", "poll?": shape{"options": "[]string", "expires_in": "int", "multiple?": "bool", "hide_totals?": "bool"},
		"scheduled_at?": "string", "quoted_status_id?": "string", "quote_approval_policy?": "string", "local_only?": "bool"}
	profileTakes = shape{"display_name?": "string", "note?": "string", "avatar?": "string", "header?": "string", "locked?": "bool", "bot?": "bool", "discoverable?": "bool",
		"indexable?": "bool", "hide_collections?": "bool", "fields_attributes?": "any", "source?": "{}any"}
	mediaTakes = shape{"file?": "string", "thumbnail?": "string", "description?": "string", "focus?": "string"}
	listTakes  = shape{"title?": "string", "replies_policy?": "string", "exclusive?": "bool"}
)

// page is what every list that goes on takes, besides its own.
func page(more shape) shape {
	return and(shape{"limit": "int", "max_id": "string", "since_id": "string", "min_id": "string"}, more)
}

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
