package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// maxAnswered bounds what a browser answers about a passkey, in bytes.
const maxAnswered = 64 << 10

// relyingParty is the name that passkeys are made for: the host of the house,
// without a port. https://www.w3.org/TR/webauthn-3/#relying-party-identifier
func (s *Service) relyingParty() string {
	u, err := url.Parse(s.config.BaseURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// relying is what checks passkeys. What makes one need not tell what it is
// (attestation), and what is stored is what it takes to check signatures.
func (s *Service) relying() (*webauthn.WebAuthn, error) {
	w, err := webauthn.New(&webauthn.Config{
		RPID: s.relyingParty(), RPDisplayName: s.title(), RPOrigins: []string{s.config.BaseURL}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred},
	})
	if err != nil { // a house that has an address and no name
		return nil, errs.Wrap(errs.Conflict, "Passkeys need a house that has a name, and this one has none.", err)
	}
	return w, nil
}

// Passkeys reports whether there can be any.
func (s *Service) Passkeys() bool {
	_, err := s.relying()
	return err == nil
}

// holder is somebody as the library wants them.
type holder struct {
	id   []byte
	name string
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return h.id }
func (h holder) WebAuthnName() string                       { return h.name }
func (h holder) WebAuthnDisplayName() string                { return h.name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func holderOf(f social.Factors, name string) (h holder, err error) {
	h.name = name
	if h.id, err = base64.RawURLEncoding.DecodeString(f.Handle); err != nil {
		return h, err
	}
	for _, k := range f.Keys {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(k.Info), &c); err != nil {
			return h, fmt.Errorf("passkey %d: %w", k.ID, err)
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

// errPasskey is for what a browser answers that is not right. Why it is not is for
// the log alone.
func errPasskey(err error) error {
	return errs.Wrap(errs.Unauthenticated, "This passkey is not known here, or it did not work. Try again, or use something else.", err)
}

// keyBegun is what is kept of a passkey that is being made.
type keyBegun struct {
	Name    string
	Session webauthn.SessionData
}

// BeginPasskey begins to make a passkey, for who gives their password. Options are
// what the browser is to be given.
// https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialcreationoptionsjson
func (s *Service) BeginPasskey(ctx context.Context, by social.Actor, password, name string) (begun string, options []byte, err error) {
	w, err := s.relying()
	if err != nil {
		return "", nil, err
	}
	err = s.really(ctx, "begin to make a passkey", by, password, func(tx *store.Tx, _ social.User, a social.Account) error {
		if _, err := handleOf(ctx, tx, by.Account); err != nil {
			return err
		}
		f, err := tx.Factors(ctx, by.Account)
		if err != nil {
			return err
		}
		if len(f.Keys) >= MaxPasskeys {
			return errs.Newf(errs.Conflict, "You have %d passkeys, which is as many as there can be. Remove one first.", MaxPasskeys)
		}
		h, err := holderOf(f, a.Username)
		if err != nil {
			return err
		}
		made, session, err := w.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
		if err != nil {
			return err
		}
		if options, err = json.Marshal(made); err != nil {
			return err
		}
		data, err := json.Marshal(keyBegun{nameOfKey(name, tx.Now), *session})
		if err != nil {
			return err
		}
		var hash string
		begun, hash = newSecret()
		return tx.AddCeremony(ctx, hash, store.Ceremony{Kind: newKeyCeremony, Account: by.Account, Data: string(data), Until: tx.Now.Add(setUpLife)})
	})
	return begun, options, err
}

// FinishPasskey has a passkey count from now on, by what the browser answered. Who
// has no recovery codes gets some, which are shown now and never again.
func (s *Service) FinishPasskey(ctx context.Context, by social.Actor, begun, answered string) (codes []string, err error) {
	w, err := s.relying()
	if err != nil {
		return nil, err
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes([]byte(bounded(answered)))
	if err != nil {
		return nil, errPasskey(err)
	}
	err = s.set(ctx, "make a passkey", by, begun, newKeyCeremony, func(tx *store.Tx, c store.Ceremony, u social.User, a social.Account) error {
		var was keyBegun
		if err := json.Unmarshal([]byte(c.Data), &was); err != nil {
			return err
		}
		f, err := tx.Factors(ctx, by.Account)
		if err != nil {
			return err
		}
		h, err := holderOf(f, a.Username)
		if err != nil {
			return err
		}
		made, err := w.CreateCredential(h, was.Session, answer)
		if err != nil {
			return errPasskey(err)
		}
		made.Attestation = webauthn.CredentialAttestation{} // it is not asked for
		info, err := json.Marshal(made)
		if err != nil {
			return err
		}
		if err := tx.AddPasskey(ctx, social.Passkey{ID: newKeyID(tx), Account: by.Account, Credential: base64.RawURLEncoding.EncodeToString(made.ID), Name: was.Name,
			Info: string(info), CreatedAt: tx.Now}); err != nil {
			return err
		}
		if codes, err = firstCodes(ctx, tx, by.Account); err != nil {
			return err
		}
		return s.factorLetter(ctx, tx, a, u.Email, "You have a new passkey", "the passkey “"+was.Name+"” was made for your account. It signs in to it, without\nthe password, too.")
	})
	return codes, err
}

func bounded(answered string) string { return answered[:min(len(answered), maxAnswered)] }

// AskStep is what the browser of who has shown their password is to be given, to
// show one of their passkeys.
// https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialrequestoptionsjson
func (s *Service) AskStep(ctx context.Context, step string) (options []byte, err error) {
	_, f, err := s.stepped(ctx, step)
	if err != nil {
		return nil, err
	}
	w, err := s.relying()
	if err != nil {
		return nil, err
	}
	h, err := holderOf(f, "")
	if err != nil {
		return nil, err
	}
	if len(h.keys) == 0 {
		return nil, errs.New(errs.Conflict, "There is no passkey on this account.")
	}
	wanted, session, err := w.BeginLogin(h)
	if err != nil {
		return nil, fmt.Errorf("ask for a passkey: %w", err)
	}
	data, err := json.Marshal(session)
	if err != nil {
		return nil, err
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.SetCeremony(ctx, hashOf(step), string(data)) }); err != nil {
		return nil, fmt.Errorf("ask for a passkey: %w", err)
	}
	return json.Marshal(wanted)
}

// AskPasskey is what the browser of a stranger is to be given, to sign in with a
// passkey alone; begun is what it is ended with.
func (s *Service) AskPasskey(ctx context.Context) (begun string, options []byte, err error) {
	w, err := s.relying()
	if err != nil {
		return "", nil, err
	}
	wanted, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return "", nil, fmt.Errorf("ask for a passkey: %w", err)
	}
	data, err := json.Marshal(session)
	if err != nil {
		return "", nil, err
	}
	begun, hash := newSecret()
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		return tx.AddCeremony(ctx, hash, store.Ceremony{Kind: keyCeremony, Data: string(data), Until: tx.Now.Add(stepLife)})
	})
	if err != nil {
		return "", nil, fmt.Errorf("ask for a passkey: %w", err)
	}
	options, err = json.Marshal(wanted)
	return begun, options, err
}

// asserted is f's passkey that answered to what it was asked, with what it is
// checked with from now on.
func (s *Service) asserted(f social.Factors, session, answered string) (key social.Passkey, err error) {
	w, err := s.relying()
	if err != nil {
		return key, err
	}
	var asked webauthn.SessionData
	if session == "" || json.Unmarshal([]byte(session), &asked) != nil {
		return key, errPasskey(nil) // it was not asked for
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(bounded(answered)))
	if err != nil {
		return key, errPasskey(err)
	}
	h, err := holderOf(f, "")
	if err != nil {
		return key, err
	}
	var shown *webauthn.Credential
	if len(asked.UserID) > 0 {
		shown, err = w.ValidateLogin(h, asked, answer)
	} else {
		_, shown, err = w.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return h, nil }, asked, answer)
	}
	if err != nil {
		return key, errPasskey(err)
	}
	if shown.Authenticator.CloneWarning {
		return key, errs.New(errs.Forbidden, "This passkey may have been copied, so it is not taken any more. Use something else, and remove it in your settings.")
	}
	info, err := json.Marshal(shown)
	if err != nil {
		return key, err
	}
	for _, k := range f.Keys {
		if k.Credential == base64.RawURLEncoding.EncodeToString(shown.ID) {
			k.Info = string(info)
			return k, nil
		}
	}
	return key, errPasskey(nil)
}

