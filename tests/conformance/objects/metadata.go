package objects

import (
	"fmt"
	"strings"

	"conformance/tree"
)

// names are forms of names, right and wrong; `%s` is what makes one unique.
var names = []string{
	"a%s", "a-%s", "a.%s", "A%s", "a_%s", "-%s", "%s-", "%s.", "a..%s", "a %s", "é%s", "0%s", "a:%s", strings.Repeat("a", 53) + "%s",
	strings.Repeat("a", 58) + "%s", strings.Repeat("a", 247) + "%s", strings.Repeat("a", 250) + "%s",
}

// keys are keys of labels and annotations, right and wrong.
var keys = []string{
	"a", "A.b_c", "example.com/a", "Example.com/a", "a b", "-a", "a-", "/a", "a/", "a/b/c", "", "é", "example..com/a", strings.Repeat("a", 63),
	strings.Repeat("a", 64), strings.Repeat("a", 253) + "/a", "kubernetes.io/a", "a_b/c",
}

// values are values of labels, right and wrong.
var values = []any{
	"a", "", "A.b_c", "a b", "-a", "a-", "é", "a/b", "true", strings.Repeat("a", 63), strings.Repeat("a", 64), 1, true, nil, tree.Object{}, []any{},
	"a\nb",
}

// metadata changes what every object has.
func (m *maker) metadata(object tree.Object) string {
	metadata, _ := object["metadata"].(tree.Object)
	put := func(field string) {
		inner, is := metadata[field].(tree.Object)
		if !is {
			inner = tree.Object{}
		}
		inner[pick(m, keys)] = pick(m, values)
		metadata[field] = inner
	}
	switch m.IntN(8) {
	case 0, 1:
		metadata["name"] = fmt.Sprintf(pick(m, names), m.serial())
		return "name"
	case 2, 3:
		put("labels")
		return "labels"
	case 4:
		put("annotations")
		return "annotations"
	case 5:
		metadata[pick(m, []string{"label", "Name", "namespaces", "annotation", "clusterName", "nothing"})] = "a"
		return "unknown field of metadata"
	case 6:
		return m.scope(metadata)
	default:
		metadata["finalizers"] = []any{pick(m, []any{"a", "example.com/a", "a b", "", "kubernetes", nil, 1, "a/b/c"})}
		return "finalizers"
	}
}

// scope gives a namespace, takes it, or makes it wrong.
func (m *maker) scope(metadata tree.Object) string {
	if metadata["namespace"] == nil || m.IntN(2) == 0 {
		metadata["namespace"] = "trial"
		return "namespace given"
	}
	delete(metadata, "namespace")
	return "namespace taken"
}

// otherVersions are API versions in which kinds were, or never were.
var otherVersions = []string{
	"v1", "v2", "apps/v1", "apps/v1beta1", "apps/v1beta2", "extensions/v1beta1", "batch/v1", "batch/v1beta1", "policy/v1beta1",
	"networking.k8s.io/v1beta1", "networking.k8s.io/v1", "autoscaling/v2beta2", "autoscaling/v1", "rbac.authorization.k8s.io/v1beta1",
	"storage.k8s.io/v1beta1", "storage.k8s.io/v1", "apiextensions.k8s.io/v1beta1", "admissionregistration.k8s.io/v1beta1",
	"scheduling.k8s.io/v1beta1", "node.k8s.io/v1beta1", "coordination.k8s.io/v1beta1", "discovery.k8s.io/v1beta1",
	"source.toolkit.fluxcd.io/v1beta2", "kustomize.toolkit.fluxcd.io/v1beta2", "helm.toolkit.fluxcd.io/v2beta2",
	"notification.toolkit.fluxcd.io/v1beta2", "conformance.example/v1alpha1", "conformance.example/v1",
}

// identity changes what says which kind an object is.
func (m *maker) identity(object tree.Object) string {
	if m.IntN(3) == 0 {
		object["kind"] = pick(m, []string{"deployment", "Deploymnet", "Pods", "Service", "Ingress", "Kustomization", "Secrets", "Machine"})
		return "kind"
	}
	object["apiVersion"] = pick(m, otherVersions)
	return "apiVersion"
}
