package view

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// actorPath goes before the id of an account of ours. An address with the id in
// it stays when the account is renamed.
const actorPath = "/ap/users/"

// ActorURL is the address by which other servers know an account.
func (v *View) ActorURL(a *Face) string {
	if !a.Local() {
		return a.URI
	}
	return v.config.BaseURL + actorPath + strconv.FormatInt(int64(a.ID), 10)
}

// HouseActorURL is the address by which other servers know the house itself.
func (v *View) HouseActorURL() string { return v.config.BaseURL + "/ap/actor" }

// OwnHost reports whether host, in any case, is how the house is called: by
// what follows the second @ in the addresses of our people, or by where it
// stands.
func (v *View) OwnHost(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if clean, err := social.CleanHost(host); err == nil {
		host = clean
	}
	_, web, _ := strings.Cut(v.config.BaseURL, "://")
	return strings.EqualFold(host, v.config.HandleHost) || strings.EqualFold(host, web)
}

// AccountAt returns the account of ours that an address names, its actor's or
// its page's, or NotFound. Who has not been let in yet is not there.
func (v *View) AccountAt(ctx context.Context, address string) (*Face, error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !strings.EqualFold(u.Scheme+"://"+u.Host, v.config.BaseURL) {
		return nil, store.NoPost
	}
	path := strings.TrimSuffix(u.Path, "/")
	if number, ok := strings.CutPrefix(path, actorPath); ok {
		n, _ := id.Parse(number)
		return v.ours(v.Face(ctx, social.AccountID(n)))
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
