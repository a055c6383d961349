package push

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"

	"github.com/plaza-social/plaza/internal/social"
)

// maxBody is what every push service takes, in bytes.
// https://www.rfc-editor.org/rfc/rfc8030#section-7.2
const maxBody = 4096

// maxText is how long what is encrypted may be, in bytes: of the standard form
// 86 go to the header, one ends the text and 16 seal it; the older form needs
// less.
const maxText = maxBody - 86 - 1 - 16

const saltSize = 16

// sealed is a text that only one app can read.
type sealed struct {
	body   []byte
	salt   []byte
	public []byte // the key it was made with
}

// once is what is used for one message only.
type once struct {
	key  *ecdh.PrivateKey
	salt []byte
}

func newOnce() (once, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	salt := make([]byte, saltSize)
	rand.Read(salt)
	return once{key, salt}, err
}

// agree is the secret that key and the app share.
func agree(to social.PushSubscription, key *ecdh.PrivateKey) ([]byte, error) {
	theirs, err := ecdh.P256().NewPublicKey(to.Key)
	if err != nil {
		return nil, err
	}
	return key.ECDH(theirs)
}

// derive is HKDF with SHA-256. https://www.rfc-editor.org/rfc/rfc5869
func derive(secret, salt []byte, info string, size int) []byte {
	b, err := hkdf.Key(sha256.New, secret, salt, info, size)
	if err != nil {
		panic(err) // sizes are constants
	}
	return b
}

// seal encrypts with AES-128-GCM. Key and nonce are used once.
func seal(key, nonce, text []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return gcm.Seal(nil, nonce, text, nil), nil
}

// standard encrypts as https://www.rfc-editor.org/rfc/rfc8291 has it.
func standard(to social.PushSubscription, text []byte, o once) (sealed, error) {
	shared, err := agree(to, o.key)
	if err != nil {
		return sealed{}, err
	}
	public := o.key.PublicKey().Bytes()
	secret := derive(shared, to.Secret, "WebPush: info\x00"+string(to.Key)+string(public), 32)
	key := derive(secret, o.salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce := derive(secret, o.salt, "Content-Encoding: nonce\x00", 12)
	box, err := seal(key, nonce, append(text[:len(text):len(text)], 2)) // 2 ends the last record
	if err != nil {
		return sealed{}, err
	}
	body := binary.BigEndian.AppendUint32(o.salt[:saltSize:saltSize], maxBody) // the header: salt, size of a record, key
	body = append(append(body, byte(len(public))), public...)
	return sealed{append(body, box...), o.salt, public}, nil
}

// legacy encrypts as the drafts before RFC 8291 had it, for apps that have not
// said that they know the standard.
// https://datatracker.ietf.org/doc/html/draft-ietf-webpush-encryption-04
func legacy(to social.PushSubscription, text []byte, o once) (sealed, error) {
	shared, err := agree(to, o.key)
	if err != nil {
		return sealed{}, err
	}
	public := o.key.PublicKey().Bytes()
	secret := derive(shared, to.Secret, "Content-Encoding: auth\x00", 32)
	keys := "P-256\x00" + sized(to.Key) + sized(public)
	key := derive(secret, o.salt, "Content-Encoding: aesgcm\x00"+keys, 16)
	nonce := derive(secret, o.salt, "Content-Encoding: nonce\x00"+keys, 12)
	box, err := seal(key, nonce, append([]byte{0, 0}, text...)) // no padding
	return sealed{box, o.salt, public}, err
}

// sized is b after its length.
func sized(b []byte) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(len(b)))) + string(b)
}
