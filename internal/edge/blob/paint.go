package blob

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// paint makes a picture of at most 256 colours, one of which may be none.
// Colours are found by cutting the cube of all that occur, in steps of five
// bits, again and again at the middle of its longest side.
func paint(img image.Image) (out *image.Paletted, clear bool) {
	b := img.Bounds()
	out = image.NewPaletted(image.Rect(0, 0, b.Dx(), b.Dy()), nil)
	counts := make([]shade, 1<<15)
	cells := make([]uint16, b.Dx()*b.Dy())
	const none = 1 << 15
	i := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			if c.A < 128 {
				cells[i], clear = none, true
			} else {
				cells[i] = uint16(c.R>>3)<<10 | uint16(c.G>>3)<<5 | uint16(c.B>>3)
				counts[cells[i]].add(c)
			}
			i++
		}
	}
	var used []int
	for n, s := range counts {
		if s.n > 0 {
			used = append(used, n)
		}
	}
	most := 256
	if clear {
		most--
	}
	index := make([]uint8, 1<<15)
	for n, group := range groups(used, counts, most) {
		var sum shade
		for _, c := range group {
			sum.merge(counts[c])
			index[c] = uint8(n)
		}
		out.Palette = append(out.Palette, sum.mean())
	}
	if clear || len(out.Palette) == 0 {
		out.Palette = append(out.Palette, color.NRGBA{})
	}
	for i, c := range cells {
		if out.Pix[i] = uint8(len(out.Palette) - 1); c != none {
			out.Pix[i] = index[c]
		}
	}
	return out, clear
}

// A shade is pixels of about the same colour.
type shade struct{ n, r, g, b uint64 }

func (s *shade) add(c color.NRGBA) {
	s.n++
	s.r, s.g, s.b = s.r+uint64(c.R), s.g+uint64(c.G), s.b+uint64(c.B)
}

func (s *shade) merge(o shade) { s.n, s.r, s.g, s.b = s.n+o.n, s.r+o.r, s.g+o.g, s.b+o.b }

func (s shade) mean() color.NRGBA {
	return color.NRGBA{uint8(s.r / s.n), uint8(s.g / s.n), uint8(s.b / s.n), 255}
}

// groups cuts the used cells into at most so many groups.
func groups(used []int, counts []shade, most int) [][]int {
	if len(used) == 0 {
		return nil
	}
	out := [][]int{used}
	for len(out) < most {
		best, side, shift := -1, 0, 0
		for i, g := range out {
			for _, s := range []int{10, 5, 0} {
				lo, hi := 31, 0
				for _, c := range g {
					v := c >> s & 31
					lo, hi = min(lo, v), max(hi, v)
				}
				if hi-lo > side {
					best, side, shift = i, hi-lo, s
				}
			}
		}
		if best < 0 {
			return out
		}
		a, b := cut(out[best], counts, shift)
		out[best] = a
		out = append(out, b)
	}
	return out
}

// cut divides a group along one side where half of its pixels are.
func cut(group []int, counts []shade, shift int) (a, b []int) {
	slices.SortFunc(group, func(x, y int) int { return cmp.Compare(x>>shift&31, y>>shift&31) })
	total, sum := uint64(0), uint64(0)
	for _, c := range group {
		total += counts[c].n
	}
	for i, c := range group[:len(group)-1] {
		if sum += counts[c].n; 2*sum >= total || i == len(group)-2 {
			return group[:i+1], group[i+1:]
		}
	}
	return group, nil
}
