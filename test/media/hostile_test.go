package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// Bounds of what a file may cost.
const (
	mostMemory = 1300 << 20 // bytes of the largest process that looked at one
	mostServer = 1000 << 20 // bytes by which the server itself, and this test, may grow
)

// A bad file does harm, or tries to. must says that it has to be refused;
// others may turn out to be files like any other.
type bad struct {
	name string
	data []byte
	must bool
}

func chunk(kind string, data []byte) []byte {
	out := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), kind...)
	out = append(out, data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

func zeros(n int) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	row := make([]byte, 1<<20)
	for ; n > 0; n -= len(row) {
		z.Write(row[:min(n, len(row))])
	}
	z.Close()
	return b.Bytes()
}

// pngOf claims a size and has so many bytes of nothing.
func pngOf(w, h uint32, depth byte, rows []byte, more ...[]byte) []byte {
	head := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h), depth, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", head)...)
	out = append(out, bytes.Join(more, nil)...)
	return append(append(out, chunk("IDAT", rows)...), chunk("IEND", nil)...)
}

func gifOf(w, h uint16, frames int) []byte {
	out := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16([]byte("GIF89a"), w), h)
	out = append(out, 0x80, 0, 0, 0, 0, 0, 255, 255, 255)
	for range frames {
		out = append(out, 0x2c, 0, 0, 0, 0)
		out = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(out, w), h)
		out = append(out, 0, 2, 2, 0x4c, 1, 0)
	}
	return append(out, 0x3b)
}

func jpegOf(kind byte, w, h uint16) []byte {
	out := []byte{0xff, 0xd8, 0xff, kind, 0, 17, 8}
	out = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(out, h), w)
	return append(out, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff, 0xda, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0, 0, 0)
}

func box(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
}

func heifOf(brand string, w, h uint32) []byte {
	ispe := box("ispe", make([]byte, 4), binary.BigEndian.AppendUint32(nil, w), binary.BigEndian.AppendUint32(nil, h))
	return append(box("ftyp", []byte(brand), make([]byte, 4), []byte(brand)), box("meta", make([]byte, 4), box("iprp", box("ipco", ispe)))...)
}

func nested(depth int) []byte {
	b := []byte{}
	for range depth {
		b = box("moov", box("trak", b))
	}
	return append(box("ftyp", []byte("isom"), make([]byte, 4)), b...)
}

// bombs are small files that want to become large, or never end.
func bombs() []bad {
	u32 := func(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
	riff := func(kind string, body []byte) []byte {
		return append(append(append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(4+len(body)))...), kind...), body...)
	}
	ftyp := box("ftyp", []byte("isom"), make([]byte, 4), []byte("isom"))
	out := map[string][]byte{
		"60000 x 60000.png": pngOf(60000, 60000, 8, zeros(32<<20)), "a line without end.png": pngOf(1<<31-1, 1, 8, zeros(1<<20)), "just too large.png": pngOf(8000, 5001, 8, zeros(1<<20)),
		"16 bits of much.png": pngOf(30000, 30000, 16, zeros(1<<20)), "fewer rows.png": pngOf(4000, 4000, 8, zeros(1<<20)), "unpacks to much more.png": pngOf(10, 10, 8, zeros(1<<28)),
		"huge.gif": gifOf(65535, 65535, 1), "many pictures.gif": gifOf(4000, 4000, 6), "more than 500 pictures.gif": gifOf(2, 2, 501), "a million pictures.gif": gifOf(1, 1, 1_000_000),
		"huge.jpg": jpegOf(0xc0, 65500, 65500), "huge and progressive.jpg": jpegOf(0xc2, 6000, 6000), "empty scan.jpg": jpegOf(0xc0, 4000, 4000),
		"huge.webp":           riff("WEBP", append([]byte("VP8X\x0a\x00\x00\x00\x02\x00\x00\x00\xff\xff\xff\xff\xff\xff"), bytes.Repeat([]byte("ANMF\x00\x00\x00\x00"), 600)...)),
		"moves too long.webp": riff("WEBP", append([]byte("VP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x0f\x00\x00\x0f\x00\x00"), bytes.Repeat([]byte("ANMF\x00\x00\x00\x00"), 501)...)),
		"huge.heic":           heifOf("heic", 60000, 60000), "huge.avif": heifOf("avif", 60000, 60000), "says small.heic": heifOf("heic", 8, 8), "says small.avif": heifOf("avif", 8, 8), "nothing.heic": heifOf("mif1", 0, 0),
		"deep.mp4": nested(1000), "many boxes.mp4": append(bytes.Clone(ftyp), bytes.Repeat(box("free"), 100_000)...), "many tracks.mp4": append(bytes.Clone(ftyp), box("moov", bytes.Repeat(box("trak", box("tkhd", make([]byte, 84))), 50_000))...),
		"many samples.mp4":      append(bytes.Clone(ftyp), box("moov", box("mvhd", make([]byte, 12), u32(1000), u32(1)), box("trak", box("mdia", box("hdlr", make([]byte, 8), []byte("vide")), box("minf", box("stbl", box("stsz", u32(0), u32(1), u32(1<<31-1)))))))...),
		"larger than it is.mp4": append(bytes.Clone(ftyp), "\x00\x00\x00\x01moov\x7f\xff\xff\xff\xff\xff\xff\xff"...),
		"without end.webm":      append([]byte("\x1a\x45\xdf\xa3\x88\x42\x82\x84webm\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"), bytes.Repeat([]byte("\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff"), 50_000)...),
		"empty elements.webm":   append([]byte("\x1a\x45\xdf\xa3\x88\x42\x82\x84webm\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"), bytes.Repeat([]byte("\xec\x80"), 2_000_000)...),
		"labels.mp3":            bytes.Repeat([]byte("ID3\x04\x00\x00\x00\x00\x00\x00"), 100_000), "no frames.mp3": append([]byte("\xff\xfb\x90\x00"), make([]byte, 4<<20)...), "a label of everything.mp3": append([]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), make([]byte, 100)...),
		"streams.ogg": bytes.Repeat([]byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), 50_000),
		"blocks.flac": append([]byte("fLaC"), bytes.Repeat([]byte{1, 0, 0, 0}, 500_000)...), "chunks.wav": append([]byte("RIFF\x00\x00\x00\x00WAVE"), bytes.Repeat([]byte("JUNK\x00\x00\x00\x00"), 100_000)...), "no format.wav": riff("WAVE", []byte("data\xff\xff\xff\xff\x00")),
	}
	return all(out, true)
}

