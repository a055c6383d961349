package sign

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// This file reads structured fields (RFC 8941), as far as signatures and
// digests use them: dictionaries of items and of inner lists of items. Stricter
// than the RFC, a name that comes twice is refused, where the last would count;
// and decimals are, which nothing here has.

type shape uint8

const (
	isFlag shape = iota
	isNumber
	isString
	isToken
	isBytes
	isList
)

// A bare is a value; only what belongs to its kind is set.
type bare struct {
	kind   shape
	text   string // of strings and tokens
	number int64  // 0 and 1 of flags
	bytes  []byte
}

type item struct {
	bare
	params []param
}

type param struct {
	name string
	bare
}

type member struct {
	name string
	item
	list []item // of inner lists
}

// param is the parameter called name.
func (x item) param(name string) (bare, bool) {
	for _, p := range x.params {
		if p.name == name {
			return p.bare, true
		}
	}
	return bare{}, false
}

// A reader is what is left to read.
type reader struct{ s string }

// dictionary reads at most most members.
func dictionary(s string, most int) ([]member, error) {
	r := &reader{strings.Trim(s, " ")}
	var found []member
	for r.s != "" {
		if len(found) == most {
			return nil, refuse(TooLarge, "more than %d members in a header", most)
		}
		x, err := r.member()
		if err != nil {
			return nil, err
		}
		for _, other := range found {
			if other.name == x.name {
				return nil, refuse(Ambiguous, "%.40q is there twice", x.name)
			}
		}
		found = append(found, x)
		r.s = strings.TrimLeft(r.s, " \t")
		if r.s == "" {
			return found, nil
		}
		if !r.skip(',') {
			return nil, r.wrong("a comma")
		}
		if r.s = strings.TrimLeft(r.s, " \t"); r.s == "" {
			return nil, r.wrong("a member")
		}
	}
	return found, nil
}

func (r *reader) wrong(want string) error {
	return refuse(Malformed, "want %s, got %.40q", want, r.s)
}

func (r *reader) skip(c byte) bool {
	if r.s == "" || r.s[0] != c {
		return false
	}
	r.s = r.s[1:]
	return true
}

