package web

import "strings"

// An ordered is a list on the site with the name of its order and the rule
// behind it. What has an order of its own has a line here: nothing is ranked
// in secret.
type ordered struct{ ID, Where, Is, Help string }

// counts reports whether it is by how many people do something.
func (o ordered) counts() bool { return strings.HasPrefix(o.ID, "trending-") }

// together is how much those can do who may be of one mind, see trend.MaxTogether.
var together = msg("So that nobody wins by numbers alone, the people of one other site count as five at most, and so do all who came here less than a week ago. A post whose words or pictures change begins anew.")

var orders = []ordered{
	{"time", msg("Home, the square, tags, lists, profiles, likes, bookmarks and notifications"), msg("Newest first"),
		msg("By the time at which it was said or happened, and by nothing else. On a profile, what its owner pinned stands above. Nothing is left out that you did not mute, block or filter, and nothing is put in between.")},
	{"threads", msg("Replies under a post"), msg("As you choose"), msg("Each reply stands below what it answers; of several the oldest first, unless you choose another order: the newest, the best, the top or, where people vote replies down, the disputed. How each is counted stands on the page of a thread.")},
	{"trending-posts", msg("Discover: posts"), msg("What many turn to"),
		msg("Public posts of the last two days that answer nobody, by likes plus twice the boosts; half of that goes with every twelve hours, evenly in between. Of equals the newest first. At most two of one person.")},
	{"trending-tags", msg("Discover: tags"), msg("Used by most people"),
		msg("Tags of public posts of the last two days, by how many people used them, then by how often. At least two people. “Rising” is what three people or more used within a day, and twice as many as on the day before.")},
	{"trending-links", msg("Discover: links"), msg("Passed on by most people"),
		msg("Links in public posts of the last two days, by how many people passed them on, then by how often. At least two people.")},
	{"trending-people", msg("Discover: people"), msg("Whom many turn to"),
		msg("People by what their ten best posts of the last two days got, weighed as posts are. Only people who want to be found are counted and named, here and in all of Discover.")},
	{"suggestions", msg("Suggested to you"), msg("Closest to you"),
		msg("Whom the last hundred people you followed follow, most often first; then whom most people here follow. Not whom you follow, mute or block, nor whom you turned down.")},
	{"directory", msg("The directory"), msg("Who wrote last, or who came last"), msg("By the time of the last post, or by the time of coming. Only people who want to be found.")},
	{"collections", msg("Collections"), msg("Newest first"), msg("By the time at which they were made.")},
	{"messages", msg("Messages"), msg("Last word first"), msg("By the time of the last message in each.")},
	{"newest", msg("Followers, requests, blocks, drafts, reports, decisions and whatever else was done one after the other"), msg("Newest first"), msg("By the time at which it was made, asked for, changed or decided.")},
	{"oldest", msg("Your lists and filters, versions of a post, what is in a collection, and what waits for its turn"), msg("Oldest first"), msg("By the time at which it was made.")},
	{"urgent", msg("What waits for moderators"), msg("Most urgent first"), msg("Cases by how much is at stake, legal matters by the day by which they must be answered. Of equals the oldest first.")},
	{"names", msg("Emoji, hosts and publishers"), msg("By name"), msg("By the letters of the name.")},
	{"given", msg("Rules of this community, pictures of a post, what was asked for by its number"), msg("As given"), msg("As somebody put it in order.")},
	{"own-tags", msg("Tags to show on your page"), msg("Most used first"), msg("By how many of your last posts have them.")},
	{"search-people", msg("Search: people"), msg("Best known first"), msg("Whose name is just what you typed, then by number of followers.")},
	{"search-tags", msg("Search: tags"), msg("Most used first"), msg("By how many posts have them.")},
	{"search-posts", msg("Search: posts"), msg("Newest first"), msg("By the time at which they were written.")},
}

// helpOrders tells of every order there is.
func (s *Site) helpOrders(q *ask) error {
	q.page.Head.Description = q.page.say("How everything here is put in order.")
	return q.show("In which order", ordersPage(q.page))
}
