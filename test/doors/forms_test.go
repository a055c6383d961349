package doors

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// A sheet is what a call is told, as JSON has it.
type sheet = map[string]any

// A saying is a call with what it is told; {name} stands for what a stocked
// house has of that name.
type saying struct {
	route string
	body  sheet
}

// sayings are calls of all routes that are told anything, with everything that
// they can be told. A new parameter belongs in here.
var sayings = []saying{
	{"PATCH /api/v1/accounts/update_credentials", sheet{"display_name": "Olga ü & Co", "note": "Line one\nLine two", "locked": true, "bot": true, "discoverable": true, "indexable": true,
		"hide_collections": true, "show_media": false, "show_media_replies": false, "show_featured": false, "avatar_description": "Me", "header_description": "A house",
		"avatar": "{picture}", "header": "{picture}", "attribution_domains": []any{"a.example", "b.example"},
		"fields_attributes": []any{sheet{"name": "a", "value": "b"}, sheet{"name": "c", "value": "d"}},
		"source":            sheet{"privacy": "unlisted", "sensitive": true, "language": "de", "quote_policy": "followers", "reply_policy": "mutuals+approval"}}},
	{"PATCH /api/v1/profile", sheet{"display_name": "Olga", "note": "", "locked": false, "bot": false, "discoverable": true, "indexable": false, "hide_collections": false,
		"show_media": true, "show_media_replies": true, "show_featured": true, "avatar_description": "", "header_description": "", "avatar": "{picture}", "header": "{picture}",
		"attribution_domains": []any{}, "fields_attributes": []any{sheet{"name": "e", "value": "f"}}}},
	{"POST /api/v1/accounts/{ben}/follow", sheet{"reblogs": false, "notify": true, "languages": []any{"de", "en"}}},
	{"POST /api/v1/accounts/{ben}/follow", sheet{"languages": []any{}}},
	{"POST /api/v1/accounts/{cleo}/mute", sheet{"notifications": false, "duration": 3600}},
	{"POST /api/v1/accounts/{ben}/note", sheet{"comment": "Knows bread & salt"}},
	{"POST /api/v1/accounts/alias", sheet{"also_known_as_uris": []any{"@ben", "@cleo"}}},
	{"POST /api/v1/accounts/alias", sheet{"also_known_as_uris": []any{}}},
	{"POST /api/v1/apps", sheet{"client_name": "Forms", "redirect_uris": []any{"https://a.example/", "b://c"}, "scopes": "read write", "website": "https://a.example"}},
	{"POST /api/v1/domain_blocks", sheet{"domain": "far.example"}},
	{"DELETE /api/v1/domain_blocks", sheet{"domain": "far.example"}},
	{"POST /api/v1/reports", sheet{"account_id": "{ben}", "status_ids": []any{"{his}"}, "collection_ids": []any{"{his collection}"}, "rule_ids": []any{"1"}, "category": "violation", "comment": "So much bread", "forward": true}},

	{"POST /api/v1/statuses", sheet{"status": "Grüße & mehr", "spoiler_text": "w", "sensitive": true, "visibility": "unlisted", "language": "de", "in_reply_to_id": "{post}", "media_ids": []any{"{media}"}, "quote_approval_policy": "nobody"}},
	{"POST /api/v1/statuses", sheet{"status": "Rye?", "visibility": "public", "poll": sheet{"options": []any{"a", "b & c"}, "expires_in": 3600, "multiple": true, "hide_totals": true}}},
	{"POST /api/v1/statuses", sheet{"status": "Among us", "local_only": true}},
	{"POST /api/v1/statuses", sheet{"status": "Later", "scheduled_at": "{later}"}},
	{"POST /api/v1/statuses", sheet{"status": "As he said", "quoted_status_id": "{his}"}},
	{"PUT /api/v1/statuses/{post}", sheet{"status": "Anew", "spoiler_text": "", "sensitive": false, "language": "en", "media_ids": []any{"{other media}"},
		"media_attributes": []any{sheet{"id": "{other media}", "description": "Bread", "focus": "0.5,-0.5"}}}},
	{"PUT /api/v1/statuses/{post}", sheet{"status": "Rye or wheat?", "media_ids": []any{}, "poll": sheet{"options": []any{"rye", "wheat"}, "expires_in": 3600, "multiple": true, "hide_totals": true}}},
	{"POST /api/v1/statuses", sheet{"status": "Followers may reply", "reply_policy": "followers+approval"}},
	{"POST /api/v1/statuses", sheet{"status": "As GoToSocial has it", "interaction_policy": canReply("always", "with_approval", "following")}},
	{"POST /api/v1/statuses", sheet{"status": "As it has it now", "interaction_policy": canReply("automatic_approval", "manual_approval", "followers")}},
	{"PUT /api/v1/statuses/{post}", sheet{"status": "Friends may reply", "reply_policy": "mutuals"}},
	{"PUT /api/v1/statuses/{post}", sheet{"status": "Whom I follow may", "interaction_policy": canReply("always", "with_approval", "following")}},
	{"PUT /api/v1/statuses/{post}", sheet{"status": "Whoever follows me may", "interaction_policy": canReply("automatic_approval", "manual_approval", "followers")}},
	{"PUT /api/v1/statuses/{post}/interaction_policy", sheet{"quote_approval_policy": "followers", "reply_policy": "mentioned"}},
	{"PUT /api/v1/statuses/{post}/interaction_policy", sheet{"interaction_policy": canReply("always", "with_approval", "following")}},
	{"PUT /api/v1/statuses/{post}/interaction_policy", sheet{"interaction_policy": canReply("automatic_approval", "manual_approval", "followers")}},
	{"POST /api/plaza/v1/replies/approve", sheet{"ids": []any{"{his held}"}, "account_id": "{cleo}", "owner_id": "{ada}"}},
	{"POST /api/plaza/v1/replies/refuse", sheet{"ids": []any{"{her held}"}, "account_id": "{ben}", "owner_id": "{ada}"}},
	{"POST /api/plaza/v1/statuses/{his held}/hide", sheet{"reason": "unkind"}},
	{"POST /api/plaza/v1/statuses/{hidden}/appeal_hiding", sheet{"comment": "I was kind & brief"}},
	{"PUT /api/plaza/v1/reply_rules", sheet{"words": []any{"bread & salt", "loaf"}, "languages": []any{"de", "en"}, "min_account_days": 3, "hold_strangers": true, "hold_limited": true}},
	{"PUT /api/plaza/v1/reply_rules", sheet{"words": []any{}, "languages": []any{}, "min_account_days": 0, "hold_strangers": false, "hold_limited": false}},
	{"PUT /api/plaza/v1/statuses/{his}/vote", sheet{"value": 1}},
	{"POST /api/plaza/v1/conversations/{talk}/leave", sheet{"comment": "I am off"}},
	{"POST /api/v1/statuses/{his}/reblog", sheet{"visibility": "unlisted"}},
	{"DELETE /api/v1/statuses/{post}", sheet{"delete_media": true}},
	{"POST /api/v1/polls/{poll}/votes", sheet{"choices": []any{0, 1}}},
	{"PUT /api/v1/media/{loose media}", sheet{"description": "A loaf", "focus": "0.25,-1.0"}},
	{"PUT /api/v1/scheduled_statuses/{scheduled}", sheet{"scheduled_at": "{later}"}},
	{"POST /api/v1/markers", sheet{"home": sheet{"last_read_id": "103194548672408537"}, "notifications": sheet{"last_read_id": "103194548672408538"}}},
	{"POST /api/v1/lists", sheet{"title": "Bakers", "replies_policy": "none", "exclusive": true}},
	{"PUT /api/v1/lists/{list}", sheet{"title": "Cooks", "replies_policy": "followed", "exclusive": true}},
	{"POST /api/v1/lists/{list}/accounts", sheet{"account_ids": []any{"{ben}", "{cleo}"}}},
	{"DELETE /api/v1/lists/{list}/accounts", sheet{"account_ids": []any{"{cleo}"}}},
	{"POST /api/v1/statuses", sheet{"status": "Among bakers", "visibility": "private", "circle_id": "{list}"}},
	{"POST /api/v1/featured_tags", sheet{"name": "bread"}},

	{"POST /api/v1/notifications/dismiss", sheet{"id": "{notice 0}"}},
	{"DELETE /api/v1/notifications/destroy_multiple", sheet{"ids": []any{"{notice 1}", "{notice 2}"}}},
	{"POST /api/v1/notifications/requests/accept", sheet{"id": []any{"{request 0}"}}},
	{"POST /api/v1/notifications/requests/dismiss", sheet{"id": []any{"{request 1}"}}},
	{"PUT /api/v1/notifications/policy", sheet{"filter_not_following": true, "filter_not_followers": true, "filter_new_accounts": true, "filter_private_mentions": true}},
	{"PATCH /api/v2/notifications/policy", sheet{"for_not_following": "drop", "for_not_followers": "filter", "for_new_accounts": "accept", "for_private_mentions": "drop", "for_limited_accounts": "accept", "for_bots": "filter"}},
	{"POST /api/v1/push/subscription", sheet{"subscription": sheet{"endpoint": "https://push.example/1", "keys": sheet{"p256dh": "{key}", "auth": "{secret}"}, "standard": true},
		"data": sheet{"alerts": alertsOn("mention", "poll"), "policy": "followed"}, "policy": "follower"}},
	{"PUT /api/v1/push/subscription", sheet{"data": sheet{"alerts": alertsOn("quote", "admin.report"), "policy": "all"}, "policy": "none"}},

	{"POST /api/v1/collections", sheet{"name": "Bakers", "description": "All & them", "language": "en", "tag_name": "#Bread", "sensitive": true, "discoverable": false, "account_ids": []any{"{ben}", "{cleo}"}}},
	{"PATCH /api/v1/collections/{collection}", sheet{"name": "Cooks", "description": "", "language": "de", "tag_name": "Salt", "sensitive": true, "discoverable": false}},
	{"POST /api/v1/collections/{collection}/items", sheet{"account_id": "{cleo}"}},
	{"POST /api/v2/filters", sheet{"title": "Ads", "context": []any{"home", "public"}, "filter_action": "hide", "expires_in": 3600, "keywords_attributes": []any{sheet{"keyword": "buy", "whole_word": true}, sheet{"keyword": "now", "whole_word": false}}}},
	{"PUT /api/v2/filters/{filter}", sheet{"title": "More ads", "context": []any{"thread"}, "filter_action": "blur", "expires_in": 7200,
		"keywords_attributes": []any{sheet{"id": "{keyword}", "keyword": "cheaper", "whole_word": true}, sheet{"id": "{other keyword}", "_destroy": true}}}},
	{"POST /api/v2/filters/{filter}/keywords", sheet{"keyword": "sale", "whole_word": true}},
	{"PUT /api/v2/filters/keywords/{keyword}", sheet{"keyword": "sold", "whole_word": false}},
	{"POST /api/v2/filters/{filter}/statuses", sheet{"status_id": "{his}"}},
	{"POST /api/v1/filters", sheet{"phrase": "spam", "context": []any{"home"}, "irreversible": true, "whole_word": true, "expires_in": 3600}},
	{"PUT /api/v1/filters/{old filter}", sheet{"phrase": "spammy", "context": []any{"public"}, "irreversible": true, "whole_word": true, "expires_in": 7200}},

	{"POST /api/v1/admin/domain_blocks", sheet{"domain": "bad.example", "severity": "suspend", "reject_media": true, "reject_reports": true, "private_comment": "Spam", "public_comment": "No", "obfuscate": true}},
	{"PUT /api/v1/admin/domain_blocks/{host block}", sheet{"severity": "suspend", "reject_media": true, "reject_reports": true, "private_comment": "Spam", "public_comment": "No", "obfuscate": true}},
	{"POST /api/v1/admin/domain_allows", sheet{"domain": "good.example"}},
	{"POST /api/v1/admin/email_domain_blocks", sheet{"domain": "mail.example", "allow_with_approval": true, "other_domains": []any{"mx.mail.example"}}},
	{"POST /api/v1/admin/ip_blocks", sheet{"ip": "198.51.100.0/24", "severity": "no_access", "comment": "Bots", "expires_in": 3600}},
	{"PUT /api/v1/admin/ip_blocks/{net}", sheet{"ip": "203.0.113.0/24", "severity": "sign_up_block", "comment": "Fewer bots", "expires_in": 7200}},
	{"POST /api/v1/admin/canonical_email_blocks", sheet{"email": "spam@example.com"}},
	{"POST /api/v1/admin/canonical_email_blocks", sheet{"canonical_email_hash": strings.Repeat("ab", 32)}},
	{"POST /api/v1/admin/canonical_email_blocks/test", sheet{"email": "sp.am@example.com"}},
	{"PUT /api/v1/admin/reports/{report}", sheet{"category": "violation", "rule_ids": []any{"1"}}},
	{"PUT /api/v1/admin/reports/{report}", sheet{"rule_ids": []any{}}},
	{"PUT /api/v1/admin/tags/bread", sheet{"display_name": "BREAD", "listable": false, "trendable": true, "usable": false}},
	{"POST /api/v1/admin/measures", sheet{"keys": []any{"new_users", "tag_uses", "instance_accounts"}, "start_at": "2026-01-01", "end_at": "2026-01-03", "tag_uses": sheet{"id": "bread"}, "instance_accounts": sheet{"domain": "far.example"}}},
	{"POST /api/v1/admin/dimensions", sheet{"keys": []any{"languages", "tag_languages"}, "start_at": "2026-01-01", "end_at": "2026-01-03", "limit": 3, "tag_languages": sheet{"id": "bread", "domain": "x.example"}}},
	{"POST /api/v1/admin/retention", sheet{"start_at": "2026-01-01", "end_at": "2026-02-03", "frequency": "month"}},
	{"POST /api/plaza/v1/accounts/{cleo}/confirm", sheet{"name": "cleo", "reason": "met & known"}},
	{"POST /api/plaza/v1/names", sheet{"username": "person_x", "note": "For whom we met & know"}},
	{"POST /api/v1/admin/accounts/{cleo}/action", sheet{"type": "silence", "text": "Less, please & thank you", "report_id": "{report}", "send_email_notification": false}},
	{"POST /oauth/token", sheet{"grant_type": "client_credentials", "client_id": "{client}", "client_secret": "{client secret}", "redirect_uri": "https://a.example/", "scope": "read"}},
	{"POST /oauth/revoke", sheet{"client_id": "{client}", "client_secret": "{client secret}", "token": "unknown"}},
}

