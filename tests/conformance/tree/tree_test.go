package tree

import (
	"os"
	"testing"
)

// all reads the trees that fleetc wrote for this run.
func all(t *testing.T) []*Tree {
	t.Helper()
	folder := os.Getenv("FLEETC_TREES")
	if folder == "" {
		t.Skip("FLEETC_TREES is not set: see tests/conformance/run")
	}
	trees, err := LoadAll(folder)
	if err != nil {
		t.Fatal(err)
	}
	return trees
}

// meant are problems that a case is about: fleetc warns of them, and builds.
var meant = map[string]string{"objects-that-miss-each-other": "account"}

func TestTrees(t *testing.T) {
	sum := Figures{}
	for _, tree := range all(t) {
		problems, figures := Check(tree)
		for _, problem := range problems {
			if meant[tree.Name] == problem.Check {
				continue
			}
			t.Errorf("%s: %s", tree.Name, problem)
		}
		sum.Add(figures)
	}
	sum.Print("trees")
}
