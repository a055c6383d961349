package social

// PostStanding is how a post stands here, which only a decision changes.
type PostStanding string

// The standings.
const (
	PostGood     PostStanding = ""
	PostLabelled PostStanding = "labelled" // behind a warning
	PostLimited  PostStanding = "limited"  // nobody meets it who does not follow its author
	PostHidden   PostStanding = "hidden"   // nobody sees it
)

// Standing is how a post stands after a, which is about posts.
func (a Action) Standing() PostStanding {
	switch a {
	case LabelPost:
		return PostLabelled
	case LimitPost:
		return PostLimited
	case HidePost:
		return PostHidden
	}
	return PostGood
}
