package auth_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// code is what an app shows that was set up so, off steps from now.
func (h *house) code(up auth.AppSetUp, off int64) string {
	h.t.Helper()
	secret, err := base32.StdEncoding.DecodeString(strings.ReplaceAll(up.Secret, " ", ""))
	if err != nil {
		h.t.Fatal(err)
	}
	var step [8]byte
	binary.BigEndian.PutUint64(step[:], uint64(h.clock.Now().Unix()/30+off))
	mac := hmac.New(sha1.New, secret)
	mac.Write(step[:])
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// codesFor sets an app up for by, and returns it with the recovery codes. The half minute
// of its first code is over.
func (h *house) codesFor(by social.Actor) (auth.AppSetUp, []string) {
	h.t.Helper()
	up, err := h.BeginApp(h.ctx, by, "correct horse")
	if err != nil {
		h.t.Fatal(err)
	}
	codes, err := h.FinishApp(h.ctx, by, up.Begun, h.code(up, 0))
	if err != nil {
		h.t.Fatal(err)
	}
	h.clock.Pass(30 * time.Second)
	return up, codes
}

// passkey makes one for by on a device.
func (h *house) passkey(by social.Actor, on *authenticator) (codes []string) {
	h.t.Helper()
	begun, options, err := h.BeginPasskey(h.ctx, by, "correct horse", "My phone")
	if err != nil {
		h.t.Fatal(err)
	}
	if codes, err = h.FinishPasskey(h.ctx, by, begun, on.makes(options)); err != nil {
		h.t.Fatal(err)
	}
	return codes
}

// step is the second one, after the password of name.
func (h *house) step(name, password string) string {
	h.t.Helper()
	in, _, err := h.SignIn(h.ctx, name, password, "")
	if err != nil || in.Step == "" || in.Session != "" {
		h.t.Fatalf("%+v, %v: want the second step and no session", in, err)
	}
	return in.Step
}

func (h *house) shows(step, code string) error {
	session, a, err := h.FinishStep(h.ctx, step, auth.Shown{Code: code}, "Firefox")
	if err == nil {
		if by, wrong := h.BySession(h.ctx, session); wrong != nil || by.Account != a.ID {
			h.t.Errorf("%+v, %v", by, wrong)
		}
	} else if session != "" {
		h.t.Error("a session all the same")
	}
	return err
}

func TestCodesOfAnApp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		h.letters()
		if _, err := h.BeginApp(h.ctx, ada, "wrong"); codes(err) != "password:ERR_INVALID" {
			t.Error(err)
		}
		up, err := h.BeginApp(h.ctx, ada, "correct horse")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := h.AppBegun(h.ctx, ada, up.Begun); err != nil || again != up {
			t.Errorf("%+v, %v: want %+v", again, err, up)
		}
		u, err := url.Parse(up.URI)
		if err != nil || u.Scheme != "otpauth" || u.Path != "/plaza.example:ada" || u.Query().Get("secret") != strings.ReplaceAll(up.Secret, " ", "") || u.Query().Get("issuer") != "plaza.example" {
			t.Errorf("%q, %v", up.URI, err)
		}
		if _, err := h.FinishApp(h.ctx, ada, up.Begun, "000000"); codes(err) != "code:ERR_INVALID" {
			t.Error(err)
		}
		ben := h.member("ben", social.Member)
		_, err = h.FinishApp(h.ctx, ben, up.Begun, h.code(up, 0))
		wantKind(t, "somebody else ends it", err, errs.NotFound)
		if in, _, err := h.SignIn(h.ctx, "ada", "correct horse", ""); err != nil || in.Session == "" {
			t.Error("before it is set up:", err)
		}
		facts := h.facts()
		facts()
		recovery, err := h.FinishApp(h.ctx, ada, up.Begun, h.code(up, 0))
		if err != nil || len(recovery) != auth.RecoveryCodes {
			t.Fatalf("%d recovery codes, %v", len(recovery), err)
		}
		h.letter("ada@Example.org", "Codes of an app are asked for now")
		if fs := facts(); len(fs) != 1 || fs[0] != (event.FactorsChanged{Account: ada.Account}) {
			t.Errorf("recorded %+v", fs)
		}
		_, err = h.FinishApp(h.ctx, ada, up.Begun, h.code(up, 0))
		wantKind(t, "a second time", err, errs.NotFound)
		if _, err := h.BySession(h.ctx, func() string { _, s := h.session(ada); return s }()); err != nil {
			t.Error("who is in stays in:", err)
		}

		step := h.step("ada", "correct horse")
		if is, err := h.Step(h.ctx, step); err != nil || is != (auth.Step{App: true, Codes: true}) {
			t.Errorf("%+v, %v", is, err)
		}
		wantKind(t, "the code it was set up with", h.shows(step, h.code(up, 0)), errs.Unauthenticated)
		if err := h.shows(step, " "+h.code(up, 1)[:3]+" "+h.code(up, 1)[3:]); err != nil {
			t.Error("of a clock that is fast:", err)
		}
		wantKind(t, "the same step", h.shows(step, recovery[0]), errs.NotFound)
		step = h.step("ada", "correct horse")
		wantKind(t, "the same code", h.shows(step, h.code(up, 1)), errs.Unauthenticated)
		wantKind(t, "an earlier code", h.shows(step, h.code(up, 0)), errs.Unauthenticated)
		h.clock.Pass(time.Minute)
		if err := h.shows(step, h.code(up, 0)); err != nil {
			t.Error("the next code:", err)
		}
		h.clock.Pass(2 * time.Minute)
		wantKind(t, "of a clock that is two steps slow", h.shows(h.step("ada", "correct horse"), h.code(up, -2)), errs.Unauthenticated)
		if err := h.shows(h.step("ada", "correct horse"), h.code(up, -1)); err != nil {
			t.Error("of a clock that is one step slow:", err)
		}

		step = h.step("ada", "correct horse")
		h.clock.Pass(10*time.Minute - time.Millisecond)
		if _, err := h.Step(h.ctx, step); err != nil {
			t.Error("in time:", err)
		}
		h.clock.Pass(time.Millisecond)
		_, err = h.Step(h.ctx, step)
		wantKind(t, "after that", err, errs.NotFound)
		wantKind(t, "after that", h.shows(step, h.code(up, 0)), errs.NotFound)

		h.letters()
		step = h.step("ada", "correct horse")
		if err := h.DropApp(h.ctx, ada, "wrong"); codes(err) != "password:ERR_INVALID" {
			t.Error(err)
		}
		if err := h.DropApp(h.ctx, ada, "correct horse"); err != nil {
			t.Fatal(err)
		}
		if l := h.letter("ada@Example.org", "Codes of an app are not asked for any more"); !strings.Contains(l.Text, "the recovery codes are gone") {
			t.Error(l.Text)
		}
		wantKind(t, "a step from before", h.shows(step, recovery[1]), errs.NotFound)
		if in, _, err := h.SignIn(h.ctx, "ada", "correct horse", ""); err != nil || in.Session == "" {
			t.Errorf("%+v, %v", in, err)
		}
	})
}

