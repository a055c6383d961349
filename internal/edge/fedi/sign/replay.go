package sign

import "crypto/sha256"

// Sum tells one signature from another, so that the same is not taken twice,
// however it is written.
func (c Claim) Sum() [sha256.Size]byte { return sha256.Sum256(c.signature) }
