package as2

import (
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// activityStreams is the namespace that needs no prefix.
const activityStreams = "https://www.w3.org/ns/activitystreams"

// namespaces are where the terms below come from, short and in full, as their
// inventors spell them.
var namespaces = []string{
	"toot:", "http://joinmastodon.org/ns#",
	"schema:", "sc:", "http://schema.org#", "http://schema.org/", "https://schema.org/",
	"misskey:", "https://misskey-hub.net/ns#",
	"litepub:", "http://litepub.social/ns#",
	"lemmy:", "https://join-lemmy.org/ns#",
	"pt:", "https://joinpeertube.org/ns#",
	"fedibird:", "http://fedibird.com/ns#",
	"gts:", "https://gotosocial.org/ns#",
	"kmyblue:", "http://kmy.blue/ns#",
	"sec:", "https://w3id.org/security#",
	"https://w3id.org/fep/044f#", "ostatus:", "http://ostatus.org#",
	"as:", activityStreams + "#",
}

// known are the terms and types that came after ActivityStreams and that we
// read, whatever prefix they have.
var known = words(`
	featured featuredTags discoverable indexable memorial suspended attributionDomains votersCount blurhash focalPoint
	Emoji Hashtag PropertyValue value sensitive movedTo alsoKnownAs manuallyApprovesFollowers quoteUrl quoteUri quote
	quoteAuthorization interactingObject interactionTarget interactionPolicy canQuote canLike canReply canAnnounce
	canFeature automaticApproval manualApproval always approvalRequired conversation _misskey_content _misskey_quote
	_misskey_reaction _misskey_summary EmojiReact publicKey publicKeyPem publicKeyMultibase owner controller assertionMethod
	Key Multikey Mention Link Image Document Dislike language limitedScope`)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// term is name without the prefix of a namespace, if it is one we know there.
// Other people's "schema:name" is not our "name".
func term(name string) string {
	if !strings.Contains(name, ":") {
		return name
	}
	for _, space := range namespaces {
		if rest, ok := strings.CutPrefix(name, space); ok {
			if known[rest] || kinds[rest] != Unknown || space == "as:" || space == activityStreams+"#" {
				return rest
			}
			return name
		}
	}
	return name
}

// settled are the terms that say who did what to what. Whoever gives them
// another meaning wants others to read what we do not.
var settled = words("id type actor object target attributedTo to cc bto bcc audience origin result instrument inbox outbox")

// errContext is of a context that makes of a document what it does not show.
var errContext = errs.New(errs.Invalid, "This document's @context changes what its properties mean.")

// checkContext looks at an object within @context: terms and their meaning, or
// the meaning of one of them. We do not read by them; we only turn away what
// reads differently by them.
func checkContext(v value) error {
	for i, name := range v.names {
		means := v.parts[i]
		switch name {
		case "@graph", "@reverse", "@included", "@nest", "@import", "@propagate", "@base":
			return errContext
		case "@container":
			for _, c := range means.list() {
				if c.text == "@graph" || c.text == "@id" || c.text == "@type" || c.text == "@nest" {
					return errContext
				}
			}
		}
		if strings.HasPrefix(name, "@") {
			continue
		}
		if means.kind == '{' {
			means = means.get("@id")
		}
		keyword := strings.HasPrefix(means.text, "@")
		switch {
		case name == "id" && means.text == "@id", name == "type" && means.text == "@type":
		case keyword, settled[name] && term(means.text) != name:
			return errContext
		}
	}
	return nil
}