// Guessing ends soon, is told of, and keeps nobody from the recovery codes.
func TestCodesAreLimited(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		up, recovery := h.codesFor(ada)
		for range 12 { // what is right does not count
			h.clock.Pass(30 * time.Second)
			if err := h.shows(h.step("ada", "correct horse"), h.code(up, 0)); err != nil {
				t.Fatal(err)
			}
		}
		h.clock.Pass(30 * time.Second)
		step := h.step("ada", "correct horse")
		h.letters()
		for range 9 {
			wantKind(t, "wrong", h.shows(step, h.code(up, -9)), errs.Unauthenticated)
		}
		if err := h.shows(step, h.code(up, 0)); err != nil {
			t.Error("within the limit:", err)
		}
		step = h.step("ada", "correct horse")
		wantKind(t, "the last one", h.shows(step, h.code(up, -9)), errs.Unauthenticated)
		if n := len(h.letters()); n != 0 {
			t.Errorf("%d letters before the limit", n)
		}
		for range 2 {
			wantKind(t, "past the limit", h.shows(step, h.code(up, 1)), errs.Limited)
		}
		h.letter("ada@Example.org", "Somebody guesses codes of your app") // once
		if err := h.shows(step, strings.ToUpper(recovery[0])); err != nil {
			t.Error("with a recovery code:", err)
		}
		wantKind(t, "still", h.shows(h.step("ada", "correct horse"), h.code(up, 1)), errs.Limited)
		if err := h.ChangePassword(h.ctx, ada, "correct horse", "battery staple"); err != nil {
			t.Fatal(err)
		}
		if err := h.shows(h.step("ada", "battery staple"), h.code(up, 1)); err != nil {
			t.Error("with a new password:", err)
		}
	})
}

