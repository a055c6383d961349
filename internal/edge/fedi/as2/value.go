package as2

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A value is JSON that was read.
type value struct {
	kind  jsontext.Kind // as jsontext names them, zero for what is not there
	text  string        // of a string or a number
	names []string      // of an object's properties
	parts []value       // an object's properties, a list's items
	// literal is of what said besides of which type or language it is, which an
	// address is not.
	literal bool
}

// get is the property of v that has name.
func (v value) get(name string) value {
	for i, n := range v.names {
		if n == name {
			return v.parts[i]
		}
	}
	return value{}
}

// list is v as a list: what stands alone is a list of one, null is none.
func (v value) list() []value {
	switch v.kind {
	case 0, 'n':
		return nil
	case '[':
		return v.parts
	}
	return []value{v}
}

// typ is the type of v that we know, or else the first.
func (v value) typ() string {
	first := ""
	for _, t := range v.get("type").list() {
		name := term(t.text)
		if known[name] || kinds[name] != Unknown {
			return name
		}
		if first == "" {
			first = name
		}
	}
	return first
}

// parse reads b, of which nothing may be ambiguous.
func parse(b []byte) (value, error) {
	if len(b) > MaxBytes {
		return value{}, errs.Newf(errs.Invalid, "A document has at most %d bytes.", MaxBytes)
	}
	p := parser{dec: jsontext.NewDecoder(bytes.NewBuffer(b))}
	v, err := p.value(0, false)
	if err == nil {
		if _, err = p.dec.ReadToken(); err == io.EOF {
			return v, nil
		}
		if err == nil {
			err = errors.New("something follows the document")
		}
	}
	if errs.KindOf(err) == errs.Invalid {
		return value{}, err
	}
	return value{}, errs.Wrap(errs.Invalid, "This is not JSON as ActivityPub has it.", err)
}

// A parser counts as it reads, so that it stops in time.
type parser struct {
	dec    *jsontext.Decoder
	values int
}

var (
	errDeep    = errs.Newf(errs.Invalid, "A document is at most %d levels deep.", MaxDepth)
	errMany    = errs.Newf(errs.Invalid, "A document has at most %d values, an object %d, a list %d.", MaxValues, MaxNames, MaxItems)
	errCompact = errs.New(errs.Invalid, "A document is in compact form, and no property has two spellings.")
	errString  = errs.Newf(errs.Invalid, "A string in a document has at most %d bytes, and no NUL among them.", MaxString)
)

// value reads the next value. Within @context names are terms, not properties.
func (p *parser) value(depth int, context bool) (value, error) {
	tok, err := p.dec.ReadToken()
	if err != nil {
		return value{}, err
	}
	if p.values++; p.values > MaxValues {
		return value{}, errMany
	}
	v := value{kind: tok.Kind()}
	switch v.kind {
	case '"', '0':
		v.text = tok.String()
		if len(v.text) > MaxString || strings.IndexByte(v.text, 0) >= 0 {
			return value{}, errString
		}
	case '{', '[':
		if depth == MaxDepth {
			return value{}, errDeep
		}
		if v.kind == '{' {
			return p.object(v, depth+1, context)
		}
		return p.list(v, depth+1, context)
	}
	return v, nil
}

func (p *parser) list(v value, depth int, context bool) (value, error) {
	for p.dec.PeekKind() != ']' {
		if len(v.parts) == MaxItems {
			return value{}, errMany
		}
		item, err := p.value(depth, context)
		if err != nil {
			return value{}, err
		}
		v.parts = append(v.parts, item)
	}
	_, err := p.dec.ReadToken()
	return v, err
}

func (p *parser) object(v value, depth int, context bool) (value, error) {
	for p.dec.PeekKind() != '}' {
		tok, err := p.dec.ReadToken()
		if err != nil {
			return value{}, err
		}
		name := tok.String()
		switch {
		case len(v.names) == MaxNames && !context:
			return value{}, errMany
		case len(name) > MaxID || strings.IndexByte(name, 0) >= 0:
			return value{}, errString
		}
		if !context {
			if name = term(name); !mayBeNamed(v.names, name) {
				return value{}, errCompact
			}
		}
		part, err := p.value(depth, context || name == "@context")
		if err != nil {
			return value{}, err
		}
		if settled[name] && slices.ContainsFunc(part.list(), func(v value) bool { return v.literal }) {
			return value{}, errCompact // for others that is nobody
		}
		v.names, v.parts = append(v.names, name), append(v.parts, part)
	}
	_, err := p.dec.ReadToken()
	switch {
	case err != nil:
		return v, err
	case context:
		return v, checkContext(v)
	}
	return plainly(v)
}

// plainly is v, or if it is a value that tells its type or language besides, as
// programs write it that know more of them than their @context, the value. Both
// mean the same.
func plainly(v value) (value, error) {
	if !slices.ContainsFunc(v.names, func(name string) bool { return inLiterals[name] && name != "type" }) {
		return v, nil
	}
	for _, name := range v.names {
		if !inLiterals[name] {
			return value{}, errCompact
		}
	}
	plain := v.get("@value")
	if plain.kind == 0 || plain.kind == '{' || plain.kind == '[' {
		return value{}, errCompact
	}
	plain.literal = true
	return plain, nil
}

// inLiterals is what stands in a value that is an object.
var inLiterals = words("@value @type @language @direction type")

// mayBeNamed reports whether an object that has names may have one more. One
// that differs by its case only is read as the same by others, and so whoever
// wrote it wants two readers to see two things. What begins with @ belongs to
// JSON-LD, of which only @context is left when it is compact, and plainly's.
func mayBeNamed(names []string, name string) bool {
	if strings.HasPrefix(name, "@") && name != "@context" && !inLiterals[name] {
		return false
	}
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return false
		}
	}
	return true
}
