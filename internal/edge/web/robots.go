package web

import (
	"io"
	"net/http"
)

// robots is what we ask of those who read pages without being people. Search
// engines may come; profiles and posts say for themselves whether their
// authors want to be found, so they must be read for that. What is gathered to
// train models on is nobody's to give but its author's: it is refused.
const robots = `User-agent: GPTBot
User-agent: CCBot
User-agent: Google-Extended
User-agent: ClaudeBot
User-agent: Bytespider
User-agent: PerplexityBot
Disallow: /

User-agent: *
Allow: /$
Allow: /about
Disallow: /api/
Disallow: /oauth/
Disallow: /auth/
Disallow: /settings
Disallow: /search
Disallow: /feeds/
Disallow: /authorize_interaction
`

func serveRobots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	io.WriteString(w, robots) // a reader who went away needs no answer
}
