package doors

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestPortraitFromBeforeAList: a portrait that was there before a list came that it is
// on is taken off when the house looks again: nobody is sent it any more, and the
// staff has a case about who has sent it. So is an emoji.
func TestPortraitFromBeforeAList(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ben, olaf := s.Join("ben", social.Member), s.Join("olaf", social.Owner)
		owner := olaf.Actor()
		owner.Role = social.Owner
		sent := pngOf(t, 400, 400)
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		must(must(w.CreateFormFile("avatar", "me.png")).Write(sent))
		w.Close()
		var me struct{ Avatar string }
		send(t, s, "PATCH", "/api/v1/accounts/update_credentials", bearer(ben.Token), body(w.FormDataContentType(), form.Bytes())).JSON(t, &me)
		emoji, err := s.Emojis.Add(t.Context(), owner, social.Emoji{Shortcode: "wave", Enabled: true}, bytes.NewReader(sent), false)
		if err != nil {
			t.Fatal(err)
		}
		files := []string{strings.TrimPrefix(me.Avatar, s.Config.URL), "/media/" + emoji.File}
		for _, path := range files {
			wantStatus(t, path, send(t, s, "GET", path), 200)
		}
		in, err := social.ParseHashes(fmt.Sprintf("sha256:%x,bad,csam\n", sha256.Sum256(sent)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Automation.Import(t.Context(), owner, in); err != nil {
			t.Fatal(err)
		}
		if err := s.Media.Again(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			s.Eventually("it not to be sent", func() bool { return send(t, s, "GET", path).Status == 404 })
		}
		var account struct{ Avatar string }
		send(t, s, "GET", "/api/v1/accounts/"+num(ben.ID)).JSON(t, &account)
		if account.Avatar == me.Avatar {
			t.Errorf("the portrait is still %s", account.Avatar)
		}
		if _, there := s.Emojis.Named("wave"); there {
			t.Error("the emoji is still there")
		}
		for _, who := range []social.AccountID{ben.ID, olaf.ID} {
			s.Eventually("a case", func() bool {
				all, _, err := s.Moderation.Cases(t.Context(), social.Actor{Account: 1, Role: social.Owner, Standing: social.Good}, social.CaseQuery{About: who, Harm: social.HarmMinors}, 0)
				return err == nil && len(all) == 1
			})
		}
	})
}
