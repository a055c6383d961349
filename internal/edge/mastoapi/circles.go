package mastoapi

import (
	"bytes"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// circle reads which of the writer's lists a post is for: by a circle_id beside
// the visibility private, or by the visibility list:ID, as Pleroma has it.
// https://docs.pleroma.social/backend/development/API/differences_in_mastoapi_responses/
func (q *request) circle(d *social.Draft) error {
	list, named := strings.CutPrefix(q.str("visibility"), "list:")
	if !named {
		if list = q.str("circle_id"); list == "" {
			return nil
		}
		if v := q.str("visibility"); v != "" && d.Visibility != social.Followers && d.Visibility != social.Circle {
			return errs.New(errs.Invalid, "Validation failed: A post that is for a list is for nobody else: its visibility is private.")
		}
	}
	n, ok := id.Parse(list)
	if !ok {
		return errAbsent
	}
	d.Visibility, d.Circle = social.Circle, social.ListID(n)
	return nil
}

// anew is how an app is told whom a post was for that it may write anew. One that
// knows nothing of circles, or of what stays here, would do that for followers, or
// for everybody: it is told that the post was direct, so that it is for nobody whom
// it was not for.
func anew(v social.Visibility, stays bool) string {
	if v == social.Circle || stays {
		return visibility[social.Direct]
	}
	return visibility[v]
}

// toRedraft is a status as an app is given it that deletes it and may write it anew.
func toRedraft(s *view.Seen, status raw) raw {
	return bytes.Replace(status, []byte(`"visibility":"`+visibility[s.Visibility]+`"`), []byte(`"visibility":"`+anew(s.Visibility, s.LocalOnly)+`"`), 1)
}

// appendAudience appends whom a post is for in our words, of which Mastodon lacks
// one, and to its author which list.
func appendAudience(b []byte, s *view.Seen, reader social.AccountID) []byte {
	b = append(append(b, `"visibility":"`...), s.Visibility...)
	if b = append(b, `","circle_id":`...); s.Circle == 0 || s.Post.Author != reader {
		return append(b, `null,`...)
	}
	return append(append(append(b, '"'), num(s.Circle)...), `",`...)
}
