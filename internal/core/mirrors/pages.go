package mirrors

import (
	"strconv"

	"github.com/plaza-social/plaza/internal/social"
)

// Pages that every mirror has, by their paths on the site.
const (
	HomePage   = "/"
	PublicPage = "/public/local"
)

// pagesOf are the lists of what somebody said.
func pagesOf(a social.Account) []string {
	return []string{"/@" + a.Username, "/@" + a.Username + "/with_replies"}
}

// PostPage is the page of a post by one of ours.
func PostPage(username string, post social.PostID) string {
	return "/@" + username + "/" + strconv.FormatInt(int64(post), 10)
}

func tagPage(tag string) string { return "/tags/" + social.TagKey(tag) }
