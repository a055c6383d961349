package evidence

import (
	"crypto/x509"
	"strings"
	"time"
)

// maxStamps is how many stamps are looked at.
const maxStamps = 1000

// stamps checks what others say of when checkpoints were there.
func (v *verifier) stamps() {
	trusted, err := v.authorities()
	if err != nil {
		v.fail("stamp-authorities", fileTrusted, err.Error())
	}
	v.stamp(fileStamp, &v.head, &v.stampedAt, trusted)
	n := 0
	for i := range v.earlier {
		if name := folderStamps + itoa(v.earlier[i].Size) + ".tsr"; v.files[name] != nil && n < maxStamps {
			n++
			v.stamp(name, &v.earlier[i].Checkpoint, &v.earlier[i].stampedAt, trusted)
		}
	}
	for name := range v.files {
		if strings.HasPrefix(name, folderStamps) && !v.stamped[name] && n < maxStamps {
			v.fail("stamp-other", name) // there is no such checkpoint
		}
	}
}

// authorities are the certificates that were given. Those in the bundle are only
// read.
func (v *verifier) authorities() ([]*x509.Certificate, error) {
	if v.options.Authorities != nil {
		return ParseAuthorities(v.options.Authorities)
	}
	if b, ok := v.whole(fileTrusted); ok {
		_, err := ParseAuthorities(b)
		return nil, err
	}
	return nil, nil
}

// stamp checks one, and notes when it says that a checkpoint was there.
func (v *verifier) stamp(name string, of *Checkpoint, at *time.Time, trusted []*x509.Certificate) {
	b, ok := v.whole(name)
	if !ok {
		return
	}
	v.stamped[name] = true
	s, err := OpenStamp(b, of.Head, trusted)
	switch {
	case err != nil:
		v.fail("stamp", name, err.Error())
		return
	case trusted != nil && !s.Trusted:
		v.fail("stamp-trust", name, s.By)
		return
	case !of.At.IsZero() && s.At.Before(of.At.Add(-Promise)):
		v.fail("stamp-early", name, second(s.At), second(of.At))
	}
	*at = s.At
	code := "stamped-own"
	if s.Trusted {
		code = "stamped"
	}
	said := Finding{Code: code, Index: -1, Args: []string{s.By, second(s.At), itoa(of.Size)}}
	if name == fileStamp {
		v.stampNotes = append(v.stampNotes, said)
		return
	}
	if v.stampedEarlier++; v.lastStamp == nil || s.At.After(v.lastStamp.At) {
		v.lastStamp, v.lastNote = &s, said
	}
}

// noteStamps says who stamped the checkpoint, and the last of those before.
func (v *verifier) noteStamps() {
	v.verdict.Notes = append(v.verdict.Notes, v.stampNotes...)
	if v.lastStamp == nil {
		return
	}
	v.verdict.Notes = append(v.verdict.Notes, v.lastNote)
	if v.stampedEarlier > 1 {
		v.note("stamped-more", itoa(v.stampedEarlier-1))
	}
}
