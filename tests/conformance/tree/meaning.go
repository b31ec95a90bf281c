package tree

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/kustomize/kyaml/kio"
	sigsyaml "sigs.k8s.io/yaml"
)

// checkMeaning reads every file as Kubernetes and as kustomize do: both see one object, the one that was meant.
func checkMeaning(t *Tree, figures Figures) []Problem {
	var problems []Problem
	for _, path := range t.Paths() {
		if !strings.HasSuffix(path, ".yaml") {
			continue
		}
		says := func(check, format string, arguments ...any) {
			problems = append(problems, Problem{check, path, fmt.Sprintf(format, arguments...)})
		}
		kubernetes, err := AsKubernetes(t.Files[path])
		if err != nil {
			says("kubernetes reads it", "%v", err)
			continue
		}
		kustomize, err := AsKustomize(t.Files[path])
		if err != nil {
			says("kustomize reads it", "%v", err)
			continue
		}
		if !reflect.DeepEqual(kubernetes, kustomize) {
			says("readers agree", "%v, %v", kubernetes, kustomize)
		}
		if len(kubernetes) != 1 {
			says("one object a file", "%d objects", len(kubernetes))
			continue
		}
		if meant, ok := t.Meant[path]; ok {
			figures["objects"]++
			figures["fields"] += count(meant)
			if !reflect.DeepEqual(kubernetes[0], meant) {
				says("as meant", "%v is not %v", kubernetes[0], meant)
			}
		}
	}
	for path := range t.Meant {
		if _, ok := t.Files[path]; !ok {
			problems = append(problems, Problem{"all files are there", path, "it is missing"})
		}
	}
	return problems
}

// AsKubernetes reads objects as the API server does, strictly.
func AsKubernetes(text []byte) ([]Object, error) {
	reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	var objects []Object
	for {
		document, err := reader.Read()
		if err == io.EOF {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		json, err := sigsyaml.YAMLToJSONStrict(document)
		if err != nil {
			return nil, err
		}
		object, err := FromJSON(json)
		if err != nil {
			return nil, err
		}
		if object != nil {
			objects = append(objects, object)
		}
	}
}

// AsKustomize reads objects as kustomize does.
func AsKustomize(text []byte) ([]Object, error) {
	nodes, err := kio.FromBytes(text)
	if err != nil {
		return nil, err
	}
	var objects []Object
	for _, node := range nodes {
		json, err := node.MarshalJSON()
		if err != nil {
			return nil, err
		}
		object, err := FromJSON(json)
		if err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	return objects, nil
}

// count counts the scalars in a value.
func count(value any) int {
	sum := 0
	switch value := value.(type) {
	case map[string]any:
		for _, inner := range value {
			sum += count(inner)
		}
	case []any:
		for _, inner := range value {
			sum += count(inner)
		}
	default:
		sum = 1
	}
	return sum
}
