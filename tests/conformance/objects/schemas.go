package objects

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"conformance/tree"
)

// Schemas are the OpenAPI v3 documents of a server: what it says itself about the objects that it takes.
type Schemas struct {
	kinds map[kind]*schema
	// The kinds in order, so that a seed means the same everywhere.
	order []kind
}

// kind is a kind in one of its versions, as `apiVersion` and `kind` say it.
type kind struct{ APIVersion, Kind string }

// schema is a node of a document; references are followed in the document that it stands in.
type schema struct {
	all  map[string]any
	node map[string]any
	// The name of what was referred to last: it says what a node is where its keys do not.
	name string
}

// left are kinds that no fleet has.
var left = []string{"Event", "Node", "Eviction", "Binding", "TokenRequest", "Scale"}

// groups are those whose kinds are made.
var groups = []string{
	"", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apps", "autoscaling", "batch", "conformance.example",
	"coordination.k8s.io", "discovery.k8s.io", "helm.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "networking.k8s.io",
	"node.k8s.io", "notification.toolkit.fluxcd.io", "policy", "rbac.authorization.k8s.io", "scheduling.k8s.io",
	"source.toolkit.fluxcd.io", "storage.k8s.io",
}

// Add adds the document of one API version.
func (s *Schemas) Add(text []byte) error {
	var document struct {
		Paths      map[string]map[string]any
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	if s.kinds == nil {
		s.kinds = map[kind]*schema{}
	}
	// Whatever can be patched can be applied.
	for path, operations := range document.Paths {
		patch, _ := operations["patch"].(map[string]any)
		if patch == nil || !strings.HasSuffix(path, "{name}") {
			continue
		}
		id, _ := patch["x-kubernetes-group-version-kind"].(map[string]any)
		s.add(tree.Text(id, "group"), tree.Text(id, "version"), tree.Text(id, "kind"), document.Components.Schemas)
	}
	s.order = slices.SortedFunc(maps.Keys(s.kinds), func(a, b kind) int {
		return strings.Compare(a.APIVersion+" "+a.Kind, b.APIVersion+" "+b.Kind)
	})
	return nil
}

func (s *Schemas) add(group, version, name string, all map[string]any) {
	if !slices.Contains(groups, group) || slices.Contains(left, name) {
		return
	}
	id := kind{strings.TrimPrefix(group+"/"+version, "/"), name}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		node, _ := all[key].(map[string]any)
		known, _ := node["x-kubernetes-group-version-kind"].([]any)
		for _, it := range known {
			it, _ := it.(map[string]any)
			if tree.Text(it, "group") == group && tree.Text(it, "version") == version && tree.Text(it, "kind") == name {
				s.kinds[id] = &schema{all, node, key}
			}
		}
	}
}

// Kinds are all kinds that are described, each as its API version and its name.
func (s *Schemas) Kinds() [][2]string {
	kinds := make([][2]string, len(s.order))
	for index, id := range s.order {
		kinds[index] = [2]string{id.APIVersion, id.Kind}
	}
	return kinds
}

// of is the schema of an object; nil where the server has no such kind.
func (s *Schemas) of(object tree.Object) *schema {
	return s.kinds[kind{tree.Text(object, "apiVersion"), tree.Text(object, "kind")}]
}

const reference = "#/components/schemas/"

// at is the schema of a node, with what it refers to.
func (s *schema) at(node any) *schema {
	it, _ := node.(map[string]any)
	if it == nil {
		return nil
	}
	if all, _ := it["allOf"].([]any); len(all) == 1 {
		inner := s.at(all[0])
		merged := maps.Clone(inner.node)
		maps.Copy(merged, it)
		return &schema{s.all, merged, inner.name}
	}
	if to, is := it["$ref"].(string); is {
		name := strings.TrimPrefix(to, reference)
		found, _ := s.all[name].(map[string]any)
		return &schema{s.all, found, name}
	}
	return &schema{s.all, it, s.name + "."}
}

// property is the schema of a field; nil if it has none.
func (s *schema) property(name string) *schema {
	properties, _ := s.node["properties"].(map[string]any)
	if node, is := properties[name]; is {
		return s.at(node)
	}
	return s.at(s.node["additionalProperties"])
}

// properties are the names of the fields.
func (s *schema) properties() []string {
	properties, _ := s.node["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(properties))
}

func (s *schema) items() *schema { return s.at(s.node["items"]) }

func (s *schema) texts(key string) []string {
	list, _ := s.node[key].([]any)
	var texts []string
	for _, it := range list {
		if text, is := it.(string); is {
			texts = append(texts, text)
		}
	}
	return texts
}

// form says what a value is: the type, or what goes beyond it.
func (s *schema) form() string {
	switch {
	case strings.HasSuffix(s.name, ".Quantity"):
		return "quantity"
	case strings.HasSuffix(s.name, ".IntOrString") || s.node["x-kubernetes-int-or-string"] == true:
		return "int-or-string"
	}
	name, _ := s.node["type"].(string)
	if format, _ := s.node["format"].(string); name == "string" && (format == "byte" || format == "date-time") {
		return format
	}
	return name
}
