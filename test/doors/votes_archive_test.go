package doors

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TestVotesInArchive: what somebody takes along has their votes, those too that are
// set aside while they are suspended, each once and in its file.
func TestVotesInArchive(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		liked, aside, against := ben.Post("Liked", "public"), ben.Post("Aside", "public"), ben.Post("Against", "public")
		ada.Must("POST", "/api/v1/statuses/"+liked.ID+"/favourite", nil, nil)
		ada.Must("POST", "/api/v1/statuses/"+aside.ID+"/favourite", nil, nil)
		if err := s.Store.Write(t.Context(), func(tx *store.Tx) error {
			up, _ := id.Parse(aside.ID)
			down, _ := id.Parse(against.ID)
			if _, err := tx.AddMark(t.Context(), social.VotedDown, ada.ID, social.PostID(down)); err != nil {
				return err
			}
			for _, v := range []store.Vote{{ID: 1, Owner: ada.ID, Post: social.PostID(up), Way: 1}, {ID: 2, Owner: ada.ID, Post: social.PostID(down), Way: -1}} {
				if _, err := tx.SetVoteAside(t.Context(), v); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := s.Exports.Archive(t.Context(), ada.Actor(), &b); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string][]string{"likes.json": {liked.ID, aside.ID}, "dislikes.json": {against.ID}} {
			f, err := z.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			all, err := io.ReadAll(f)
			f.Close()
			if err != nil || strings.Count(string(all), "/@ben/") != len(want) {
				t.Errorf("%s: %s, %v", name, all, err)
			}
			for _, one := range want {
				if !strings.Contains(string(all), "/@ben/"+one) {
					t.Errorf("%s has no %s: %s", name, one, all)
				}
			}
		}
	})
}
