package app

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/mirrors"
	"github.com/plaza-social/plaza/internal/edge/mirror"
)

// leads are the files of a mirror by which old links lead to where the house is,
// wherever the mirror answers for its old name.
func (a *App) leads() map[string]func(m mirror.Moved) []byte {
	return map[string]func(m mirror.Moved) []byte{mirror.MovedPage: movedFile, mirror.ApachePage: apacheFile, mirror.NetlifyPage: netlifyFile}
}

// lead writes one; NotFound if the house has always been called so.
func (a *App) lead(write func(m mirror.Moved) []byte) ([]byte, error) {
	n := a.Names.Names()
	m := mirror.Moved{To: n.Now.URL}
	for _, f := range n.Former {
		if u, err := url.Parse(f.URL); err == nil {
			m.From = append(m.From, u.Host)
		}
	}
	if len(m.From) == 0 {
		return nil, errs.New(errs.NotFound, "Record not found")
	}
	return write(m), nil
}

// pageMoved is where a page of a mirror is on the site of a house that has moved;
// empty if it has always been called so, or for what only mirrors have.
func (a *App) pageMoved(path string) string {
	switch {
	case !a.Names.Names().Moved() || path == mirrors.StatusPage:
		return ""
	case path == mirror.NotFoundPage: // it is shown at any address
		path = "/"
	}
	return a.Config.URL + (&url.URL{Path: path}).EscapedPath()
}

func movedFile(m mirror.Moved) []byte {
	b, _ := json.Marshal(m) // of texts, which cannot fail
	return append(b, '\n')
}

// apacheFile is for Apache and those who read its files, as many shared hosts do.
func apacheFile(m mirror.Moved) []byte {
	var b strings.Builder
	b.WriteString("RewriteEngine On\n")
	for i, host := range m.From {
		or := ""
		if i < len(m.From)-1 {
			or = ",OR"
		}
		fmt.Fprintf(&b, "RewriteCond %%{HTTP_HOST} ^%s$ [NC%s]\n", regexp.QuoteMeta(host), or)
	}
	fmt.Fprintf(&b, "RewriteRule ^(.*)$ %s/$1 [R=301,L]\n", m.To)
	return []byte(b.String())
}

// netlifyFile is for Netlify and those who read its files.
func netlifyFile(m mirror.Moved) []byte {
	var b strings.Builder
	for _, host := range m.From {
		fmt.Fprintf(&b, "https://%s/* %s/:splat 301!\n", host, m.To)
	}
	return []byte(b.String())
}
