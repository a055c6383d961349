package mirror

import (
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/mirrors"
	"github.com/plaza-social/plaza/internal/social"
)

// Pages are named by their paths on the site. Those that only a mirror has:
const (
	NotFoundPage = "/404"   // what is shown where nothing is
	OlderName    = "/page/" // and a number: an older page of the list before it
	robotsPage   = "/robots.txt"
	feedName     = "/feed.atom"

	// Where a house has gone that stood elsewhere, for Plaza and for those web
	// servers that read such a file.
	MovedPage   = "/moved.json"
	ApachePage  = "/.htaccess"
	NetlifyPage = "/_redirects"
)

// isPlain reports whether a page is for machines, and has no links.
func isPlain(page string) bool {
	return page == robotsPage || page == MovedPage || page == ApachePage || page == NetlifyPage
}

// fixed are the pages that every mirror has.
var fixed = []string{mirrors.HomePage, mirrors.PublicPage, mirrors.StatusPage, "/about", "/privacy", "/terms", NotFoundPage, robotsPage, MovedPage, ApachePage, NetlifyPage}

// Files that stand beside the pages and are in no index.
const (
	manifestFile = "manifest"
	keyFile      = "mirror.pub"
	indexFolder  = "index/"
)

// maxName is how long a part of a path may be: file systems take no more than
// 255 bytes.
const maxName = 200

// fileOf is the file that a page is kept in.
func fileOf(page string) string {
	switch {
	case page == mirrors.HomePage:
		return "index.html"
	case page == NotFoundPage:
		return "404.html"
	case isPlain(page), strings.HasSuffix(page, feedName):
		return page[1:]
	}
	return page[1:] + "/index.html"
}

// A spot is what a path of the site names.
type spot struct {
	page string // of the mirror
	file string // or a file that pages share
	name string // whose page it is
	post social.PostID
	tag  bool
}

// read tells what a path names. It reports false for what no mirror has.
func read(p string) (s spot, ok bool) {
	if base, number, found := strings.Cut(p, OlderName); found {
		s, ok = read(base)
		if _, err := strconv.Atoi(number); err != nil || s.post != 0 {
			return s, false
		}
		s.page = p
		return s, ok && s.page != ""
	}
	switch {
	case p == "" || p == mirrors.HomePage:
		return spot{page: mirrors.HomePage}, true
	case p == "/public" || p == mirrors.PublicPage:
		return spot{page: mirrors.PublicPage}, true
	case p == mirrors.StatusPage, p == "/about", p == "/privacy", p == "/terms":
		return spot{page: p}, true
	case p == "/"+manifestFile:
		return spot{file: manifestFile}, true
	case strings.HasPrefix(p, "/assets/"), strings.HasPrefix(p, "/media/"):
		return spot{file: p[1:]}, goodKey(p[1:])
	case strings.HasPrefix(p, "/tags/"):
		key := social.TagKey(p[len("/tags/"):])
		return spot{page: "/tags/" + key, tag: true}, key != "" && len(key) <= maxName && !strings.Contains(key, "/") && goodKey("tags/"+key)
	case strings.HasPrefix(p, "/@"):
		return readOwn(p)
	}
	return s, false
}

// readOwn reads the path of somebody's page, or of a post.
func readOwn(p string) (s spot, ok bool) {
	name, rest, _ := strings.Cut(p[len("/@"):], "/")
	if name == "" || strings.Contains(name, "@") || len(name) > maxName {
		return s, false
	}
	s.name, s.page = name, p
	if rest == "" || rest == "with_replies" || "/"+rest == feedName {
		return s, true
	}
	post, ok := id.Parse(rest)
	s.post = social.PostID(post)
	return s, ok && post > 0
}

// older is page n of the older ones of a list.
func older(list string, n int) string { return list + OlderName + strconv.Itoa(n) }

// relative is how a file is reached from another.
func relative(from, to string) string {
	up := strings.Repeat("../", strings.Count(from, "/"))
	if up == "" {
		up = "./"
	}
	return up + escape(to)
}

func escape(key string) string { return (&url.URL{Path: key}).EscapedPath() }

// besides reports whether a key is no file of the index but belongs to a mirror.
func besides(key string) bool {
	return key == manifestFile || key == keyFile || strings.HasPrefix(key, indexFolder) || strings.HasPrefix(path.Base(key), ready)
}
