package seal

import (
	"fmt"
	"strings"

	"filippo.io/age"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// The bounds of what is sealed for whom.
const (
	MaxRecipients = 16
	MaxIdentities = 64 // in one file: old ones are kept for old copies
)

// How keys of age begin.
const (
	secretForm   = "AGE-SECRET-KEY-1"
	hybridSecret = "AGE-SECRET-KEY-PQ-1"
	publicForm   = "age1"
	hybridPublic = "age1pq1"
)

// NewIdentity makes the two halves of a key: the text of a file to be kept away
// from the server, with which copies are opened, and the recipient for the
// settings, with which they are sealed. The age program reads the file, too.
func NewIdentity() (file, recipient string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", fmt.Errorf("make an identity: %w", err)
	}
	recipient = id.Recipient().String()
	return "# This opens the copies of a Plaza. Whoever has it can read everything in them,\n" +
		"# and without it nobody can: keep two copies of this file, none of them on the\n" +
		"# server, and one on paper.\n" +
		"# public key: " + recipient + "\n" +
		id.String() + "\n", recipient, nil
}

// ParseIdentities reads the text of an identity file. Errors never show it.
func ParseIdentities(file string) ([]age.Identity, error) {
	if strings.HasPrefix(file, "age-encryption.org/") || strings.HasPrefix(file, "-----BEGIN AGE ENCRYPTED") {
		return nil, errs.New(errs.Invalid, "The identity file is encrypted itself. Open it first: age -d -o identity.txt FILE.")
	}
	var ids []age.Identity
	n := 0
	for line := range strings.Lines(file) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, err := parseIdentity(line)
		if err != nil {
			return nil, errs.Newf(errs.Invalid, "Line %d of the identity file %s.", n, err)
		}
		if ids = append(ids, id); len(ids) > MaxIdentities {
			return nil, errs.Newf(errs.Invalid, "The identity file has more than %d identities. Keep those that are needed.", MaxIdentities)
		}
	}
	if len(ids) == 0 {
		return nil, errs.New(errs.Invalid, "There is no identity in the file. It needs a line that begins with "+secretForm+".")
	}
	return ids, nil
}

func parseIdentity(line string) (id age.Identity, err error) {
	switch {
	case strings.HasPrefix(line, hybridSecret):
		id, err = age.ParseHybridIdentity(line)
	case strings.HasPrefix(line, secretForm):
		id, err = age.ParseX25519Identity(line)
	case strings.HasPrefix(line, publicForm):
		return nil, fmt.Errorf("is a recipient, which seals but does not open. Use the file that was made with it")
	default:
		return nil, fmt.Errorf("is no identity of age. It needs to begin with %s", secretForm)
	}
	if err != nil { // which may show some of the secret
		return nil, fmt.Errorf("is not whole. Take the file from another copy, or look at the line again")
	}
	return id, nil
}

// ParseRecipients reads for whom copies are sealed: age1… of each.
func ParseRecipients(texts ...string) ([]age.Recipient, error) {
	if len(texts) == 0 || len(texts) > MaxRecipients {
		return nil, errs.Newf(errs.Invalid, "A copy needs 1 to %d recipients. Make one with plaza replica keygen.", MaxRecipients)
	}
	var all []age.Recipient
	hybrids := 0
	for _, text := range texts {
		text = strings.TrimSpace(text)
		var r age.Recipient
		var err error
		switch {
		case strings.HasPrefix(text, "AGE-SECRET-KEY"):
			return nil, errs.New(errs.Invalid, "This recipient is the secret identity, which must not be on this server. Make a new one with plaza replica keygen, and write its age1… here.")
		case strings.HasPrefix(text, hybridPublic):
			r, err = age.ParseHybridRecipient(text)
			hybrids++
		case strings.HasPrefix(text, publicForm):
			r, err = age.ParseX25519Recipient(text)
		default:
			return nil, errs.Newf(errs.Invalid, "%q is not a recipient. Write the age1… that plaza replica keygen showed.", text)
		}
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, fmt.Sprintf("The recipient %q is not whole. Write it again, as plaza replica keygen showed it.", text), err)
		}
		all = append(all, r)
	}
	if hybrids != 0 && hybrids != len(all) {
		return nil, errs.New(errs.Invalid, "Recipients that begin with "+hybridPublic+" cannot be mixed with others: the weaker kind would undo them. Use one kind.")
	}
	return all, nil
}

// Recipients are those whose copies the identities open: what has to be in the
// settings for them.
func Recipients(ids []age.Identity) []string {
	var all []string
	for _, id := range ids {
		switch id := id.(type) {
		case *age.X25519Identity:
			all = append(all, id.Recipient().String())
		case *age.HybridIdentity:
			all = append(all, id.Recipient().String())
		default:
			all = append(all, fmt.Sprintf("an identity (%T)", id))
		}
	}
	return all
}