func TestRecoveryCodes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		_, err := h.NewCodes(h.ctx, ada, "correct horse")
		wantKind(t, "without anything they stand in for", err, errs.Conflict)
		_, first := h.codesFor(ada)
		h.letters()
		for i, c := range first {
			if len(c) != 23 {
				t.Errorf("%q", c)
			}
			if i > 2 {
				break
			}
			if err := h.shows(h.step("ada", "correct horse"), c); err != nil {
				t.Error(err)
			}
			if l := h.letter("ada@Example.org", "A recovery code was used"); !strings.Contains(l.Text, fmt.Sprintf("%d are left", 9-i)) {
				t.Error(l.Text)
			}
			wantKind(t, "again", h.shows(h.step("ada", "correct horse"), c), errs.Unauthenticated)
		}
		if f, err := h.Factors(h.ctx, ada); err != nil || f.Codes != 7 {
			t.Errorf("%d are left, %v; want 7", f.Codes, err)
		}
		ben, _ := h.signedIn("ben")
		_, bens := h.codesFor(ben)
		wantKind(t, "somebody else's", h.shows(h.step("ada", "correct horse"), bens[0]), errs.Unauthenticated)
		h.letters()
		if _, err := h.NewCodes(h.ctx, ada, "wrong"); codes(err) != "password:ERR_INVALID" {
			t.Error(err)
		}
		second, err := h.NewCodes(h.ctx, ada, "correct horse")
		if err != nil || len(second) != auth.RecoveryCodes {
			t.Fatalf("%d codes, %v", len(second), err)
		}
		h.letter("ada@Example.org", "You have new recovery codes")
		step := h.step("ada", "correct horse")
		wantKind(t, "an earlier one", h.shows(step, first[9]), errs.Unauthenticated)
		if err := h.shows(step, strings.ReplaceAll(second[9], "-", " ")); err != nil {
			t.Error(err)
		}
	})
}

// What is kept of an app and of codes is of no use without the key of the house.
func TestFactorsAreSealed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		up, recovery := h.codesFor(ada)
		f, err := h.Factors(h.ctx, ada)
		if err != nil || f.Secret == "" || strings.Contains(f.Secret, strings.ReplaceAll(up.Secret, " ", "")) {
			t.Errorf("%q, %v", f.Secret, err)
		}
		h.write(func(tx *store.Tx) error {
			is, err := tx.UseRecoveryCode(h.ctx, ada.Account, strings.ReplaceAll(recovery[0], "-", ""))
			if is {
				t.Error("a code is kept as it is")
			}
			return err
		})
		for i, key := range []string{strings.Repeat("x", auth.FactorKeyBytes), ""} {
			name := []string{"another key", "none"}[i]
			elsewhere := &house{auth.New(h.store, auth.Config{CheapPasswords: true, BaseURL: base, Limiter: limit.New(h.clock.Now), FactorKey: []byte(key)}), t, h.ctx, h.store, h.clock}
			wantKind(t, name, elsewhere.shows(h.step("ada", "correct horse"), h.code(up, 0)), errs.Unavailable)
			if err := elsewhere.shows(h.step("ada", "correct horse"), recovery[i+1]); err != nil {
				t.Errorf("%s: a recovery code: %v", name, err)
			}
		}
		ben, _ := h.signedIn("ben")
		bens, _ := h.codesFor(ben)
		h.write(func(tx *store.Tx) error { return tx.SetFactorApp(h.ctx, ben.Account, f.Secret, 0) }) // somebody who can write rows, and no more
		for _, up := range []auth.AppSetUp{up, bens} {
			wantKind(t, "what belongs to ada, on ben", h.shows(h.step("ben", "correct horse"), h.code(up, 0)), errs.Unavailable)
		}
	})
}

