package as2

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	house = "https://plaza.example"
	ada   = house + "/ap/users/1"
	ben   = "https://far.example/users/ben"
	post  = house + "/ap/posts/4"
)

var (
	noon      = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	afternoon = time.Date(2026, 3, 1, 15, 0, 0, 250e6, time.UTC)
	three     = int64(3)
	everyone  = &RuleDocument{AutomaticApproval: []string{Public}}
)

// ours is one of each document that we write.
var ours = map[string]any{
	"actor": &ActorDocument{
		Context: ActorContext, ID: ada, Type: "Person", Following: ada + "/following", Followers: ada + "/followers", Inbox: ada + "/inbox", Outbox: ada + "/outbox",
		Featured: ada + "/featured", FeaturedTags: ada + "/tags", PreferredUsername: "ada", Webfinger: "ada@plaza.example", Name: "Ada :bee:", Summary: "<p>I count.</p>",
		URL: house + "/@ada", ManuallyApprovesFollowers: true, Discoverable: true, Indexable: true, Published: Date(noon), MovedTo: ben, AlsoKnownAs: []string{ben},
		AttributionDomains: []string{"blog.example"}, InteractionPolicy: &PolicyDocument{CanFeature: everyone},
		PublicKey:       &KeyDocument{ada + "#main-key", ada, "PEM\n"},
		AssertionMethod: []MultikeyDocument{{ada + "#ed25519-key", "Multikey", ada, "z6Mk"}},
		Tag:             []TagDocument{{ID: house + "/emojis/1", Type: "Emoji", Name: ":bee:", Updated: Date(noon), Icon: &PictureDocument{Type: "Image", MediaType: "image/png", URL: house + "/bee.png"}}},
		Attachment:      []FieldDocument{{"PropertyValue", "Home", "ada.example"}}, Endpoints: &Endpoints{house + "/ap/inbox"},
		Icon: &PictureDocument{Type: "Image", MediaType: "image/png", URL: house + "/a.png", Name: "A portrait"}, Image: &PictureDocument{Type: "Image", URL: house + "/h.png"},
	},
	"instance": &ActorDocument{Context: ActorContext, ID: house + "/ap/actor", Type: "Application", Inbox: house + "/ap/inbox", PreferredUsername: "plaza.example",
		PublicKey: &KeyDocument{house + "/ap/actor#main-key", house + "/ap/actor", "PEM\n"}},
	"note": note(),
	"question": &NoteDocument{Context: PostContext, ID: post, Type: "Question", Published: Date(noon), AttributedTo: ada, To: []string{Public}, Content: "<p>Which?</p>",
		AnyOf:   []OptionDocument{{"Note", "Tea", CountDocument{"Collection", 3}}, {"Note", "None", CountDocument{"Collection", 0}}},
		EndTime: Date(afternoon), Closed: Date(afternoon), VotersCount: &three},
	"vote":       &ActivityDocument{Context: PlainContext, ID: ada + "#votes/7/create", Type: "Create", Actor: ada, To: []string{ben}, Object: &VoteDocument{ID: ada + "#votes/7", Type: "Note", Name: "Tea", AttributedTo: ada, To: ben, InReplyTo: "https://far.example/q"}},
	"create":     &ActivityDocument{Context: PostContext, ID: post + "/activity", Type: "Create", Actor: ada, Published: Date(noon), To: []string{Public}, Cc: []string{ada + "/followers"}, Object: within(note())},
	"update":     &ActivityDocument{Context: PostContext, ID: post + "#updates/1", Type: "Update", Actor: ada, To: []string{Public}, Object: rendered(within(note()))},
	"delete":     &ActivityDocument{Context: PlainContext, ID: post + "#delete", Type: "Delete", Actor: ada, To: []string{Public}, Object: &TombstoneDocument{ID: post, Type: "Tombstone"}},
	"announce":   &ActivityDocument{Context: PlainContext, ID: post + "/activity", Type: "Announce", Actor: ada, Published: Date(noon), To: []string{Public}, Cc: []string{ben}, Object: "https://far.example/n"},
	"like":       &ActivityDocument{Context: PlainContext, ID: ada + "#likes/4", Type: "Like", Actor: ada, Object: "https://far.example/n"},
	"undo":       &ActivityDocument{Context: PlainContext, ID: ada + "#likes/4/undo", Type: "Undo", Actor: ada, Object: &ActivityDocument{ID: ada + "#likes/4", Type: "Like", Actor: ada, Object: "https://far.example/n"}},
	"react":      &ActivityDocument{Context: ReactContext, ID: ada + "#reactions/4", Type: "EmojiReact", Actor: ada, Content: ":bee:", Object: "https://far.example/n", Tag: []TagDocument{{ID: house + "/emojis/1", Type: "Emoji", Name: ":bee:", Icon: &PictureDocument{Type: "Image", URL: house + "/bee.png"}}}},
	"follow":     &ActivityDocument{Context: PlainContext, ID: ada + "#follows/2", Type: "Follow", Actor: ada, Object: ben},
	"accept":     &ActivityDocument{Context: PlainContext, ID: ada + "#accepts/2", Type: "Accept", Actor: ada, Object: &ActivityDocument{ID: "https://far.example/f", Type: "Follow", Actor: ben, Object: ada}},
	"reject":     &ActivityDocument{Context: PlainContext, ID: ada + "#rejects/2", Type: "Reject", Actor: ada, Object: "https://far.example/f"},
	"block":      &ActivityDocument{Context: PlainContext, ID: ada + "#blocks/2", Type: "Block", Actor: ada, Object: ben},
	"flag":       &ActivityDocument{Context: PlainContext, ID: house + "/ap/actor#reports/9", Type: "Flag", Actor: house + "/ap/actor", Content: "spam", Object: []string{ben, "https://far.example/n"}},
	"add":        &ActivityDocument{Context: PlainContext, ID: ada + "#pins/4", Type: "Add", Actor: ada, Object: post, Target: ada + "/featured"},
	"remove":     &ActivityDocument{Context: PlainContext, ID: ada + "#unpins/4", Type: "Remove", Actor: ada, Object: post, Target: ada + "/featured"},
	"move":       &ActivityDocument{Context: PlainContext, ID: ada + "#moves/1", Type: "Move", Actor: ada, Object: ada, Target: ben},
	"ask":        &ActivityDocument{Context: QuoteContext, ID: ada + "#quotes/4", Type: "QuoteRequest", Actor: ada, Object: "https://far.example/n", Instrument: post},
	"agree":      &ActivityDocument{Context: QuoteContext, ID: ada + "#accepts/quotes/4", Type: "Accept", Actor: ada, Object: &ActivityDocument{ID: "https://far.example/q", Type: "QuoteRequest", Actor: ben, Object: post, Instrument: "https://far.example/n"}, Result: house + "/ap/quotes/5"},
	"stamp":      &AuthorizationDocument{Context: QuoteContext, ID: house + "/ap/quotes/5", Type: "QuoteAuthorization", AttributedTo: ada, InteractingObject: "https://far.example/n", InteractionTarget: post},
	"tombstone":  &TombstoneDocument{Context: PlainContext, ID: post, Type: "Tombstone", Deleted: Date(noon)},
	"collection": &CollectionDocument{Context: PlainContext, ID: ada + "/followers", Type: "OrderedCollection", AttributedTo: ada, TotalItems: &three, First: ada + "/followers?page=1"},
	"page":       &CollectionDocument{Context: PlainContext, ID: ada + "/followers?page=1", Type: "OrderedCollectionPage", PartOf: ada + "/followers", Next: ada + "/followers?page=2", OrderedItems: []any{ben}},
	"empty page": &CollectionDocument{Context: PlainContext, ID: ada + "/followers?page=2", Type: "OrderedCollectionPage", PartOf: ada + "/followers", Prev: ada + "/followers?page=1", OrderedItems: []any{}},
}

