package families

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// formulas are what a spreadsheet computes, or has a program started for.
var formulas = []string{"=cmd|'/C calc'!A0", "+1+cmd|'/C calc'!A0", "-2+3", "@SUM(1)", "\t=1+1", "=HYPERLINK(\"https://evil.example\")"}

// noFormulas checks each cell of a file.
func noFormulas(t *testing.T, what string, file []byte) {
	t.Helper()
	in := csv.NewReader(bytes.NewReader(file))
	in.FieldsPerRecord = -1
	rows, err := in.ReadAll()
	if err != nil {
		t.Errorf("%s: %v in %s", what, err, file)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.Contains("=+-@\t\r\n", cell[:1]) {
				t.Errorf("%s has the cell %q", what, cell)
			}
		}
	}
}

// What is exported as a table is no program, whoever wrote what is in it; and
// who brings it in again has what it was.
func TestTablesAreNoFormulas(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	_, olaf := staff(s)
	ada.Follow(ben)
	for i, f := range formulas {
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"display_name": f[:min(len(f), 30)], "note": f}, nil)
		var list struct{ ID string }
		ada.Must("POST", "/api/v1/lists", map[string]any{"title": f}, &list)
		ada.Must("POST", "/api/v1/lists/"+list.ID+"/accounts", map[string]any{"account_ids": []string{num(ben.ID)}}, nil)
		olaf.Must("POST", "/api/v1/admin/domain_blocks", map[string]any{"domain": fmt.Sprintf("h%d.example", i), "severity": "silence", "public_comment": f, "private_comment": f}, nil)
		post := ben.Post(f, "public")
		ada.Must("POST", "/api/v1/statuses/"+post.ID+"/bookmark", nil, nil)
		ada.Must("POST", "/api/v1/reports", map[string]any{"account_id": num(ben.ID), "status_ids": []string{post.ID}, "comment": f}, nil)
	}
	pages, admin := signIn(t, s, ada), signIn(t, s, olaf)
	for _, table := range []string{"follows", "followers", "blocks", "mutes", "bookmarks", "lists"} {
		a := ada.Call("GET", "/api/plaza/v1/exports/"+table+".csv", nil)
		wantStatus(t, table, a, 200)
		noFormulas(t, table, a.Body)
		noFormulas(t, table+" on the pages", pages.get("/settings/export/"+table+".csv").Body)
	}
	a := admin.get("/settings/hosts/blocks.csv")
	wantStatus(t, "blocks of hosts", a, 200)
	noFormulas(t, "blocks of hosts", a.Body)
	noFormulas(t, "hosts that were let in", admin.get("/settings/hosts/allows.csv").Body)
	for _, f := range formulas {
		if f = strings.TrimSpace(f); !strings.Contains(strings.ReplaceAll(string(a.Body), `""`, `"`), f) {
			t.Errorf("%q is not there at all in %s", f, a.Body)
		}
	}
	noFormulas(t, "an import", imported(t, s, ada, "Account address\nben\n"+strings.Join([]string{"=cmd@x.example", "+a", "@@evil", "-b"}, "\n")+"\n"))
	var b bytes.Buffer
	if _, err := s.Sealing.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sealing.Export(t.Context(), &b, sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: evidence.Court}); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if r, err := f.Open(); err == nil && strings.HasSuffix(f.Name, ".csv") {
			text, _ := io.ReadAll(r)
			noFormulas(t, f.Name, text)
		}
	}
}

// imported is what is told of a file that was brought in.
func imported(t *testing.T, s *apptest.Server, p *apptest.Person, file string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, _ := w.CreateFormFile("data", "mutes.csv")
	part.Write([]byte(file))
	w.WriteField("type", "muting")
	w.Close()
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/api/plaza/v1/imports", &b)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+p.Token)
	a := s.Do(r)
	var i struct{ ID string }
	if a.JSON(t, &i); i.ID == "" {
		t.Fatalf("an import: %d %s", a.Status, a.Body)
	}
	var told []byte
	s.Eventually("the import", func() bool {
		told = p.Call("GET", "/api/plaza/v1/imports/"+i.ID+"/lines.csv", nil).Body
		return bytes.Contains(told, []byte("cmd"))
	})
	return told
}
