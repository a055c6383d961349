package social

import (
	"net/url"
	"strings"
)

// A file that another server shows has no name in our blob store. It is named
// by what it is shown as, and its address: "avatar:https://…".

// What a file from elsewhere can be shown as.
const (
	AsAvatar  = "avatar"
	AsHeader  = "header"
	AsMedia   = "media"
	AsPreview = "preview"
	AsEmoji   = "emoji"
)

// MaxAddress is how long the address of a file elsewhere is at most, in bytes.
const MaxAddress = 2000

// FileElsewhere names a file of another server, or is empty if there can be no
// file at that address.
func FileElsewhere(as, address string) string {
	if len(address) > MaxAddress {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return ""
	}
	return as + ":" + address
}

// ParseFileElsewhere takes apart what FileElsewhere made. Names in the blob store are
// not of that form.
func ParseFileElsewhere(name string) (as, address string, ok bool) {
	as, address, ok = strings.Cut(name, ":")
	return as, address, ok && strings.Contains(address, "://")
}

// Elsewhere is an attachment with the names by which its files are shown here,
// if it is one of another server's post.
func (m Media) Elsewhere() Media {
	if m.Remote == "" || m.File != "" {
		return m
	}
	m.File = FileElsewhere(AsMedia, m.Remote)
	if m.Kind == Image {
		m.Preview = FileElsewhere(AsPreview, m.Remote)
	}
	return m
}

// Elsewhere is an account with the names by which its pictures are shown here:
// those of one of another server are stored as their addresses.
func (a Account) Elsewhere() Account {
	if !a.Local() {
		a.Avatar, a.Header = FileElsewhere(AsAvatar, a.Avatar), FileElsewhere(AsHeader, a.Header)
	}
	return a
}
