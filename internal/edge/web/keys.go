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
	{"With posts", []keyRow{{"j", "Next post"}, {"k", "Post before"}, {"o", "Open the post"}, {"p", "Open the profile of who wrote it"}, {"l", "Like"}, {"b", "Boost"},
		{"d", "Bookmark"}, {"r", "Reply"}, {"x", "Show or hide what is behind a warning"}, {".", "Show new posts"}}},
	{"Writing and finding", []keyRow{{"n", "New post"}, {"Ctrl Enter", "Send what you write"}, {"/", "Search"}, {"?", "These keys"}, {"Esc", "Close a menu"}}},
	{"Going places: one key after the other", []keyRow{{"g h", "Home"}, {"g a", "Notifications"}, {"g c", "Messages"}, {"g e", "Discover"}, {"g u", "Catch up"}, {"g t", "Public posts"},
		{"g f", "Likes"}, {"g m", "Bookmarks"}, {"g i", "Lists"}, {"g s", "Settings"}}},
}

// keys tells of them, and lets whoever hits them by mistake switch them off.
func (s *Site) keys(q *ask) error { return q.show("Keys", keysPage(q.page)) }
