package conf

import "log/slog"

// Secret is a text that does not show itself: however it is printed, logged or
// encoded, [hidden] comes out.
type Secret string

const hidden = "[hidden]"

// Reveal is the text itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

func (Secret) String() string               { return hidden }
func (Secret) GoString() string             { return hidden }
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
func (Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }
