package web

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) settingsRoutes(r *router) {
	r.Do("GET /settings", member, func(q *ask) error {
		q.settle()
		return q.show("Settings", settingsIndex(q.page))
	})
	r.Do("GET /settings/profile", member, func(q *ask) error { return s.showProfile(q, http.StatusOK, social.Profile{}, "") })
	r.Do("POST /settings/profile", member, s.sparing(pictureRule, s.saveProfile))
	r.Do("GET /settings/privacy", member, s.privacyForm)
	r.Do("POST /settings/privacy", member, s.savePrivacy)
}

// settle shows a page of the settings.
func (q *ask) settle() { q.page.Tab = "settings" }

// showProfile shows the form, with what was written there and not taken.
func (s *Site) showProfile(q *ask, status int, wish social.Profile, problem string) error {
	face, err := s.View.Face(q.Context(), q.by.Account)
	if err != nil {
		return err
	}
	written := *face
	me := &written
	for to, words := range map[*string]*string{&me.DisplayName: wish.DisplayName, &me.Bio: wish.Bio, &me.AvatarAlt: wish.AvatarAlt, &me.HeaderAlt: wish.HeaderAlt} {
		if words != nil {
			*to = *words
		}
	}
	if wish.Fields != nil {
		me.Fields = *wish.Fields
	}
	if wish.Bot != nil && *wish.Bot {
		me.Kind = social.Bot
	}
	k, err := s.knownOf(q, me.Account)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Profile", profileSettings(q.page, me, k, problem))
}

func (s *Site) saveProfile(q *ask) error {
	p, err := s.profileOf(q)
	if err == nil {
		_, err = s.Accounts.SetProfile(q.Context(), q.by, p)
	}
	if errs.KindOf(err) == errs.Invalid && err != nil {
		return s.showProfile(q, http.StatusUnprocessableEntity, p, q.page.fault(err))
	}
	if err != nil {
		return err
	}
	q.say("saved")
	return q.to("/settings/profile")
}

// profileOf reads the form of a profile and keeps its pictures.
func (s *Site) profileOf(q *ask) (p social.Profile, err error) {
	words := map[string]string{}
	for _, name := range []string{"display_name", "bio", "avatar_alt", "header_alt"} {
		words[name] = strings.TrimSpace(q.form(name))
	}
	name, bio, avatarAlt, headerAlt, bot := words["display_name"], words["bio"], words["avatar_alt"], words["header_alt"], q.ticked("bot")
	p = social.Profile{DisplayName: &name, Bio: &bio, AvatarAlt: &avatarAlt, HeaderAlt: &headerAlt, Bot: &bot}
	var fields []social.Field
	for i := range social.MaxFields {
		n := itoa(i)
		fields = append(fields, social.Field{Name: strings.TrimSpace(q.form("field_name_" + n)), Value: strings.TrimSpace(q.form("field_value_" + n))})
	}
	p.Fields = &fields
	if p.Avatar, err = s.picture(q, "avatar"); err != nil {
		return p, err
	}
	p.Header, err = s.picture(q, "header")
	return p, err
}

// picture keeps a picture of the form and gives its name: empty if it is to
// be removed, nil if there is none.
func (s *Site) picture(q *ask, kind string) (*string, error) {
	none := ""
	if q.ticked(kind + "_remove") {
		return &none, nil
	}
	file, head, err := q.FormFile(kind)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) || err == nil && head.Size == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, "The picture did not arrive whole. Please send it again.", err)
	}
	defer file.Close()
	name, err := s.Blobs.Put(q.Context(), q.by.Account, kind, io.Reader(file))
	if err != nil {
		return nil, err
	}
	return &name, nil
}

func (s *Site) privacyForm(q *ask) error {
	me, err := s.View.Face(q.Context(), q.by.Account)
	if err != nil {
		return err
	}
	self, err := s.Auth.Self(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.show("Posting and privacy", privacySettings(q.page, me, self.Prefs))
}

func (s *Site) savePrivacy(q *ask) error {
	locked, hide, discoverable, indexable := q.ticked("locked"), q.ticked("hide_follows"), q.ticked("discoverable"), q.ticked("indexable")
	wish := social.Profile{Locked: &locked, HideFollows: &hide, Discoverable: &discoverable, Indexable: &indexable}
	if _, err := s.Accounts.SetProfile(q.Context(), q.by, wish); err != nil {
		return err
	}
	self, err := s.Auth.Self(q.Context(), q.by)
	if err != nil {
		return err
	}
	prefs := self.Prefs
	prefs.Visibility, prefs.Language = social.Visibility(q.form("visibility")), q.form("language")
	prefs.Quotes = social.QuotePolicy(q.form("quotes"))
	if q.PostForm.Has("replies") {
		prefs.Replies = social.ReplyPolicy(q.form("replies"))
	}
	prefs.Hold, prefs.Alt = q.ticked("hold"), social.AltText(q.form("alt"))
	prefs.Order = social.ReplyOrder(q.form("reply_order"))
	if !q.page.House.NoViews { // else there is no box
		prefs.NoViews = !q.ticked("views")
	}
	if zoneOf(q.form("zone")) != nil {
		prefs.Zone = q.form("zone")
	}
	if err := s.Auth.SetPrefs(q.Context(), q.by, prefs); err != nil {
		return err
	}
	q.say("saved")
	return q.to("/settings/privacy")
}
