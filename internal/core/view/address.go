package view

import (
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// Base is where the house stands, such as https://plaza.example, without a
// slash at the end. It makes the ActivityPub ids of what lives here, and reads
// them. They are made of numbers, so that an account that is renamed keeps
// them, and are never given to anything else.
type Base string

// HouseURI is the actor that the house signs with when nobody of ours asks.
func (b Base) HouseURI() string { return string(b) + "/ap/actor" }

// InboxURI is the inbox of everybody here.
func (b Base) InboxURI() string { return string(b) + "/ap/inbox" }

// ActorURI is an account of ours; zero is the house.
func (b Base) ActorURI(who social.AccountID) string {
	if who == 0 {
		return b.HouseURI()
	}
	return string(b) + "/ap/users/" + number(who)
}

// PageURL is where an account of ours shows itself to people.
func (b Base) PageURL(username string) string { return string(b) + "/@" + username }

// PostURI is a post of ours.
func (b Base) PostURI(which social.PostID) string { return string(b) + "/ap/posts/" + number(which) }

// BoostURI is a boost by one of ours: what says that they passed a post on.
func (b Base) BoostURI(boost social.PostID) string { return b.PostURI(boost) + "/activity" }

// ThreadURI is a thread that was opened here.
func (b Base) ThreadURI(thread social.PostID) string {
	return string(b) + "/ap/threads/" + number(thread)
}

// StampURI is our author's consent to being quoted by a post.
func (b Base) StampURI(quoting social.PostID) string {
	return string(b) + "/ap/quotes/" + number(quoting)
}

// ReplyStampURI is our author's consent to a reply.
func (b Base) ReplyStampURI(reply social.PostID) string {
	return string(b) + "/ap/replies/" + number(reply)
}

// LikeURI is one of ours' liking a post.
func (b Base) LikeURI(who social.AccountID, post social.PostID) string {
	return b.ActorURI(who) + "#likes/" + number(post)
}

// DownURI is one of ours' voting against a post.
func (b Base) DownURI(who social.AccountID, post social.PostID) string {
	return b.ActorURI(who) + "#dislikes/" + number(post)
}

// ReactionURI is an emoji that one of ours put under a post.
func (b Base) ReactionURI(who social.AccountID, which social.ReactionID) string {
	return b.ActorURI(who) + "#reactions/" + number(which)
}

// FollowURI is one of ours' following an account, or asking to: each time it is
// done another, as many servers do nothing twice that has one address.
func (b Base) FollowURI(who, target social.AccountID, which social.FollowID) string {
	return b.ActorURI(who) + "#follows/" + number(target) + "/" + number(which)
}

// BlockURI is one of ours' blocking an account.
func (b Base) BlockURI(who, target social.AccountID) string {
	return b.ActorURI(who) + "#blocks/" + number(target)
}

// RelayURI is the house's asking a relay to take it in.
func (b Base) RelayURI(relay social.RelayID) string { return b.HouseURI() + "#relays/" + number(relay) }

// RelayedURI is the house's passing a post of ours on to relays.
func (b Base) RelayedURI(post social.PostID) string {
	return b.HouseURI() + "#announces/" + number(post)
}

func number[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }

// A Place is what an ActivityPub id of ours, or the address of a page, names.
// That it is named does not mean that it is there.
type Place struct {
	House   bool             // the house, or its inbox
	Account social.AccountID // one of ours
	Name    string           // one of ours, as in the address of a page
	Post    social.PostID
	Thread  social.PostID
	Quote   social.PostID // a consent, by the post that quotes
	Reply   social.PostID // a consent, by the reply
	Part    string        // what of it: "inbox", "followers", "activity", "likes"; empty for the thing itself
	Target  int64         // what a like, follow or block is about, or which relay the house asked
}

// ParseURI tells what an address names here; false for what cannot be ours.
func (b Base) ParseURI(uri string) (p Place, ok bool) {
	rest, ok := strings.CutPrefix(uri, string(b)+"/")
	if !ok || b == "" {
		return p, false
	}
	if page, ok := strings.CutPrefix(rest, "@"); ok {
		return parsePage(page)
	}
	rest, ok = strings.CutPrefix(rest, "ap/")
	if !ok {
		return p, false
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	kind, rest, _ := strings.Cut(rest, "/")
	n, part, _ := strings.Cut(rest, "/")
	if p.Part = part; kind == "actor" || kind == "inbox" {
		p.House, p.Part = true, n
		if act, target, found := strings.Cut(fragment, "/"); found && n == "" {
			p.Part = act
			p.Target, ok = id.Parse(target)
		}
		return p, ok && part == ""
	}
	which, ok := id.Parse(n)
	if !ok || strings.Contains(part, "/") {
		return Place{}, false
	}
	switch kind {
	case "users":
		p.Account = social.AccountID(which)
	case "posts":
		p.Post = social.PostID(which)
	case "threads":
		p.Thread = social.PostID(which)
	case "quotes":
		p.Quote = social.PostID(which)
	case "replies":
		p.Reply = social.PostID(which)
	default:
		return Place{}, false
	}
	if act, target, found := strings.Cut(fragment, "/"); found {
		if p.Part = act; p.Account != 0 {
			target, _, _ = strings.Cut(target, "/") // which of several follows does not matter
			p.Target, ok = id.Parse(target)
		}
	}
	return p, ok
}

// parsePage reads what follows the @ of a page's address. A page of somebody
// elsewhere is not where they are at home.
func parsePage(page string) (p Place, ok bool) {
	name, n, isPost := strings.Cut(page, "/")
	if p.Name = name; name == "" || strings.ContainsAny(name, "@?#") {
		return Place{}, false
	}
	if !isPost {
		return p, true
	}
	which, ok := id.Parse(n)
	if !ok {
		return Place{}, false
	}
	p.Post = social.PostID(which)
	return p, true
}