// elsewhereTold are parameters that are sent by other tests: files, what begins
// with somebody who is not here yet, and codes.
var elsewhereTold = []string{"POST /api/v1/media", "POST /api/v2/media", "PUT /api/v1/media/{id} file", "PUT /api/v1/media/{id} thumbnail", "POST /api/plaza/v1/imports", "POST /api/plaza/v1/names/{id}/link days",
	"POST /api/v1/accounts", "POST /api/v1/accounts/move", "POST /api/v1/emails/confirmations", "POST /oauth/authorize", "POST /oauth/token code", "POST /oauth/token code_verifier", "POST /oauth/token username", "POST /oauth/token password",
	"POST /api/v2/filters keywords_attributes[id]", "POST /api/v2/filters keywords_attributes[_destroy]", "PUT /api/v1/statuses/{id} visibility", "PUT /api/v1/statuses/{id} local_only", "PUT /api/v1/statuses/{id} circle_id", "PUT /api/v1/statuses/{id} in_reply_to_id", "PUT /api/v1/statuses/{id} scheduled_at", "PUT /api/v1/statuses/{id} quoted_status_id", "PUT /api/v1/statuses/{id} quote_approval_policy"}

// canReply is a policy as GoToSocial's apps send it: some may reply at once, all
// others may ask.
func canReply(atOnce, asking, who string) sheet {
	return sheet{"can_reply": sheet{atOnce: []any{"author", who}, asking: []any{"public"}}}
}

