package doors

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// fields are those that each route reads, so that each can be sent wrongly.
var fields = map[string][]string{
	"POST /api/v1/statuses":                     {"status", "spoiler_text", "language", "sensitive", "visibility", "in_reply_to_id", "media_ids", "media_ids[]", "poll[options][]", "scheduled_at"},
	"PUT /api/v1/statuses/{id}":                 {"status", "spoiler_text", "language", "sensitive"},
	"POST /api/v1/statuses/{id}/reblog":         {"visibility"},
	"GET /api/v1/statuses":                      {"id", "id[]"},
	"POST /api/v1/apps":                         {"client_name", "redirect_uris", "redirect_uris[]", "scopes", "website"},
	"POST /api/v1/accounts":                     {"username", "email", "password", "reason", "locale", "invite_code", "agreement"},
	"PATCH /api/v1/accounts/update_credentials": {"display_name", "note", "locked", "bot", "discoverable", "indexable", "hide_collections", "avatar", "avatar_description", "header_description", "fields_attributes", "fields_attributes[0][name]", "fields_attributes[0][value]", "fields_attributes[x][name]", "source[privacy]", "source[sensitive]", "source[language]"},
	"GET /api/v1/accounts":                      {"id", "id[]"},
	"GET /api/v1/accounts/lookup":               {"acct"},
	"GET /api/v1/accounts/search":               {"q", "limit", "offset", "following"},
	"GET /api/v1/accounts/relationships":        {"id", "id[]"},
	"GET /api/v1/accounts/familiar_followers":   {"id", "id[]"},
	"POST /api/v1/accounts/{id}/follow":         {"reblogs", "notify", "languages", "languages[]"},
	"POST /api/v1/accounts/{id}/mute":           {"notifications", "duration"},
	"POST /api/v1/accounts/{id}/note":           {"comment"},
	"GET /api/v1/accounts/{id}/statuses":        {"tagged", "pinned", "only_media", "exclude_replies", "limit", "max_id", "min_id", "since_id"},
	"POST /api/v1/lists":                        {"title", "replies_policy", "exclusive"},
	"PUT /api/v1/lists/{id}":                    {"title", "replies_policy", "exclusive"},
	"POST /api/v1/lists/{id}/accounts":          {"account_ids", "account_ids[]"},
	"DELETE /api/v1/lists/{id}/accounts":        {"account_ids", "account_ids[]"},
	"GET /api/v1/lists/{id}/accounts":           {"limit", "max_id"},
	"GET /api/v1/notifications":                 {"types", "types[]", "exclude_types[]", "account_id", "limit", "max_id", "min_id", "since_id"},
	"GET /api/v2/notifications":                 {"types[]", "grouped_types", "grouped_types[]", "expand_accounts", "account_id", "limit", "max_id", "min_id", "include_filtered"},
	"POST /api/v1/notifications/dismiss":        {"id"},
	"GET /api/v1/markers":                       {"timeline", "timeline[]"},
	"POST /api/v1/markers":                      {"home", "home[last_read_id]", "notifications[last_read_id]"},
	"GET /api/v1/timelines/home":                {"limit", "max_id", "min_id", "since_id"},
	"GET /api/v1/timelines/public":              {"limit", "max_id", "min_id", "since_id", "local", "remote", "only_media"},
	"GET /api/v1/timelines/tag/{hashtag}":       {"limit", "max_id", "any", "any[]", "all[]", "none[]"},
	"GET /api/v2/search":                        {"q", "type", "limit", "offset", "account_id", "max_id", "resolve", "following"},
	"GET /api/v1/favourites":                    {"limit", "max_id", "min_id"},
	"GET /api/v1/blocks":                        {"limit", "max_id", "min_id"},
	"GET /api/v1/statuses/{id}/favourited_by":   {"limit", "max_id", "min_id"},
	"POST /oauth/token":                         {"client_id", "client_secret", "grant_type", "code", "redirect_uri", "code_verifier", "scope", "username", "password"},
	"POST /oauth/revoke":                        {"client_id", "client_secret", "token"},
	"GET /oauth/authorize":                      {"client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method", "force_login"},
	"POST /oauth/authorize":                     {"client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "decision"},
	"GET /oauth/userinfo":                       {"access_token"},
	"GET /api/v1/streaming/hashtag":             {"tag", "access_token"},
	"GET /api/v1/streaming/list":                {"list", "access_token"},
	"GET /api/v1/streaming":                     {"stream", "tag", "list", "access_token"},
	"GET /search":                               {"q", "type", "from", "before"},
	"GET /public":                               {"before", "after"},
	"GET /auth/confirmation":                    {"confirmation_token", "token"},
	"POST /auth/sign_in":                        {"user[email]", "user[password]", "next"},
	"POST /auth/sign_up":                        {"user[username]", "user[email]", "user[password]", "user[reason]", "invite"},
	"POST /auth/password":                       {"user[email]"},
	"POST /auth/password/edit":                  {"token", "reset_password_token", "user[password]"},
	"POST /new":                                 {"text", "warning", "language", "visibility", "reply_to", "key"},
	"POST /settings/profile":                    {"name", "display_name", "bio"},
}

// wrong are values that no field is made for, as JSON.
var wrong = []string{`7`, `-1.5e300`, `true`, `null`, `""`, `{}`, `{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":1}}}}}}}}`, `[]`, `[null]`, `[1,"a",{"b":[2]},[3]]`,
	`[[[[[[[[[[]]]]]]]]]]`, `"0"`, `"-1"`, `"9223372036854775807"`, `"99999999999999999999999"`, `"\u0000"`, `"a\u0000b"`, `"\ud800"`, `"\u202e\ufeff"`,
	`"%00"`, `"../../etc/passwd"`, `"' OR 1=1 --"`, `"<script>"`}

// bytes are values that are no text, for forms and queries.
var rawValues = []string{"\x00", "a\x00b", "\xff\xfe", "\xc3\x28", "\xed\xa0\x80", "%", strings.Repeat("a", 5000), "\r\nSet-Cookie: a=b", "💥"}

// wrongOnPostgres is of how many routes one is tried on PostgreSQL too, but for the
// long form: what a server's parser does is the same there.
const wrongOnPostgres = 4

// TestWrong sends everything wrongly: what cannot be taken is answered clearly,
// and never with a fault of ours.
func TestWrong(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		cookie := signIn(t, s, ada)
		said := ada.Post("Mine", "public")
		var list struct{ ID string }
		ada.Must("POST", "/api/v1/lists", "title=mine", &list)
		routes := slices.Sorted(maps.Keys(fields))
		crowded(len(fields), func(i int) {
			if s.Store.Engine() == "postgres" && !apptest.Long() && i%wrongOnPostgres != 0 {
				return
			}
			route := routes[i]
			method, path, _ := strings.Cut(route, " ")
			target := said.ID
			if strings.Contains(path, "/accounts/{id}") {
				target = fmt.Sprint(ben.ID)
			} else if strings.Contains(path, "/lists/{id}") {
				target = list.ID
			}
			path = strings.NewReplacer("{id}", target, "{hashtag}", "tag").Replace(path)
			for _, name := range fields[route] {
				sendWrongly(t, s, method, path, name, bearer(ada.Token), session(cookie))
			}
		})
	})
}

