package event

// EmojisChanged: an emoji of the house was added, changed or removed.
type EmojisChanged struct{}

// Kind implements Fact.
func (EmojisChanged) Kind() string { return "emojis.changed" }

var _ = register[EmojisChanged]()