func alertsOn(names ...string) sheet {
	out := sheet{}
	for _, n := range []string{"mention", "quote", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quoted_update", "added_to_collection", "collection_update", "admin.sign_up", "admin.report", "pleroma:emoji_reaction"} {
		out[n] = slices.Contains(names, n)
	}
	return out
}

// pairsOf is a sheet as a form: names and values, in turns.
func pairsOf(name string, v any) (out []string) {
	switch v := v.(type) {
	case sheet:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			inner := k
			if name != "" {
				inner = name + "[" + k + "]"
			}
			out = append(out, pairsOf(inner, v[k])...)
		}
	case []any:
		for i, x := range v {
			if _, rows := x.(sheet); rows {
				out = append(out, pairsOf(fmt.Sprintf("%s[%d]", name, i), x)...)
			} else {
				out = append(out, pairsOf(name+"[]", x)...)
			}
		}
		if len(v) == 0 {
			out = append(out, name+"[]", "")
		}
	default:
		out = append(out, name, fmt.Sprint(v))
	}
	return out
}

// inNumbers is a form in which what is sent many times is counted, as GoToSocial
// wants it.
func inNumbers(pairs []string) []string {
	next := map[string]int{}
	for i := 0; i < len(pairs); i += 2 {
		if name, many := strings.CutSuffix(pairs[i], "[]"); many {
			pairs[i] = fmt.Sprintf("%s[%d]", name, next[name])
			next[name]++
		}
	}
	return pairs
}