// SignInByPasskey begins a session for whose passkey answered to AskPasskey. It is
// both steps in one: something they have, and the finger, face or PIN it asks for.
// Who is suspended or disabled is told so, and is Forbidden.
func (s *Service) SignInByPasskey(ctx context.Context, begun, answered, agent string) (session string, a social.Account, err error) {
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(bounded(answered)))
	if err != nil {
		return "", a, errPasskey(err)
	}
	var c store.Ceremony
	var f social.Factors
	err = s.store.Read(ctx, func(v *store.View) error {
		if c, err = v.Ceremony(ctx, hashOf(begun), keyCeremony, s.store.Now()); err != nil {
			return err
		}
		who, err := v.FactorOwner(ctx, base64.RawURLEncoding.EncodeToString(answer.Response.UserHandle))
		if errs.KindOf(err) == errs.NotFound && err != nil {
			return errPasskey(err)
		}
		if err != nil {
			return err
		}
		f, err = v.Factors(ctx, who)
		return err
	})
	if err != nil {
		return "", a, fmt.Errorf("sign in by passkey: %w", err)
	}
	key, err := s.asserted(f, c.Data, answered)
	if err != nil {
		return "", a, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.HoldUser(ctx, f.Account)
		if err != nil {
			return err
		}
		if was, err := tx.EndCeremony(ctx, hashOf(begun)); err != nil || !was {
			return gone(err)
		}
		if err := mayEnter(ctx, tx, u); err != nil {
			return err
		}
		if a, err = tx.Account(ctx, f.Account); err != nil {
			return err
		}
		if err := tx.UsePasskey(ctx, key.ID, key.Info); err != nil {
			return err
		}
		session, err = startSession(ctx, tx, f.Account, agent)
		return err
	})
	if err != nil {
		return "", social.Account{}, fmt.Errorf("sign in by passkey: %w", err)
	}
	return session, a, nil
}
