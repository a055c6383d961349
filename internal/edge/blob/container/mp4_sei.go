package container

// Encoders name themselves, and some cameras say where they are, in messages
// between the pictures of H.264 and HEVC. Those that are free text are
// overwritten where they stand, so that no size changes.

const (
	freeText     = 5        // the kind of a message whose content is anybody's
	nameOfText   = 16       // bytes that say whose
	mostOfSample = 16 << 20 // bytes of a sample that is looked through
)

// nalSize is how many bytes tell the length of a unit, or zero for a codec
// without such messages.
func nalSize(codec string, config []byte) int {
	switch codec {
	case "avc1", "avc3":
		if len(config) > 4 {
			return int(config[4]&3) + 1
		}
	case "hvc1", "hev1":
		if len(config) > 21 {
			return int(config[21]&3) + 1
		}
	}
	return 0
}

// silence overwrites the free text in the units of one sample.
func silence(b []byte, size int, hevc bool) {
	for len(b) > size {
		n := 0
		for _, x := range b[:size] {
			n = n<<8 | int(x)
		}
		if b = b[size:]; n > len(b) {
			return
		}
		unit := b[:n]
		b = b[n:]
		switch {
		case !hevc && n > 1 && unit[0]&0x1f == 6:
			silenceMessages(unit[1:])
		case hevc && n > 2 && (unit[0]>>1&0x3f == 39 || unit[0]>>1&0x3f == 40):
			silenceMessages(unit[2:])
		}
	}
}

// silenceMessages walks the messages of a unit. Its bytes are counted without
// those that only keep a start code from appearing.
func silenceMessages(b []byte) {
	at, zeros, apart := 0, 0, false
	next := func(mute bool) (byte, bool) {
		if at < len(b) && zeros >= 2 && b[at] == 3 {
			at, zeros, apart = at+1, 0, true
		}
		if at >= len(b) {
			return 0, false
		}
		x := b[at]
		if zeros++; x != 0 {
			zeros = 0
		}
		if mute && x != 0 { // zeros stay, so that what keeps them apart stays right
			b[at] = 0xff
			if apart {
				b[at] = 1
			}
		}
		at, apart = at+1, false
		return x, true
	}
	number := func() (n int, ok bool) {
		for {
			x, more := next(false)
			if n += int(x); !more || x != 255 {
				return n, more
			}
		}
	}
	for at+2 < len(b) {
		kind, ok := number()
		size, more := number()
		if !ok || !more {
			return
		}
		for i := range size {
			if _, ok := next(kind == freeText && i >= nameOfText); !ok {
				return
			}
		}
	}
}

// quiet copies a chunk of pictures without their free text.
func (t *track) quiet(out *sink, c *chunk) error {
	at := c.at
	for i := range c.samples {
		n := t.sizes.of(c.first + i)
		b, ok := t.m.in.bytes(at, n, mostOfSample)
		if !ok {
			if err := out.copy(t.m.in, at, n); err != nil {
				return err
			}
		} else {
			silence(b, t.nal, t.codec == "hvc1" || t.codec == "hev1")
			if err := out.write(b); err != nil {
				return err
			}
		}
		at += n
	}
	return nil
}
