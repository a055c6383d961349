package web_test

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
)

// What a browser had to hold back is logged in words of ours, whatever the report
// says; and nobody fills the log.
func TestBreaches(t *testing.T) {
	t.Parallel()
	h := open(t)
	var log bytes.Buffer
	h.site.Log = slog.New(slog.NewTextHandler(&log, nil))
	nobody := h.browser()
	send := func(body string) int {
		r := httptest.NewRequest("POST", "/csp-report", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/csp-report")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		return nobody.send(r).Code
	}
	report := func(page, directive, blocked string) string {
		return `{"csp-report": {"document-uri": "` + page + `", "effective-directive": "` + directive + `", "blocked-uri": "` + blocked + `", "original-policy": "default-src 'none'"}}`
	}
	for _, tt := range []struct{ body, want string }{
		{report("https://"+host+"/@ada/123?x=secret", "script-src-elem", "inline"), `route=/@{name}/{post} directive=script-src-elem blocked=inline`},
		{report("https://"+host+"/", "img-src", "https://evil.example/secret.png"), `route=/ directive=img-src blocked=elsewhere`},
		{report("https://"+host+"/", "img-src", "https://"+host+"/secret.png"), `blocked=own`},
		{report("https://"+host+"/", "style-src", "moz-extension://abc/secret.css"), `blocked=extension`},
		{report("https://evil.example/secret", "secret-src", "secret"), `route=other directive=other blocked=other`},
		{report("https://"+host+"/secret", "", "%zz"), `route=none directive=other blocked=other`},
		{`{"csp-report": {"violated-directive": "style-src 'self'", "blocked-uri": "data"}}`, `directive=style-src blocked=data`},
	} {
		log.Reset()
		if code := send(tt.body); code != 204 {
			t.Errorf("%s: %d, want 204", tt.body, code)
		}
		if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, tt.want) || strings.Contains(got, "secret") {
			t.Errorf("%s: logged %q, want %q", tt.body, got, tt.want)
		}
	}
	log.Reset()
	for _, body := range []string{"", "nothing", `{"csp-report": {"document-uri": "` + strings.Repeat("x", 64<<10) + `"}}`} {
		if code := send(body); code != 422 {
			t.Errorf("%.50s: %d, want 422", body, code)
		}
	}
	codes := map[int]int{}
	for range 30 {
		codes[send(report("https://"+host+"/", "img-src", "data"))]++
	}
	if codes[429] == 0 || strings.Count(log.String(), "\n") > 20 {
		t.Errorf("thirty more were answered %v and logged as\n%s", codes, log.String())
	}
}
