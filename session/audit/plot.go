package audit

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"
)

// Plots hold shapes alone and are stretched to the room that there is; their words are beside them, so that they can be read on a phone.

// returnsPlot compares the returns of a game's variants with what is exact.
type returnsPlot struct {
	Game      string
	Low, High string // ends of the axis
	Rows      []returnsRow
}

type returnsRow struct {
	*GameReport
	Strip template.HTML
	Good  bool
}

func newReturnsPlot(game string, variants []*GameReport) returnsPlot {
	plot := returnsPlot{Game: game}
	low, high := math.Inf(1), math.Inf(-1)
	for _, g := range variants {
		if g.Played < 2 {
			continue
		}
		low, high = min(low, g.RTP-g.Band), max(high, g.RTP+g.Band)
		if g.Exact != nil {
			low, high = min(low, g.Exact.low), max(high, g.Exact.low)
		}
	}
	room := (high - low) / 20
	low, high = low-room, high+room
	if !(high > low) {
		low, high = low-0.01, high+0.01
	}
	plot.Low, plot.High = axisEnd(low), axisEnd(high)
	for _, g := range variants {
		if g.Played >= 2 {
			plot.Rows = append(plot.Rows, returnsRow{g, strip(g, low, high), g.Exact == nil || g.Verdict == "agrees" || g.Played < 30})
		}
	}
	return plot
}

func axisEnd(share float64) string {
	return strings.Replace(fmt.Sprintf("%.1f %%", 100*share), "-", "\u2212", 1)
}

// strip draws a variant's return with its band, what any strategy returns, and what the plainest does.
func strip(g *GameReport, low, high float64) template.HTML {
	at := func(v float64) float64 { return min(100, max(0, 100*(v-low)/(high-low))) }
	var b strings.Builder
	b.WriteString(`<svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">`)
	if g.Exact != nil {
		from := at(g.Exact.least)
		fmt.Fprintf(&b, `<rect class="range" x="%.3f" y="1" width="%.3f" height="18"/>`, from, max(0.4, at(g.Exact.most)-from))
	}
	from, to := at(g.RTP-g.Band), at(g.RTP+g.Band)
	fmt.Fprintf(&b, `<rect class="band" x="%.3f" y="7" width="%.3f" height="6"/>`, from, max(0.4, to-from))
	if g.Exact != nil {
		fmt.Fprintf(&b, `<line class="exact" x1="%.3f" x2="%.3f" y1="0" y2="20"/>`, at(g.Exact.low), at(g.Exact.low))
	}
	fmt.Fprintf(&b, `<line class="mean" x1="%.3f" x2="%.3f" y1="3" y2="17"/></svg>`, at(g.RTP), at(g.RTP))
	return template.HTML(b.String())
}

// payoutsPlot shows how often a variant paid how much.
type payoutsPlot struct {
	*GameReport
	Bars []payoutBar
}

type payoutBar struct {
	Class
	Share string
	Bar   template.HTML
}

func newPayoutsPlot(g *GameReport) payoutsPlot {
	plot := payoutsPlot{GameReport: g}
	most := int64(1)
	for _, c := range g.Classes {
		most = max(most, c.Rounds)
	}
	for _, c := range g.Classes {
		length := 0.0
		if c.Rounds > 0 {
			length = max(0.5, 100*math.Log1p(float64(c.Rounds))/math.Log1p(float64(most)))
		}
		plot.Bars = append(plot.Bars, payoutBar{c, share(float64(c.Rounds) / float64(g.Played)), bar(length)})
	}
	return plot
}

// share writes a share so that a rare one is not none.
func share(s float64) string {
	if s == 0 {
		return "–"
	}
	if s < 0.0001 {
		return fmt.Sprintf("%.1g %%", 100*s)
	}
	return fmt.Sprintf("%.2f %%", 100*s)
}

// bar draws a horizontal bar of so many hundredths of its room.
func bar(length float64) template.HTML {
	const svg = `<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="bar" width="%.3f" height="10"/></svg>`
	return template.HTML(fmt.Sprintf(svg, length))
}

// testPlot shows how far the counts of a test are from what is expected, in standard deviations.
type testPlot struct {
	*Test
	Plot template.HTML
	Good bool
	Most string
}

// reach is how many standard deviations a test's plot shows.
const reach = 5

func newTestPlot(t *Test) testPlot {
	var b strings.Builder
	width := 100 / float64(len(t.deviances))
	fmt.Fprintf(&b, `<svg viewBox="0 0 100 %d" preserveAspectRatio="none" aria-hidden="true">`, 20*reach)
	fmt.Fprintf(&b, `<rect class="range" x="0" y="%.2f" width="100" height="%.2f"/>`, 10*(reach-z99), 20*z99)
	most := 0.0
	for i, z := range t.deviances {
		most = max(most, math.Abs(z))
		height := 10 * min(reach, math.Abs(z))
		y := float64(10 * reach)
		if z > 0 {
			y -= height
		}
		fmt.Fprintf(&b, `<rect class="bar" x="%.3f" y="%.2f" width="%.3f" height="%.2f"/>`, float64(i)*width, y, width*0.8, height)
	}
	fmt.Fprintf(&b, `<line class="axis" x1="0" x2="100" y1="%d" y2="%d"/></svg>`, 10*reach, 10*reach)
	return testPlot{Test: t, Plot: template.HTML(b.String()), Good: t.Verdict == asExpected, Most: fmt.Sprintf("%.1f", most)}
}

// timePlot shows when rounds were opened.
type timePlot struct {
	Plot        template.HTML
	First, Last string
	Each        string // what a bar is of
	Most        int64  // rounds of the highest bar
}

// mostBars is how many bars the plot of time has at the most.
const mostBars = 120

func (r *Report) timePlot() *timePlot {
	if len(r.Hours) == 0 {
		return nil
	}
	first := r.Hours[0].Hour.Unix() / 3600
	span := r.Hours[len(r.Hours)-1].Hour.Unix()/3600 - first + 1
	each := int64(1)
	for _, hours := range []int64{1, 6, 24, 7 * 24, 30 * 24} {
		if each = hours; (span+each-1)/each <= mostBars {
			break
		}
	}
	for (span+each-1)/each > mostBars {
		each *= 2
	}
	bars := make([]int64, (span+each-1)/each)
	most := int64(0)
	for _, h := range r.Hours {
		i := (h.Hour.Unix()/3600 - first) / each
		bars[i] += h.Rounds
		most = max(most, bars[i])
	}
	var b strings.Builder
	b.WriteString(`<svg viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">`)
	width := 100 / float64(len(bars))
	for i, n := range bars {
		height := 40 * float64(n) / float64(most)
		fmt.Fprintf(&b, `<rect class="bar" x="%.3f" y="%.3f" width="%.3f" height="%.3f"/>`, float64(i)*width, 40-height, width*0.85, height)
	}
	b.WriteString(`</svg>`)
	return &timePlot{Plot: template.HTML(b.String()), First: day(r.Hours[0].Hour), Last: day(r.Hours[len(r.Hours)-1].Hour),
		Each: lengthOf(each), Most: most}
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func lengthOf(hours int64) string {
	switch {
	case hours == 1:
		return "hour"
	case hours == 24:
		return "day"
	case hours%24 == 0:
		return fmt.Sprintf("%d days", hours/24)
	}
	return fmt.Sprintf("%d hours", hours)
}
