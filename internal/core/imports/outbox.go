package imports

import (
	"context"
	"errors"
	"fmt"
	"github.com/go-json-experiment/json/jsontext"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// post is what an archive's line holds: a post, or the address of a bookmark.
type post struct {
	Past     *social.Past `json:"past,omitempty"`
	Bookmark string       `json:"bookmark,omitempty"`
}

// readArchive gives each post and bookmark of an archive to take.
func (s *Service) readArchive(ctx context.Context, file File, size int64, include social.ImportInclude, take func(social.ImportLine) error) error {
	a, err := openArchive(file, size)
	if err != nil {
		return err
	}
	var me self
	if err := a.each(ctx, []string{"actor.json"}, func(_ string, r io.Reader) error { me, err = readActor(r); return err }); err != nil {
		return err
	}
	if me.ID == "" {
		return errNotArchive
	}
	outbox, n := false, 0
	err = a.each(ctx, []string{"outbox.json", "bookmarks.json"}, func(name string, r io.Reader) error {
		outbox = outbox || name == "outbox.json"
		return items(ctx, r, func(v jsontext.Value) error {
			if n++; n > social.MaxArchivePosts {
				return errs.Newf(errs.Invalid, "Validation failed: The archive has more than %d posts, boosts and bookmarks.", social.MaxArchivePosts)
			}
			if name == "bookmarks.json" {
				return take(s.bookmark(v))
			}
			return take(me.line(v, include))
		})
	})
	if err == nil && !outbox {
		err = errNotArchive
	}
	return err
}

// lastly is when bookmarks are seen to: after the posts they may be of.
var lastly = time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)

func (s *Service) bookmark(v jsontext.Value) social.ImportLine {
	var at string
	why := "This bookmark could not be read."
	if unmarshal(v, &at) == nil {
		if _, why = s.urlTarget(at); why == "" {
			return social.ImportLine{At: lastly, Target: short(at), Data: encode(post{Bookmark: at})}
		}
	}
	return social.ImportLine{State: social.LineFailed, Target: short(at), Reason: why}
}

// self is whose archive it is.
type self struct {
	ID        string `json:"id"`
	Followers string `json:"followers"`
}

func readActor(r io.Reader) (me self, err error) {
	b, err := io.ReadAll(io.LimitReader(r, maxActor+1))
	if err != nil {
		return me, unreadable(err)
	}
	if len(b) > maxActor || unmarshal(b, &me) != nil {
		return me, errNotArchive
	}
	return me, nil
}

// line is what an activity of the outbox comes to.
func (me self) line(v jsontext.Value, include social.ImportInclude) social.ImportLine {
	var a activity
	if err := unmarshal(v, &a); err != nil {
		return social.ImportLine{State: social.LineFailed, Reason: "This entry could not be read."}
	}
	past, why := me.past(a)
	switch {
	case why != "":
		return social.ImportLine{State: social.LineFailed, Target: short(past.Origin), Reason: why}
	case past.Origin == "":
		return social.ImportLine{State: social.LineSkipped, Target: short(a.ID), Reason: "This is neither a post nor a boost."}
	case !include.Takes(past.Visibility):
		return social.ImportLine{State: social.LineSkipped, Target: short(past.Origin), Reason: fmt.Sprintf("Not chosen: it was %s.", narrow[past.Visibility])}
	}
	return social.ImportLine{At: past.At, Target: short(past.Origin), Data: encode(post{Past: &past})}
}

var narrow = map[social.Visibility]string{social.Followers: "for followers only", social.Circle: "for those on a list, or of its community, only", social.Direct: "a message to those it mentions"}

// past reads a post or a boost; what is neither has no origin.
func (me self) past(a activity) (p social.Past, why string) {
	if a.Actor.first() != me.ID {
		return social.Past{Origin: a.ID}, "This is somebody else's."
	}
	switch a.Type {
	case "Announce":
		p = social.Past{Origin: a.ID, Boost: a.Object.id, Visibility: me.visibility(a.To, a.Cc)}
		p.At, why = when(a.Published)
		if len(p.Boost) > maxURL || p.Boost == "" {
			why = "It does not say what it passes on."
		}
	case "Create":
		if a.Object.note == nil {
			return social.Past{Origin: a.ID}, "Its post is not in the archive."
		}
		p, why = me.note(*a.Object.note)
	default:
		return p, ""
	}
	if why == "" && (p.Origin == "" || len(p.Origin) > maxURL) {
		why = "It has no address where it came from."
	}
	return p, why
}

