package apptest

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"testing"
)

// SendPicture has somebody upload a picture, waits until it can be attached, and
// returns its id.
func (s *Server) SendPicture(t *testing.T, by *Person, picture image.Image) (id string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "a.png")
	if err == nil {
		err = png.Encode(part, picture)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/v2/media", &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+by.Token)
	var made struct{ ID string }
	s.Do(req).JSON(t, &made)
	s.Eventually("a picture", func() bool { return by.Call("GET", "/api/v1/media/"+made.ID, nil).Status == http.StatusOK })
	return made.ID
}