// strangers are files that are none of ours, whatever they are called.
func strangers() []bad {
	out := map[string][]byte{
		"picture.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "picture.jpg": []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`),
		"list.m3u8": []byte("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nconcat:http://127.0.0.1/x|file:///etc/passwd\n#EXT-X-ENDLIST\n"), "list.mp4": []byte("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
		"draw.mvg": []byte("push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 'https://127.0.0.1/x.jpg'\npop graphic-context\n"), "draw.png": []byte("push graphic-context\nfill 'url(https://127.0.0.1/\"|ls \"-la)'\npop graphic-context"),
		"script.msl": []byte(`<?xml version="1.0"?><image><read filename="caption:x"/><write filename="/tmp/x.php"/></image>`), "concat.txt": []byte("ffconcat version 1.0\nfile /etc/passwd\n"), "dash.mpd": []byte(`<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>`),
		"page.html": []byte("<!DOCTYPE html><script>alert(1)</script>"), "page.gif": []byte("<html><body onload=alert(1)>"), "paper.pdf": []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj"), "print.eps": []byte("%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd)(r)file"),
		"archive.zip": []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00"), "archive.gz": []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), "archive.7z": []byte("7z\xbc\xaf\x27\x1c\x00\x04"), "archive.rar": []byte("Rar!\x1a\x07\x00"),
		"program": []byte("\x7fELF\x02\x01\x01\x00"), "program.exe": []byte("MZ\x90\x00\x03\x00\x00\x00"), "script.sh": []byte("#!/bin/sh\nrm -rf /\n"), "class.jar": []byte("\xca\xfe\xba\xbe\x00\x00\x00\x34"), "code.js": []byte("alert(1)//"),
		"old.bmp": append([]byte("BM"), make([]byte, 100)...), "old.tiff": append([]byte("II*\x00\x08\x00\x00\x00"), make([]byte, 100)...), "old.ico": append([]byte("\x00\x00\x01\x00\x01\x00"), make([]byte, 100)...), "layers.psd": append([]byte("8BPS\x00\x01"), make([]byte, 100)...),
		"new.jxl": []byte("\xff\x0a\x00\x00\x00\x00"), "new.jp2": []byte("\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a"), "film.avi": append([]byte("RIFF\x00\x00\x00\x00AVI LIST"), make([]byte, 100)...), "film.wmv": append([]byte("\x30\x26\xb2\x75\x8e\x66\xcf\x11"), make([]byte, 100)...), "film.flv": append([]byte("FLV\x01\x05"), make([]byte, 100)...),
		"film.ts": bytes.Repeat(append([]byte{0x47}, make([]byte, 187)...), 10), "tune.mid": []byte("MThd\x00\x00\x00\x06\x00\x01"), "tune.aiff": []byte("FORM\x00\x00\x00\x00AIFF"), "words.txt": []byte("nothing to see here"), "nothing": {}, "one byte.jpg": {0xff}, "words.json": []byte(`{"a":1}`),
		"subtitles.vtt": []byte("WEBVTT\n\n00:00.000 --> 00:01.000\nx"), "list.pls": []byte("[playlist]\nFile1=file:///etc/passwd\n"), "list.xspf": []byte(`<?xml version="1.0"?><playlist/>`), "session.sdp": []byte("v=0\no=- 0 0 IN IP4 127.0.0.1\n"),
	}
	return all(out, true)
}

