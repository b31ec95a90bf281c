// Package objects makes Kubernetes objects with a seed, right ones and wrong ones. It does not know which are which: the API
// server does.
package objects

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"conformance/tree"

	"sigs.k8s.io/yaml"
)

//go:embed seeds
var seedFiles embed.FS

//go:embed changes.yaml
var changesText []byte

// Definitions are CustomResourceDefinitions with rich schemas, which the server must have.
//
//go:embed definitions.yaml
var Definitions string

// Trial is an object that was made, and how.
type Trial struct {
	Object tree.Object
	// What it was made from, and what was done to it.
	From    string
	Changes []string
}

// change is a merge patch for one of the whole objects.
type change struct {
	from  string
	patch tree.Object
}

type maker struct {
	*rand.Rand
	schemas *Schemas
	seeds   []tree.Object
	changes []change
	count   int
}

// Make makes objects with a seed: a third each from whole objects with a change that people make, from whole objects with
// changes that schemas suggest, and from nothing but schemas.
func Make(seed uint64, count int, schemas *Schemas) ([]Trial, error) {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 0)), schemas: schemas}
	if err := m.read(); err != nil {
		return nil, err
	}
	ways := []func() Trial{m.changed, m.mutated, m.grownFromNothing}
	// Each change is made, and many twice.
	m.Shuffle(len(m.changes), func(i, j int) { m.changes[i], m.changes[j] = m.changes[j], m.changes[i] })
	trials := make([]Trial, count)
	for index := range trials {
		m.count = index
		trials[index] = ways[index%len(ways)]()
	}
	return trials, nil
}

// read takes the whole objects and their changes from their files.
func (m *maker) read() error {
	for _, name := range []string{"workloads", "core", "cluster", "custom"} {
		text, err := seedFiles.ReadFile("seeds/" + name + ".yaml")
		if err != nil {
			return err
		}
		objects, err := tree.AsKubernetes(text)
		if err != nil {
			return err
		}
		m.seeds = append(m.seeds, objects...)
	}
	for _, seed := range m.seeds {
		if m.schemas.of(seed) == nil {
			return fmt.Errorf("the server does not describe %s", nameOf(seed))
		}
	}
	var changes map[string][]tree.Object
	if err := yaml.Unmarshal(changesText, &changes); err != nil {
		return err
	}
	for _, from := range slices.Sorted(maps.Keys(changes)) {
		if m.seed(from) == nil {
			return fmt.Errorf("no seed is %s", from)
		}
		for _, patch := range changes[from] {
			m.changes = append(m.changes, change{from, patch})
		}
	}
	return nil
}

// nameOf is what changes call a whole object.
func nameOf(object tree.Object) string {
	return tree.Text(object, "kind") + "/" + tree.Text(object, "metadata", "name")
}

// seed is the whole object of that name.
func (m *maker) seed(name string) tree.Object {
	for _, it := range m.seeds {
		if nameOf(it) == name {
			return it
		}
	}
	return nil
}

// serial is unique among the objects of a run.
func (m *maker) serial() string { return fmt.Sprintf("%d", 10000+m.count) }

// copyOf is a copy of a whole object, with a name of its own.
func (m *maker) copyOf(seed tree.Object) tree.Object {
	object := clone(seed).(tree.Object)
	metadata := object["metadata"].(tree.Object)
	if tree.Text(object, "kind") != "CustomResourceDefinition" {
		metadata["name"] = tree.Text(metadata, "name") + m.serial()
		return object
	}
	// The name of a definition is made of others.
	serial := m.serial()
	metadata["name"] = "cups" + serial + ".example.net"
	merge(object["spec"].(tree.Object), tree.Object{"names": tree.Object{
		"plural": "cups" + serial, "singular": "cup" + serial, "kind": "Cup" + serial, "listKind": "CupList" + serial, "shortNames": nil,
	}})
	return object
}

// changed is a whole object with one of the changes that people make.
func (m *maker) changed() Trial {
	it := m.changes[m.count/3%len(m.changes)]
	object := m.copyOf(m.seed(it.from))
	patch := clone(it.patch).(tree.Object)
	// A name of the change's own is made unique like any other.
	if name := tree.Text(patch, "metadata", "name"); name != "" {
		patch["metadata"].(tree.Object)["name"] = name + m.serial()
	}
	merge(object, patch)
	text, _ := json.Marshal(patch)
	return Trial{object, it.from, []string{"change " + string(text)}}
}

// mutated is a whole object with a few mutations, or none.
func (m *maker) mutated() Trial {
	seed := pick(m, m.seeds)
	trial := Trial{Object: m.copyOf(seed), From: nameOf(seed)}
	for range pick(m, []int{0, 1, 1, 1, 1, 1, 1, 1, 2, 3}) {
		m.mutate(&trial)
	}
	return trial
}

// grownFromNothing is an object of any kind of the server with what its schema asks for, and with a few fields more.
func (m *maker) grownFromNothing() Trial {
	id := pick(m, m.schemas.order)
	s := m.schemas.kinds[id]
	object := tree.Object{"apiVersion": id.APIVersion, "kind": id.Kind, "metadata": tree.Object{"name": "a" + m.serial(), "namespace": "trial"}}
	trial := Trial{Object: object, From: "schema of " + id.Kind}
	for _, name := range s.properties() {
		if !slices.Contains([]string{"apiVersion", "kind", "metadata", "status"}, name) && (m.IntN(2) == 0 || name == "spec") {
			object[name] = m.value(s.property(name), name, 1)
		}
	}
	for range m.IntN(4) {
		all := spots(object, s)
		if len(all) > 0 {
			at := pick(m, all)
			if what := grown(m, at); what != "" {
				trial.Changes = append(trial.Changes, what+": "+at.path)
			}
		}
	}
	return trial
}

// mutate changes the object somewhere.
func (m *maker) mutate(trial *Trial) {
	switch m.IntN(12) {
	case 0, 1:
		if _, is := trial.Object["metadata"].(tree.Object); is {
			trial.Changes = append(trial.Changes, m.metadata(trial.Object))
		}
		return
	case 2:
		if m.IntN(3) == 0 {
			trial.Changes = append(trial.Changes, m.identity(trial.Object))
			return
		}
	}
	for range 20 {
		all := spots(trial.Object, m.schemas.of(trial.Object))
		if len(all) == 0 {
			return
		}
		at := pick(m, all)
		if what := pick(m, mutations)(m, at); what != "" {
			trial.Changes = append(trial.Changes, what+": "+at.path)
			return
		}
	}
}

// merge is a JSON merge patch; a map that is put over a list is put over its first item.
func merge(object, patch tree.Object) {
	for _, key := range slices.Sorted(maps.Keys(patch)) {
		value := clone(patch[key])
		inner, is := value.(tree.Object)
		switch old := object[key].(type) {
		case tree.Object:
			if is {
				merge(old, inner)
				continue
			}
		case []any:
			if first, isObject := firstOf(old).(tree.Object); is && isObject {
				merge(first, inner)
				continue
			}
		}
		object[key] = value
		if value == nil {
			delete(object, key)
		}
	}
}

func firstOf(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}
