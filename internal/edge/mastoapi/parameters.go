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
	"POST /api/v1/emails/confirmations":         {"email?": "string"},
	"GET /api/v1/accounts":                      {"id": "[]string"},
	"GET /api/v1/accounts/relationships":        {"id": "[]string"},
	"GET /api/v1/accounts/familiar_followers":   {"id": "[]string"},
	"GET /api/v1/accounts/lookup":               {"acct": "string"},
	"GET /api/v1/accounts/search":               {"q": "string", "limit": "int", "offset": "int", "following": "bool", "resolve": "bool"},
	"PATCH /api/v1/accounts/update_credentials": and(profileTakes, shape{"source?": shape{"privacy?": "string", "sensitive?": "bool", "language?": "string", "quote_policy?": "string", "reply_policy?": "string"}}),
	"PATCH /api/v1/profile":                     profileTakes,
	"GET /api/v1/accounts/{id}/statuses":        page(shape{"pinned": "bool", "only_media": "bool", "exclude_replies": "bool", "exclude_reblogs": "bool", "exclude_direct": "bool", "tagged": "string"}),
	"GET /api/v1/accounts/{id}/followers":       page(nil), "GET /api/v1/accounts/{id}/following": page(nil),
	"GET /api/v1/blocks": page(nil), "GET /api/v1/mutes": page(nil), "GET /api/v1/follow_requests": page(nil),
	"POST /api/v1/accounts/alias":            {"also_known_as_uris": "[]string"},
	"POST /api/v1/accounts/move":             {"moved_to_uri": "string", "password": "string"},
	"POST /api/v1/accounts/{id}/follow":      {"reblogs?": "bool", "notify?": "bool", "languages?": "[]string"},
	"POST /api/v1/accounts/{id}/mute":        {"notifications?": "bool", "duration?": "int"},
	"POST /api/v1/accounts/{id}/note":        {"comment?": "string"},
	"POST /api/v1/apps":                      {"client_name": "string", "redirect_uris": "any", "scopes?": "any", "website?": "string"},
	"GET /api/v1/accounts/{id}/endorsements": page(nil), "GET /api/v1/endorsements": page(nil),
	"GET /api/v1/domain_blocks":         page(nil),
	"POST /api/v1/domain_blocks":        {"domain": "string"},
	"DELETE /api/v1/domain_blocks":      {"domain": "string"},
	"GET /api/v1/domain_blocks/preview": {"domain": "string"},
	"GET /api/v1/followed_tags":         page(nil),
	"GET /api/v1/suggestions":           {"limit": "int"}, "GET /api/v2/suggestions": {"limit": "int"},
	"POST /api/v1/reports": {"account_id": "string", "status_ids?": "[]string", "collection_ids?": "[]string", "rule_ids?": "[]string", "category?": "string", "comment?": "string", "forward?": "bool"},

	"POST /api/v1/statuses":                          statusTakes,
	"PUT /api/v1/statuses/{id}":                      and(statusTakes, shape{"media_attributes?": rows{"id": "string", "description?": "string", "focus?": "string"}}),
	"GET /api/v1/statuses":                           {"id": "[]string"},
	"DELETE /api/v1/statuses/{id}":                   {"delete_media?": "bool"},
	"POST /api/v1/statuses/{id}/reblog":              {"visibility?": "string"},
	"GET /api/v1/statuses/{id}/reblogged_by":         page(nil),
	"GET /api/v1/statuses/{id}/favourited_by":        page(nil),
	"GET /api/v1/statuses/{id}/quotes":               page(nil),
	"PUT /api/v1/statuses/{id}/interaction_policy":   {"quote_approval_policy?": "string", "reply_policy?": "string", "interaction_policy?": replyRuleTakes},
	"POST /api/v1/polls/{id}/votes":                  {"choices": "[]int"},
	"PUT /api/plaza/v1/statuses/{id}/vote":           {"value": "int"},
	"GET /api/v1/interaction_requests":               page(shape{"replies": "bool"}),
	"GET /api/plaza/v1/replies":                      page(shape{"state": "string", "account_id": "string", "owner_id": "string"}),
	"POST /api/plaza/v1/replies/approve":             {"ids?": "[]string", "account_id?": "string", "owner_id?": "string"},
	"POST /api/plaza/v1/replies/refuse":              {"ids?": "[]string", "account_id?": "string", "owner_id?": "string"},
	"POST /api/plaza/v1/statuses/{id}/hide":          {"reason?": "string"},
	"POST /api/plaza/v1/statuses/{id}/appeal_hiding": {"comment?": "string"},
	"PUT /api/plaza/v1/reply_rules":                  {"words": "[]string", "languages": "[]string", "min_account_days": "int", "hold_strangers": "bool", "hold_limited": "bool"},
	"POST /api/plaza/v1/accounts/{id}/confirm":       {"name": "string", "reason": "string"},
	"PUT /api/plaza/v1/badges":                       {"show_role?": "bool"},
	"POST /api/plaza/v1/names":                       {"username": "string", "note?": "string"},
	"POST /api/plaza/v1/names/{id}/link":             {"days?": "int"},
	"GET /api/v1/statuses/{id}/context":              {"order": "string"},
	"POST /api/v1/media":                             mediaTakes, "POST /api/v2/media": mediaTakes, "PUT /api/v1/media/{id}": mediaTakes,
	"GET /api/v1/scheduled_statuses":      page(nil),
	"PUT /api/v1/scheduled_statuses/{id}": {"scheduled_at": "string"},

	"GET /api/oembed":              {"url": "string", "maxwidth": "int", "maxheight": "int", "format": "string"},
	"GET /api/v1/conversations":    page(nil),
	"GET /api/v1/timelines/direct": page(nil),

	"GET /api/plaza/v1/conversations/requests":    page(nil),
	"POST /api/plaza/v1/conversations/{id}/leave": {"comment?": "string"},
	"GET /api/v1/timelines/link":                  page(shape{"url": "string"}),
	"GET /api/v1/timelines/home":                  page(nil),
	"GET /api/v1/timelines/public":                page(shape{"local": "bool", "remote": "bool", "only_media": "bool"}),
	"GET /api/v1/timelines/tag/{hashtag}":         page(shape{"local": "bool", "remote": "bool", "only_media": "bool", "any": "[]string", "all": "[]string", "none": "[]string"}),
	"GET /api/v1/timelines/list/{id}":             page(nil),
	"GET /api/v1/bookmarks":                       page(nil), "GET /api/v1/favourites": page(nil),
	"GET /api/v1/markers":  {"timeline": "[]string"},
	"POST /api/v1/markers": {"home?": shape{"last_read_id": "string"}, "notifications?": shape{"last_read_id": "string"}},
	"POST /api/v1/lists":   listTakes, "PUT /api/v1/lists/{id}": listTakes,
	"GET /api/v1/lists/{id}/accounts":               page(nil),
	"POST /api/v1/lists/{id}/accounts":              {"account_ids": "[]string"},
	"DELETE /api/v1/lists/{id}/accounts":            {"account_ids": "[]string"},
	"GET /api/v1/notifications":                     page(and(noticesTake, shape{"supported_types": "[]string"})),
	"GET /api/v1/notifications/{id}":                {"supported_types": "[]string"},
	"GET /api/v1/notifications/unread_count":        and(noticesTake, shape{"limit": "int"}),
	"POST /api/v1/notifications/dismiss":            {"id": "string"},
	"DELETE /api/v1/notifications/destroy_multiple": {"ids": "[]string"},
	"GET /api/v1/notifications/requests":            page(nil),
	"POST /api/v1/notifications/requests/accept":    {"id": "[]string"}, "POST /api/v1/notifications/requests/dismiss": {"id": "[]string"},
	"PUT /api/v1/notifications/policy": {"filter_not_following?": "bool", "filter_not_followers?": "bool", "filter_new_accounts?": "bool", "filter_private_mentions?": "bool"},
	"PATCH /api/v2/notifications/policy": {"for_not_following?": "string", "for_not_followers?": "string", "for_new_accounts?": "string", "for_private_mentions?": "string",
		"for_limited_accounts?": "string", "for_bots?": "string"},
	"GET /api/v2/notifications": groupsTake, "GET /api/v2_alpha/notifications": groupsTake,
	"GET /api/v2/notifications/unread_count":         and(noticesTake, shape{"limit": "int", "grouped_types": "[]string"}),
	"GET /api/v2_alpha/notifications/unread_count":   and(noticesTake, shape{"limit": "int", "grouped_types": "[]string"}),
	"GET /api/v2/notifications/{group_key}":          {"expand_accounts": "string", "supported_types": "[]string"},
	"GET /api/v2_alpha/notifications/{group_key}":    {"expand_accounts": "string", "supported_types": "[]string"},
	"GET /api/v2/notifications/{group_key}/accounts": page(nil),
	"POST /api/v1/push/subscription":                 and(subscriptionTakes, shape{"subscription": shape{"endpoint": "string", "keys": shape{"p256dh": "string", "auth": "string"}, "standard?": "bool"}}),
	"PUT /api/v1/push/subscription":                  subscriptionTakes,
	"GET /api/v1/announcements":                      {"with_dismissed": "bool"},

	"POST /api/v1/collections":              and(collectionTakes, shape{"account_ids?": "[]string"}),
	"PATCH /api/v1/collections/{id}":        collectionTakes,
	"POST /api/v1/collections/{id}/items":   {"account_id": "string"},
	"GET /api/v1/accounts/{id}/collections": {"limit": "int", "offset": "int"}, "GET /api/v1/accounts/{id}/in_collections": {"limit": "int", "offset": "int"},
	"POST /api/v2/filters": filterTakes, "PUT /api/v2/filters/{id}": filterTakes,
	"POST /api/v2/filters/{id}/keywords": keywordTakes, "PUT /api/v2/filters/keywords/{id}": keywordTakes,
	"POST /api/v2/filters/{id}/statuses": {"status_id": "string"},
	"POST /api/v1/filters":               oldFilterTakes, "PUT /api/v1/filters/{id}": oldFilterTakes,

	"GET /api/v1/admin/accounts": page(and(accountsTake, shape{"local": "bool", "remote": "bool", "active": "bool", "pending": "bool", "disabled": "bool", "silenced": "bool",
		"suspended": "bool", "sensitized": "bool", "staff": "bool"})),
	"GET /api/v2/admin/accounts":              page(and(accountsTake, shape{"origin": "string", "status": "string", "permissions": "string", "role_ids": "[]string", "invited_by": "string"})),
	"POST /api/v1/admin/accounts/{id}/action": {"type": "string", "text?": "string", "report_id?": "string", "send_email_notification?": "bool"},
	"GET /api/v1/admin/reports":               page(shape{"resolved": "bool", "account_id": "string", "target_account_id": "string"}),
	"PUT /api/v1/admin/reports/{id}":          {"category?": "string", "rule_ids?": "[]string"},
	"GET /api/v1/admin/domain_blocks":         page(nil), "GET /api/v1/admin/domain_allows": page(nil), "GET /api/v1/admin/email_domain_blocks": page(nil),
	"GET /api/v1/admin/ip_blocks": page(nil), "GET /api/v1/admin/canonical_email_blocks": page(nil),
	"POST /api/v1/admin/domain_blocks": and(hostTakes, shape{"domain": "string"}), "PUT /api/v1/admin/domain_blocks/{id}": hostTakes,
	"POST /api/v1/admin/domain_allows":       {"domain": "string"},
	"POST /api/v1/admin/email_domain_blocks": {"domain": "string", "allow_with_approval?": "bool", "other_domains?": "[]string"},
	"POST /api/v1/admin/ip_blocks":           netTakes, "PUT /api/v1/admin/ip_blocks/{id}": netTakes,
	"POST /api/v1/admin/canonical_email_blocks":      {"email?": "string", "canonical_email_hash?": "string"},
	"POST /api/v1/admin/canonical_email_blocks/test": {"email": "string"},
	"GET /api/v1/admin/tags":                         page(nil),
	"PUT /api/v1/admin/tags/{id}":                    {"display_name?": "string", "listable?": "bool", "trendable?": "bool", "usable?": "bool"},
	"GET /api/v1/admin/trends/tags":                  {"limit": "int", "offset": "int"}, "GET /api/v1/admin/trends/statuses": {"limit": "int", "offset": "int"},
	"GET /api/v1/admin/trends/links": {"limit": "int", "offset": "int"},
	"POST /api/v1/admin/measures":    measuresTake,
	"POST /api/v1/admin/dimensions":  and(measuresTake, shape{"limit?": "int"}),
	"POST /api/v1/admin/retention":   {"start_at?": "string", "end_at?": "string", "frequency?": "string"},

	"GET /api/v2/search": searchTakes, "GET /api/v1/search": searchTakes,
	"GET /api/v1/directory": {"order": "string", "local": "bool", "offset": "int", "limit": "int"},
	"GET /api/v1/trends":    {"offset": "int", "limit": "int", "language": "string"}, "GET /api/v1/trends/links": {"offset": "int", "limit": "int", "language": "string"},
	"GET /api/v1/trends/tags": {"offset": "int", "limit": "int", "language": "string"}, "GET /api/v1/trends/statuses": {"offset": "int", "limit": "int", "language": "string"},
	"GET /api/plaza/v1/trends":     {"language": "string"},
	"GET /api/v1/peers/search":     {"q": "string", "limit": "int"},
	"POST /api/v1/featured_tags":   {"name": "string"},
	"POST /oauth/token":            {"grant_type": "string", "client_id": "string", "client_secret?": "string", "redirect_uri?": "string", "code?": "string", "code_verifier?": "string", "username?": "string", "password?": "string", "scope?": "string"},
	"POST /oauth/revoke":           {"client_id": "string", "client_secret?": "string", "token": "string"},
	"GET /oauth/authorize":         {"response_type": "string", "client_id": "string", "redirect_uri": "string", "scope": "string", "state": "string", "code_challenge": "string", "code_challenge_method": "string", "force_login": "bool"},
	"GET /api/v1/streaming":        {"stream": "string", "tag": "string", "list": "string"},
	"GET /api/v1/streaming/public": {"only_media": "bool"}, "GET /api/v1/streaming/public/local": {"only_media": "bool"}, "GET /api/v1/streaming/public/remote": {"only_media": "bool"},
	"GET /api/v1/streaming/hashtag": {"tag": "string"}, "GET /api/v1/streaming/hashtag/local": {"tag": "string"}, "GET /api/v1/streaming/list": {"list": "string"},
	"GET /api/plaza/v1/imports/{id}/lines": {"after": "int", "limit": "int"},
	"POST /api/plaza/v1/imports":           {"type": "string", "data": "string", "mode?": "string", "include?": "string"},
}

