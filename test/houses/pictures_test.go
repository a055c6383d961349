package houses

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// sends puts a picture in a form, as a file.
func sends(t *testing.T, s *apptest.Server, p *apptest.Person, method, path, field string, to any) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile(field, "picture.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	form.Close()
	r, err := http.NewRequest(method, s.URL+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+p.Token)
	a := s.Do(r)
	if a.Status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	if to != nil {
		a.JSON(t, to)
	}
}

// What people of one house look like is seen in the other, and is shown from
// there: nobody's browser calls the first.
func TestPicturesOfTheOtherHouse(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, there := house(t, w, "here.example"), house(t, w, "there.example")
	ada, ben := here.Join("ada", social.Member), there.Join("ben", social.Member)
	sends(t, there, ben, "PATCH", "/api/v1/accounts/update_credentials", "avatar", nil)
	sends(t, there, ben, "PATCH", "/api/v1/accounts/update_credentials", "header", nil)
	who := found(t, ada, "@ben@there.example")

	shown := func(what, address string) {
		t.Helper()
		path, ok := strings.CutPrefix(address, "https://here.example/proxy/")
		if !ok {
			t.Fatalf("%s is at %s", what, address)
		}
		if a := here.Call("GET", "/proxy/"+path, "", nil); a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "image/") {
			t.Errorf("%s: %d %s", what, a.Status, a.Header.Get("Content-Type"))
		}
	}
	var face struct{ Avatar, Header string }
	ada.Must("GET", "/api/v1/accounts/"+who.ID, nil, &face)
	shown("his portrait", face.Avatar)
	shown("his header", face.Header)

	var file struct{ ID string }
	sends(t, there, ben, "POST", "/api/v2/media", "file", &file)
	ada.Must("POST", "/api/v1/accounts/"+who.ID+"/follow", nil, nil)
	here.Eventually("the follow to be accepted", func() bool {
		var rels []struct{ Following bool }
		ada.Must("GET", "/api/v1/accounts/relationships?id[]="+who.ID, nil, &rels)
		return rels[0].Following
	})
	ben.Must("PUT", "/api/v1/media/"+file.ID, map[string]string{"description": "grey"}, nil)
	ben.Must("POST", "/api/v1/statuses", map[string]any{"status": "look", "media_ids": []string{file.ID}}, nil)
	var post struct {
		Media []struct {
			URL, Description string
			Preview          string `json:"preview_url"`
		} `json:"media_attachments"`
	}
	here.Eventually("the post to come", func() bool {
		st, ok := home(ada, func(st status) bool { return st.Account.ID == who.ID })
		if ok {
			ada.Must("GET", "/api/v1/statuses/"+st.ID, nil, &post)
		}
		return ok
	})
	if len(post.Media) != 1 || post.Media[0].Description != "grey" {
		t.Fatalf("it has %+v", post.Media)
	}
	shown("the file", post.Media[0].URL)
	shown("its preview", post.Media[0].Preview)

	// Until this house wants nothing of the kind from there.
	staff := here.Join("olga", social.Admin)
	staff.Token = staff.TokenWith("admin:write")
	var block struct{ ID string }
	staff.Must("POST", "/api/v1/admin/domain_blocks", map[string]any{"domain": "there.example", "severity": "noop", "reject_media": true}, &block)
	look := func() (faces, files int) {
		ada.Must("GET", "/api/v1/accounts/"+who.ID, nil, &face)
		st, _ := home(ada, func(st status) bool { return st.Account.ID == who.ID })
		ada.Must("GET", "/api/v1/statuses/"+st.ID, nil, &post)
		return strings.Count(face.Avatar+face.Header, "/proxy/"), len(post.Media)
	}
	here.Eventually("his pictures to be gone", func() bool { faces, files := look(); return faces+files == 0 })
	staff.Must("DELETE", "/api/v1/admin/domain_blocks/"+block.ID, nil, nil)
	here.Eventually("them to be back", func() bool { faces, files := look(); return faces == 2 && files == 1 })
}
