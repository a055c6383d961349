package as2

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A Context tells programs that process JSON-LD what our terms mean. A document
// within another has none.
type Context = jsontext.Value

// The contexts, each with no more than its documents need.
var (
	ActorContext = Context(`["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1","https://w3id.org/security/multikey/v1",` +
		`{"assertionMethod":{"@id":"https://w3id.org/security#assertionMethod","@type":"@id"},"manuallyApprovesFollowers":"as:manuallyApprovesFollowers","alsoKnownAs":{"@id":"as:alsoKnownAs","@type":"@id"},` +
		`"movedTo":{"@id":"as:movedTo","@type":"@id"},"Hashtag":"as:Hashtag","toot":"http://joinmastodon.org/ns#",` +
		`"featured":{"@id":"toot:featured","@type":"@id"},"featuredTags":{"@id":"toot:featuredTags","@type":"@id"},` +
		`"discoverable":"toot:discoverable","indexable":"toot:indexable","memorial":"toot:memorial","suspended":"toot:suspended",` +
		`"attributionDomains":{"@id":"toot:attributionDomains","@type":"@id"},"Emoji":"toot:Emoji","blurhash":"toot:blurhash",` +
		`"schema":"http://schema.org#","PropertyValue":"schema:PropertyValue","value":"schema:value",` +
		`"webfinger":"https://purl.archive.org/socialweb/webfinger#webfinger",` + policyTerms + `}]`)

	PostContext = Context(`["https://www.w3.org/ns/activitystreams",{"ostatus":"http://ostatus.org#","conversation":"ostatus:conversation",` +
		`"sensitive":"as:sensitive","Hashtag":"as:Hashtag","toot":"http://joinmastodon.org/ns#","Emoji":"toot:Emoji",` +
		`"blurhash":"toot:blurhash","focalPoint":{"@container":"@list","@id":"toot:focalPoint"},"votersCount":"toot:votersCount",` +
		`"quoteUrl":"as:quoteUrl","fedibird":"http://fedibird.com/ns#","quoteUri":"fedibird:quoteUri",` +
		`"misskey":"https://misskey-hub.net/ns#","_misskey_quote":"misskey:_misskey_quote",` +
		`"quote":{"@id":"https://w3id.org/fep/044f#quote","@type":"@id"},` +
		`"quoteAuthorization":{"@id":"https://w3id.org/fep/044f#quoteAuthorization","@type":"@id"},` +
		`"replyAuthorization":{"@id":"gts:replyAuthorization","@type":"@id"},"approvedBy":{"@id":"gts:approvedBy","@type":"@id"},` + policyTerms + `}]`)

	ReplyContext = Context(`["https://www.w3.org/ns/activitystreams",{"gts":"https://gotosocial.org/ns#","ReplyRequest":"gts:ReplyRequest",` +
		`"ReplyAuthorization":"gts:ReplyAuthorization",` +
		`"interactingObject":{"@id":"gts:interactingObject","@type":"@id"},"interactionTarget":{"@id":"gts:interactionTarget","@type":"@id"}}]`)

	CircleContext = append(PostContext[:len(PostContext)-len(`}]`):len(PostContext)-len(`}]`)], `,"kmyblue":"http://kmy.blue/ns#","limitedScope":"kmyblue:limitedScope"}]`...)

	QuoteContext = Context(`["https://www.w3.org/ns/activitystreams",{"QuoteRequest":"https://w3id.org/fep/044f#QuoteRequest",` +
		`"QuoteAuthorization":"https://w3id.org/fep/044f#QuoteAuthorization","gts":"https://gotosocial.org/ns#",` +
		`"interactingObject":{"@id":"gts:interactingObject","@type":"@id"},"interactionTarget":{"@id":"gts:interactionTarget","@type":"@id"},` +
		`"quote":{"@id":"https://w3id.org/fep/044f#quote","@type":"@id"}}]`)

	ReactContext = Context(`["https://www.w3.org/ns/activitystreams",{"litepub":"http://litepub.social/ns#","EmojiReact":"litepub:EmojiReact",` +
		`"toot":"http://joinmastodon.org/ns#","Emoji":"toot:Emoji"}]`)

	PlainContext = Context(`"https://www.w3.org/ns/activitystreams"`)
)

const policyTerms = `"gts":"https://gotosocial.org/ns#","interactionPolicy":{"@id":"gts:interactionPolicy","@type":"@id"},` +
	`"canLike":{"@id":"gts:canLike","@type":"@id"},"canReply":{"@id":"gts:canReply","@type":"@id"},` +
	`"canAnnounce":{"@id":"gts:canAnnounce","@type":"@id"},"canQuote":{"@id":"gts:canQuote","@type":"@id"},` +
	`"canFeature":{"@id":"https://w3id.org/fep/7aa9#canFeature","@type":"@id"},` +
	`"automaticApproval":{"@id":"gts:automaticApproval","@type":"@id"},"manualApproval":{"@id":"gts:manualApproval","@type":"@id"}`

// Write is one of our documents as it is sent.
func Write(document any) ([]byte, error) { return json.Marshal(document) }

// A Date is a point in time as our documents have it: UTC, to the millisecond.
type Date time.Time

// IsZero reports whether no time is told.
func (d Date) IsZero() bool { return time.Time(d).IsZero() }

// MarshalText writes RFC 3339.
func (d Date) MarshalText() ([]byte, error) {
	return time.Time(d).UTC().AppendFormat(nil, "2006-01-02T15:04:05.999999999Z"), nil
}

// Duration is how long something plays, as our documents have it: ISO 8601.
func Duration(d time.Duration) string {
	return "PT" + strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "S"
}

// Languages is the same text by its language: there is one.
type Languages struct{ Language, Text string }

// IsZero reports whether no language is told.
func (l Languages) IsZero() bool { return l.Language == "" }

// MarshalJSONTo writes an object with one property.
func (l Languages) MarshalJSONTo(enc *jsontext.Encoder) error {
	for _, t := range []jsontext.Token{jsontext.BeginObject, jsontext.String(l.Language), jsontext.String(l.Text), jsontext.EndObject} {
		if err := enc.WriteToken(t); err != nil {
			return err
		}
	}
	return nil
}