// A way is one in which apps send the same.
type way struct {
	name string
	body func(t *testing.T, o sheet) option
	as   map[string]string // the method that stands for another
}

var allWays = []way{
	{"JSON", func(t *testing.T, o sheet) option { return object(t, o) }, nil},
	{"a form", func(_ *testing.T, o sheet) option { return form(pairsOf("", o)...) }, nil},
	{"parts", func(t *testing.T, o sheet) option { return parts(t, pairsOf("", o)...) }, nil},
	{"the address", func(_ *testing.T, o sheet) option { return query(pairsOf("", o)...) }, nil},
	{"a numbered form", func(_ *testing.T, o sheet) option { return form(inNumbers(pairsOf("", o))...) }, nil},
	{"the other method", func(t *testing.T, o sheet) option { return object(t, o) }, map[string]string{"PUT": "PATCH", "PATCH": "PUT"}},
}

// TestForms has houses that are alike be told the same in every way there is:
// they answer the same, call by call. The two ways that apps use most; with
// PLAZA_TEST_LONG all.
func TestForms(t *testing.T) {
	t.Parallel()
	ways := allWays[:2]
	if apptest.Long() {
		ways = allWays
	}
	logs := make([][]string, len(ways))
	t.Run("ways", func(t *testing.T) {
		for i, w := range ways {
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()
				logs[i] = stock(t).tellAll(t, w)
			})
		}
	})
	for i, w := range ways[1:] {
		for n := range logs[0] {
			if len(logs[i+1]) > n && logs[i+1][n] != logs[0][n] {
				t.Errorf("%s, as %s:\n%s\nand as JSON:\n%s", sayings[n].route, w.name, logs[i+1][n], logs[0][n])
			}
		}
	}
}

