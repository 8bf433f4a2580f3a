package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"croupier/games/slots"
)

// rtpCmd prints what games return to their players, exactly.
type rtpCmd struct {
	Slots rtpSlotsCmd `cmd:"" aliases:"slotty-slots" help:"The slot machine, at each of its variants."`
}

// rtpSlotsCmd prints the exact mathematics of slots, and confirms it if asked to.
type rtpSlotsCmd struct {
	Variant   string `placeholder:"RTP_96" help:"Only this variant; all of them if not given."`
	Simulate  int64  `placeholder:"N" help:"Also play this many rounds through the engine that the server runs, and compare."`
	Seed      uint64 `default:"1" help:"Seed of the simulation; the same seed plays the same rounds on any machine."`
	FullCycle bool   `help:"Also play every stop of the reels (33,554,432 windows a variant; seconds to a minute) and compare."`
	JSON      bool   `name:"json" help:"Print JSON."`
}

// Run prints to standard output, and how far it is to standard error if that is a terminal. It returns an error too when a
// simulation or a full cycle contradicts the exact values.
func (c *rtpSlotsCmd) Run() error {
	return c.run(os.Stdout, barOn(os.Stderr))
}

func (c *rtpSlotsCmd) run(out io.Writer, bar barMaker) error {
	variants, err := c.variants()
	if err != nil {
		return err
	}
	var reports []slotsReport
	for _, v := range variants {
		r := slotsReport{Report: v.engine.Report(), hash: v.hash}
		if c.FullCycle {
			if err := fullCycle(v.engine, bar(v.id+" full cycle", v.engine.CycleLength())); err != nil {
				return fmt.Errorf("%s: the full cycle contradicts the exact values: %w", v.id, err)
			}
			r.cycle = v.engine.CycleLength()
		}
		if c.Simulate > 0 {
			if r.simulated, err = simulate(v.engine, r.Report, c.Simulate, c.Seed, bar(v.id+" simulation", c.Simulate)); err != nil {
				return fmt.Errorf("%s: %w", v.id, err)
			}
		}
		reports = append(reports, r)
	}
	if c.JSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(slotsJSON(reports))
	} else {
		err = printSlots(out, reports)
	}
	if err != nil {
		return err
	}
	return checkSimulations(reports)
}

// slotsReport is what is printed of a variant.
type slotsReport struct {
	slots.Report
	hash      string     // of its rules
	cycle     int64      // windows visited in the full cycle, 0 if not asked for
	simulated *simulated // nil if not asked for
}

// slotsVariant is a variant of the built-in slots.
type slotsVariant struct {
	id, hash string
	engine   *slots.Engine
}

func (c *rtpSlotsCmd) variants() ([]slotsVariant, error) {
	if c.Simulate < 0 {
		return nil, fmt.Errorf("--simulate %d: the number of rounds must not be negative", c.Simulate)
	}
	all, err := slotsVariants()
	if err != nil || c.Variant == "" {
		return all, err
	}
	i := slices.IndexFunc(all, func(v slotsVariant) bool { return v.id == c.Variant })
	if i < 0 {
		var ids []string
		for _, v := range all {
			ids = append(ids, v.id)
		}
		return nil, fmt.Errorf("--variant %s: slots has %s", c.Variant, strings.Join(ids, ", "))
	}
	return all[i : i+1], nil
}

// fullCycle has the engine visit its full cycle.
func fullCycle(engine *slots.Engine, bar *progressbar.ProgressBar) error {
	defer bar.Close()
	return engine.CheckCycle(func(windows int64) { _ = bar.Add64(windows) })
}

// barMaker makes the progress bar of something that takes so many steps.
type barMaker func(what string, steps int64) *progressbar.ProgressBar

// barOn returns bars that are drawn on a terminal and nowhere else. They vanish when they are done.
func barOn(file *os.File) barMaker {
	visible := term.IsTerminal(int(file.Fd()))
	return func(what string, steps int64) *progressbar.ProgressBar {
		return progressbar.NewOptions64(steps,
			progressbar.OptionSetDescription(what),
			progressbar.OptionSetWriter(file),
			progressbar.OptionSetVisibility(visible),
			progressbar.OptionSetWidth(30),
			progressbar.OptionShowCount(),
			progressbar.OptionShowIts(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
	}
}
