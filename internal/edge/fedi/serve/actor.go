package serve

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"path"
	"time"

	"github.com/plaza-social/plaza/internal/core/federation"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
)

// types are those of actors.
var types = map[social.AccountKind]string{social.Person: "Person", social.Bot: "Service", social.Group: "Group", social.Service: "Service"}

// actor is everything that an account of ours says of itself. One that is
// suspended says nothing but that.
func (s scribe) actor(ctx context.Context, f *view.Face, keys federation.Pair) (as2.ActorDocument, error) {
	d, err := s.stub(f, keys)
	if err != nil {
		return d, err
	}
	id := d.ID
	d.Outbox, d.Followers, d.Following = id+"/outbox", id+"/followers", id+"/following"
	d.Featured, d.FeaturedTags = id+"/featured", id+"/tags"
	d.Webfinger, d.Endpoints = f.Username+"@"+s.HandleHost, &as2.Endpoints{SharedInbox: s.View.InboxURI()}
	y, m, day := f.CreatedAt.UTC().Date()
	d.Published = as2.Date(time.Date(y, m, day, 0, 0, 0, 0, time.UTC)) // when in the day is nobody's business
	if d.Suspended = f.Standing == social.Suspended; d.Suspended {
		return d, nil
	}
	d.Name, d.Summary = f.Name(), s.View.Bio(f)
	d.ManuallyApprovesFollowers, d.Discoverable, d.Indexable = f.Locked, f.Discoverable, f.Indexable
	d.AlsoKnownAs, d.AttributionDomains = s.aliases(f), f.Wishes.Credits
	d.Icon, d.Image = s.picture(f.Avatar, f.AvatarAlt), s.picture(f.Header, f.HeaderAlt)
	d.InteractionPolicy = &as2.PolicyDocument{CanFeature: rule(id)}
	if f.Discoverable {
		d.InteractionPolicy.CanFeature = rule(as2.Public)
	}
	texts := []string{f.DisplayName, f.Bio}
	for i, line := range f.Fields {
		d.Attachment = append(d.Attachment, as2.FieldDocument{Type: "PropertyValue", Name: line.Name, Value: s.View.FieldHTML(f, i)})
		texts = append(texts, line.Name, line.Value)
	}
	d.Tag = s.emojis(texts...)
	if d.MovedTo, err = s.home(ctx, f.MovedTo); d.MovedTo == "" && s.View.Base != s.View.Current() && !s.View.Next(id) {
		d.MovedTo = s.View.Current().ActorURI(f.ID)
	}
	return d, err
}

// aliases are what else somebody is. Under the name that the house has, or is
// about to have, it is who they were under the names before. Those come first:
// some read only the beginning.
func (s scribe) aliases(f *view.Face) (all []string) {
	house := s.View.House()
	for _, was := range house.Former {
		if was.URL != string(s.View.Base) {
			all = append(all, view.Base(was.URL).ActorURI(f.ID))
		}
	}
	if s.View.Next(s.View.ActorURI(f.ID)) {
		all = append(all, s.View.Current().ActorURI(f.ID))
	}
	return append(all, f.Aliases...)
}

// home is where an account moved to, if that is known.
func (s scribe) home(ctx context.Context, to social.AccountID) (string, error) {
	if to == 0 {
		return "", nil
	}
	all, err := s.View.Faces(ctx, []social.AccountID{to})
	if err != nil || len(all) == 0 {
		return "", err
	}
	return s.View.AccountURI(all[0]), nil
}

// stub is no more of an account than it takes to check a signature of its.
func (s scribe) stub(f *view.Face, keys federation.Pair) (as2.ActorDocument, error) {
	id := s.View.ActorURI(f.ID)
	d := as2.ActorDocument{Context: as2.ActorContext, ID: id, Type: types[f.Kind], Inbox: id + "/inbox", PreferredUsername: f.Username, URL: s.View.AccountURL(f)}
	return d, publish(&d, keys)
}

// house is the actor in whose name the house itself asks and says something.
func (s scribe) house(keys federation.Pair) (as2.ActorDocument, error) {
	d := as2.ActorDocument{Context: as2.ActorContext, ID: s.View.ActorURI(0), Type: "Application", Inbox: s.View.InboxURI(), PreferredUsername: s.HandleHost,
		Webfinger: s.HandleHost + "@" + s.HandleHost, URL: s.View.BaseURL() + "/about", ManuallyApprovesFollowers: true,
		Endpoints: &as2.Endpoints{SharedInbox: s.View.InboxURI()}}
	return d, publish(&d, keys)
}

// publish puts the public halves of keys on an actor.
func publish(d *as2.ActorDocument, keys federation.Pair) error {
	if keys.RSA == nil {
		return nil // not yet
	}
	pem, err := sign.PEM(keys.RSA.Public())
	if err != nil {
		return err
	}
	ed, ok := keys.Ed25519.Public().(ed25519.PublicKey)
	if !ok {
		return fmt.Errorf("the key of %s is not of Ed25519", d.ID)
	}
	d.PublicKey = &as2.KeyDocument{ID: d.ID + "#main-key", Owner: d.ID, PublicKeyPem: pem}
	d.AssertionMethod = []as2.MultikeyDocument{{ID: d.ID + "#ed25519-key", Type: "Multikey", Controller: d.ID, PublicKeyMultibase: sign.Multikey(ed)}}
	return nil
}

// pictures are the types of those that we keep.
var pictures = map[string]string{".jpg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif"}

func (s scribe) picture(file, alt string) *as2.PictureDocument {
	if file == "" {
		return nil
	}
	return &as2.PictureDocument{Type: "Image", MediaType: pictures[path.Ext(file)], URL: s.File(file), Name: alt}
}

// emojis are those of the house that stand in texts.
func (s scribe) emojis(texts ...string) (out []as2.TagDocument) {
	for _, e := range s.Emojis.In(texts...) {
		out = append(out, as2.TagDocument{Type: "Emoji", Name: ":" + e.Shortcode + ":", Updated: as2.Date(e.At), Icon: s.picture(e.File, "")})
	}
	return out
}

// rule lets some do something without asking, and nobody else.
func rule(who ...string) *as2.RuleDocument {
	return &as2.RuleDocument{AutomaticApproval: who, ManualApproval: []string{}}
}
