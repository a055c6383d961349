package sign

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The algorithms, as they are stated.
const (
	algRSA     = "rsa-sha256"
	algHS2019  = "hs2019"
	algEd25519 = "ed25519"
	algRSA9421 = "rsa-v1_5-sha256"
)

const requestTarget = "(request-target)"

// A cavage is what the Signature header says.
type cavage struct {
	params           map[string]string // by names in lower case
	covered          []string
	created, expires time.Time
}

// parseCavage reads and checks a signature of draft-cavage-http-signatures-12.
func (m message) parseCavage(header string) (Claim, error) {
	s, err := readCavage(header)
	if err != nil {
		return Claim{}, err
	}
	if err := m.demandCavage(s); err != nil {
		return Claim{}, err
	}
	c, err := m.claimCavage(s)
	if err != nil {
		return Claim{}, err
	}
	if c.Created, err = m.ageCavage(s); err != nil {
		return Claim{}, err
	}
	if slices.Contains(s.covered, "digest") {
		if err := m.checkDigest(); err != nil {
			return Claim{}, err
		}
	}
	return c, nil
}

func readCavage(header string) (cavage, error) {
	params, err := parameters(header)
	if err != nil {
		return cavage{}, err
	}
	s := cavage{params: params}
	// The draft takes a list that is left out for "(created)", which is not
	// enough, so that it needs no special care.
	s.covered = strings.Fields(strings.ToLower(params["headers"]))
	if err := checkComponents(s.covered); err != nil {
		return cavage{}, err
	}
	for name, to := range map[string]*time.Time{"created": &s.created, "expires": &s.expires} {
		text, ok := params[name]
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if *to, ok = moment(n); err != nil || !ok {
			return cavage{}, refuse(Malformed, "%s is %.40q", name, text)
		}
	}
	return s, nil
}

// parameters reads name="value" and name=number, separated by commas. Names
// count whatever their case, so that no two readers take different ones.
func parameters(s string) (map[string]string, error) {
	found := map[string]string{}
	for s = strings.Trim(s, " \t"); ; {
		name, rest, ok := strings.Cut(s, "=")
		name = strings.ToLower(name)
		if !ok || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
			return nil, refuse(Malformed, "no parameter: %.40q", s)
		}
		value, rest, ok := parameter(rest)
		if !ok {
			return nil, refuse(Malformed, "parameter %.40q has no value", name)
		}
		if _, twice := found[name]; twice {
			return nil, refuse(Ambiguous, "parameter %.40q is there twice", name)
		}
		if found[name] = value; len(found) > maxParams {
			return nil, refuse(TooLarge, "more than %d parameters", maxParams)
		}
		rest = strings.TrimLeft(rest, " \t")
		if rest == "" {
			return found, nil
		}
		if s, ok = strings.CutPrefix(rest, ","); !ok {
			return nil, refuse(Malformed, "parameter %.40q goes on", name)
		}
		s = strings.TrimLeft(s, " \t")
	}
}

func parameter(s string) (value, rest string, ok bool) {
	if s, ok := strings.CutPrefix(s, `"`); ok {
		value, rest, ok = strings.Cut(s, `"`)
		return value, rest, ok && !strings.Contains(value, `\`)
	}
	rest = strings.TrimLeft(s, "0123456789")
	return s[:len(s)-len(rest)], rest, len(rest) < len(s)
}

// demandCavage refuses signatures that do not cover what they have to.
func (m message) demandCavage(s cavage) error {
	if err := checkKeyID(s.params["keyid"]); err != nil {
		return err
	}
	if a, stated := s.params["algorithm"]; stated && a != algRSA && a != algHS2019 && a != algEd25519 {
		return refuse(Algorithm, "%.40q is not known", a)
	}
	if err := demand(s.covered, requestTarget); err != nil {
		return err
	}
	if err := demand(s.covered, "host"); err != nil {
		return err
	}
	if m.owesDigest() {
		if err := demand(s.covered, "digest"); err != nil {
			return err
		}
	}
	return demand(s.covered, "date", "(created)")
}

// claimCavage puts together what was signed.
func (m message) claimCavage(s cavage) (Claim, error) {
	c := Claim{KeyID: s.params["keyid"], Kind: Cavage, Algorithm: s.params["algorithm"], covered: s.covered}
	var err error
	if c.signature, err = unbase64(s.params["signature"]); err != nil || len(c.signature) == 0 {
		return Claim{}, refuse(Malformed, "the signature is no base64")
	}
	targets := []string{m.target()}
	// Mastodon signed reading without the query for years, and others followed.
	if m.reads() && targets[0] != m.path() {
		targets = append(targets, m.path())
	}
	for _, target := range targets {
		text, err := m.textCavage(s, target)
		if err != nil {
			return Claim{}, err
		}
		c.texts = append(c.texts, text)
	}
	return c, nil
}

// textCavage is the text that is signed. Section 2.3 of the draft.
func (m message) textCavage(s cavage, target string) (string, error) {
	var b strings.Builder
	for i, name := range s.covered {
		value, err := m.componentCavage(s, name, target)
		if err != nil {
			return "", err
		}
		if b.Len()+len(name)+len(value) > maxSigned {
			return "", refuse(TooLarge, "more than %d bytes are signed", maxSigned)
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(name + ": " + value)
	}
	return b.String(), nil
}

func (m message) componentCavage(s cavage, name, target string) (string, error) {
	switch name {
	case requestTarget:
		return strings.ToLower(m.r.Method) + " " + target, nil
	case "(created)", "(expires)":
		// An algorithm of the older drafts did not have them: section 2.3.
		if s.params["algorithm"] == algRSA {
			return "", refuse(Malformed, "%s with %s", name, algRSA)
		}
		value := s.params[strings.Trim(name, "()")]
		if value == "" {
			return "", refuse(Missing, "%s is signed and not there", name)
		}
		return value, nil
	}
	return m.field(name)
}

// ageCavage refuses signatures that are not current, by each time that they
// cover, and tells when it was made.
func (m message) ageCavage(s cavage) (time.Time, error) {
	var made time.Time
	if slices.Contains(s.covered, "date") {
		text, err := m.once("date")
		if err != nil {
			return made, err
		}
		if made, err = http.ParseTime(text); err != nil {
			return made, refuse(Malformed, "Date is %.40q", text)
		}
		if err := checkAge(made, s.end(made), m.now); err != nil {
			return made, err
		}
	}
	if slices.Contains(s.covered, "(created)") {
		made = s.created
		return made, checkAge(made, s.end(made), m.now)
	}
	return made, nil
}

// end is when the signature says that it expires. What is not signed can only
// make its life shorter: anybody on the way could write it.
func (s cavage) end(made time.Time) time.Time {
	if usual := made.Add(life); s.expires.After(usual) && !slices.Contains(s.covered, "(expires)") {
		return usual
	}
	return s.expires
}
