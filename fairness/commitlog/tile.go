package commitlog

import (
	"encoding/binary"
	"errors"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// entriesLevel is the level of the tiles of leaves' texts, as tlog numbers it.
const entriesLevel = -1

// IsEntries says whether a tile has the texts of leaves in it, and not hashes.
func IsEntries(t tlog.Tile) bool { return t.L == entriesLevel }

// TilePath is where a tile is below the log's address: tile/<L>/<N>[.p/<W>] for hashes, tile/entries/<N>[.p/<W>] for leaves.
func TilePath(t tlog.Tile) string {
	t.H = TileHeight
	path := strings.TrimPrefix(t.Path(), "tile/8/")
	if rest, ok := strings.CutPrefix(path, "data/"); ok {
		path = "entries/" + rest
	}
	return "tile/" + path
}

// ParseTilePath reads what TilePath writes, and nothing else.
func ParseTilePath(path string) (tlog.Tile, error) {
	rest, ok := strings.CutPrefix(path, "tile/")
	if name, ofEntries := strings.CutPrefix(rest, "entries/"); ofEntries {
		rest = "data/" + name
	} else if strings.HasPrefix(rest, "data/") {
		ok = false
	}
	t, err := tlog.ParseTilePath("tile/8/" + rest)
	if !ok || err != nil || t.L > 63 {
		return tlog.Tile{}, errors.New("no path of a tile")
	}
	return t, nil
}

// Within says whether a tree of a size has all of a tile.
func Within(t tlog.Tile, size int64) bool {
	level := max(t.L, 0)
	if TileHeight*level > 62 || t.N > size>>TileHeight {
		return false
	}
	return t.N<<TileHeight+int64(t.W) <= size>>(TileHeight*level)
}

// AppendEntry adds a leaf to a bundle: its length in two bytes, big-endian, and its text.
func AppendEntry(bundle []byte, leaf Leaf) []byte {
	text := leaf.Text()
	return append(binary.BigEndian.AppendUint16(bundle, uint16(len(text))), text...)
}

// ParseEntries reads a bundle.
func ParseEntries(bundle []byte) (list []Leaf, err error) {
	for len(bundle) > 0 {
		if len(bundle) < 2 {
			return nil, errors.New("the bundle is cut short")
		}
		length := int(binary.BigEndian.Uint16(bundle))
		if bundle = bundle[2:]; len(bundle) < length {
			return nil, errors.New("the bundle is cut short")
		}
		leaf, err := ParseLeaf(string(bundle[:length]))
		if err != nil {
			return nil, err
		}
		list, bundle = append(list, leaf), bundle[length:]
	}
	return list, nil
}
