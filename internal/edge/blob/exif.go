package blob

import (
	"bytes"
	"encoding/binary"
)

// EXIF is read for one thing only: how the camera was held. We read it
// ourselves because it must work for all formats and without a second copy of
// the picture. Whatever does not look right is as if it were not there.

var exifHead = []byte("Exif\x00\x00")

func noEXIF([]byte) []byte { return nil }

func exifOfJPEG(data []byte) (exif []byte) {
	const app1 = 0xe1
	segments(data, func(marker byte, content []byte) (more bool) {
		found, ok := bytes.CutPrefix(content, exifHead)
		if ok && marker == app1 {
			exif = found
		}
		return exif == nil
	})
	return exif
}

// segments visits what stands in front of a JPEG's picture.
func segments(data []byte, visit func(marker byte, content []byte) (more bool)) {
	const startOfScan, endOfImage = 0xda, 0xd9
	for i := 2; i+4 <= len(data) && data[i] == 0xff; {
		marker := data[i+1]
		if marker == 0xff { // a byte that only fills
			i++
			continue
		}
		length := int(binary.BigEndian.Uint16(data[i+2:])) // counts itself
		if marker == startOfScan || marker == endOfImage || length < 2 || i+2+length > len(data) || !visit(marker, data[i+4:i+2+length]) {
			return
		}
		i += 2 + length
	}
}

func exifOfPNG(data []byte) []byte {
	const frame = 12 // length, type and checksum of a chunk
	for i := 8; i+frame <= len(data); {
		length, ok := fits(binary.BigEndian.Uint32(data[i:]), len(data)-i-frame)
		if !ok {
			return nil
		}
		if string(data[i+4:i+8]) == "eXIf" {
			return data[i+8 : i+8+length]
		}
		i += frame + length
	}
	return nil
}

func exifOfWebP(data []byte) []byte {
	const head = 8 // type and length of a chunk
	for i := 12; i+head <= len(data); {
		length, ok := fits(binary.LittleEndian.Uint32(data[i+4:]), len(data)-i-head)
		if !ok {
			return nil
		}
		if string(data[i:i+4]) == "EXIF" {
			return bytes.TrimPrefix(data[i+head:i+head+length], exifHead)
		}
		i += head + length + length%2
	}
	return nil
}

// fits makes an int of length, which may not be one, if there is room for it.
func fits(length uint32, room int) (int, bool) {
	return int(length), int64(length) <= int64(room)
}

// orientation is 1 to 8 as EXIF counts them, 1 being upright.
func orientation(exif []byte) int {
	const upright, head, entry, orientationTag = 1, 8, 12, 0x0112
	if len(exif) < head {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(exif[:2]) == "II" {
		order = binary.LittleEndian
	}
	first := int64(order.Uint32(exif[4:]))
	if first < head || first+2 > int64(len(exif)) {
		return upright
	}
	entries := exif[first+2:]
	for n := order.Uint16(exif[first:]); n > 0 && len(entries) >= entry; n-- {
		if order.Uint16(entries) == orientationTag {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return upright
		}
		entries = entries[entry:]
	}
	return upright
}
