package api

import (
	"encoding/csv"
	"io"
	"strings"
)

// Format is the query of a call that answers with a table too.
type Format struct {
	Format string `query:"format" enum:"json,csv" default:"json" doc:"csv: the rows as a file, RFC 4180, with a first line of names. The cursor of the next page is in X-Next-Cursor then"`
}

func (f *Format) wantsCSV() bool { return f.Format == "csv" }

// tabular is data that is a table. Texts that others wrote are to be put in by csvText.
type tabular interface {
	table() (fileName string, header []string, rows [][]string)
}

// csvText is a text of a table that somebody else wrote. A spreadsheet takes for a formula what begins like one, and runs it.
func csvText(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}

func writeCSV(out io.Writer, header []string, rows [][]string) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	if err := w.Write(header); err != nil {
		return err
	}
	return w.WriteAll(rows)
}
