package view

import (
	"context"
	"net/url"
	"strings"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// OwnHost reports whether host, in any case, is how the house is called: by
// what follows the second @ in the addresses of our people, or by where it
// stands.
func (v *View) OwnHost(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if clean, err := social.CleanHost(host); err == nil {
		host = clean
	}
	_, web, _ := strings.Cut(string(v.Base), "://")
	return strings.EqualFold(host, v.config.HandleHost) || strings.EqualFold(host, web)
}

// HoldsUs reports whether what is decided about a host, and so about all below
// it, would be about the house itself.
func (v *View) HoldsUs(host string) bool {
	for _, own := range []string{v.config.HandleHost, string(v.Base)} {
		name, err := social.CleanHost(own)
		if err == nil && (name == host || strings.HasSuffix(name, "."+host)) {
			return true
		}
	}
	return v.OwnHost(host)
}

// AccountAt returns the account of ours that an address names, its actor's or
// its page's, or NotFound. Who has not been let in yet is not there.
func (v *View) AccountAt(ctx context.Context, address string) (*Face, error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !strings.EqualFold(u.Scheme+"://"+u.Host, string(v.Base)) {
		return nil, store.NoPost
	}
	path := strings.TrimSuffix(u.Path, "/")
	if place, ok := v.Base.ParseURI(string(v.Base) + path); ok && place.Account != 0 && place.Part == "" {
		return v.ours(v.Face(ctx, place.Account))
	}
	acct, ok := strings.CutPrefix(path, "/@")
	name, host, foreign := strings.Cut(acct, "@")
	if !ok || foreign && !v.OwnHost(host) {
		return nil, store.NoPost
	}
	return v.Named(ctx, name, "")
}

func (v *View) ours(f *Face, err error) (*Face, error) {
	if err == nil && (!f.Local() || f.Standing == social.Pending) {
		return nil, store.NoPost
	}
	return f, err
}
