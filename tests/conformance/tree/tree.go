// Package tree holds what fleetc wrote against what Kubernetes and Flux read in it.
package tree

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// Object is a Kubernetes object, as JSON has it.
type Object = map[string]any

// Tree is one output of fleetc: its files, and the object that was meant with each.
type Tree struct {
	Name  string
	Files map[string][]byte
	Meant map[string]Object
}

// Problem is something that a check found.
type Problem struct {
	Check string
	Path  string
	Says  string
}

func (p Problem) String() string {
	return p.Check + ": " + p.Path + ": " + p.Says
}

// LoadAll reads the trees below a folder: `<name>/tree/…`, and `<name>/meant.json` beside each.
func LoadAll(folder string) ([]*Tree, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var trees []*Tree
	for _, entry := range entries {
		tree, err := load(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		trees = append(trees, tree)
	}
	return trees, nil
}

func load(folder string) (*Tree, error) {
	text, err := os.ReadFile(filepath.Join(folder, "meant.json"))
	if err != nil {
		return nil, err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	meant := map[string]Object{}
	for path, text := range raw {
		if meant[path], err = FromJSON(text); err != nil {
			return nil, err
		}
	}
	files, err := Files(filepath.Join(folder, "tree"))
	return &Tree{Name: filepath.Base(folder), Files: files, Meant: meant}, err
}

// Files reads all files below a folder.
func Files(folder string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		inner, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(inner)], err = os.ReadFile(name)
		return err
	})
	return files, err
}

// WriteTo writes the files below a folder.
func (t *Tree) WriteTo(folder string) error {
	for name, text := range t.Files {
		name = filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Clone copies the tree, so that files of the copy can be changed.
func (t *Tree) Clone() *Tree {
	return &Tree{Name: t.Name, Files: maps.Clone(t.Files), Meant: maps.Clone(t.Meant)}
}

// Paths are the paths of its files, sorted.
func (t *Tree) Paths() []string {
	return slices.Sorted(maps.Keys(t.Files))
}

// Only is the part of the tree whose paths hold one of the words.
func (t *Tree) Only(words ...string) *Tree {
	part := t.Clone()
	for _, path := range t.Paths() {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.Contains(path, word) }) {
			delete(part.Files, path)
			delete(part.Meant, path)
		}
	}
	return part
}

// Check makes all checks.
func Check(t *Tree) ([]Problem, Figures) {
	figures := Figures{"trees": 1, "files": len(t.Files)}
	var problems []Problem
	for _, check := range []func(*Tree, Figures) []Problem{checkMeaning, checkTypes, checkPaths} {
		problems = append(problems, check(t, figures)...)
	}
	return problems, figures
}

// FromJSON reads an object as the API server does: integers stay integers.
func FromJSON(text []byte) (Object, error) {
	var object Object
	err := utiljson.Unmarshal(text, &object)
	return object, err
}

// Get is the value at a path of keys; nil where there is none.
func Get(object Object, keys ...string) any {
	var value any = object
	for _, key := range keys {
		inner, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = inner[key]
	}
	return value
}

// Text is the text at a path of keys.
func Text(object Object, keys ...string) string {
	text, _ := Get(object, keys...).(string)
	return text
}

// ID names an object: group, kind, namespace, name.
func ID(object Object) string {
	group, _, found := strings.Cut(Text(object, "apiVersion"), "/")
	if !found {
		group = ""
	}
	return strings.Join([]string{group, Text(object, "kind"), Text(object, "metadata", "namespace"), Text(object, "metadata", "name")}, "/")
}
