package finger

import (
	"net/http"

	"github.com/plaza-social/plaza/internal/social"
)

// relNode and a version are what a link to a NodeInfo document is for.
// https://nodeinfo.diaspora.software
const relNode = "http://nodeinfo.diaspora.software/ns/schema/"

// nodes says where what runs here is described. Readers that know one version
// only find it; the others take the first.
func (s *Server) nodes(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, "application/json; charset=utf-8", jrd{Links: []link{
		{Rel: relNode + "2.1", Href: s.View.BaseURL() + node21Path},
		{Rel: relNode + "2.0", Href: s.View.BaseURL() + node20Path},
	}})
}

// https://nodeinfo.diaspora.software/docson/index.html#/ns/schema/2.1
type node struct {
	Version           string       `json:"version"`
	Software          nodeSoftware `json:"software"`
	Protocols         []string     `json:"protocols"`
	Services          nodeServices `json:"services"`
	OpenRegistrations bool         `json:"openRegistrations"`
	Usage             nodeUsage    `json:"usage"`
	Metadata          nodeMetadata `json:"metadata"`
}

type nodeSoftware struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	Repository string `json:"repository,omitempty"` // not in 2.0
}

type nodeServices struct {
	Inbound  []string `json:"inbound"`
	Outbound []string `json:"outbound"`
}

// nodeUsage is what the API for apps tells strangers, and no more.
type nodeUsage struct {
	Users struct {
		Total       int `json:"total"`
		ActiveMonth int `json:"activeMonth"`
	} `json:"users"`
	LocalPosts int `json:"localPosts"`
}

type nodeMetadata struct {
	NodeName        string `json:"nodeName"`
	NodeDescription string `json:"nodeDescription"`
	MirrorKey       string `json:"mirrorKey,omitempty"` // what copies of the public pages are checked with
}

// node describes what runs here, in a version of the schema.
func (s *Server) node(version string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		counts, err := s.Instance.Counts(r.Context())
		if err != nil {
			s.fail(w, r, err)
			return
		}
		house := s.Instance.Settings()
		n := node{Version: version, Software: nodeSoftware{Name: "plaza", Version: s.Version}, Protocols: []string{"activitypub"},
			Services: nodeServices{[]string{}, []string{}}, OpenRegistrations: house.SignUps == social.SignUpOpen || house.SignUps == social.SignUpApproval,
			Metadata: nodeMetadata{NodeName: house.Title, NodeDescription: house.Description}}
		if s.MirrorKey != nil {
			if n.Metadata.MirrorKey, err = s.MirrorKey(r.Context()); err != nil {
				s.fail(w, r, err)
				return
			}
		}
		n.Usage.Users.Total, n.Usage.Users.ActiveMonth, n.Usage.LocalPosts = counts.Users, counts.Active, counts.Posts
		if version != "2.0" {
			n.Software.Repository = s.Source
		}
		s.answer(w, r, `application/json; profile="`+relNode+version+`#"; charset=utf-8`, n)
	}
}
