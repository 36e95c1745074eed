// Verifies an export of the ledger with the packages that Go's checksum database is verified with:
// golang.org/x/mod/sumdb/note and golang.org/x/mod/sumdb/tlog. It shares no code with the ledger.
//
// Reads {"folder", "key", "inclusion", "consistency"} from standard input and says what it verified, or
// ends with 1 and says why not.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type inclusion struct {
	Index int64
	Proof []tlog.Hash
}

type consistency struct {
	Old   int64
	Root  tlog.Hash
	Proof []tlog.Hash
}

type asked struct {
	Folder      string
	Key         string
	Inclusion   []inclusion
	Consistency []consistency
}

func check(err error, what string) {
	if err != nil {
		fmt.Printf("%s: %v\n", what, err)
		os.Exit(1)
	}
}

func fail(format string, values ...interface{}) {
	check(fmt.Errorf(format, values...), "wrong")
}

// folder reads tiles where c2sp.org/tlog-tiles puts them: Go's paths name the height besides.
type folder string

func (f folder) Height() int { return height }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

// opened returns the tree that the checkpoint states, once its signature was verified.
func opened(dir, key string) tlog.Tree {
	verifier, err := note.NewVerifier(key)
	check(err, "key")
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	check(err, "checkpoint")
	read, err := note.Open(data, note.VerifierList(verifier))
	check(err, "signature")
	lines := strings.Split(read.Text, "\n")
	if len(lines) < 3 || lines[0] != verifier.Name() {
		fail("the checkpoint is of %q", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	root, err := tlog.ParseHash(lines[2])
	check(err, "root")
	return tlog.Tree{N: size, Hash: root}
}

// entries calls each for every entry that lies in the bundles of a log of this size.
func entries(dir string, size int64, each func(int64, []byte)) {
	for first := int64(0); first < size; first += 1 << height {
		width := size - first
		if width > 1<<height {
			width = 1 << height
		}
		tile := tlog.Tile{H: height, L: -1, N: first >> height, W: int(width)}
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/data/", height), "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(dir, path))
		check(err, "entries")
		for index := first; index < first+width; index++ {
			if len(data) < 2 || len(data) < 2+int(data[0])<<8+int(data[1]) {
				fail("entry %d is cut off", index)
			}
			length := int(data[0])<<8 + int(data[1])
			each(index, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) > 0 {
			fail("%s holds more than %d entries", path, width)
		}
	}
}

func main() {
	var want asked
	check(json.NewDecoder(os.Stdin).Decode(&want), "request")
	tree := opened(want.Folder, want.Key)
	// The reader verifies every tile against the root before it gives a hash of it.
	reader := tlog.TileHashReader(tree, folder(want.Folder))

	leaves := make([]tlog.Hash, tree.N)
	entries(want.Folder, tree.N, func(index int64, data []byte) { leaves[index] = tlog.RecordHash(data) })
	for first := int64(0); first < tree.N; first += 1 << height {
		var indexes []int64
		for index := first; index < tree.N && index < first+1<<height; index++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, index))
		}
		hashes, err := reader.ReadHashes(indexes)
		check(err, "tiles")
		for at, hash := range hashes {
			if hash != leaves[first+int64(at)] {
				fail("entry %d does not have the hash of its tile", first+int64(at))
			}
		}
	}

	for _, one := range want.Inclusion {
		check(tlog.CheckRecord(one.Proof, tree.N, tree.Hash, one.Index, leaves[one.Index]), "inclusion")
		same(tlog.ProveRecord(tree.N, one.Index, reader))(one.Proof)
	}
	for _, one := range want.Consistency {
		check(tlog.CheckTree(one.Proof, tree.N, tree.Hash, one.Old, one.Root), "consistency")
		same(tlog.ProveTree(tree.N, one.Old, reader))(one.Proof)
	}
	fmt.Printf("%d entries, %d inclusion proofs, %d consistency proofs\n", tree.N, len(want.Inclusion), len(want.Consistency))
}

// same checks that a proof is the one that Go makes itself.
func same(made []tlog.Hash, err error) func([]tlog.Hash) {
	check(err, "proof")
	return func(given []tlog.Hash) {
		if len(made) != len(given) {
			fail("a proof has %d hashes instead of %d", len(given), len(made))
		}
		for at := range made {
			if !bytes.Equal(made[at][:], given[at][:]) {
				fail("hash %d of a proof differs", at)
			}
		}
	}
}
