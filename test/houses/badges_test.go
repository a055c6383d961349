package houses

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// known is an account with what is known of who it is.
type known struct {
	ID, Acct string
	Name     string `json:"display_name"`
	Bot      bool
	Roles    []struct{ Name string }
	Fields   []struct {
		Name, Value string
		VerifiedAt  *string `json:"verified_at"`
	}
	Plaza struct {
		Badges []struct {
			Kind, Issuer string
			URL          *string
		}
	}
}

func (k known) badges() string {
	var all []string
	for _, b := range k.Plaza.Badges {
		all = append(all, b.Kind+" by "+b.Issuer)
	}
	return strings.Join(all, ", ")
}

func lookUp(p *apptest.Person, acct string) (k known) {
	p.Must("GET", "/api/v1/accounts/lookup?acct="+acct, nil, &k)
	return k
}

// raw is what a house tells other servers of somebody.
func raw(t *testing.T, s *apptest.Server, id social.AccountID) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, fmt.Sprintf("%s/ap/users/%d", s.URL, id), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "application/activity+json")
	a := s.Do(r)
	if a.Status != http.StatusOK || !json.Valid(a.Body) {
		t.Fatalf("the actor: %d %s", a.Status, a.Body)
	}
	return string(a.Body)
}

// TestBadgesAcross has a badge be for the house that gave it alone: the other shows
// none, and is told of none; it sees what the account says of itself.
func TestBadgesAcross(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, there := house(t, w, "here.example"), house(t, w, "there.example")
	ada, mona, ben := here.Join("ada", social.Member), here.Join("mona", social.Moderator), there.Join("ben", social.Member)
	moderator := social.Actor{Account: mona.ID, Standing: social.Good, Role: social.Moderator}
	if err := here.Badges.Confirm(t.Context(), moderator, ada.ID, "ada", "seen with a passport"); err != nil {
		t.Fatal(err)
	}
	if err := here.Badges.ShowRole(t.Context(), moderator, true); err != nil {
		t.Fatal(err)
	}
	// A page of hers that links to her, and one that another site leads to.
	site := w.Host("ada.example")
	site.Handle("/me", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<a rel="me" href="https://here.example/@ada">me</a>`)
	})
	w.Host("away.example").Redirect("/ada", site.URL("/me"))
	ada.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"bot": true, "fields_attributes": []map[string]string{
		{"name": "Page", "value": site.URL("/me")}, {"name": "Not mine", "value": "https://away.example/ada"}, {"name": "A victim's", "value": "https://victim.example/"}}}, nil)
	here.Eventually("her page to be asked", func() bool { return strings.Contains(lookUp(ada, "ada").badges(), "link") })
	if k := lookUp(ada, "ada"); k.badges() != "confirmed by house, link by ada.example, bot by account" || k.Fields[0].VerifiedAt == nil || k.Fields[1].VerifiedAt != nil || k.Fields[2].VerifiedAt != nil {
		t.Errorf("here she is %+v", k)
	}

	for _, acct := range []string{"@ada@here.example", "@mona@here.example"} {
		found(t, ben, acct)
		k := lookUp(ben, strings.TrimPrefix(acct, "@"))
		want := ""
		if k.Bot {
			want = "bot by account"
		}
		if k.badges() != want || len(k.Roles) != 0 {
			t.Errorf("there %s is %+v", acct, k)
		}
		for _, f := range k.Fields {
			if f.VerifiedAt != nil {
				t.Errorf("there %s is verified at %q", acct, f.Value)
			}
		}
	}
	for _, id := range []social.AccountID{ada.ID, mona.ID} {
		doc := raw(t, here, id)
		for _, word := range []string{"confirmed", "passport", "oderator", "badge", "verified", "staff"} {
			if strings.Contains(doc, word) {
				t.Errorf("the other server is told %q: %s", word, doc)
			}
		}
	}
}

// TestLyingBadges has another server claim for its people whatever it likes: none of
// it is shown as something that we know.
func TestLyingBadges(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here := house(t, w, "here.example")
	ada := here.Join("ada", social.Owner)
	if err := here.Badges.ShowRole(t.Context(), social.Actor{Account: ada.ID, Standing: social.Good, Role: social.Owner}, true); err != nil {
		t.Fatal(err)
	}
	liar := w.Host("liar.example").Actor("ada")
	now := "2026-01-01T00:00:00Z"
	badge := fedtest.M{"kind": "confirmed", "issuer": "house", "since": now, "reason": "sworn", "role": "owner"}
	for key, value := range (fedtest.M{"name": "ada", "roles": []any{fedtest.M{"id": "3", "name": "Owner", "color": "#ff0000"}}, "role": "owner", "verified": true, "verified_at": now,
		"confirmed": true, "plaza": fedtest.M{"badges": []any{badge}}, "badges": []any{badge},
		"attachment": []any{
			fedtest.M{"type": "PropertyValue", "name": "Home", "value": `<a rel="me" href="https://here.example/@ada">here.example</a>`, "verified_at": now, "VerifiedAt": now, "DomainAt": now, "domain_at": now},
			fedtest.M{"type": "VerifiableIdentityStatement", "subject": "acct:ada@here.example", "proof": fedtest.M{"type": "DataIntegrityProof"}}}}) {
		liar.Doc[key] = value
	}
	liar.Publish()
	found(t, ada, "@ada@liar.example")
	k := lookUp(ada, "ada@liar.example")
	if k.badges() != "" || len(k.Roles) != 0 || k.Acct != "ada@liar.example" || k.Name != "ada" {
		t.Errorf("the liar is %+v", k)
	}
	for _, f := range k.Fields {
		if f.VerifiedAt != nil {
			t.Errorf("the liar is verified at %q", f.Value)
		}
	}
	page := string(here.Call("GET", "/@ada@liar.example", "", nil).Body)
	for _, word := range []string{"Looks after this house", "Confirmed by this community", "sworn"} {
		if strings.Contains(page, word) {
			t.Errorf("the liar's page says %q", word)
		}
	}
}
