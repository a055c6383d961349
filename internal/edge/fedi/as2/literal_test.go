package as2

import "testing"

// What says besides its value of which type or language that is, is that value:
// so it is sent by who embeds the actors of others in what they do.
func TestLiterals(t *testing.T) {
	t.Parallel()
	d, err := Rules{}.Parse([]byte(`{"type":"Accept","id":"https://b.example/a","actor":"https://b.example/u","object":{"type":"Follow","actor":{"id":"https://a.example/u","type":"Person",
		"sec:assertionMethod":{"id":"https://a.example/u#ed","type":"sec:Multikey","sec:publicKeyMultibase":{"type":"sec:multibase","@value":"z6Mk"}}},"object":"https://b.example/u"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if a, err := d.Activity(); err != nil || a.Object.Type() != "Follow" {
		t.Errorf("%+v, %v", a, err)
	}
	d, err = Rules{}.Parse([]byte(`{"type":"Note","id":"https://b.example/n","attributedTo":"https://b.example/u","content":{"@value":"<p>Hallo</p>","@language":"de"},"summary":[{"@value":"word"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := d.Note(); err != nil || n.Content != "<p>Hallo</p>" || n.Summary != "word" {
		t.Errorf("%+v, %v", n, err)
	}
}
