package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"croupier/games"
	"croupier/session"
)

// Options are how an audit is done.
type Options struct {
	Catalogue *games.Catalogue // the rules that rounds are recomputed by
	Workers   int              // default: one a core
	Progress  func(bytes int)  // if not nil: told how much more was read and checked
	Log       session.LogCheck // how the commitment log of a database is checked, if it keeps one
}

// chunkSize is how much is read at a time. A line may be longer, up to maxLine.
const (
	chunkSize = 1 << 18
	maxLine   = 1 << 26
)

var errNotExport = errors.New("this is no export: the first line of one is a header, as croupier export rounds writes it")

// Run audits an export. An error means that it could not be read at all; everything else is in the report.
func Run(ctx context.Context, in io.Reader, o Options) (*Report, error) {
	report, err := run(ctx, in, o)
	if err == nil {
		report.NotCovered = append(report.NotCovered, "the commitment log, the ledger, and seed pairs without rounds: an export holds none of them; "+
			"croupier audit --database-url looks at all three")
	}
	return report, err
}

// run audits the lines of an export, whether it is a file or is being made.
func run(ctx context.Context, in io.Reader, o Options) (*Report, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a := &auditing{Options: o, in: in, started: time.Now(), tally: newTallies(), work: make(chan *chunk, o.Workers),
		ordered: make(chan *chunk, 2*o.Workers)}
	go a.read(ctx)
	for range o.Workers {
		go a.check()
	}
	if err := a.follow(); err != nil {
		cancel()
		for range a.ordered { // until the reader has ended
		}
		return nil, fmt.Errorf("audit: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return a.report(), nil
}

// auditing is an audit under way: one goroutine reads chunks, many check their lines, one follows the lines in order.
type auditing struct {
	Options
	in      io.Reader
	started time.Time
	spaces  sync.Pool // *chunk whose lines were followed, for their space
	work    chan *chunk
	ordered chan *chunk // the same chunks, in the order in which they were read

	header *Header
	end    *end
	found  findings
	tally  *tallies
	order  *order
}

// chunk is some whole lines.
type chunk struct {
	text  []byte
	first int64 // number of its first line, from 1
	err   error // of reading: there is no text then, and no further chunk
	size  int
	done  chan struct{}

	// What checking it gave.
	links  []link
	moved  []move // links hold parts of it
	found  findings
	tally  *tallies
	header *Header
	end    *end
	after  bool // whether there are lines after the end
}

// read cuts the input into chunks of whole lines.
func (a *auditing) read(ctx context.Context) {
	defer close(a.ordered)
	defer close(a.work)
	var rest []byte
	line := int64(1)
	send := func(c *chunk) bool {
		c.first, c.size, c.done = line, len(c.text), make(chan struct{})
		line += int64(bytes.Count(c.text, []byte{'\n'}))
		for _, to := range []chan *chunk{a.work, a.ordered} { // what is ordered is sure to be checked
			select {
			case to <- c:
			case <-ctx.Done():
				return false
			}
		}
		return true
	}
	for {
		c := a.space(max(chunkSize, 2*len(rest)))
		n := copy(c.text, rest)
		m, err := io.ReadFull(a.in, c.text[n:])
		text := c.text[:n+m]
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			send(&chunk{err: err})
			return
		}
		end := bytes.LastIndexByte(text, '\n') + 1
		if last {
			end = len(text)
		}
		if rest = append(rest[:0], text[end:]...); len(rest) > maxLine {
			send(&chunk{err: fmt.Errorf("line %d is longer than %d bytes", line, maxLine)})
			return
		}
		c.text = text[:end]
		if end > 0 && !send(c) || last {
			return
		}
	}
}

// space returns a chunk to read into, which may have been read into before.
func (a *auditing) space(size int) *chunk {
	if used, _ := a.spaces.Get().(*chunk); used != nil && cap(used.text) >= size {
		return &chunk{text: used.text[:cap(used.text)], links: used.links[:0], moved: used.moved[:0]}
	}
	return &chunk{text: make([]byte, size)}
}

// check checks the lines of chunks as they come.
func (a *auditing) check() {
	c := checker{catalogue: a.Catalogue, verifier: games.NewVerifier(a.Catalogue)}
	for work := range a.work {
		if work.err == nil {
			work.check(&c)
		}
		close(work.done)
	}
}

func (w *chunk) check(c *checker) {
	w.tally = newTallies()
	c.found, c.tally, c.moved = &w.found, w.tally, w.moved
	text := string(w.text)
	for at, number := 0, w.first; at < len(text); number++ {
		length := bytes.IndexByte(w.text[at:], '\n')
		if length < 0 {
			length = len(text) - at
		}
		c.line = number
		w.line(c, w.text[at:at+length], text[at:at+length])
		at += length + 1
	}
	w.moved = c.moved
}

func (w *chunk) line(c *checker, line []byte, text string) {
	if len(bytes.TrimSpace(line)) == 0 {
		return
	}
	if err := readLine(line, text, &c.entry); err != nil {
		c.entry = entry{}
		c.differ(checkFile, "the line cannot be read: "+err.Error(), "", text)
		return
	}
	w.after = w.after || w.end != nil
	switch c.entry.kind {
	case lineRound:
		w.links = append(w.links, c.round())
	case lineTransfer:
		w.links = append(w.links, c.transfer())
	case lineHeader:
		w.readHeader(c, line)
	case lineEnd:
		w.readEnd(c, line)
	default:
		c.differ(checkFile, "the line is of no kind of an export", "", c.entry.kind)
	}
}

func (w *chunk) readHeader(c *checker, line []byte) {
	var h Header
	if err := jsonv2.Unmarshal(line, &h); err != nil || c.line != 1 {
		c.differ(checkFile, "a header that is not at the beginning, or none", "", string(line))
		return
	}
	w.header = &h
}

func (w *chunk) readEnd(c *checker, line []byte) {
	var e end
	if err := jsonv2.Unmarshal(line, &e); err != nil || w.end != nil {
		c.differ(checkFile, "an end that cannot be read, or a second one", "", string(line))
		return
	}
	w.end = &e
}

// follow takes the chunks in their order as soon as they are checked.
func (a *auditing) follow() error {
	for c := range a.ordered {
		<-c.done
		if c.err != nil {
			return c.err
		}
		if c.first == 1 {
			if c.header == nil || c.header.Schema != Schema {
				return errNotExport
			}
			a.header = c.header
			a.order = &order{filters: c.header.Filters, found: &a.found, seq: -1}
		}
		if a.end != nil || c.after {
			a.found.add(Difference{Check: checkFile, Line: c.first, What: "there are lines after the export's end"})
		}
		a.found.merge(&c.found)
		for i := range c.links {
			a.order.add(&c.links[i])
		}
		a.tally.merge(c.tally)
		if c.end != nil {
			a.end = c.end
		}
		if a.Progress != nil {
			a.Progress(c.size)
		}
		a.spaces.Put(c)
	}
	if a.header == nil {
		return errNotExport
	}
	a.finish()
	return nil
}

// finish checks what only the end shows.
func (a *auditing) finish() {
	a.order.endPlayer()
	switch {
	case a.end == nil:
		a.found.add(Difference{Check: checkFile, What: "the export has no end: it was cut short"})
	case a.end.Counts != a.order.counts:
		a.found.add(Difference{Check: checkFile, What: "the export does not hold what its end says",
			Expected: fmt.Sprintf("%+v", a.end.Counts), Got: fmt.Sprintf("%+v", a.order.counts)})
	}
}