var (
	statusTakes = shape{"status?": "string", "spoiler_text?": "string", "sensitive?": "bool", "visibility?": "string", "language?": "string", "in_reply_to_id?": "string",
		"media_ids?": "[]string", "poll?": shape{"options": "[]string", "expires_in": "int", "multiple?": "bool", "hide_totals?": "bool"},
		"scheduled_at?": "string", "quoted_status_id?": "string", "quote_approval_policy?": "string", "local_only?": "bool", "circle_id?": "string",
		"reply_policy?": "string", "interaction_policy?": replyRuleTakes}
	replyRuleTakes = shape{"can_reply?": shape{"automatic_approval?": "[]string", "manual_approval?": "[]string", "always?": "[]string", "with_approval?": "[]string"}}
	profileTakes   = shape{"display_name?": "string", "note?": "string", "avatar?": "string", "header?": "string", "locked?": "bool", "bot?": "bool", "discoverable?": "bool",
		"indexable?": "bool", "hide_collections?": "bool", "fields_attributes?": rows{"name": "string", "value": "string"}, "attribution_domains?": "[]string",
		"avatar_description?": "string", "header_description?": "string", "show_media?": "bool", "show_media_replies?": "bool", "show_featured?": "bool"}
	mediaTakes        = shape{"file?": "string", "thumbnail?": "string", "description?": "string", "focus?": "string"}
	noticesTake       = shape{"types": "[]string", "exclude_types": "[]string", "account_id": "string", "include_filtered": "bool"}
	groupsTake        = page(and(noticesTake, shape{"grouped_types": "[]string", "expand_accounts": "string", "supported_types": "[]string"}))
	searchTakes       = page(shape{"q": "string", "type": "string", "resolve": "bool", "following": "bool", "account_id": "string", "offset": "int"})
	subscriptionTakes = shape{"data?": shape{"alerts?": alertsTake, "policy?": "string"}, "policy?": "string"}
	collectionTakes   = shape{"name?": "string", "description?": "string", "language?": "string", "tag_name?": "string", "sensitive?": "bool", "discoverable?": "bool"}
	filterTakes       = shape{"title?": "string", "context?": "[]string", "filter_action?": "string", "expires_in?": "int?",
		"keywords_attributes?": rows{"id?": "string", "keyword?": "string", "whole_word?": "bool", "_destroy?": "bool"}}
	keywordTakes   = shape{"keyword?": "string", "whole_word?": "bool"}
	oldFilterTakes = shape{"phrase?": "string", "context?": "[]string", "irreversible?": "bool", "whole_word?": "bool", "expires_in?": "int?"}
	accountsTake   = shape{"by_domain": "string", "username": "string", "display_name": "string", "email": "string", "ip": "string"}
	hostTakes      = shape{"severity?": "string", "reject_media?": "bool", "reject_reports?": "bool", "private_comment?": "string", "public_comment?": "string", "obfuscate?": "bool"}
	netTakes       = shape{"ip?": "string", "severity?": "string", "comment?": "string", "expires_in?": "int?"}
	measuresTake   = shape{"keys": "[]string", "start_at?": "string", "end_at?": "string", "*": shape{"id?": "string", "domain?": "string"}} // "*" is any of the keys
	listTakes      = shape{"title?": "string", "replies_policy?": "string", "exclusive?": "bool"}
)