// take is what r starts with of what ok takes.
func (r *reader) take(ok func(c byte) bool) string {
	n := 0
	for n < len(r.s) && ok(r.s[n]) {
		n++
	}
	s := r.s[:n]
	r.s = r.s[n:]
	return s
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isInKey(c byte) bool { return isLower(c) || isDigit(c) || strings.IndexByte("_-.*", c) >= 0 }

func isInToken(c byte) bool {
	return isLower(c|0x20) && c != '@' && c != '`' || isDigit(c) || strings.IndexByte("!#$%&'*+-.^_`|~:/", c) >= 0
}

func (r *reader) key() (string, error) {
	if r.s == "" || !isLower(r.s[0]) && r.s[0] != '*' {
		return "", r.wrong("a name")
	}
	return r.take(isInKey), nil
}

func (r *reader) member() (x member, err error) {
	if x.name, err = r.key(); err != nil {
		return member{}, err
	}
	switch {
	case !r.skip('='):
		x.number = 1
	case r.skip('('):
		x.kind = isList
		x.list, err = r.inner()
	default:
		x.bare, err = r.bare()
	}
	if err == nil {
		x.params, err = r.parameters()
	}
	return x, err
}

func (r *reader) inner() ([]item, error) {
	var found []item
	for {
		r.s = strings.TrimLeft(r.s, " ")
		if r.skip(')') {
			return found, nil
		}
		if len(found) == maxComponents {
			return nil, refuse(TooLarge, "more than %d components are signed", maxComponents)
		}
		b, err := r.bare()
		if err != nil {
			return nil, err
		}
		params, err := r.parameters()
		if err != nil {
			return nil, err
		}
		found = append(found, item{b, params})
		if r.s == "" || r.s[0] != ' ' && r.s[0] != ')' {
			return nil, r.wrong("the end of a list")
		}
	}
}

func (r *reader) parameters() ([]param, error) {
	var found []param
	for r.skip(';') {
		r.s = strings.TrimLeft(r.s, " ")
		name, err := r.key()
		if err != nil {
			return nil, err
		}
		if _, twice := (item{params: found}).param(name); twice {
			return nil, refuse(Ambiguous, "parameter %.40q is there twice", name)
		}
		if len(found) == maxParams {
			return nil, refuse(TooLarge, "more than %d parameters", maxParams)
		}
		p := param{name, bare{number: 1}}
		if r.skip('=') {
			if p.bare, err = r.bare(); err != nil {
				return nil, err
			}
		}
		found = append(found, p)
	}
	return found, nil
}

func (r *reader) bare() (bare, error) {
	switch {
	case r.skip('"'):
		return r.string()
	case r.skip(':'):
		text, rest, ok := strings.Cut(r.s, ":")
		b, err := unbase64(text)
		if !ok || err != nil {
			return bare{}, refuse(Malformed, "a byte sequence is no base64")
		}
		r.s = rest
		return bare{kind: isBytes, bytes: b}, nil
	case r.skip('?'):
		if c := r.take(isDigit); c == "0" || c == "1" {
			return bare{number: int64(c[0] - '0')}, nil
		}
		return bare{}, r.wrong("?0 or ?1")
	case r.s != "" && (isDigit(r.s[0]) || r.s[0] == '-'):
		return r.integer()
	case r.s != "" && (isLower(r.s[0]|0x20) && isInToken(r.s[0]) && r.s[0] != '`' || r.s[0] == '*'):
		return bare{kind: isToken, text: r.take(isInToken)}, nil
	}
	return bare{}, r.wrong("a value")
}

// integer reads at most 15 digits. Section 3.3.1.
func (r *reader) integer() (bare, error) {
	minus := r.skip('-')
	digits := r.take(isDigit)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || len(digits) > 15 || strings.HasPrefix(r.s, ".") {
		return bare{}, refuse(Malformed, "%.40q is no number", digits)
	}
	if minus {
		n = -n
	}
	return bare{kind: isNumber, number: n}, nil
}

// string reads after the opening quote.
func (r *reader) string() (bare, error) {
	var b strings.Builder
	for i := 0; i < len(r.s); i++ {
		switch c := r.s[i]; {
		case c == '"':
			r.s = r.s[i+1:]
			return bare{kind: isString, text: b.String()}, nil
		case c < ' ' || c > '~':
			return bare{}, refuse(Malformed, "a string has other than ASCII")
		case c == '\\':
			if i++; i == len(r.s) || r.s[i] != '"' && r.s[i] != '\\' {
				return bare{}, refuse(Malformed, "a string has a stray backslash")
			}
			b.WriteByte(r.s[i])
		default:
			b.WriteByte(c)
		}
	}
	return bare{}, refuse(Malformed, "a string has no end")
}

var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// String is the value as RFC 8941 writes it, section 4.1: the one form that
// both ends sign.
func (b bare) String() string {
	switch b.kind {
	case isNumber:
		return strconv.FormatInt(b.number, 10)
	case isString:
		return `"` + quoted.Replace(b.text) + `"`
	case isToken:
		return b.text
	case isBytes:
		return ":" + base64.StdEncoding.EncodeToString(b.bytes) + ":"
	}
	return "?" + strconv.FormatInt(b.number, 10)
}

func (x item) String() string { return x.bare.String() + written(x.params) }

func written(params []param) string {
	var b strings.Builder
	for _, p := range params {
		b.WriteString(";" + p.name)
		if p.kind != isFlag || p.number != 1 {
			b.WriteString("=" + p.bare.String())
		}
	}
	return b.String()
}

// writtenList is an inner list with its parameters.
func (x member) writtenList() string {
	parts := make([]string, len(x.list))
	for i, it := range x.list {
		parts[i] = it.String()
	}
	return "(" + strings.Join(parts, " ") + ")" + written(x.params)
}
