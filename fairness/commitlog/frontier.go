package commitlog

import (
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// TileHeight is the height of the published tiles: a full one has 256 hashes.
const TileHeight = 8

// TileWidth is how many hashes a full tile has.
const TileWidth = 1 << TileHeight

// Frontier is the right edge of a tree, which is all that it takes to append to the tree and to know its root: at every level of tiles
// the hashes that do not fill a tile yet. Its zero value is that of an empty tree.
type Frontier struct {
	size  int64
	edges [][]tlog.Hash // by level; edges[l] has size>>(8·l) mod 256 hashes
}

// Node is the root of a full tile: one hash at the level of tiles above it.
type Node struct {
	Level int   // from 1
	N     int64 // its place in the level, from 0
	Hash  tlog.Hash
}

// NewFrontier takes up a tree of a size again. edge returns the hashes at a level from begin up to and without end.
func NewFrontier(size int64, edge func(level int, begin, end int64) ([]tlog.Hash, error)) (*Frontier, error) {
	f := &Frontier{size: size}
	for level := 0; size>>(TileHeight*level) > 0; level++ {
		end := size >> (TileHeight * level)
		begin := end &^ (TileWidth - 1)
		var hashes []tlog.Hash
		if begin < end {
			var err error
			if hashes, err = edge(level, begin, end); err != nil {
				return nil, err
			}
		}
		if int64(len(hashes)) != end-begin {
			return nil, fmt.Errorf("level %d of the tree has %d hashes from %d on, want %d", level, len(hashes), begin, end-begin)
		}
		f.edges = append(f.edges, slices.Clone(hashes))
	}
	return f, nil
}

// Size is the number of leaves.
func (f *Frontier) Size() int64 { return f.size }

// Clone returns a frontier of its own that stands where f does.
func (f *Frontier) Clone() *Frontier {
	other := &Frontier{size: f.size, edges: make([][]tlog.Hash, len(f.edges))}
	for level, edge := range f.edges {
		other.edges[level] = slices.Clone(edge)
	}
	return other
}

// Append adds a leaf, and returns the nodes that it completes, from the lowest level up: none for 255 leaves of 256.
func (f *Frontier) Append(leaf tlog.Hash) (full []Node) {
	f.size++
	hash := leaf
	for level := 0; ; level++ {
		if level == len(f.edges) {
			f.edges = append(f.edges, make([]tlog.Hash, 0, TileWidth))
		}
		f.edges[level] = append(f.edges[level], hash)
		if len(f.edges[level]) < TileWidth {
			return full
		}
		hash = Subtree(f.edges[level])
		f.edges[level] = f.edges[level][:0]
		full = append(full, Node{Level: level + 1, N: f.size>>(TileHeight*(level+1)) - 1, Hash: hash})
	}
}

// Root is the tree's root hash, as RFC 6962 has it. That of an empty tree is the SHA-256 of nothing.
func (f *Frontier) Root() tlog.Hash {
	if f.size == 0 {
		root, _ := tlog.TreeHash(0, nil) // which reads nothing, and so cannot fail
		return root
	}
	var root tlog.Hash
	empty := true
	for _, edge := range f.edges {
		end := len(edge)
		for width := 1; width <= end; width <<= 1 { // the smallest whole subtree is the rightmost
			if len(edge)&width == 0 {
				continue
			}
			whole := Subtree(edge[end-width : end])
			if end -= width; empty {
				root, empty = whole, false
			} else {
				root = tlog.NodeHash(whole, root)
			}
		}
	}
	return root
}

// Subtree is the root over hashes that fill a subtree: 1, 2, 4, … of them.
func Subtree(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	half := len(hashes) / 2
	return tlog.NodeHash(Subtree(hashes[:half]), Subtree(hashes[half:]))
}
