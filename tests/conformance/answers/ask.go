// Package answers holds what fleetc makes of generated text, values and patches against what Kubernetes and kustomize do.
package answers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"conformance/tree"
)

// answer is what fleetc says to a question: see crates/fleetc-manifests/examples/answer.rs.
type answer struct {
	Text      string
	Documents []tree.Object
	Object    tree.Object
	Error     string
}

// ask puts all questions to fleetc.
func ask(t *testing.T, questions []tree.Object) []answer {
	t.Helper()
	program := os.Getenv("FLEETC_ANSWER")
	if program == "" {
		t.Skip("FLEETC_ANSWER is not set: see tests/conformance/run")
	}
	var input bytes.Buffer
	encoder := json.NewEncoder(&input)
	encoder.SetEscapeHTML(false)
	for _, question := range questions {
		if err := encoder.Encode(question); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command(program)
	run.Stdin, run.Stderr = &input, os.Stderr
	output, err := run.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []answer
	lines := bufio.NewScanner(bytes.NewReader(output))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var raw struct {
			Text, Error string
			Documents   []json.RawMessage
			Object      json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &raw); err != nil {
			t.Fatal(err)
		}
		it := answer{Text: raw.Text, Error: raw.Error, Object: object(raw.Object)}
		for _, document := range raw.Documents {
			it.Documents = append(it.Documents, object(document))
		}
		answers = append(answers, it)
	}
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers
}

// object reads JSON as the API server does.
func object(text []byte) tree.Object {
	if len(text) == 0 {
		return nil
	}
	object, err := tree.FromJSON(text)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", text, err))
	}
	return object
}

// dice are seeded: `FLEETC_SEED` makes a run again. A test that fails says which seed it had.
func dice(t *testing.T) *rand.Rand {
	seed, err := strconv.ParseUint(os.Getenv("FLEETC_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to see it again: FLEETC_SEED=%d", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

func pick[T any](dice *rand.Rand, of []T) T { return of[dice.IntN(len(of))] }
