package doors

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"reflect"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// Written is one call in every form that apps send it in.
type written struct {
	route  string         // {ben}, {post} and {list} are filled in
	pairs  []string       // as a form
	object map[string]any // as JSON
	want   map[string]any // parts of the answer, by their place
}

var writes = []written{
	{"POST /api/v1/statuses", []string{"status", "Grüße & mehr", "spoiler_text", "w", "sensitive", "true", "visibility", "private", "language", "de"},
		map[string]any{"status": "Grüße & mehr", "spoiler_text": "w", "sensitive": true, "visibility": "private", "language": "de"},
		map[string]any{"spoiler_text": "w", "sensitive": true, "visibility": "private", "language": "de", "content": "<p>Grüße &amp; mehr</p>"}},
	{"POST /api/v1/statuses", []string{"status", "So it is", "in_reply_to_id", "{post}"}, map[string]any{"status": "So it is", "in_reply_to_id": "{post}"},
		map[string]any{"in_reply_to_id": "{post}", "visibility": "public", "sensitive": false}},
	{"PUT /api/v1/statuses/{post}", []string{"status", "Anew", "spoiler_text", "", "sensitive", "1"}, map[string]any{"status": "Anew", "spoiler_text": "", "sensitive": true},
		map[string]any{"content": "<p>Anew</p>", "sensitive": true}},
	{"POST /api/v1/accounts/{ben}/follow", []string{"reblogs", "false", "notify", "true", "languages[]", "de", "languages[]", "en"},
		map[string]any{"reblogs": false, "notify": true, "languages": []string{"de", "en"}},
		map[string]any{"following": true, "showing_reblogs": false, "notifying": true, "languages": []any{"de", "en"}}},
	{"POST /api/v1/accounts/{ben}/mute", []string{"notifications", "false", "duration", "0"}, map[string]any{"notifications": false, "duration": 0},
		map[string]any{"muting": true, "muting_notifications": false, "muting_expires_at": nil}},
	{"POST /api/v1/accounts/{ben}/note", []string{"comment", "Bakes"}, map[string]any{"comment": "Bakes"}, map[string]any{"note": "Bakes"}},
	{"POST /api/v1/lists", []string{"title", "Bakers", "replies_policy", "none", "exclusive", "true"}, map[string]any{"title": "Bakers", "replies_policy": "none", "exclusive": true},
		map[string]any{"title": "Bakers", "replies_policy": "none", "exclusive": true}},
	{"PUT /api/v1/lists/{list}", []string{"title", "Cooks"}, map[string]any{"title": "Cooks"}, map[string]any{"title": "Cooks", "replies_policy": "list", "exclusive": false}},
	{"DELETE /api/v1/lists/{list}/accounts", []string{"account_ids[]", "{ben}"}, map[string]any{"account_ids": []string{"{ben}"}}, map[string]any{}},
	{"POST /api/v1/lists/{list}/accounts", []string{"account_ids[]", "{ben}"}, map[string]any{"account_ids": []string{"{ben}"}}, map[string]any{}},
	{"POST /api/v1/markers", []string{"home[last_read_id]", "103194548672408537"}, map[string]any{"home": map[string]string{"last_read_id": "103194548672408537"}},
		map[string]any{"home.last_read_id": "103194548672408537"}},
	{"PATCH /api/v1/accounts/update_credentials", []string{"display_name", "Ada", "note", "Hi", "locked", "true", "source[privacy]", "unlisted",
		"fields_attributes[0][name]", "a", "fields_attributes[0][value]", "b", "fields_attributes[1][name]", "c", "fields_attributes[1][value]", "d"},
		map[string]any{"display_name": "Ada", "note": "Hi", "locked": true, "source": map[string]string{"privacy": "unlisted"},
			"fields_attributes": []map[string]string{{"name": "a", "value": "b"}, {"name": "c", "value": "d"}}},
		map[string]any{"display_name": "Ada", "note": "<p>Hi</p>", "locked": true, "source.privacy": "unlisted", "source.fields.0.name": "a", "source.fields.1.value": "d"}},
	{"PATCH /api/v1/accounts/update_credentials", []string{"locked", "0", "source[privacy]", "public", "fields_attributes[0][name]", "x", "fields_attributes[0][value]", "y"},
		map[string]any{"locked": false, "source": map[string]string{"privacy": "public"}, "fields_attributes": map[string]any{"0": map[string]string{"name": "x", "value": "y"}}},
		map[string]any{"locked": false, "source.privacy": "public", "source.fields.0.name": "x"}},
	{"POST /api/v1/apps", []string{"client_name", "Doors", "redirect_uris[]", "https://a.example/", "redirect_uris[]", "b://c", "scopes", "read write"},
		map[string]any{"client_name": "Doors", "redirect_uris": []string{"https://a.example/", "b://c"}, "scopes": "read write"},
		map[string]any{"name": "Doors", "redirect_uris": []any{"https://a.example/", "b://c"}, "scopes": []any{"read", "write"}}},
}