func note() *NoteDocument {
	return &NoteDocument{
		Context: PostContext, ID: post, Type: "Note", Summary: "numbers", InReplyTo: "https://far.example/n", Published: Date(noon), Updated: Date(afternoon), URL: house + "/@ada/4",
		AttributedTo: ada, To: []string{Public}, Cc: []string{ada + "/followers", ben}, Sensitive: true, Thread: house + "/ap/threads/2", Conversation: house + "/ap/threads/2",
		Content: "<p>Seven &lt;7&gt;</p>", ContentMap: Languages{"en", "<p>Seven &lt;7&gt;</p>"},
		Quote: "https://far.example/q", QuoteURL: "https://far.example/q", QuoteURI: "https://far.example/q", MisskeyQuote: "https://far.example/q", QuoteAuthorization: "https://far.example/stamp",
		InteractionPolicy: &PolicyDocument{CanLike: everyone, CanReply: everyone, CanAnnounce: everyone, CanQuote: &RuleDocument{AutomaticApproval: []string{ada + "/followers"}, ManualApproval: []string{Public}}},
		Attachment:        []AttachmentDocument{{Type: "Document", MediaType: "video/mp4", URL: house + "/v.mp4", Name: "A film", Blurhash: "UBL_:rOp", FocalPoint: &[2]float64{-0.5, 0}, Width: 640, Height: 480, Duration: Duration(62500 * time.Millisecond), Icon: &PictureDocument{Type: "Image", URL: house + "/v.png"}}},
		Tag:               []TagDocument{{Type: "Mention", Href: ben, Name: "@ben@far.example"}, {Type: "Hashtag", Href: house + "/tags/go", Name: "#go"}},
		Replies:           post + "/replies", Likes: post + "/likes", Shares: post + "/shares",
	}
}

// within is a document as it stands in another.
func within(n *NoteDocument) *NoteDocument {
	n.Context = nil
	return n
}

func rendered(document any) jsontext.Value {
	b, err := Write(document)
	if err != nil {
		panic(err)
	}
	return b
}

