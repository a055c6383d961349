package app

import (
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"

	"github.com/plaza-social/plaza/internal/social"
)

// client makes RemoteAddr the address of whoever asks: what the proxies that
// we trust say it is.
func (a *App) client(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if forwarded := r.Header.Values("X-Forwarded-For"); len(forwarded) > 0 {
			r.RemoteAddr = net.JoinHostPort(a.origin(r.RemoteAddr, strings.Join(forwarded, ",")).String(), "0")
		}
		r.RemoteAddr = household(r.RemoteAddr)
		if a.turnedAway(r) {
			http.Error(w, "Nobody is answered where you come from. If you think that is a mistake, write to the people who run this place.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// turnedAway reports whether who asks comes from where nobody is answered. What
// has no address is this machine's own.
func (a *App) turnedAway(r *http.Request) bool {
	p, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && a.Screen.Refuses(r.Context(), p.Addr())
}

// household is remote with the part that its owner can choose left out.
func household(remote string) string {
	if !strings.HasPrefix(remote, "[") {
		return remote // an IPv4 address is one household's as it is
	}
	p, err := netip.ParseAddrPort(remote)
	at := p.Addr().Unmap().WithZone("")
	if err != nil || at.Is4() || at.IsLoopback() {
		return remote
	}
	whole, err := at.Prefix(social.Household)
	if err != nil {
		return remote
	}
	return netip.AddrPortFrom(whole.Addr(), p.Port()).String()
}

// origin is the last address on the way here that is no proxy of ours.
func (a *App) origin(remote, forwarded string) netip.Addr {
	at := netip.Addr{}
	if p, err := netip.ParseAddrPort(remote); err == nil {
		at = p.Addr().Unmap()
	}
	hops := strings.Split(forwarded, ",")
	for i := len(hops) - 1; i >= 0 && a.trusts(at); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = hop.Unmap()
	}
	return at
}

func (a *App) trusts(at netip.Addr) bool {
	for _, p := range a.Config.TrustedProxies {
		if p.Contains(at) {
			return true
		}
	}
	return false
}

// recovers answers for a handler that panicked, and keeps the others going.
func (a *App) recovers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			a.log.ErrorContext(r.Context(), "handler panicked", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			if forApps(r.URL.Path) {
				w.Header().Set("Content-Type", "application/json; charset=utf-8")
				w.WriteHeader(http.StatusInternalServerError)
				w.Write([]byte(`{"error":"Something went wrong on our side. Try again; if it goes on, tell the people who run this server."}`))
				return
			}
			http.Error(w, "Something went wrong on our side. Try again in a moment.", http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// hardens says on every answer what browsers and proxies have to know to be safe
// with us. Over https nobody comes back any other way for a year: of this name
// alone, what else its owner has below it is not ours to say. After a body in
// chunks the connection ends: a proxy that went by a Content-Length beside it would
// take what follows for another request than we do.
// https://www.rfc-editor.org/rfc/rfc9112#section-6.3
func (a *App) hardens(next http.Handler) http.Handler {
	https := strings.HasPrefix(a.Config.URL, "https://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		if https {
			h["Strict-Transport-Security"] = aYear
		}
		if len(r.TransferEncoding) > 0 {
			h.Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// cors lets apps that run in a browser call what is for apps, and read every
// answer, errors too. No cookie counts there, so nobody is put at risk.
func cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !forApps(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h["Access-Control-Allow-Origin"] = anyOrigin
		h["Access-Control-Expose-Headers"] = exposed
		h["X-Content-Type-Options"] = nosniff
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, Accept, Accept-Language, Cache-Control, Last-Event-ID")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Header values that never change, and so need not be made again.
var (
	anyOrigin = []string{"*"}
	exposed   = []string{"Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, Mastodon-Async-Refresh, Idempotency-Key"}
	nosniff   = []string{"nosniff"}
	aYear     = []string{"max-age=31536000"}
)
