package imports

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// What we read of an archive's entries. https://www.w3.org/TR/activitystreams-vocabulary/
type activity struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	Actor     many   `json:"actor"`
	Published string `json:"published"`
	To        many   `json:"to"`
	Cc        many   `json:"cc"`
	Object    object `json:"object"`
}

type note struct {
	ID           string            `json:"id"`
	Type         string            `json:"type"`
	Summary      string            `json:"summary"`
	InReplyTo    many              `json:"inReplyTo"`
	Published    string            `json:"published"`
	Updated      string            `json:"updated"`
	AttributedTo many              `json:"attributedTo"`
	To           many              `json:"to"`
	Cc           many              `json:"cc"`
	Scope        string            `json:"limitedScope"`
	Sensitive    bool              `json:"sensitive"`
	Content      string            `json:"content"`
	ContentMap   map[string]string `json:"contentMap"`
	Attachment   []jsontext.Value  `json:"attachment"`
	Tag          []tag             `json:"tag"`
	OneOf        []choice          `json:"oneOf"`
	AnyOf        []choice          `json:"anyOf"`
}

type tag struct {
	Type string `json:"type"`
	Href string `json:"href"`
	Name string `json:"name"`
}

type choice struct {
	Name    string `json:"name"`
	Replies struct {
		TotalItems int `json:"totalItems"`
	} `json:"replies"`
}

// poll is what was asked and how it went, in words.
func (n note) poll() string {
	var b strings.Builder
	for _, c := range append(n.OneOf, n.AnyOf...) {
		if b.Len() == 0 {
			b.WriteString("\n\n")
		}
		fmt.Fprintf(&b, "○ %s (%d)\n", c.Name, c.Replies.TotalItems)
	}
	return b.String()
}

// many is one address or several, given as such or as objects that have one.
type many []string

func (m many) first() string {
	if len(m) == 0 {
		return ""
	}
	return m[0]
}

func (m many) any(is func(string) bool) bool {
	for _, s := range m {
		if is(s) {
			return true
		}
	}
	return false
}

// UnmarshalJSON reads any of the forms.
func (m *many) UnmarshalJSON(b []byte) error {
	v := jsontext.Value(b)
	var one struct {
		ID string `json:"id"`
	}
	switch v.Kind() {
	case 'n':
		*m = nil
		return nil
	case '"':
		*m = many{""}
		return json.Unmarshal(b, &(*m)[0])
	case '{':
		err := json.Unmarshal(b, &one)
		*m = many{one.ID}
		return err
	case '[':
		var all []jsontext.Value
		if err := json.Unmarshal(b, &all); err != nil {
			return err
		}
		for _, v := range all {
			var x many
			if v.Kind() == '[' {
				return errors.New("lists in lists")
			}
			if err := x.UnmarshalJSON(v); err != nil {
				return err
			}
			*m = append(*m, x...)
		}
		return nil
	}
	return errors.New("neither an address nor a list of them")
}

// object is what an activity is about: an address or a post.
type object struct {
	id   string
	note *note
}

// UnmarshalJSON reads either.
func (o *object) UnmarshalJSON(b []byte) error {
	if jsontext.Value(b).Kind() == '"' {
		return json.Unmarshal(b, &o.id)
	}
	o.note = &note{}
	err := json.Unmarshal(b, o.note)
	o.id = o.note.ID
	return err
}

// maxDepth is how deep an entry may be nested.
const maxDepth = 32

// unmarshal reads JSON from strangers: no name twice, no endless nesting.
func unmarshal(b []byte, into any) error {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '{' || c == '['):
			if depth++; depth > maxDepth {
				return errors.New("nested too deep")
			}
		case !quoted && (c == '}' || c == ']'):
			depth--
		}
	}
	return json.Unmarshal(b, into)
}
