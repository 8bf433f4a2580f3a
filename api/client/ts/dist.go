// Package ts has the compiled TypeScript client, which is committed: whoever builds croupier needs no Node. scripts/client.sh compiles it
// anew, and a test says when that is due.
package ts

import (
	"embed"
	"io/fs"
)

//go:embed dist/*.js
var dist embed.FS

// Modules are the client's ES modules, by their names.
func Modules() fs.FS {
	modules, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // it is compiled in
	}
	return modules
}
