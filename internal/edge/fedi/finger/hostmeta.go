package finger

import (
	"bytes"
	"encoding/xml"
	"net/http"
)

// lrdd says where to ask for people. https://www.rfc-editor.org/rfc/rfc6415
func (s *Server) lrdd() link {
	return link{Rel: "lrdd", Type: jrdKind, Template: s.View.BaseURL() + fingerPath + "?resource={uri}"}
}

func (s *Server) metaJSON(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, "application/json; charset=utf-8", jrd{Links: []link{s.lrdd()}})
}

// meta is the same in XML, for those who know nothing newer.
func (s *Server) meta(w http.ResponseWriter, _ *http.Request) {
	l := s.lrdd()
	var template bytes.Buffer
	xml.EscapeText(&template, []byte(l.Template)) // a buffer takes all
	b := []byte(xml.Header + `<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="` + l.Rel + `" type="` + l.Type + `" template="` + template.String() + `"/>
</XRD>
`)
	send(w, http.StatusOK, "application/xrd+xml; charset=utf-8", keepAnswer, b)
}