func all(files map[string][]byte, must bool) (out []bad) {
	for name, data := range files {
		out = append(out, bad{name, data, must})
	}
	return out
}

// samples are small good files of many kinds.
func samples(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, pattern := range []string{"../../internal/edge/blob/container/testdata/*.*"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v, %v", pattern, paths, err)
		}
		for _, p := range paths {
			data, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.Base(p)] = data
		}
	}
	return out
}

// spoilt are good files that break off, have wrong bytes, or another file
// behind them.
func spoilt(t *testing.T) (out []bad) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, data := range samples(t) {
		for i := range 8 {
			n := len(data) * (i + 1) / 10
			head := n < len(data)/2 && !strings.HasSuffix(name, ".mp3") && !strings.HasSuffix(name, ".wav") && !strings.HasSuffix(name, ".ogg") && !strings.HasSuffix(name, ".opus") && !strings.HasSuffix(name, ".webm") && name != "fragments.mp4" && name != "hybrid.mp4"
			out = append(out, bad{fmt.Sprintf("%d bytes of %s", n, name), data[:n], head})
		}
		for i := range 4 {
			wrong := bytes.Clone(data)
			for range 1 + i*8 {
				wrong[random.IntN(len(wrong))] = byte(random.IntN(256))
			}
			out = append(out, bad{fmt.Sprintf("%s with wrong bytes (%d)", name, i), wrong, false})
		}
		out = append(out, bad{name + " with an archive behind it", append(bytes.Clone(data), "PK\x03\x04 <script>alert(1)</script>"...), false})
	}
	return out
}

func corpus(t *testing.T) (out []bad) {
	paths, err := filepath.Glob("../../../shared/corpora/images/*/corpus/*")
	if err != nil || len(paths) == 0 {
		t.Log("the corpus of broken pictures is not here; the other files are")
		return nil
	}
	for i := 0; i < len(paths); i += 7 {
		data, err := os.ReadFile(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, bad{paths[i], data, false})
	}
	return out
}

func peak(t *testing.T, who int) int64 {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(who, &r); err != nil {
		t.Fatal(err)
	}
	return r.Maxrss << 10
}

// TestHostileFiles sends files that are made to do harm. Each is refused with
// a sentence, or was a file like any other after all; nothing takes more
// memory or time than is given to it, and nothing is left on the disk.
func TestHostileFiles(t *testing.T) {
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	before := peak(t, syscall.RUSAGE_SELF)
	var list []bad
	for _, l := range [][]bad{bombs(), strangers(), spoilt(t), corpus(t)} {
		list = append(list, l...)
	}
	refused, longest, which := 0, time.Duration(0), ""
	var taken []string
	for _, b := range list {
		begin := time.Now()
		status, m := upload(t, s, ada, filepath.Base(b.name), b.data)
		if took := time.Since(begin); took > longest {
			longest, which = took, b.name
		}
		switch {
		case status == 422 && len(m.Error) > 20 && strings.HasSuffix(m.Error, "."):
			refused++
		case status == 200 && !b.must:
			taken = append(taken, m.ID)
			if data := get(t, s, m.URL); bytes.Contains(data, []byte("<script>")) {
				t.Errorf("%s: what stood behind it is still there", b.name)
			}
		default:
			t.Errorf("%s: %d %+v", b.name, status, m)
		}
	}
	for _, id := range taken {
		ada.Must("DELETE", "/api/v1/media/"+id, nil, nil)
	}
	s.Eventually("nothing is left on the disk", func() bool { return len(left(t, filepath.Join(s.Config.Data, "media"))) == 0 })
	maker, self := peak(t, syscall.RUSAGE_CHILDREN), peak(t, syscall.RUSAGE_SELF)-before
	t.Logf("%d files: %d refused, %d taken; longest %v (%s); the largest process of a maker %d MiB, the server and this test %d MiB more than before",
		len(list), refused, len(taken), longest.Round(time.Millisecond), which, maker>>20, self>>20)
	if refused < 200 {
		t.Errorf("only %d files were refused", refused)
	}
	if maker > mostMemory || self > mostServer {
		t.Errorf("a maker took %d MiB, the server %d MiB more", maker>>20, self>>20)
	}
}

func left(t *testing.T, dir string) (paths []string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, p)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return paths
}