// TestFormsAreWhole: what the document says that routes take is sent by
// TestForms.
func TestFormsAreWhole(t *testing.T) {
	t.Parallel()
	doc, _ := readOpenAPI(t, apptest.Start(t))
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			route := method + " " + path
			if method == "GET" || isOurs(op.Extensions) && method != "DELETE" && item.GetOperation(map[string]string{"PUT": "PATCH", "PATCH": "PUT"}[method]) != nil || slices.Contains(elsewhereTold, route) {
				continue
			}
			sent := map[string]bool{}
			for _, x := range sayings {
				if m, p, _ := strings.Cut(x.route, " "); m == method && regexp.MustCompile("^"+variable.ReplaceAllString(path, "[^/]+")+"$").MatchString(p) {
					for name, v := range x.body {
						told := pairsOf(name, v)
						for j := 0; j < len(told); j += 2 {
							sent[plainName(told[j])] = true
						}
					}
				}
			}
			for _, name := range parameters(op) {
				if name = plainName(name); !sent[name] && !slices.Contains(elsewhereTold, route+" "+name) && !slices.ContainsFunc(slices.Collect(maps.Keys(sent)), func(s string) bool { return strings.HasPrefix(s, name+"[") }) {
					t.Errorf("%s is never told %s: sayings is to say", route, name)
				}
			}
		}
	}
}

