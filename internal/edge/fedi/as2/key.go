package as2

// A Key is what somebody signs with: an RSA key as PEM, or one of another kind
// as multibase (FEP-521a). What is in it is not looked at here.
type Key struct {
	ID, Owner string
	PEM       string
	Multibase string
}

// maxKey is how long a key is at most, in bytes: RSA with 16,384 bits takes
// half of it.
const maxKey = 8 << 10

// keys are those of an actor: of its host, and owned by it. Others that it may
// name are not its own.
func (r *reader) keys(v value) []Key {
	var out []Key
	actor := r.id(v, "id")
	for _, name := range []string{"publicKey", "assertionMethod"} {
		for _, item := range r.items(v, name, MaxKeys) {
			if k := r.key(item); k.Owner == actor && SameOrigin(k.ID, actor) && (k.PEM != "" || k.Multibase != "") {
				out = append(out, k)
			}
		}
	}
	return out
}

func (r *reader) key(v value) Key {
	k := Key{ID: r.id(v, "id"), Owner: r.id(v, "owner"), PEM: r.text(v, "publicKeyPem", maxKey), Multibase: r.text(v, "publicKeyMultibase", maxKey)}
	if k.Owner == "" {
		k.Owner = r.id(v, "controller")
	}
	return k
}

// Key is d as a key that stands alone, as some hosts serve it.
func (d Doc) Key() (Key, error) {
	r := d.read()
	k := r.key(d.v)
	if k.ID == "" || k.Owner == "" || k.PEM == "" && k.Multibase == "" {
		r.refuse("This is not a key.")
	}
	return k, r.err
}

// A KeyDocument is an RSA key of ours.
type KeyDocument struct {
	ID           string `json:"id"`
	Owner        string `json:"owner"`
	PublicKeyPem string `json:"publicKeyPem"`
}

// A MultikeyDocument is a key of ours of another kind. Its type is Multikey.
type MultikeyDocument struct {
	ID                 string `json:"id"`
	Type               string `json:"type"`
	Controller         string `json:"controller"`
	PublicKeyMultibase string `json:"publicKeyMultibase"`
}