func sendWrongly(t *testing.T, s *apptest.Server, method, path, name string, who ...option) {
	t.Helper()
	try := func(what string, noText bool, options ...option) {
		a := send(t, s, method, path, append(who[:len(who):len(who)], options...)...)
		if strings.HasPrefix(path, "/api/") && a.Status >= 400 {
			wantError(t, fmt.Sprintf("%s %s with %s=%.60q", method, path, name, what), a)
		}
		want := map[bool]int{true: 422, false: 400}[strings.HasPrefix(path, "/api/")]
		if noText && !lenient(path) && a.Status != want {
			t.Errorf("%s %s with %s=%.60q: %d, want %d", method, path, name, what, a.Status, want)
		}
	}
	for _, v := range rawValues {
		noText := strings.ContainsRune(v, 0) || !utf8.ValidString(v)
		if method == "GET" {
			try(v, noText, query(name, v))
			continue
		}
		try(v, noText, form(name, v))
		try(v, noText, parts(t, name, v))
	}
	for _, v := range wrong {
		if method == "GET" {
			try(v, false, query(name, v))
		} else if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/oauth/") {
			try(v, strings.Contains(v, `\u0000`), text("application/json", `{"`+name+`":`+v+`}`))
		}
	}
}

// lenient are doors that make the best of what they are sent.
func lenient(path string) bool {
	return !strings.HasPrefix(path, "/api/") && !strings.HasPrefix(path, "/oauth/") || strings.HasPrefix(path, "/api/v1/streaming") ||
		strings.HasPrefix(path, "/oauth/userinfo")
}

// wantError checks the form of an error.
func wantError(t *testing.T, what string, a apptest.Answer) {
	t.Helper()
	var e struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(a.Body, &e); err != nil || e.Error == "" {
		t.Errorf("%s: %d is no error an app reads: %q", what, a.Status, a.Body)
	}
	if a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%s: %d without CORS", what, a.Status)
	}
}

// TestWrongPaths puts into paths what names nothing.
func TestWrongPaths(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada := s.Join("ada", social.Member)
		cookie := signIn(t, s, ada)
		names := []string{"0", "-1", "1", "01", "abc", "1e3", "+7", "9223372036854775807", "9223372036854775808", "99999999999999999999999999",
			"%00", "a%00b", "%ff", "%20", "%2e%2e%2f", "%F0%9F%92%A5", "%EF%BC%91", strings.Repeat("7", 3000)}
		routes := s.Routes()
		crowded(len(routes), func(i int) {
			r := routes[i]
			if !strings.Contains(r.Path, "{") && !strings.Contains(r.Path, "*") {
				return
			}
			for _, name := range names {
				path := strings.ReplaceAll(variable.ReplaceAllString(r.Path, name), "*", name)
				a := send(t, s, r.Method, path, bearer(ada.Token), session(cookie))
				if a.Status >= 400 && strings.HasPrefix(r.Path, "/api/") {
					wantError(t, r.Method+" "+path, a)
				}
				if strings.Contains(r.Path, "/{id}") && a.Status == 200 && !harmless(r.Path) {
					t.Errorf("%s %s: 200 %s", r.Method, path, a.Body)
				}
			}
		})
	})
}

// harmless are routes that are about nobody if their number names nobody.
func harmless(path string) bool { return path == "/api/v1/accounts/{id}/lists" }
