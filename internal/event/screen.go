package event

// ScreenChanged: networks that are turned away have changed.
type ScreenChanged struct{}

// Kind implements Fact.
func (ScreenChanged) Kind() string { return "screen.changed" }

var _ = register[ScreenChanged]()