var numbered = regexp.MustCompile(`\[\d*\]`)

// plainName is a name without which of several it is of.
func plainName(s string) string { return numbered.ReplaceAllString(s, "") }

// stocked is a house with one of everything that calls are about.
type stocked struct {
	*apptest.Server
	olga   *apptest.Person
	things map[string]string
}

// tellAll makes all calls, one way, and returns how each was answered.
func (h stocked) tellAll(t *testing.T, w way) (log []string) {
	t.Helper()
	var pairs []string
	for name, thing := range h.things {
		pairs = append(pairs, "{"+name+"}", thing)
	}
	fill := strings.NewReplacer(pairs...)
	for _, x := range sayings {
		method, path, _ := strings.Cut(x.route, " ")
		if other := w.as[method]; other != "" {
			method = other
		}
		text, err := json.Marshal(x.body)
		if err != nil {
			t.Fatal(err)
		}
		var body sheet
		if err := json.Unmarshal([]byte(fill.Replace(string(text))), &body); err != nil {
			t.Fatal(err)
		}
		options := []option{w.body(t, body)}
		if strings.HasPrefix(path, "/api/") {
			options = append(options, bearer(h.olga.Token))
		}
		a := send(t, h.Server, method, fill.Replace(path), options...)
		wantStatus(t, x.route+" as "+w.name, a, 200)
		log = append(log, fmt.Sprint(a.Status, " ", h.same(string(a.Body))))
	}
	return log
}

var changing = regexp.MustCompile(`"receipt":"[^"]*"|"id":\d+|[A-Za-z0-9_-]{32,}|\d{4}-\d\d-\d\dT[0-9:.]+Z|\d{8,}`)

// same is an answer without what is another in every house.
func (h stocked) same(body string) string {
	return changing.ReplaceAllString(strings.ReplaceAll(body, h.URL, "here"), "*")
}

// stock makes one. All are alike.
func stock(t *testing.T) stocked {
	t.Helper()
	s := apptest.Start(t)
	h := stocked{s, s.Join("olga", social.Owner), map[string]string{}}
	ben, cleo := s.Join("ben", social.Member), s.Join("cleo", social.Member)
	h.olga.Token = h.olga.TokenWith(auth.Scopes.String())
	settings := s.Instance.Settings()
	settings.Rules = []social.Rule{{ID: "1", Text: "Be kind."}}
	settings.ReplyAppeals = true
	if err := s.Instance.SetSettings(t.Context(), social.Actor{Account: h.olga.ID, Standing: social.Good, Role: social.Owner}, settings); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]*apptest.Person{"ben": ben, "cleo": cleo} {
		p.Must("PATCH", "/api/v1/profile", "discoverable=true", nil)
		h.olga.Follow(p)
		h.things[name] = num(p.ID)
	}
	h.belongings(t, ben)
	h.waiting(t, ben)
	h.replied(ben, cleo)
	return h
}