// TestBodies sends each call as a form, in parts, as JSON and in the address:
// it is always understood in the same way.
func TestBodies(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	var list struct{ ID string }
	ada.Must("POST", "/api/v1/lists", "title=mine", &list)
	ada.Follow(ben)
	ada.Must("POST", "/api/v1/lists/"+list.ID+"/accounts", fmt.Sprintf("account_ids[]=%d", ben.ID), nil)
	fill := strings.NewReplacer("{ben}", fmt.Sprint(ben.ID), "{post}", ada.Post("Old", "public").ID, "{list}", list.ID)
	for _, w := range writes {
		method, path, _ := strings.Cut(fill.Replace(w.route), " ")
		pairs := make([]string, len(w.pairs))
		for i, p := range w.pairs {
			pairs[i] = fill.Replace(p)
		}
		b, err := json.Marshal(w.object)
		if err != nil {
			t.Fatal(err)
		}
		for form, body := range map[string]option{"a form": form(pairs...), "parts": parts(t, pairs...), "JSON": text("application/json", fill.Replace(string(b))),
			"JSON that says its charset": text("application/json; charset=UTF-8", fill.Replace(string(b))), "the address": query(pairs...)} {
			if method == "POST" && strings.HasSuffix(path, "/accounts") { // once on a list is all
				send(t, s, "DELETE", path, bearer(ada.Token), query("account_ids[]", fmt.Sprint(ben.ID)))
			}
			for _, as := range otherWays(method) {
				a := send(t, s, as, path, bearer(ada.Token), body)
				wantStatus(t, as+" "+path+" as "+form, a, 200)
				w.check(t, as+" "+path+" as "+form, a, fill)
			}
		}
	}
}

// otherWays are the methods that mean the same.
func otherWays(method string) []string {
	if method == "PUT" || method == "PATCH" {
		return []string{"PUT", "PATCH"}
	}
	return []string{method}
}

func (w written) check(t *testing.T, what string, a apptest.Answer, fill *strings.Replacer) {
	t.Helper()
	var got any
	a.JSON(t, &got)
	for place, want := range w.want {
		v := got
		for _, step := range strings.Split(place, ".") {
			switch x := v.(type) {
			case map[string]any:
				v = x[step]
			case []any:
				v = nil
				if i := int(step[0] - '0'); i < len(x) {
					v = x[i]
				}
			}
		}
		if s, ok := want.(string); ok {
			want = fill.Replace(s)
		}
		if !reflect.DeepEqual(v, want) {
			t.Errorf("%s: %s is %v, want %v", what, place, v, want)
		}
	}
}

// TestPicture uploads one, under each name there is.
func TestPicture(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	var drawn, b bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	w := multipart.NewWriter(&b)
	for _, kind := range []string{"avatar", "header"} {
		f, err := w.CreateFormFile(kind, "me.png")
		if err != nil {
			t.Fatal(err)
		}
		f.Write(drawn.Bytes())
	}
	w.WriteField("display_name", "Ada")
	w.Close()
	a := send(t, s, "PATCH", "/api/v1/accounts/update_credentials", bearer(ada.Token), body(w.FormDataContentType(), b.Bytes()))
	wantStatus(t, "pictures", a, 200)
	var me map[string]any
	a.JSON(t, &me)
	for _, kind := range []string{"avatar", "header"} {
		address, _ := me[kind].(string)
		path := strings.TrimPrefix(address, s.URL)
		got := send(t, s, "GET", path)
		if !strings.HasPrefix(path, "/media/") || got.Status != 200 || !strings.HasPrefix(got.Header.Get("Content-Type"), "image/") {
			t.Errorf("%s is at %q: %d %s", kind, address, got.Status, got.Header.Get("Content-Type"))
		}
		ada.Must("DELETE", "/api/v1/profile/"+kind, nil, nil)
		wantStatus(t, "the "+kind+" that is gone", ada.Call("GET", "/api/v1/accounts/verify_credentials", nil), 200)
	}
}

// TestPictureAsText: libraries that send no files write a picture into a field
// of a form, as the address that holds its bytes.
func TestPictureAsText(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	text := "data:image/png;base64," + base64.StdEncoding.EncodeToString(drawn.Bytes())
	a := send(t, s, "PATCH", "/api/v1/accounts/update_credentials", bearer(ada.Token), form("avatar", text, "display_name", "Ada"))
	wantStatus(t, "a picture as text", a, 200)
	var me map[string]any
	a.JSON(t, &me)
	if address, _ := me["avatar"].(string); !strings.Contains(address, "/media/") {
		t.Errorf("the picture is at %q", address)
	}
	for what, text := range map[string]string{"no picture": "data:image/png;base64,aGVsbG8=", "no base64": "data:image/png;base64,%%%", "no kind": "data:,hello"} {
		wantStatus(t, what, send(t, s, "PATCH", "/api/v1/accounts/update_credentials", bearer(ada.Token), form("avatar", text)), 422)
	}
	a = send(t, s, "PATCH", "/api/v1/accounts/update_credentials", bearer(ada.Token), form("avatar", "", "header", "https://example.com/a.png")) // not ours to fetch
	wantStatus(t, "what is no picture", a, 200)
	a.JSON(t, &me)
	if address, _ := me["avatar"].(string); !strings.Contains(address, "/media/") {
		t.Errorf("an empty field takes the picture away: %q", address)
	}
}

// TestWhereTokensStand: in the header and the address.
func TestWhereTokensStand(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	const path = "/api/v1/accounts/verify_credentials"
	wantStatus(t, "header", send(t, s, "GET", path, bearer(ada.Token)), 200)
	wantStatus(t, "header in another case", send(t, s, "GET", path, header("Authorization", "bearer "+ada.Token)), 200)
	wantStatus(t, "address", send(t, s, "GET", path, query("access_token", ada.Token)), 200)
	wantStatus(t, "address of a form", send(t, s, "POST", "/api/v1/statuses?access_token="+ada.Token, form("status", "Hi")), 200)
	wantStatus(t, "header before address", send(t, s, "GET", path, bearer("no"), query("access_token", ada.Token)), 401)
	wantStatus(t, "another scheme", send(t, s, "GET", path, header("Authorization", "Basic "+ada.Token)), 401)
	wantStatus(t, "nothing after it", send(t, s, "GET", path, header("Authorization", "Bearer ")), 401)
	if a := send(t, s, "GET", path); a.Header.Get("WWW-Authenticate") == "" {
		t.Error("401 does not say what is wanted")
	}
}
