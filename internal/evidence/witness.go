package evidence

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/mod/sumdb/note"
)

// cosignerOf reads the public key of a witness: name+id+key, of type 4 (C2SP
// tlog-cosignature), or of type 1 as a log has it: a house witnesses with the key
// of its own.
func cosignerOf(key string) (*cosignVerifier, error) {
	parts := strings.SplitN(strings.TrimSpace(key), "+", 3)
	if len(parts) != 3 || parts[0] == "" || strings.ContainsFunc(parts[0], unicode.IsSpace) {
		return nil, errWitnessKey
	}
	b, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(b) != 1+ed25519.PublicKeySize || b[0] != algEd25519 && b[0] != algCosigned || fmt.Sprintf("%08x", keyID(parts[0], b[0], b[1:])) != parts[1] {
		return nil, errWitnessKey
	}
	return &cosignVerifier{parts[0], b[1:]}, nil
}

var errWitnessKey = errors.New("this is no Ed25519 key of a witness")

// CosignerName is the name of the witness with a key.
func CosignerName(key string) (string, error) {
	c, err := cosignerOf(key)
	if err != nil {
		return "", err
	}
	return c.name, nil
}

// AddCosignature is a checkpoint with the line of one more witness, or an error if
// the witness with key did not sign it. A line that is there already is not added.
func AddCosignature(checkpoint, line []byte, key string) ([]byte, error) {
	c, err := cosignerOf(key)
	if err != nil {
		return nil, err
	}
	line = append(bytes.TrimRight(line, "\n"), '\n')
	if bytes.Count(line, []byte("\n")) != 1 {
		return nil, errors.New("a witness adds one line")
	}
	text, _, ok := bytes.Cut(checkpoint, []byte("\n\n"))
	if !ok {
		return nil, errCheckpoint
	}
	signed := append(append(append([]byte(nil), text...), "\n\n"...), line...)
	if _, err := note.Open(signed, note.VerifierList(c)); err != nil {
		return nil, err
	}
	if bytes.Contains(checkpoint, line) {
		return checkpoint, nil
	}
	return append(append([]byte(nil), checkpoint...), line...), nil
}