// belongings are olga's, and a few of ben's.
func (h stocked) belongings(t *testing.T, ben *apptest.Person) {
	t.Helper()
	type thing struct {
		ID           string
		Poll         struct{ ID string }
		Keywords     []struct{ ID string }
		Collection   struct{ ID string }
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
	}
	by := func(p *apptest.Person, method, path string, body any) (out thing) {
		t.Helper()
		p.Must(method, path, body, &out)
		return out
	}
	made := func(path string, body any) thing { t.Helper(); return by(h.olga, "POST", "/api/v1/"+path, body) }
	later := time.Now().Add(24 * time.Hour).UTC().Format("2006-01-02T15:04:05Z")
	for name, id := range map[string]string{"list": made("lists", "title=mine").ID, "scheduled": made("statuses", "status=later&scheduled_at="+url.QueryEscape(later)).ID,
		"collection": made("collections", "name=mine").Collection.ID, "his collection": by(ben, "POST", "/api/v1/collections", "name=his").Collection.ID,
		"post": h.olga.Post("Mine", "public").ID, "his": ben.Post("His #bread", "public").ID,
		"poll":       by(ben, "POST", "/api/v1/statuses", sheet{"status": "Rye?", "poll": sheet{"options": []string{"a", "b"}, "expires_in": 3600, "multiple": true}}).Poll.ID,
		"old filter": made("filters", "phrase=ads&context[]=home").ID, "host block": made("admin/domain_blocks", "domain=worse.example&severity=silence").ID,
		"net": made("admin/ip_blocks", "ip=192.0.2.1&severity=no_access").ID, "report": by(ben, "POST", "/api/v1/reports", "account_id="+h.things["cleo"]).ID, "later": later} {
		h.things[name] = id
	}
	for _, name := range []string{"media", "other media", "loose media"} {
		var m thing
		upload(t, h.Server, h.olga, "/api/v1/media", pngOf(t, 20, 20)).JSON(t, &m)
		h.things[name] = m.ID
	}
	f := by(h.olga, "POST", "/api/v2/filters", sheet{"title": "Ads", "context": []string{"home"}, "keywords_attributes": []sheet{{"keyword": "cheap"}, {"keyword": "dear"}}})
	h.things["filter"], h.things["keyword"], h.things["other keyword"] = f.ID, f.Keywords[0].ID, f.Keywords[1].ID
	app := made("apps", "client_name=Forms&redirect_uris=https://a.example/")
	h.things["client"], h.things["client secret"] = app.ClientID, app.ClientSecret
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h.things["key"], h.things["secret"] = base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), base64.RawURLEncoding.EncodeToString(make([]byte, 16))
	h.things["picture"] = "data:image/png;base64," + base64.StdEncoding.EncodeToString(pngOf(t, 20, 20))
}

// waiting is what others have told olga.
func (h stocked) waiting(t *testing.T, ben *apptest.Person) {
	t.Helper()
	h.olga.Must("PATCH", "/api/v2/notifications/policy", "for_not_following=filter", nil)
	for i := range 3 {
		ben.Post(fmt.Sprint("@olga ", i), "public")
	}
	for i := range 2 {
		h.Join(fmt.Sprint("stranger", i), social.Member).Post("@olga May I?", "public")
	}
	var told, asking []struct{ ID string }
	h.Eventually("notices and requests", func() bool {
		h.olga.Must("GET", "/api/v1/notifications?types[]=mention", nil, &told)
		h.olga.Must("GET", "/api/v1/notifications/requests", nil, &asking)
		return len(told) == 3 && len(asking) == 2
	})
	for i, n := range told {
		h.things[fmt.Sprint("notice ", i)] = n.ID
	}
	for i, r := range asking {
		h.things[fmt.Sprint("request ", i)] = r.ID
	}
}

// replied is what was said beneath posts, and a conversation of three.
func (h stocked) replied(ben, cleo *apptest.Person) {
	reply := func(p *apptest.Person, to string) string {
		var out apptest.Status
		p.Must("POST", "/api/v1/statuses", sheet{"status": "A word", "visibility": "public", "in_reply_to_id": to}, &out)
		return out.ID
	}
	var asking apptest.Status
	h.olga.Must("POST", "/api/v1/statuses", "status=Ask me&visibility=public&reply_policy=approval", &asking)
	h.things["his held"], h.things["her held"] = reply(ben, asking.ID), reply(cleo, asking.ID)
	reply(ben, asking.ID) // of one alone, two wait
	h.things["hidden"] = reply(h.olga, h.things["his"])
	ben.Must("POST", "/api/plaza/v1/statuses/"+h.things["hidden"]+"/hide", "reason=off_topic", nil)
	h.things["talk"] = h.olga.Post("@ben @cleo Shall we?", "direct").ID
}
