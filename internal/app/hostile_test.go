package app_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// TestFormsLeaveNoFiles sends a form larger than what is held in memory, as
// any stranger can, and looks for what the server wrote down meanwhile.
func TestFormsLeaveNoFiles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s := apptest.Start(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("avatar", "avatar.png")
	if err != nil {
		t.Fatal(err)
	}
	file.Write(make([]byte, 4<<20))
	form.WriteField("client_name", "x")
	form.Close()
	r, err := http.Post(s.URL+"/api/v1/apps", form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	var left []string
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until); { // the answer comes before the end of the handler
		if left, err = filepath.Glob(filepath.Join(dir, "multipart-*")); err != nil || len(left) == 0 {
			break
		}
	}
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestManyScopesAreReadQuickly asks for all the scopes that fit into a body.
func TestManyScopesAreReadQuickly(t *testing.T) {
	s := apptest.Start(t)
	var scopes strings.Builder
	for a := range 1 << 17 {
		scopes.WriteString(string([]byte{'a' + byte(a&15), 'a' + byte(a>>4&15), 'a' + byte(a>>8&15), 'a' + byte(a>>12&15), 'a' + byte(a>>16), '+'}))
	}
	begin := time.Now()
	r, err := http.Post(s.URL+"/api/v1/apps", "application/x-www-form-urlencoded",
		strings.NewReader("client_name=x&redirect_uris=urn:ietf:wg:oauth:2.0:oob&scopes="+scopes.String()))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if took := time.Since(begin); r.StatusCode != http.StatusUnprocessableEntity || took > 2*time.Second {
		t.Errorf("answered %d after %v", r.StatusCode, took)
	}
}
