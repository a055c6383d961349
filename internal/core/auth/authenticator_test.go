package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"testing"
)

// An authenticator is a device that makes passkeys, as browsers tell of them.
// https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data
type authenticator struct {
	t        *testing.T
	key      *ecdsa.PrivateKey
	id       []byte
	handle   []byte
	count    uint32
	origin   string
	verified bool // that it is its owner: by a finger, a face, a PIN
}

func device(t *testing.T) *authenticator {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	rand.Read(id)
	return &authenticator{t: t, key: key, id: id, origin: base, verified: true}
}

var b64 = base64.RawURLEncoding

// data is the authenticator's data: whose name it is for, what it found, and more.
func (a *authenticator) data(rp string, flags byte, more []byte) []byte {
	sum := sha256.Sum256([]byte(rp))
	if flags |= 1; a.verified {
		flags |= 4
	}
	a.count++
	return append(binary.BigEndian.AppendUint32(append(sum[:], flags), a.count), more...)
}

func (a *authenticator) client(kind, challenge string) []byte {
	return fmt.Appendf(nil, `{"type":%q,"challenge":%q,"origin":%q,"crossOrigin":false}`, kind, challenge, a.origin)
}

// text and blob are a text and bytes in CBOR, https://www.rfc-editor.org/rfc/rfc8949.
func text(s string) []byte { return append([]byte{0x60 | byte(len(s))}, s...) }
func blob(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0x59}, uint16(len(b))), b...)
}

// makes answers to what begins the making of a passkey.
func (a *authenticator) makes(options []byte) string {
	a.t.Helper()
	var o struct {
		PublicKey struct {
			Challenge string
			RP        struct{ ID string }
			User      struct{ ID string }
		}
	}
	if err := json.Unmarshal(options, &o); err != nil {
		a.t.Fatal(err)
	}
	a.handle, _ = b64.DecodeString(o.PublicKey.User.ID)
	x, y := make([]byte, 32), make([]byte, 32)
	a.key.X.FillBytes(x)
	a.key.Y.FillBytes(y)
	cose := append([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21}, append(append(blob(x), 0x22), blob(y)...)...)
	more := append(append(binary.BigEndian.AppendUint16(make([]byte, 16), uint16(len(a.id))), a.id...), cose...)
	object := append([]byte{0xa3}, text("fmt")...)
	object = append(append(append(object, text("none")...), text("attStmt")...), 0xa0)
	object = append(append(object, text("authData")...), blob(a.data(o.PublicKey.RP.ID, 0x40, more))...)
	return a.answer(map[string]string{"attestationObject": b64.EncodeToString(object), "clientDataJSON": b64.EncodeToString(a.client("webauthn.create", o.PublicKey.Challenge))})
}

// shows answers to what asks for a passkey.
func (a *authenticator) shows(options []byte) string {
	a.t.Helper()
	var o struct {
		PublicKey struct{ Challenge, RPID string }
	}
	if err := json.Unmarshal(options, &o); err != nil {
		a.t.Fatal(err)
	}
	data, client := a.data(o.PublicKey.RPID, 0, nil), a.client("webauthn.get", o.PublicKey.Challenge)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]string{"authenticatorData": b64.EncodeToString(data), "clientDataJSON": b64.EncodeToString(client),
		"signature": b64.EncodeToString(signature), "userHandle": b64.EncodeToString(a.handle)})
}

func (a *authenticator) answer(response map[string]string) string {
	id := b64.EncodeToString(a.id)
	b, err := json.Marshal(map[string]any{"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		a.t.Fatal(err)
	}
	return string(b)
}
