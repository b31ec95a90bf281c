package tree

import (
	"fmt"
	"maps"
	"slices"
)

// Figures count what was checked.
type Figures map[string]int

// Add adds other figures.
func (f Figures) Add(other Figures) {
	for name, count := range other {
		f[name] += count
	}
}

// Print prints the figures, each on a line that `tests/conformance/run` sums up.
func (f Figures) Print(of string) {
	for _, name := range slices.Sorted(maps.Keys(f)) {
		fmt.Printf("figure: %s: %s: %d\n", of, name, f[name])
	}
}
