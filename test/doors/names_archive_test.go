package doors

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestNamesInArchive has what is known of who somebody is in their archive, also what
// is not shown; names that are kept in those of owners alone, without what claims them.
func TestNamesInArchive(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, mona, olga := s.Join("ada", social.Member), s.Join("mona", social.Moderator), s.Join("olga", social.Owner)
		moderator := social.Actor{Account: mona.ID, Standing: social.Good, Role: social.Moderator}
		if err := s.Badges.Confirm(t.Context(), moderator, ada.ID, "ada", "met at the harbour"); err != nil {
			t.Fatal(err)
		}
		held, _, err := s.Auth.HoldName(t.Context(), social.Console, "person_x", "for a friend")
		if err != nil {
			t.Fatal(err)
		}
		secret, err := s.Auth.LinkName(t.Context(), social.Console, held.ID, social.MaxClaimTime)
		if err != nil {
			t.Fatal(err)
		}
		in := func(p *apptest.Person, name string, words ...string) {
			t.Helper()
			a := p.Call("GET", "/api/plaza/v1/exports/archive.zip", nil)
			z, err := zip.NewReader(bytes.NewReader(a.Body), int64(len(a.Body)))
			if err != nil {
				t.Fatalf("%d %v", a.Status, err)
			}
			f, err := z.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range words {
				if word, not := strings.CutPrefix(w, "-"); strings.Contains(string(b), word) == not {
					t.Errorf("%s of %s: %q is there: %v: %s", name, p.Name, word, not, b)
				}
			}
		}
		in(ada, "badges.json", `"name":"confirmed"`, "met at the harbour", `"role":"moderator"`, `"published"`, "-forName", `"totalItems":1`, "-mona")
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", "display_name=Somebody else", nil)
		in(ada, "badges.json", "met at the harbour", `"forName":"ada"`, `"totalItems":1`)
		in(ada, "kept_names.json", "-person_x", `"totalItems":0`)
		in(mona, "badges.json", `"totalItems":0`) // who does not show it has none
		in(mona, "kept_names.json", `"totalItems":0`)
		in(olga, "kept_names.json", `"preferredUsername":"person_x"`, "for a friend", `"totalItems":1`, "-"+secret)
	})
}
