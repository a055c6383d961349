package web

func (s *Site) keyRoutes(r *router) { r.Do("GET /keys", anyone, s.keys) }

// A keyRow is a key and what it does.
type keyRow struct{ Keys, Does string }

// keyGroups are the keys of the pages, as assets/plaza.js has them. A key of
// theirs that is not told here, or the other way round, fails a test.
var keyGroups = []struct {
	Name string
	Rows []keyRow
}{
	{msg("With posts"), []keyRow{{"j", msg("Next post")}, {"k", msg("Post before")}, {"o", msg("Open the post")}, {"p", msg("Open the profile of who wrote it")}, {"l", msg("Like")}, {"b", msg("Boost")},
		{"d", msg("Bookmark")}, {"r", msg("Reply")}, {"x", msg("Show or hide what is behind a warning")}, {".", msg("Show new posts")}}},
	{msg("Writing and finding"), []keyRow{{"n", msg("New post")}, {"Ctrl Enter", msg("Send what you write")}, {"/", msg("Search")}, {"?", msg("These keys")}, {"Esc", msg("Close a menu")}}},
	{msg("Going places: one key after the other"), []keyRow{{"g h", msg("Home")}, {"g a", msg("Notifications")}, {"g c", msg("Messages")}, {"g e", msg("Discover")}, {"g u", msg("Catch up")}, {"g t", msg("Public posts")},
		{"g f", msg("Likes")}, {"g m", msg("Bookmarks")}, {"g i", msg("Lists")}, {"g s", msg("Settings")}}},
}

// keys tells of them, and lets whoever hits them by mistake switch them off.
func (s *Site) keys(q *ask) error { return q.show("Keys", keysPage(q.page)) }
