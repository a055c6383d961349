package sign

import (
	"errors"
	"math/big"
	"slices"
	"strings"
)

// alphabet58 is that of Bitcoin: no 0, O, I and l.
const alphabet58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58 writes b. It is for keys: its time grows with the square of the length.
func base58(b []byte) string {
	var out []byte
	n, digit, base := new(big.Int).SetBytes(b), new(big.Int), big.NewInt(58)
	for n.Sign() > 0 {
		n.DivMod(n, base, digit)
		out = append(out, alphabet58[digit.Int64()])
	}
	for i := 0; i < len(b) && b[i] == 0; i++ {
		out = append(out, alphabet58[0])
	}
	slices.Reverse(out)
	return string(out)
}

func unbase58(s string) ([]byte, error) {
	n, base := new(big.Int), big.NewInt(58)
	for i := range len(s) {
		digit := strings.IndexByte(alphabet58, s[i])
		if digit < 0 {
			return nil, errors.New("no base 58")
		}
		n.Add(n.Mul(n, base), big.NewInt(int64(digit)))
	}
	zeros := len(s) - len(strings.TrimLeft(s, alphabet58[:1]))
	return append(make([]byte, zeros), n.Bytes()...), nil
}
