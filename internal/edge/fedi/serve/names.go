package serve

import (
	"strconv"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// Everything of ours has an address that is made of ids, so that it stays when
// somebody is called otherwise, and is never somebody else's.

func num[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }

func (s scribe) base(rest string) string { return s.View.BaseURL() + "/ap/" + rest }

// actorID is an account of ours, also one that is gone; zero is the house.
func (s scribe) actorID(id social.AccountID) string {
	if id == 0 {
		return s.base("actor")
	}
	return s.base("users/" + num(id))
}

func (s scribe) sharedInbox() string { return s.base("inbox") }

func (s scribe) postID(id social.PostID) string     { return s.base("posts/" + num(id)) }
func (s scribe) activityID(id social.PostID) string { return s.postID(id) + "/activity" }
func (s scribe) threadID(id social.PostID) string   { return s.base("threads/" + num(id)) }

// stampID is the consent of one of ours to be quoted by a post.
func (s scribe) stampID(quoting social.PostID) string { return s.base("quotes/" + num(quoting)) }

// passing is the address of what somebody did that is kept nowhere: a part of
// their own, which differs each time it is done.
func (s scribe) passing(by social.AccountID, what string) string {
	return s.actorID(by) + "#" + what + "/" + num(s.View.Now().UnixMilli())
}

func (s scribe) likeID(by social.AccountID, post social.PostID) string {
	return s.actorID(by) + "#likes/" + num(post)
}

func (s scribe) followID(by, target social.AccountID) string {
	return s.actorID(by) + "#follows/" + num(target)
}

func (s scribe) blockID(by, target social.AccountID) string {
	return s.actorID(by) + "#blocks/" + num(target)
}

// uriOf is where a post is, ours or not.
func (s scribe) uriOf(p view.Place) string { return s.View.PostURI(p.Post, p.URI) }
