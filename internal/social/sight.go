package social

import "slices"

// Door is the way a post comes to a reader. What may be seen is the same
// through every door; what is put before people unasked leaves out the muted.
type Door uint8

// The doors.
const (
	Asked    Door = iota // by its id, or on its author's own page
	Offered              // timelines, streams, threads, search, notices
	Reported             // in a report, before the staff: all of it
)

// Sight is what must be known of a reader and a post's author (and, for a
// boost, of the author of what is boosted) to say whether it is shown.
type Sight struct {
	Reader AccountID // zero for somebody not signed in
	Here   bool      // the reader lives here: only that is asked of what stays here
	Circle bool      // the reader is of the circle that the post is for, see Post.ForCircle
	Author Relation  // the reader's relation to the author
	Gone   bool      // the author is suspended or deleted
	// Limited is for an author whom nobody meets who does not follow them.
	Limited bool
	// Keeps is for a reader by whose rules the post is held, or who looks after
	// replies for whose rules those are.
	Keeps bool
	// Staff is for moderators, who are shown what they were asked about.
	Staff bool
}

// MaySee reports whether a reader may see p, which is not a boost.
// A boost is seen by who may see both ends: ask for each, see MaySeeBoost.
func (p Post) MaySee(s Sight) bool {
	if s.Gone || p.Standing == PostHidden {
		return false
	}
	if s.Reader != 0 && s.Reader == p.Author {
		return true
	}
	if s.Author.Apart() || p.LocalOnly && !s.Here || p.Held != HeldNot && !s.Keeps && !(s.Staff && p.Appeal != 0) {
		return false
	}
	switch p.Visibility {
	case Public, Unlisted:
		return true
	case Followers:
		return s.Reader != 0 && (s.Author.Follows || p.Mentioned(s.Reader))
	case Circle: // whoever is mentioned and not of it is not let in by that
		return s.Reader != 0 && s.Circle
	case Direct:
		return s.Reader != 0 && p.Mentioned(s.Reader)
	}
	return false
}

// ForCircle reports whether a reader is of the circle that p is for: they were
// when it was written, and still are, which listed says of a list of somebody
// here. So nobody who joins sees what was said before, and nobody who has left
// sees anything. Of a circle elsewhere only the first is known.
func (p Post) ForCircle(reader AccountID, listed bool) bool {
	return (p.Circle == 0 || listed) && slices.Contains(p.Audience, reader)
}

// Names reports whether a reader is told who likes p and what they put under it:
// of what a circle hears only its author is, so that its members do not learn of
// each other.
func (p Post) Names(reader AccountID) bool { return p.Visibility != Circle || p.Author == reader }

// MayShow is MaySee for a door: offered posts leave out muted authors, and
// limited ones that the reader neither follows nor is spoken to by.
func (p Post) MayShow(s Sight, door Door) bool {
	switch {
	case door == Reported:
		return true
	case !p.MaySee(s):
		return false
	case door == Asked || s.Reader != 0 && s.Reader == p.Author:
		return true
	}
	return !s.Author.Mutes && (!s.Limited && p.Standing != PostLimited || s.Author.Follows || s.Reader != 0 && p.Mentioned(s.Reader))
}

// AtHome reports whether a post that may be shown belongs on the home
// timeline of a reader who follows its author or wrote it. follows tells
// whether the reader follows an account; members of exclusive lists are left
// out by the caller. https://docs.joinmastodon.org/methods/timelines/#home
func (p Post) AtHome(reader AccountID, author Relation, follows func(AccountID) bool) bool {
	if p.Author == reader {
		return true
	}
	switch {
	case !author.Follows:
		return false
	case p.IsBoost():
		return author.Boosts && p.BoostAuthor != reader
	case p.Visibility == Direct:
		return false // messages are not a timeline; they come as notices
	case len(author.Languages) > 0 && p.Language != "" && !contains(author.Languages, p.Language):
		return false
	case p.ToOthers() && p.ReplyAuthor != reader:
		return follows(p.ReplyAuthor)
	}
	return true
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