func when(s string) (at time.Time, why string) {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil || at.Year() < 1970 || at.Year() > 2900 {
		return time.Time{}, "It has no date."
	}
	return at.UTC(), ""
}

func (me self) note(n note) (p social.Past, why string) {
	p = social.Past{Origin: n.ID, Warning: n.Summary, Sensitive: n.Sensitive, Visibility: me.visibility(n.To, n.Cc), ReplyTo: n.InReplyTo.first(), Files: len(n.Attachment)}
	if p.Visibility == social.Direct && n.Scope != "" {
		p.Visibility = social.Circle // of nobody: the list is not in the archive
	}
	if p.At, why = when(n.Published); why != "" {
		return p, why
	}
	if by := n.AttributedTo.first(); by != "" && by != me.ID {
		return p, "This is somebody else's."
	}
	if n.Updated != "" {
		p.EditedAt, _ = when(n.Updated)
	}
	if len(n.ContentMap) == 1 {
		for p.Language = range n.ContentMap {
		}
	}
	called := map[string]string{}
	for _, t := range n.Tag {
		if acct := address(t.Name, t.Href); t.Type == "Mention" && acct != "" {
			called[t.Href] = acct
			p.Mentions = append(p.Mentions, acct)
		}
	}
	p.Text = text.FromHTML(n.Content, func(href, shown string) string {
		if acct := called[href]; acct != "" {
			return "@" + acct
		}
		if acct := address(shown, href); acct != "" {
			return "@" + acct
		}
		return shown
	})
	p.Text = strings.TrimSpace(p.Text + n.poll())
	return p, ""
}

// address is name@host of somebody who is called name, with the host of
// their page if the name has none.
func address(name, page string) string {
	user, host, ok := social.ParseAddress(name)
	if u, err := url.Parse(page); ok && host == "" && err == nil {
		host = strings.ToLower(u.Host)
	}
	if !ok || host == "" {
		return ""
	}
	return user + "@" + host
}

// visibility is never wider than it was: what is not plainly for everybody or
// for followers is for those it mentions.
func (me self) visibility(to, cc many) social.Visibility {
	followers := func(s string) bool { return me.Followers != "" && s == me.Followers }
	switch {
	case to.any(everybody):
		return social.Public
	case cc.any(everybody):
		return social.Unlisted
	case to.any(followers) || cc.any(followers):
		return social.Followers
	}
	return social.Direct
}

func everybody(s string) bool {
	return s == "https://www.w3.org/ns/activitystreams#Public" || s == "as:Public" || s == "Public"
}

// items gives each entry of a collection to do. It holds one at a time.
func items(ctx context.Context, r io.Reader, do func(jsontext.Value) error) error {
	in := &bounded{r: r, left: maxOutside}
	dec := jsontext.NewDecoder(in)
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '{' {
		return unreadable(err)
	}
	for dec.PeekKind() == '"' {
		key, err := dec.ReadToken()
		if err != nil {
			return unreadable(err)
		}
		if key.String() != "orderedItems" || dec.PeekKind() != '[' {
			if err := dec.SkipValue(); err != nil {
				return unreadable(err)
			}
			continue
		}
		if _, err := dec.ReadToken(); err != nil {
			return unreadable(err)
		}
		for dec.PeekKind() != ']' {
			in.left = social.MaxActivityBytes + maxOutside
			v, err := dec.ReadValue()
			if err != nil {
				return unreadable(err)
			}
			if err := errors.Join(ctx.Err(), do(v)); err != nil {
				return err
			}
		}
		if _, err := dec.ReadToken(); err != nil {
			return unreadable(err)
		}
	}
	return nil
}

// maxOutside is how much may stand around the entries, and be read ahead.
const maxOutside = 1 << 20

func unreadable(err error) error {
	if errs.Public(err) != "" {
		return err
	}
	return errs.Wrap(errs.Invalid, "Validation failed: A file in the archive could not be read: it is damaged, or was changed by hand.", err)
}
