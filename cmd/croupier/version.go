package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"croupier/migrations"
)

// versionCmd says which build this is.
type versionCmd struct {
	Hashes bool `help:"Also the SHA-256 of this binary, of the rules and tables of every game and variant, and of the database's schema."`
	JSON   bool `name:"json" help:"Print JSON."`
	gamesFlags
}

// Help implements kong.HelpProvider.
func (c *versionCmd) Help() string {
	return `The hashes can be made without this program:

  binary   sha256sum $(command -v croupier)
  rules    the rulesHash of a round's record, and of GET /api/v1/games/{gameId}/config, which has the text that it is the hash of
  schema   in the source's directory migrations: sha256sum *.sql | sha256sum`
}

// versionReport is what can be said of a build.
type versionReport struct {
	Version  string            `json:"version"`
	Revision string            `json:"revision,omitempty"` // of the source, where the build recorded it
	Modified bool              `json:"modified,omitempty"` // the source was changed since the revision
	Go       string            `json:"go"`
	Binary   string            `json:"binary,omitempty"` // SHA-256, as all the following
	Rules    []rulesReport     `json:"rules,omitempty"`
	Schema   string            `json:"schema,omitempty"`
	Files    []migrations.Hash `json:"migrations,omitempty"`
}

type rulesReport struct {
	GameID    string `json:"gameId"`
	Variant   string `json:"variant"`
	RulesHash string `json:"rulesHash"`
}

// Run implements the command.
func (c *versionCmd) Run() error {
	r := buildReport()
	if c.Hashes {
		if err := c.addHashes(&r); err != nil {
			return err
		}
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	r.print(os.Stdout)
	return nil
}

// buildReport is what the build recorded of itself.
func buildReport() versionReport {
	r := versionReport{Version: "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return r
	}
	r.Version, r.Go = cmp.Or(info.Main.Version, "unknown"), info.GoVersion
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			r.Revision = s.Value
		case "vcs.modified":
			r.Modified = s.Value == "true"
		}
	}
	return r
}

func (c *versionCmd) addHashes(r *versionReport) (err error) {
	if r.Binary, err = binaryHash(); err != nil {
		return fmt.Errorf("hash of this binary: %w", err)
	}
	offered, err := c.catalogue()
	if err != nil {
		return err
	}
	for _, g := range offered.Games() {
		for _, v := range g.Variants {
			r.Rules = append(r.Rules, rulesReport{g.ID, v.ID, v.RulesHash})
		}
	}
	r.Schema, r.Files, err = migrations.Hashes()
	return err
}

// binaryHash is that of the file that runs. On Linux /proc/self/exe is that very file, also when another has taken its name since.
func binaryHash() (string, error) {
	file, err := os.Open("/proc/self/exe")
	if err != nil {
		path, err := os.Executable()
		if err != nil {
			return "", err
		}
		if file, err = os.Open(path); err != nil {
			return "", err
		}
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func (r versionReport) print(out io.Writer) {
	fmt.Fprintf(out, "croupier %s, built with %s\n", r.Version, r.Go)
	if r.Revision != "" {
		note := ""
		if r.Modified {
			note = ", with changes"
		}
		fmt.Fprintf(out, "source %s%s\n", r.Revision, note)
	}
	if r.Binary == "" {
		return
	}
	fmt.Fprintf(out, "\nSHA-256\n  binary  %s\n  schema  %s\n", r.Binary, r.Schema)
	fmt.Fprintln(out, "\nrules and tables")
	for _, rules := range r.Rules {
		fmt.Fprintf(out, "  %-10s %-9s %s\n", rules.GameID, rules.Variant, rules.RulesHash)
	}
	fmt.Fprintln(out, "\nmigrations")
	for _, m := range r.Files {
		fmt.Fprintf(out, "  %-26s %s\n", m.File, m.SHA256)
	}
}