func TestPasskeys(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		h.letters()
		if _, _, err := h.BeginPasskey(h.ctx, ada, "wrong", "x"); codes(err) != "password:ERR_INVALID" {
			t.Error(err)
		}
		phone := device(t)
		evil := device(t)
		evil.origin = "https://p1aza.example"
		begun, options, err := h.BeginPasskey(h.ctx, ada, "correct horse", "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.FinishPasskey(h.ctx, ada, begun, evil.makes(options))
		wantKind(t, "made on another site", err, errs.Unauthenticated)
		if recovery := h.passkey(ada, phone); len(recovery) != auth.RecoveryCodes {
			t.Errorf("%d recovery codes", len(recovery))
		}
		if l := h.letter("ada@Example.org", "You have a new passkey"); !strings.Contains(l.Text, "My phone") {
			t.Error(l.Text)
		}

		shows := func(step string, on *authenticator, options []byte) error {
			_, _, err := h.FinishStep(h.ctx, step, auth.Shown{Passkey: on.shows(options)}, "")
			return err
		}
		ask := func(step string) []byte {
			t.Helper()
			options, err := h.AskStep(h.ctx, step)
			if err != nil {
				t.Fatal(err)
			}
			return options
		}
		step := h.step("ada", "correct horse")
		wantKind(t, "not asked for", shows(step, phone, options), errs.Unauthenticated)
		old := ask(step)
		options = ask(step)
		wantKind(t, "to what was asked before", shows(step, phone, old), errs.Unauthenticated)
		wantKind(t, "another device", shows(step, evil, options), errs.Unauthenticated)
		phone.origin = evil.origin
		wantKind(t, "on another site", shows(step, phone, options), errs.Unauthenticated)
		phone.origin, phone.verified = base, false // the password was shown
		if err := shows(step, phone, options); err != nil {
			t.Error(err)
		}
		wantKind(t, "the same answer again", shows(h.step("ada", "correct horse"), phone, options), errs.Unauthenticated)

		alone := func(on *authenticator) (string, error) {
			begun, options, err := h.AskPasskey(h.ctx)
			if err != nil {
				t.Fatal(err)
			}
			answered := on.shows(options)
			session, _, err := h.SignInByPasskey(h.ctx, begun, answered, "")
			if err == nil {
				_, _, again := h.SignInByPasskey(h.ctx, begun, answered, "")
				wantKind(t, "the same answer again", again, errs.NotFound)
			}
			return session, err
		}
		_, err = alone(phone)
		wantKind(t, "alone, and nobody looked whose finger it was", err, errs.Unauthenticated)
		phone.verified = true
		session, err := alone(phone)
		if err != nil {
			t.Fatal(err)
		}
		if by, err := h.BySession(h.ctx, session); err != nil || by.Account != ada.Account {
			t.Errorf("%+v, %v", by, err)
		}
		_, err = alone(evil)
		wantKind(t, "nobody's", err, errs.Unauthenticated)
		phone.count -= 2
		_, err = alone(phone)
		wantKind(t, "a copy", err, errs.Forbidden)
		phone.count += 9
		h.write(func(tx *store.Tx) error {
			tx.Record(event.AccessChanged{Account: ada.Account})
			return tx.SetStanding(h.ctx, ada.Account, social.Suspended)
		})
		_, err = alone(phone)
		wantKind(t, "suspended", err, errs.Forbidden)
		h.write(func(tx *store.Tx) error { return tx.SetStanding(h.ctx, ada.Account, social.Good) })

		f, err := h.Factors(h.ctx, ada)
		if err != nil || len(f.Keys) != 1 || f.Keys[0].Name != "My phone" || f.Keys[0].UsedAt.IsZero() {
			t.Fatalf("%+v, %v", f, err)
		}
		ben := h.member("ben", social.Member)
		if err := h.NamePasskey(h.ctx, ben, f.Keys[0].ID, "Ben's"); err != nil {
			t.Error(err)
		}
		if err := h.DropPasskey(h.ctx, ben, f.Keys[0].ID, "correct horse"); err != nil {
			t.Error(err)
		}
		if f, err = h.Factors(h.ctx, ada); err != nil || len(f.Keys) != 1 || f.Keys[0].Name != "My phone" {
			t.Fatalf("after somebody else: %+v, %v", f, err)
		}
		h.letters()
		if err := h.DropPasskey(h.ctx, ada, f.Keys[0].ID, "correct horse"); err != nil {
			t.Error(err)
		}
		h.letter("ada@Example.org", "A passkey was removed")
		_, err = alone(phone)
		wantKind(t, "removed", err, errs.Unauthenticated)
	})
}

func TestNotTooManyPasskeys(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		for range auth.MaxPasskeys {
			h.passkey(ada, device(t))
		}
		_, _, err := h.BeginPasskey(h.ctx, ada, "correct horse", "one more")
		wantKind(t, "one more", err, errs.Conflict)
	})
}

// No other way in goes around the second step.
func TestNoWayAroundTheSecondStep(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		app, _, err := h.RegisterApp(h.ctx, social.App{Name: "Script", Scopes: social.ParseScopes("read")})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.PasswordToken(h.ctx, app, "ada", "correct horse", nil); err != nil {
			t.Error("before:", err)
		}
		up, recovery := h.codesFor(ada)
		_, _, err = h.PasswordToken(h.ctx, app, "ada", "correct horse", nil)
		wantKind(t, "a token for a password", err, errs.Forbidden)
		stale := h.step("ada", "correct horse")
		h.letters()
		if err := h.ForgotPassword(h.ctx, "ada@example.org"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.ResetPassword(h.ctx, h.secret(h.letters()[0], "/auth/password/edit"), "battery staple"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "a step from before", h.shows(stale, recovery[0]), errs.NotFound)
		if err := h.shows(h.step("ada", "battery staple"), h.code(up, 0)); err != nil {
			t.Error(err)
		}
	})
}

