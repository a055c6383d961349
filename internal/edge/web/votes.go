package web

import (
	"slices"

	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// An orderName is an order of replies with its name and what it does.
type orderName struct {
	is         social.ReplyOrder
	name, help string
}

var orderNames = []orderName{
	{social.OldFirst, msg("Oldest"), msg("The oldest first, as they were said.")},
	{social.NewFirst, msg("Newest"), msg("The newest first.")},
	{social.Best, msg("Best"), msg("Those first of which most votes are for them, and enough to be sure of it.")},
	{social.Top, msg("Top"), msg("Those first with the most votes for them, less those against them.")},
	{social.Controversial, msg("Disputed"), msg("Those first with many votes of which about half are against them.")},
}

// orders are those that a house has: without votes against replies nothing is
// disputed.
func (f *frame) orders() []orderName {
	if f.House.Downvotes {
		return orderNames
	}
	return slices.DeleteFunc(slices.Clone(orderNames), func(o orderName) bool { return o.is == social.Controversial })
}

// order is one that this house has, the oldest first if it has not.
func (f *frame) order(o social.ReplyOrder) social.ReplyOrder {
	if slices.ContainsFunc(f.orders(), func(n orderName) bool { return n.is == o }) {
		return o
	}
	return social.OldFirst
}

// replyOrder is the order that the address asks for, or else the reader's usual one.
func (q *ask) replyOrder() social.ReplyOrder {
	if q.page.Mirror != nil {
		return social.OldFirst
	}
	if asked := q.URL.Query().Get("order"); asked != "" {
		return q.page.order(social.ReplyOrder(asked))
	}
	if q.by.SignedIn() {
		if self, err := q.self(); err == nil { // the usual order is better than no page
			return q.page.order(self.Prefs.Order)
		}
	}
	return social.OldFirst
}

// orderable reports whether a thread has replies that could stand otherwise.
func orderable(all []*timelines.Branch) bool {
	return len(all) > 1 || len(all) == 1 && orderable(all[0].Replies)
}

// votesDown reports whether a post can be voted down: replies of others, where the
// house does.
func (f *frame) votesDown(p *view.Seen) bool {
	return f.House.Downvotes && p.ReplyAuthor != 0 && !f.mine(p.Author.ID)
}
