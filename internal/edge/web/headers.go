package web

import (
	"net/http"
	"strings"
)

// secureHeaders lets a page load what comes from here and nothing else.
func (s *Site) secureHeaders(w http.ResponseWriter) {
	socket := "ws://"
	if s.secure {
		socket = "wss://"
	}
	h := w.Header()
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:", "media-src 'self'", "worker-src 'self'", "manifest-src 'self'",
		"connect-src 'self' " + socket + s.host, "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
		"report-uri " + breachPage,
	}, "; "))
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-store")
}