func TestSecondFactorThatIsAskedFor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ask := func(r social.FactorRule) {
			t.Helper()
			h.write(func(tx *store.Tx) error {
				to := social.DefaultSettings
				to.Factors = r
				tx.Record(event.AccessChanged{})
				return tx.SetHouse(h.ctx, to)
			})
			settle(t, h.store)
		}
		ada, adas := h.session(h.member("ada", social.Moderator))
		ben, bens := h.session(h.member("ben", social.Member))
		token, err := h.TokenFor(h.ctx, ada.Account, social.Scopes{"read"})
		if err != nil {
			t.Fatal(err)
		}
		lack := func(what string, a, b bool) {
			t.Helper()
			for secret, want := range map[string]bool{adas: a, bens: b} {
				by, err := h.BySession(h.ctx, secret)
				if err != nil || by.Lacks != want || (by.MustAct() != nil) != want {
					t.Errorf("%s: %+v, %v; lacks one should be %v", what, by, err, want)
				}
			}
			if _, err := h.ByToken(h.ctx, token); (err != nil) != a || err != nil && errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%s: an app: %v", what, err)
			}
		}
		lack("nobody must", false, false)
		ask(social.FactorStaff)
		lack("staff", true, false)
		ask(social.FactorEverybody)
		lack("everybody", true, true)
		up, _ := h.codesFor(ada)
		h.passkey(ben, device(t))
		lack("set up", false, false)
		wantKind(t, "the last one", h.DropApp(h.ctx, ada, "correct horse"), errs.Forbidden)
		if err := h.shows(h.step("ada", "correct horse"), h.code(up, 0)); err != nil {
			t.Error(err)
		}
		h.passkey(ada, device(t))
		if err := h.DropApp(h.ctx, ada, "correct horse"); err != nil {
			t.Error("with another one:", err)
		}
		lack("one is left", false, false)
	})
}

// The command line takes away what is lost, and it is told and written down.
func TestLostSecondFactor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		if _, err := h.Modify(h.ctx, social.Console, ada.Account, auth.Changes{Factors: true}); err != nil {
			t.Error("without one:", err)
		}
		h.codesFor(ada)
		h.passkey(ada, device(t))
		step := h.step("ada", "correct horse")
		h.letters()
		facts := h.facts()
		facts()
		if _, err := h.Modify(h.ctx, social.Console, ada.Account, auth.Changes{Factors: true}); err != nil {
			t.Fatal(err)
		}
		h.letter("ada@Example.org", "Your second step was removed")
		if fs := facts(); len(fs) < 2 || fs[len(fs)-1] != (event.FactorsChanged{Account: ada.Account}) {
			t.Errorf("recorded %+v", fs)
		}
		h.read(func(v *store.View) error {
			ds, err := v.Decisions(h.ctx, ada.Account, social.Page{Limit: 9})
			if err != nil || len(ds) != 2 || ds[0].Action != social.ChangeEntry {
				t.Errorf("decisions: %+v, %v", ds, err)
			}
			return nil
		})
		if f, err := h.Factors(h.ctx, ada); err != nil || f.Any() || f.Codes != 0 {
			t.Errorf("%+v, %v", f, err)
		}
		_, err := h.Step(h.ctx, step)
		wantKind(t, "a step from before", err, errs.NotFound)
		if in, _, err := h.SignIn(h.ctx, "ada", "correct horse", ""); err != nil || in.Session == "" {
			t.Errorf("%+v, %v", in, err)
		}
	})
}

func TestFactorsGoWithTheAccount(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ada, _ := h.signedIn("ada")
		h.codesFor(ada)
		h.passkey(ada, device(t))
		step := h.step("ada", "correct horse")
		if err := h.DeleteAccount(h.ctx, ada, "correct horse"); err != nil {
			t.Fatal(err)
		}
		h.read(func(v *store.View) error {
			f, err := v.Factors(h.ctx, ada.Account)
			if f.Any() || f.Codes != 0 || f.Handle != "" {
				t.Errorf("left behind: %+v", f)
			}
			return err
		})
		_, err := h.Step(h.ctx, step)
		wantKind(t, "a step from before", err, errs.NotFound)
	})
}
