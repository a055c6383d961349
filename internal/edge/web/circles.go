package web

import (
	"slices"

	"github.com/plaza-social/plaza/internal/social"
)

// toList is what the name of an audience begins with that is one of the writer's
// lists.
const toList = "list:"

// A listener is an audience that can be chosen in a composer.
type listener struct {
	value, name string
	chosen      bool
}

// listeners are whom what stands in a composer can be for. What answers a post for a
// list is for those that it is for, or a message. A list that is gone stays chosen:
// nothing wider may be sent in its place unnoticed.
func (c draft) listeners(f *frame) (out []listener) {
	if c.Within {
		for _, a := range audiences {
			if a.is == social.Direct {
				out = append(out, listener{string(a.is), f.say(a.name), c.Visibility == a.is})
			}
		}
		return append([]listener{{string(social.Circle), f.say("Only those it is for"), c.Visibility != social.Direct}}, out...)
	}
	for _, a := range audiences {
		out = append(out, listener{string(a.is), f.say(a.name), a.is == c.Visibility})
	}
	for _, l := range c.Lists {
		out = append(out, listener{toList + itoa(l.ID), f.say("Only my list “%s”", l.Title), c.Visibility == social.Circle && c.Circle == l.ID})
	}
	if c.Visibility == social.Circle && !slices.ContainsFunc(c.Lists, func(l social.List) bool { return l.ID == c.Circle }) {
		out = append(out, listener{toList + itoa(c.Circle), f.say("A list that is gone"), true})
	}
	return out
}