// TestWrite has each of our documents be as it is promised to be, and read by
// us as by others.
func TestWrite(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, name := range keys(ours) {
		b, err := Write(ours[name])
		if err != nil {
			t.Fatal(name, err)
		}
		d, err := Rules{}.Parse(b)
		if err != nil {
			t.Errorf("%s: %v in %s", name, err, b)
			continue
		}
		all.WriteString("== " + name + "\n" + string(b) + "\n" + asText(t, understood(d)))
		if d.Kind() == Unknown || strings.Contains(asText(t, understood(d)), "refused:") {
			t.Errorf("%s says nothing to us: %s", name, b)
		}
	}
	if *update {
		if err := os.WriteFile("testdata/written.golden", []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile("testdata/written.golden"); err != nil || string(want) != all.String() {
		t.Errorf("our documents are not as in testdata/written.golden: %v\n%s", err, cmp.Diff(string(want), all.String()))
	}
}

// TestNothingIsLost compares what we meant with what is read.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	d, err := Rules{}.Parse(rendered(ours["note"]))
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Note()
	if err != nil {
		t.Fatal(err)
	}
	rule := &Rule{Automatic: []string{Public}}
	want := Note{
		ID: post, Type: "Note", AttributedTo: []string{ada}, URL: house + "/@ada/4", Summary: "numbers", Content: "<p>Seven &lt;7&gt;</p>", Language: "en",
		Published: noon, Updated: afternoon, To: []string{Public}, Cc: []string{ada + "/followers", ben}, InReplyTo: "https://far.example/n",
		Context: house + "/ap/threads/2", Conversation: house + "/ap/threads/2", Sensitive: true,
		Attachments: []Attachment{{Type: "Document", URL: house + "/v.mp4", MediaType: "video/mp4", Description: "A film", Blurhash: "UBL_:rOp", Focus: &[2]float64{-0.5, 0}, Width: 640, Height: 480, Duration: 62500 * time.Millisecond, Preview: house + "/v.png"}},
		Tags:        []Tag{{Type: "Mention", Href: ben, Name: "@ben@far.example"}, {Type: "Hashtag", Href: house + "/tags/go", Name: "#go"}},
		Replies:     Collection{ID: post + "/replies", Total: -1}, Likes: Collection{ID: post + "/likes", Total: -1}, Shares: Collection{ID: post + "/shares", Total: -1},
		Policy: Policy{CanLike: rule, CanReply: rule, CanAnnounce: rule, CanQuote: &Rule{[]string{ada + "/followers"}, []string{Public}}},
		Quote:  Quote{"https://far.example/q", "https://far.example/stamp", true},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Doc{})); diff != "" {
		t.Error(diff)
	}
	if !got.Mentions(ben) || got.Mentions(ada) || got.Author() != ada || got.IsVote() {
		t.Error("the note mentions nobody, or is of nobody, or a vote")
	}
}

// Every term and type of ours stands in the context of its document: what does not is
// not there for those who process JSON-LD.
func TestContexts(t *testing.T) {
	t.Parallel()
	// What https://www.w3.org/ns/activitystreams and the security contexts define.
	basic := words(`@context id type actor object target result instrument to cc published updated content contentMap summary name url inReplyTo attributedTo
		attachment tag mediaType href icon image width height duration replies likes shares context oneOf anyOf endTime closed deleted totalItems first last
		partOf prev next items orderedItems inbox outbox followers following preferredUsername endpoints sharedInbox publicKey publicKeyPem owner
		assertionMethod controller publicKeyMultibase
		Person Application Note Question Document Image Mention Multikey Tombstone Collection OrderedCollection OrderedCollectionPage
		Create Update Delete Announce Like Undo Follow Accept Reject Block Flag Add Remove Move`)
	for name, document := range ours {
		b := rendered(document)
		var top map[string]any
		if err := json.Unmarshal(b, &top); err != nil {
			t.Fatal(err)
		}
		defined := map[string]bool{}
		if all, ok := top["@context"].([]any); ok {
			for _, one := range all {
				terms, _ := one.(map[string]any)
				for term := range terms {
					defined[term] = true
				}
			}
		}
		delete(top, "@context")
		var look func(v any)
		look = func(v any) {
			switch v := v.(type) {
			case []any:
				for _, x := range v {
					look(x)
				}
			case map[string]any:
				for term, x := range v {
					if term == "contentMap" {
						continue
					}
					if !basic[term] && !defined[term] {
						t.Errorf("%s: %s is not in its context", name, term)
					}
					if kind, ok := x.(string); ok && term == "type" && !basic[kind] && !defined[kind] {
						t.Errorf("%s: the type %s is not in its context", name, kind)
					}
					look(x)
				}
			}
		}
		look(top)
	}
}

func BenchmarkWrite(b *testing.B) {
	document := ours["create"]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Write(document); err != nil {
			b.Fatal(err)
		}
	}
}
