package pdq

import (
	"image"
	"image/color"
	"math"
	"slices"
)

const (
	smallest = 5   // pixels on a side
	largest  = 512 // more are left out before anything else is done
	grid     = 64  // the picture is made this small
	waves    = 16  // and of its frequencies so many are kept, in both directions
	passes   = 2   // of a box, which make a tent
)

// coefficients say how much there is of each frequency, from 1 up: first of
// those down the picture, then of those across.
type coefficients [waves][waves]float32

// transform is the frequencies of a picture, and its quality.
func transform(m image.Image) (c coefficients, quality int, ok bool) {
	l, ok := luminance(m)
	if !ok {
		return c, 0, false
	}
	small := l.shrunk()
	return cosines(&small), detail(&small), true
}

// light is how bright each pixel is, row by row.
type light struct {
	rows, columns int
	at            []float32
}

// luminance reads a picture. Of a large one it takes the pixels that are left
// when it is resized to a square without mixing any, like the reference.
func luminance(m image.Image) (l light, ok bool) {
	b := m.Bounds()
	l.rows, l.columns = b.Dy(), b.Dx()
	if l.rows < smallest || l.columns < smallest {
		return l, false
	}
	if l.rows > largest || l.columns > largest {
		l.rows, l.columns = largest, largest
	}
	l.at = make([]float32, 0, l.rows*l.columns)
	for i := range l.rows {
		y := b.Min.Y + i*b.Dy()/l.rows
		for j := range l.columns {
			l.at = append(l.at, bright(m, b.Min.X+j*b.Dx()/l.columns, y))
		}
	}
	return l, true
}

func bright(m image.Image, x, y int) float32 {
	switch m := m.(type) {
	case *image.YCbCr: // how bright is all it says of each pixel: colours are shared
		return float32(m.Y[m.YOffset(x, y)])
	case *image.Gray:
		return float32(m.GrayAt(x, y).Y)
	}
	c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
	return 0.299*float32(c.R) + 0.587*float32(c.G) + 0.114*float32(c.B)
}

// shrunk blurs l so far that it can be made a grid, and makes it one.
func (l light) shrunk() (out [grid][grid]float32) {
	if l.rows != grid || l.columns != grid {
		spare := make([]float32, len(l.at))
		for range passes {
			for i := range l.rows {
				box(l.at[i*l.columns:], spare[i*l.columns:], l.columns, 1, window(l.columns))
			}
			for j := range l.columns {
				box(spare[j:], l.at[j:], l.rows, l.columns, window(l.rows))
			}
		}
	}
	for i := range out {
		for j := range out[i] {
			out[i][j] = l.at[(2*i+1)*l.rows/(2*grid)*l.columns+(2*j+1)*l.columns/(2*grid)]
		}
	}
	return out
}

// window is how wide the box is for a side of n pixels: half of what one place
// of the grid stands for, since there are two passes.
func window(n int) int { return (n + 2*grid - 1) / (2 * grid) }

// box has each of n places, step apart, be the mean of those around it, as far
// as there are any.
func box(from, to []float32, n, step, width int) {
	ahead := width / 2
	behind := width - 1 - ahead
	var sum float32
	count := 0
	for i := -ahead; i < n; i++ {
		if come := i + ahead; come < n {
			sum += from[come*step]
			count++
		}
		if gone := i - behind - 1; gone >= 0 {
			sum -= from[gone*step]
			count--
		}
		if i >= 0 {
			to[i*step] = sum / float32(count)
		}
	}
}

// detail is the quality: how much neighbours differ, not counting what nobody
// sees.
func detail(g *[grid][grid]float32) int {
	sum := 0
	step := func(a, b float32) {
		d := int((a - b) * 100 / 255)
		sum += max(d, -d)
	}
	for i := range grid {
		for j := range grid {
			if i+1 < grid {
				step(g[i][j], g[i+1][j])
			}
			if j+1 < grid {
				step(g[i][j], g[i][j+1])
			}
		}
	}
	return min(sum/90, 100)
}

// wave is the rows of a cosine transform: the frequencies from 1 up.
var wave = func() (w [waves][grid]float32) {
	for i := range w {
		for j := range w[i] {
			w[i][j] = float32(math.Sqrt(2./grid) * math.Cos(math.Pi/2/grid*float64((i+1)*(2*j+1))))
		}
	}
	return w
}()

// cosines is the transform of a grid, down and then across.
func cosines(g *[grid][grid]float32) (c coefficients) {
	var down [waves][grid]float32
	for i := range down {
		for j := range down[i] {
			for k := range grid {
				down[i][j] += wave[i][k] * g[k][j]
			}
		}
	}
	for i := range c {
		for j := range c[i] {
			for k := range grid {
				c[i][j] += down[i][k] * wave[j][k]
			}
		}
	}
	return c
}

// turned is c of the picture with rows and columns swapped, and then mirrored:
// that changes the sign of every odd frequency, which are those at even places.
func (c coefficients) turned(swap, rows, columns bool) (out coefficients) {
	for i := range c {
		for j := range c[i] {
			value := c[i][j]
			if swap {
				value = c[j][i]
			}
			if rows && i%2 == 0 {
				value = -value
			}
			if columns && j%2 == 0 {
				value = -value
			}
			out[i][j] = value
		}
	}
	return out
}

// hash says of each frequency whether there is more of it than of most.
func (c coefficients) hash() (h Hash) {
	all := make([]float32, 0, Size)
	for i := range c {
		all = append(all, c[i][:]...)
	}
	sorted := slices.Sorted(slices.Values(all))
	median := sorted[Size/2-1]
	for i, value := range all {
		if value > median {
			h[3-i/64] |= 1 << (i % 64)
		}
	}
	return h
}