// alertsTake is a flag for each of what apps can be told of.
var alertsTake = func() shape {
	out := shape{}
	for _, alert := range alerts {
		out[alert+"?"] = "bool"
	}
	return out
}()

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

// Documented are the routes of which it is told what they take.
func Documented() []string { return slices.Sorted(maps.Keys(takes)) }

// Takes reports whether the document says that r takes a parameter, by the name
// that it has in forms: source[privacy], types[].
func (r Route) Takes(name string) bool { return within(r.taken(), name) }

func within(s shape, name string) bool {
	name, rest, deeper := strings.Cut(name, "[")
	v, ok := s[name]
	if !ok {
		v, ok = s[name+"?"]
	}
	if !ok && deeper {
		v, ok = s["*"]
	}
	if !ok {
		return false
	}
	if !deeper {
		return true
	}
	switch v := v.(type) {
	case shape:
		inner, more, _ := strings.Cut(rest, "]")
		return within(v, inner+more)
	case rows:
		_, inner, _ := strings.Cut(rest, "][")
		return within(shape(v), strings.TrimSuffix(inner, "]"))
	case string:
		return v == "any" || strings.HasPrefix(v, "{}") || strings.HasPrefix(v, "[]") && rest == "]"
	}
	return false
}

// requestBody says what a route takes that changes something.
func (r Route) requestBody() schema {
	if r.Method == "GET" || len(r.taken()) == 0 {
		return nil
	}
	body := schema{"schema": schemaOf(r.taken())}
	return schema{"content": schema{"application/json": body, "application/x-www-form-urlencoded": body, "multipart/form-data": body}}
}
