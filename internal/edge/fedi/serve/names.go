package serve

import (
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func num[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }

// passing is the address of what somebody did that is kept nowhere: a part of
// their own, which differs each time it is done.
func (s scribe) passing(by social.AccountID, what string) string {
	return s.View.ActorURI(by) + "#" + what + "/" + moment(s.View.Now())
}

// moment is a time as a part of an address.
func moment(t time.Time) string { return num(t.UnixMilli()) }

// uriOf is where a post is, ours or not.
func (s scribe) uriOf(p view.Spot) string {
	if p.URI != "" {
		return p.URI
	}
	return s.View.PostURI(p.Post)
}
