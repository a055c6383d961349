package as2

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// reads is what is wrong with a document, if one may read all of it.
func reads(s string) error {
	d, err := Rules{}.Parse([]byte(s))
	if err != nil {
		return err
	}
	switch d.Kind() {
	case AnActor:
		_, err = d.Actor()
	case APost:
		_, err = d.Note()
	case AnActivity:
		_, err = d.Activity()
	case ACollection, APage:
		_, err = d.Collection()
	}
	return err
}

// times is n of a thing, as a list.
func times(n int, thing string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(thing+",", n), ",") + "]"
}

const (
	aNote  = `{"type":"Note","id":"https://a.example/n","attributedTo":"https://a.example/u",%s}`
	anAct  = `{"type":"Flag","id":"https://a.example/f","actor":"https://a.example/u","object":"https://b.example/x",%s}`
	aFlag  = `{"type":"Flag","id":"https://a.example/f","actor":"https://a.example/u",%s}`
	aUser  = `{"type":"Person","id":"https://a.example/u","inbox":"https://a.example/u/inbox",%s}`
	aList  = `{"type":"Collection","id":"https://a.example/c",%s}`
	option = `{"type":"Note","name":"x"}`
)

// TestLimits has each limit met, and passed by one.
func TestLimits(t *testing.T) {
	t.Parallel()
	quoted := func(n int) string { return `"` + strings.Repeat("x", n) + `"` }
	for _, one := range []struct {
		name, form string
		limit      int
		part       func(n int) string
	}{
		{"tags", aNote, MaxTags, func(n int) string { return `"tag":` + times(n, `{"type":"Hashtag","name":"#x"}`) }},
		{"mentions", aNote, MaxMentions, func(n int) string { return `"tag":` + times(n, `{"type":"Mention","href":"https://b.example/u"}`) }},
		{"attachments", aNote, MaxAttachments, func(n int) string {
			return `"attachment":` + times(n, `{"type":"Image","url":"https://a.example/x.png"}`)
		}},
		{"to", aNote, MaxRecipients, func(n int) string { return `"to":` + times(n, `"https://b.example/u"`) }},
		{"cc of an activity", anAct, MaxRecipients, func(n int) string { return `"cc":` + times(n, `"https://b.example/u"`) }},
		{"one of", aNote, MaxOptions, func(n int) string { return `"oneOf":` + times(n, option) }},
		{"any of", aNote, MaxOptions, func(n int) string { return `"anyOf":` + times(n, option) }},
		{"authors", aNote, MaxAuthors, func(n int) string { return `"attributedTo":` + times(n, `"https://a.example/u"`) }},
		{"languages", aNote, MaxLanguages, func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, `,"x%d":"y"`, i)
			}
			return `"contentMap":{` + b.String()[1:] + "}"
		}},
		{"links", aNote, MaxLinks, func(n int) string { return `"url":` + times(n, `"https://a.example/x"`) }},
		{"content", aNote, MaxString, func(n int) string { return `"content":` + quoted(n) }},
		{"any string", aNote, MaxString, func(n int) string { return `"unknown":` + quoted(n) }},
		{"title", aNote, MaxName, func(n int) string { return `"name":` + quoted(n) }},
		{"warning", aNote, MaxName, func(n int) string { return `"summary":` + quoted(n) }},
		{"objects", aFlag, MaxObjects, func(n int) string { return `"object":` + times(n, `"https://b.example/x"`) }},
		{"name", aUser, MaxName, func(n int) string { return `"name":` + quoted(n) }},
		{"aliases", aUser, MaxAliases, func(n int) string { return `"alsoKnownAs":` + times(n, `"https://b.example/u"`) }},
		{"fields", aUser, MaxFields, func(n int) string {
			return `"attachment":` + times(n, `{"type":"PropertyValue","name":"x","value":"y"}`)
		}},
		{"keys", aUser, MaxKeys, func(n int) string {
			return `"publicKey":` + times(n, `{"id":"https://a.example/k","publicKeyPem":"x"}`)
		}},
		{"domains", aUser, MaxDomains, func(n int) string { return `"attributionDomains":` + times(n, `"a.example"`) }},
		{"items", aList, MaxItems, func(n int) string { return `"items":` + times(n, `"https://b.example/x"`) }},
		{"any list", aList, MaxItems, func(n int) string { return `"unknown":` + times(n, `1`) }},
		{"an id", aUser, MaxID, func(n int) string {
			return `"sharedInbox":"","movedTo":"https://a.example/` + strings.Repeat("x", n-18) + `"`
		}},
		{"names", aUser, MaxNames, func(n int) string {
			var b strings.Builder
			for i := range n - 3 {
				fmt.Fprintf(&b, `,"x%d":1`, i)
			}
			return b.String()[1:]
		}},
		{"depth", aUser, MaxDepth, func(n int) string { return `"x":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) }},
		{"values", aUser, MaxValues, func(n int) string {
			n -= 5 // the document, what it has, and the list
			return `"x":[` + times(9_999, "1") + "," + times(9_999, "1") + "," + times(n-2*10_000-1, "1") + "]"
		}},
		{"bytes", aUser, MaxBytes, func(n int) string {
			n -= len(fmt.Sprintf(aUser, `"x":1`))
			return `"x":` + strings.Repeat(" ", n) + `1`
		}},
	} {
		form := one.form
		if one.name == "authors" {
			form = `{"type":"Note","id":"https://a.example/n",%s}`
		}
		if err := reads(fmt.Sprintf(form, one.part(one.limit))); err != nil {
			t.Errorf("%s: %d are refused: %v", one.name, one.limit, err)
		}
		if err := reads(fmt.Sprintf(form, one.part(one.limit+1))); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %d: err = %v, want Invalid", one.name, one.limit+1, err)
		}
	}
}

// hostile is what is sent to be read forever, or by each in another way.
var hostile = map[string]string{
	"depth":              fmt.Sprintf(aNote, `"tag":`+strings.Repeat("[", 10_000)+strings.Repeat("]", 10_000)),
	"depth of objects":   strings.Repeat(`{"object":`, 10_000) + "1" + strings.Repeat("}", 10_000),
	"mentions":           fmt.Sprintf(aNote, `"tag":`+times(100_000, `{"type":"Mention","href":"https://b.example/u"}`)),
	"short mentions":     fmt.Sprintf(aNote, `"tag":`+times(100_000, `{}`)),
	"options":            fmt.Sprintf(aNote, `"oneOf":`+times(100_000, option)),
	"short options":      fmt.Sprintf(aNote, `"oneOf":`+times(100_000, `"x"`)),
	"emoji":              fmt.Sprintf(aUser, `"tag":`+times(10_000, `{"type":"Emoji","name":":x:"}`)),
	"a long name":        fmt.Sprintf(aUser, `"name":"`+strings.Repeat("x", 5<<20)+`"`),
	"a name of escapes":  fmt.Sprintf(aUser, `"name":"`+strings.Repeat(`\u0041`, 150_000)+`"`),
	"a long key":         fmt.Sprintf(aUser, `"`+strings.Repeat("x", 900_000)+`":1`),
	"many keys":          fmt.Sprintf(aUser, `"x":{`+strings.TrimSuffix(strings.Repeat(`"x":1,`, 100_000), ",")+"}"),
	"a long number":      fmt.Sprintf(aNote, `"votersCount":`+strings.Repeat("9", 500_000)),
	"twice":              fmt.Sprintf(anAct, `"actor":"https://b.example/u"`),
	"twice by case":      fmt.Sprintf(anAct, `"Actor":"https://b.example/u"`),
	"twice by fold":      fmt.Sprintf(anAct, `"obJect":"x"`),
	"twice by K":         fmt.Sprintf(aUser, "\"publicKey\":1,\"public\u212Aey\":2"),
	"twice by s":         fmt.Sprintf(aUser, "\"following\":1,\"\u017F\":2,\"S\":3"),
	"twice by escape":    fmt.Sprintf(anAct, `"\u0061ctor":"https://b.example/u"`),
	"twice by prefix":    fmt.Sprintf(anAct, `"as:actor":"https://b.example/u"`),
	"twice in full":      fmt.Sprintf(anAct, `"https://www.w3.org/ns/activitystreams#actor":"https://b.example/u"`),
	"twice within":       fmt.Sprintf(aNote, `"tag":[{"type":"Mention","TYPE":"Hashtag"}]`),
	"twice in context":   fmt.Sprintf(aNote, `"@context":{"x":"as:x","x":"as:y"}`),
	"no UTF-8":           fmt.Sprintf(aNote, "\"content\":\"\xff\xfe\""),
	"overlong UTF-8":     fmt.Sprintf(aNote, "\"content\":\"\xc0\xaf\""),
	"half a surrogate":   fmt.Sprintf(aNote, `"content":"\ud800"`),
	"NUL":                fmt.Sprintf(aNote, "\"content\":\"a\x00b\""),
	"NUL escaped":        fmt.Sprintf(aNote, `"content":"a\u0000b"`),
	"NUL in a name":      fmt.Sprintf(aNote, `"a\u0000b":1`),
	"@graph":             `{"@context":"https://www.w3.org/ns/activitystreams","@graph":[` + fmt.Sprintf(aNote, `"x":1`) + `]}`,
	"@reverse":           fmt.Sprintf(anAct, `"@reverse":{"actor":{"id":"https://b.example/u"}}`),
	"@included":          fmt.Sprintf(anAct, `"@included":[]`),
	"@included within":   fmt.Sprintf(aNote, `"tag":[{"type":"Mention","@included":[]}]`),
	"@id":                `{"@id":"https://b.example/n","type":"Note","attributedTo":"https://a.example/u"}`,
	"@id beside id":      fmt.Sprintf(aNote, `"@id":"https://b.example/n"`),
	"@type":              fmt.Sprintf(aNote, `"@type":"Question"`),
	"@type within":       fmt.Sprintf(anAct, `"instrument":{"@type":"Note"}`),
	"@value with an id":  fmt.Sprintf(aNote, `"content":{"@value":"x","id":"https://b.example/n"}`),
	"@value of more":     fmt.Sprintf(aNote, `"content":{"@value":["x"]}`),
	"@value of nothing":  fmt.Sprintf(aNote, `"content":{"@language":"en"}`),
	"@value for an id":   fmt.Sprintf(anAct, `"result":{"@value":"https://b.example/x"}`),
	"@value among ids":   fmt.Sprintf(anAct, `"to":["https://a.example/u",{"@value":"https://b.example/x"}]`),
	"alias of @id":       fmt.Sprintf(aNote, `"@context":["https://www.w3.org/ns/activitystreams",{"uri":"@id"}],"uri":"https://b.example/n"`),
	"alias of @type":     fmt.Sprintf(aNote, `"@context":{"kind":{"@id":"@type"}}`),
	"alias of @graph":    fmt.Sprintf(aNote, `"@context":{"things":"@graph"}`),
	"alias of @included": fmt.Sprintf(aNote, `"@context":{"things":"@included"}`),
	"graph container":    fmt.Sprintf(aNote, `"@context":{"things":{"@id":"as:items","@container":"@graph"}}`),
	"reverse term":       fmt.Sprintf(aNote, `"@context":{"did":{"@reverse":"as:actor"}}`),
	"scoped context":     fmt.Sprintf(aNote, `"@context":{"x":{"@id":"as:tag","@context":{"y":"@id"}}}`),
	"other actor":        fmt.Sprintf(anAct, `"@context":{"actor":"as:attributedTo"}`),
	"other id":           fmt.Sprintf(anAct, `"@context":{"id":"as:url"}`),
	"no object":          fmt.Sprintf(anAct, `"@context":{"object":null}`),
	"context within":     fmt.Sprintf(anAct, `"instrument":{"@context":{"x":"@id"},"type":"Note"}`),
	"about no address":   fmt.Sprintf(aFlag, `"object":""`),
	"about nothing":      fmt.Sprintf(aFlag, `"object":[null,5,[]]`),
	"of nobody":          `{"type":"Like","object":"https://b.example/x"}`,
	"of two":             `{"type":"Like","actor":["https://a.example/u","https://b.example/u"],"object":"https://b.example/x"}`,
	"of http":            `{"type":"Like","actor":"http://a.example/u","object":"https://b.example/x"}`,
	"id with a name":     `{"type":"Like","id":"https://a@b.example/","actor":"https://a.example/u","object":"https://b.example/x"}`,
	"id of an object":    fmt.Sprintf(aFlag, `"object":{"id":"javascript:x","type":"Note"}`),
	"a post of nobody":   `{"type":"Note","id":"https://a.example/n"}`,
	"an actor unheard":   `{"type":"Person","id":"https://a.example/u"}`,
	"a list":             `[` + fmt.Sprintf(aNote, `"x":1`) + `]`,
	"an address":         `"https://a.example/n"`,
	"nothing":            ``,
	"null":               `null`,
	"two documents":      fmt.Sprintf(aNote, `"x":1`) + fmt.Sprintf(aNote, `"x":1`),
	"half":               `{"type":"Note","id":"https://a.example/n"`,
	"HTML":               `<html>`,
}

func TestHostile(t *testing.T) {
	t.Parallel()
	for name, s := range hostile {
		if err := reads(s); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: err = %v, want Invalid", name, err)
		}
	}
}

// What is refused takes no memory that grows with it. Memory that was asked for
// also stands for the time it took.
func TestHostileIsRefusedEarly(t *testing.T) {
	const enough = 6 << 20
	for name, s := range hostile {
		var before, after runtime.MemStats
		b := []byte(s)
		runtime.ReadMemStats(&before)
		d, err := Rules{}.Parse(b)
		if err == nil {
			_ = understood(d)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > enough {
			t.Errorf("%s: %d bytes were asked for, for a document of %d", name, took, len(s))
		}
	}
}

func TestTolerance(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{
		"unknown properties":       fmt.Sprintf(aNote, `"x":{"y":[1,2,{"z":null}]},"content":5,"tag":"nothing","attachment":7,"to":{},"url":false,"contentMap":[]`),
		"two words by case":        fmt.Sprintf(aNote, `"@context":{"quoteAuthorization":"https://w3id.org/fep/044f#quoteAuthorization","QuoteAuthorization":"https://w3id.org/fep/044f#QuoteAuthorization"}`),
		"id and type said again":   fmt.Sprintf(aNote, `"@context":[{"id":"@id","type":"@type","actor":{"@id":"as:actor","@type":"@id"},"@vocab":"x","@language":"de"}]`),
		"our name in their space":  fmt.Sprintf(aNote, `"schema:name":"x","name":"y"`),
		"no context":               `{"type":"Note","attributedTo":"https://a.example/u"}`,
		"odd things we may ignore": fmt.Sprintf(aUser, `"url":"javascript:alert(1)","icon":"data:x","alsoKnownAs":["did:x","acct:a@b.example"],"featured":7,"publicKey":"https://a.example/k"`),
	} {
		if err := reads(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// stricter is what JSON lets pass and we do not: names twice, and NUL.
var stricter = []string{"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json", "y_object_escaped_null_in_key.json", "y_string_null_escape.json"}

// TestCorpus reads what JSON is, and what it is not.
func TestCorpus(t *testing.T) {
	t.Parallel()
	const corpus = "../../../../../shared/corpora/json/test_parsing"
	paths, _ := filepath.Glob(corpus + "/*.json")
	if len(paths) == 0 {
		t.Skip("there is no corpus of JSON at", corpus)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parse(b)
		name := filepath.Base(path)
		strict := slices.Contains(stricter, name)
		switch {
		case name[0] == 'y' && (err != nil) != strict:
			t.Errorf("%s: err = %v", name, err)
		case name[0] == 'n' && err == nil:
			t.Errorf("%s is not refused", name)
		case err != nil && errs.KindOf(err) != errs.Invalid:
			t.Errorf("%s: %v is not Invalid", name, err)
		}
	}
}

// TestForeignKeys has an actor name keys that are not its own.
func TestForeignKeys(t *testing.T) {
	t.Parallel()
	const mine = `{"id":"https://a.example/u#k","owner":"https://a.example/u","publicKeyPem":"mine"}`
	for name, key := range map[string]string{
		"another host's":   `{"id":"https://b.example/u#k","owner":"https://a.example/u","publicKeyPem":"x"}`,
		"another actor's":  `{"id":"https://a.example/v#k","owner":"https://a.example/v","publicKeyPem":"x"}`,
		"nobody's":         `{"id":"https://a.example/u#l","publicKeyPem":"x"}`,
		"another port's":   `{"id":"https://a.example:8443/u#k","owner":"https://a.example/u","publicKeyPem":"x"}`,
		"nothing":          `{"id":"https://a.example/u#l","owner":"https://a.example/u"}`,
		"of no name":       `{"owner":"https://a.example/u","publicKeyPem":"x"}`,
		"only its address": `"https://a.example/u#l"`,
	} {
		d, err := Rules{}.Parse([]byte(fmt.Sprintf(aUser, `"publicKey":[`+key+","+mine+`],"assertionMethod":`+key)))
		if err != nil {
			t.Fatal(err)
		}
		if a, err := d.Actor(); err != nil || len(a.Keys) != 1 || a.Keys[0].PEM != "mine" {
			t.Errorf("%s: %v, %v", name, a.Keys, err)
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	for name, s := range hostile {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			raw := []byte(s)
			for b.Loop() {
				if d, err := (Rules{}).Parse(raw); err == nil {
					understood(d)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"mastodon_actor", "mastodon_note", "mastodon_create"} {
		raw, err := os.ReadFile("testdata/read/" + name + ".json")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d, err := Rules{}.Parse(raw)
				if err != nil {
					b.Fatal(err)
				}
				understood(d)
			}
		})
	}
}
