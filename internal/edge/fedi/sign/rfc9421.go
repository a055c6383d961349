package sign

import (
	"slices"
	"strings"
	"time"
)

// parse9421 reads and checks the signatures of RFC 9421. Something on the way
// may have added its own, so those that do not meet the demands are passed
// over as long as one does.
func (m message) parse9421(signatures, inputs string) (Claim, error) {
	stated, err := dictionary(inputs, maxLabels)
	if err != nil {
		return Claim{}, err
	}
	made, err := dictionary(signatures, maxLabels)
	if err != nil {
		return Claim{}, err
	}
	first := refuse(Malformed, "Signature-Input is empty")
	var claims []Claim
	for i, s := range stated {
		c, err := m.claim9421(s, made)
		if err == nil {
			claims = append(claims, c)
		} else if i == 0 {
			first = err
		}
	}
	if len(claims) == 0 {
		return Claim{}, first
	}
	c := claims[0]
	c.Others = claims[1:]
	return c, nil
}

// claim9421 checks one of the signatures.
func (m message) claim9421(s member, made []member) (Claim, error) {
	c, covered, err := m.read9421(s, made)
	if err != nil {
		return Claim{}, err
	}
	if err := m.demand9421(covered); err != nil {
		return Claim{}, err
	}
	if c.Created, err = m.age9421(s); err != nil {
		return Claim{}, err
	}
	if slices.Contains(covered, "content-digest") {
		return c, m.checkContentDigest()
	}
	return c, nil
}

// read9421 is what s claims, and what it covers.
func (m message) read9421(s member, made []member) (Claim, []string, error) {
	c := Claim{Kind: RFC9421, Label: s.name}
	i := slices.IndexFunc(made, func(x member) bool { return x.name == s.name })
	if s.kind != isList || i < 0 || made[i].kind != isBytes || len(made[i].bytes) == 0 {
		return c, nil, refuse(Malformed, "no signature for label %.40q", s.name)
	}
	c.signature = made[i].bytes
	if id, ok := s.param("keyid"); ok && id.kind == isString {
		c.KeyID = id.text
	}
	if err := checkKeyID(c.KeyID); err != nil {
		return c, nil, err
	}
	if alg, ok := s.param("alg"); ok {
		c.Algorithm = alg.text
		if alg.kind != isString || c.Algorithm != algRSA9421 && c.Algorithm != algEd25519 {
			return c, nil, refuse(Algorithm, "%.40q is not known", alg.text)
		}
	}
	text, covered, err := m.text9421(s)
	c.texts, c.covered = []string{text}, covered
	return c, covered, err
}

// text9421 is the text that is signed. RFC 9421, section 2.5.
func (m message) text9421(s member) (string, []string, error) {
	covered := make([]string, len(s.list))
	for i, x := range s.list {
		if x.kind != isString || len(x.params) > 0 {
			return "", nil, refuse(Malformed, "component %.60q is not known", x.String())
		}
		covered[i] = x.text
	}
	if err := checkComponents(covered); err != nil {
		return "", nil, err
	}
	var b strings.Builder
	for i, name := range covered {
		value, err := m.component9421(name)
		if err != nil {
			return "", nil, err
		}
		if b.Len()+len(name)+len(value) > maxSigned {
			return "", nil, refuse(TooLarge, "more than %d bytes are signed", maxSigned)
		}
		b.WriteString(s.list[i].String() + ": " + value + "\n")
	}
	return b.String() + `"@signature-params": ` + s.writtenList(), covered, nil
}

// component9421 is the value of a component. RFC 9421, section 2.2.
func (m message) component9421(name string) (string, error) {
	switch name {
	case "@method":
		return m.r.Method, nil
	case "@target-uri":
		return m.scheme + "://" + m.authority + m.target(), nil
	case "@authority":
		return m.authority, nil
	case "@scheme":
		return m.scheme, nil
	case "@request-target":
		return m.target(), nil
	case "@path":
		return m.path(), nil
	case "@query":
		return "?" + m.r.URL.RawQuery, nil
	}
	if name != strings.ToLower(name) || strings.HasPrefix(name, "@") {
		return "", refuse(Malformed, "component %.40q is not known", name)
	}
	return m.field(name)
}

// demand9421 refuses signatures that do not cover what they have to.
func (m message) demand9421(covered []string) error {
	if err := demand(covered, "@method"); err != nil {
		return err
	}
	if m.owesDigest() {
		if err := demand(covered, "content-digest"); err != nil {
			return err
		}
	}
	if slices.Contains(covered, "@target-uri") {
		return nil
	}
	if err := demand(covered, "@authority"); err != nil {
		return err
	}
	if slices.Contains(covered, "@request-target") {
		return nil
	}
	if m.target() != m.path() {
		if err := demand(covered, "@query"); err != nil {
			return err
		}
	}
	return demand(covered, "@path")
}

// age9421 refuses signatures that are not current, and tells when it was made.
func (m message) age9421(s member) (time.Time, error) {
	var at [2]time.Time
	for i, name := range []string{"created", "expires"} {
		n, ok := s.param(name)
		if !ok && name == "expires" {
			continue
		}
		if !ok {
			return at[0], refuse(Uncovered, "not signed: created")
		}
		if at[i], ok = moment(n.number); n.kind != isNumber || !ok {
			return at[0], refuse(Malformed, "%s is %.40q", name, n.String())
		}
	}
	return at[0], checkAge(at[0], at[1], m.now)
}
