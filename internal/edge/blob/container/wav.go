package container

import "encoding/binary"

// WAV is chunks, of which two are the sound.
// https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html

func rewriteWAV(in *source, out *sink) (Info, error) {
	info := Info{Ext: ".wav", Audio: "pcm"}
	var format []byte
	var data span
	for at, n := int64(12), 0; at < in.size; n++ {
		h := in.peek(at, 8)
		if h == nil {
			break // a byte that only fills, or a tail that is not copied
		}
		if n > maxBoxes {
			return info, much("chunks")
		}
		kind, size := string(h[:4]), int64(binary.LittleEndian.Uint32(h[4:]))
		if kind == "data" && (size > in.size-at-8 || size == 0) { // as those who record without going back write it
			size = in.size - at - 8
		}
		if size > in.size-at-8 {
			return info, broken("a chunk")
		}
		switch {
		case kind == "fmt " && format == nil && size >= 16 && size <= 64:
			format, _ = in.bytes(at+8, size, 64)
		case kind == "data" && data.n == 0:
			data = span{at + 8, size}
		}
		at += 8 + size + size%2
	}
	if format == nil || data.n == 0 {
		return info, broken("the sound")
	}
	kind, each := binary.LittleEndian.Uint16(format), binary.LittleEndian.Uint32(format[8:])
	if kind == 0xfffe && len(format) >= 40 {
		kind = binary.LittleEndian.Uint16(format[24:])
		format = format[:40]
	} else {
		format = format[:16]
	}
	if kind != 1 && kind != 3 {
		return info, Foreign{"a WAV that is not plain"}
	}
	if each == 0 {
		return info, broken("the format")
	}
	info.Seconds = float64(data.n) / float64(each)
	le := func(n int64) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }
	odd := data.n % 2
	if err := out.write([]byte("RIFF"), le(4+8+int64(len(format))+8+data.n+odd), []byte("WAVEfmt "), le(int64(len(format))), format, []byte("data"), le(data.n)); err != nil {
		return info, err
	}
	if err := out.copy(in, data.at, data.n); err != nil {
		return info, err
	}
	return info, out.write(make([]byte, odd))
}
