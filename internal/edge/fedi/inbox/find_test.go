package inbox_test

import (
	"net/url"
	"testing"
)

// TestFind looks on other servers for what people type, if they want that.
func TestFind(t *testing.T) {
	t.Parallel()
	h := open(t)
	n := h.ada.Note("<p>Far away</p>", nil)
	h.ada.Serve("/@ada", h.ada.Doc) // by another address
	found := func(token, q, more string) (accounts, posts int) {
		t.Helper()
		var out struct{ Accounts, Statuses []struct{ ID string } }
		a := h.Call("GET", "/api/v2/search?q="+url.QueryEscape(q)+more, token, nil)
		if a.Status != 200 {
			t.Fatalf("search for %s: %d %s", q, a.Status, a.Body)
		}
		a.JSON(t, &out)
		return len(out.Accounts), len(out.Statuses)
	}
	asked := func() int { return len(looked(h.ada)) }
	for _, q := range []string{"@ada@far.example", h.ada.ID, n["id"].(string)} {
		if a, p := found("", q, "&resolve=true"); a+p != 0 || asked() != 0 {
			t.Errorf("%s, by a stranger: %d accounts, %d posts, %d requests", q, a, p, asked())
		}
		if a, p := found(h.ben.Token, q, ""); a+p != 0 || asked() != 0 {
			t.Errorf("%s, without resolve: %d accounts, %d posts, %d requests", q, a, p, asked())
		}
	}
	if a, p := found(h.ben.Token, "@ada@far.example", "&resolve=true"); a != 1 || p != 0 {
		t.Errorf("a name: %d accounts, %d posts", a, p)
	}
	if a, p := found(h.ben.Token, n["id"].(string), "&resolve=true"); a != 0 || p != 1 {
		t.Errorf("the address of a post: %d accounts, %d posts", a, p)
	}
	if a, p := found(h.ben.Token, "https://far.example/@ada", "&resolve=true"); a != 1 || p != 0 {
		t.Errorf("the address of a page: %d accounts, %d posts", a, p)
	}
	before := asked()
	if a, p := found("", n["id"].(string), ""); a != 0 || p != 1 || asked() != before {
		t.Errorf("what is known, by a stranger: %d accounts, %d posts", a, p)
	}
	for _, q := range []string{"@nobody@far.example", "https://far.example/nothing", "@ada@nowhere.example", "@ben@plaza.example", "https://127.0.0.1/x"} {
		found(h.ben.Token, q, "&resolve=true")
	}
	if a := h.Call("GET", "/api/v1/accounts/lookup?acct=zoe@far.example", h.ben.Token, nil); a.Status != 404 {
		t.Errorf("lookup asks elsewhere: %d", a.Status)
	}
}
