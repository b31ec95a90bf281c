package tree

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	kustomizations = "kustomize.toolkit.fluxcd.io/Kustomization/"
	releases       = "helm.toolkit.fluxcd.io/HelmRelease/"
)

// wiring follows the references of Flux objects, cluster by cluster: each leads to something that is applied there.
func (w *walk) wiring() {
	for _, cluster := range slices.Sorted(maps.Keys(w.clusters)) {
		for _, id := range slices.Sorted(maps.Keys(w.clusters[cluster])) {
			if strings.HasPrefix(id, kustomizations) || strings.HasPrefix(id, releases) {
				w.references(cluster, id)
			}
		}
		w.lockdown(cluster)
		w.circles(cluster)
	}
}

func (w *walk) references(cluster, id string) {
	object := w.clusters[cluster][id]
	namespace := Text(object.Object, "metadata", "namespace")
	for _, keys := range [][]string{{"spec", "sourceRef"}, {"spec", "chartRef"}, {"spec", "chart", "spec", "sourceRef"}} {
		if Text(object.Object, append(slices.Clone(keys), "name")...) == "" {
			continue
		}
		if Text(object.Object, append(slices.Clone(keys), "namespace")...) != "" {
			w.says("source", object.path, "%s refers into another namespace", id)
		}
		wanted := sourceOf(object.Object, keys...)
		if strings.HasSuffix(wanted, "/"+namespace+"/"+namespace) || strings.HasSuffix(wanted, "/flux-system") {
			continue // That of the root comes from bootstrap.
		}
		w.figures["references followed"]++
		if _, ok := w.clusters[cluster][wanted]; !ok {
			w.says("source", object.path, "%s needs %s", id, wanted)
		}
	}
	for _, wanted := range dependencies(object.Object) {
		w.figures["references followed"]++
		if _, ok := w.clusters[cluster][prefix(id)+wanted.namespace+"/"+wanted.name]; !ok {
			w.says("dependsOn", object.path, "%s waits for %s/%s", id, wanted.namespace, wanted.name)
		}
	}
	w.account(cluster, id, object)
}

// sourceOf names the source that a reference leads to.
func sourceOf(object Object, keys ...string) string {
	text := func(key string) string { return Text(object, append(slices.Clone(keys), key)...) }
	return fmt.Sprintf("source.toolkit.fluxcd.io/%s/%s/%s", text("kind"), Text(object, "metadata", "namespace"), text("name"))
}

type reference struct{ namespace, name string }

func prefix(id string) string {
	if strings.HasPrefix(id, kustomizations) {
		return kustomizations
	}
	return releases
}

func dependencies(object Object) []reference {
	list, _ := Get(object, "spec", "dependsOn").([]any)
	var all []reference
	for _, item := range list {
		item, _ := item.(map[string]any)
		namespace := Text(item, "namespace")
		if namespace == "" {
			namespace = Text(object, "metadata", "namespace")
		}
		all = append(all, reference{namespace, Text(item, "name")})
	}
	return all
}

// account says whether the account that something acts as is there, near, and has rights where it acts.
func (w *walk) account(cluster, id string, object applied) {
	name, namespace := Text(object.Object, "spec", "serviceAccountName"), Text(object.Object, "metadata", "namespace")
	if name == "" || name == "kustomize-controller" || name == "helm-controller" {
		return // Those of Flux itself come from bootstrap.
	}
	w.figures["references followed"]++
	if _, ok := w.clusters[cluster][fmt.Sprintf("/ServiceAccount/%s/%s", namespace, name)]; !ok {
		w.says("account", object.path, "%s acts as %s/%s, which is not there", id, namespace, name)
		return
	}
	for _, other := range w.clusters[target(cluster, object.Object)] {
		if binds(other.Object, namespace, name) {
			return
		}
	}
	if far := target(cluster, object.Object); w.clusters[far] != nil && !w.boundElsewhere(cluster, namespace, name) {
		w.says("rights", object.path, "%s acts as %s/%s, which has none on %s", id, namespace, name, far)
	}
}

// boundElsewhere says whether any cluster of the same host binds the account: a tenant reaches a remote by a kubeconfig
// of its own, which leads to the same cluster as that of the platform.
func (w *walk) boundElsewhere(host, namespace, name string) bool {
	for cluster, objects := range w.clusters {
		if !strings.HasPrefix(cluster, host+"/") {
			continue
		}
		for _, other := range objects {
			if binds(other.Object, namespace, name) {
				return true
			}
		}
	}
	return false
}

func binds(object Object, namespace, name string) bool {
	if kind := Text(object, "kind"); kind != "RoleBinding" && kind != "ClusterRoleBinding" {
		return false
	}
	subjects, _ := object["subjects"].([]any)
	return slices.ContainsFunc(subjects, func(subject any) bool {
		it, _ := subject.(map[string]any)
		return Text(it, "kind") == "ServiceAccount" && Text(it, "namespace") == namespace && Text(it, "name") == name
	})
}

// lockdown says which Kustomization names no account where whatever names none has no rights.
func (w *walk) lockdown(cluster string) {
	root, ok := w.clusters[cluster][kustomizations+"flux-system/flux-system"]
	if !ok || Text(root.Object, "spec", "serviceAccountName") == "" {
		return
	}
	controller, ok := w.clusters[cluster]["apps/Deployment/flux-system/kustomize-controller"]
	for _, argument := range []string{"--no-cross-namespace-refs=true", "--no-remote-bases=true", "--default-service-account=default"} {
		if ok && !strings.Contains(fmt.Sprint(controller.Object), argument) {
			w.says("lockdown", controller.path, "kustomize-controller runs without %s", argument)
		}
	}
	for id, object := range w.clusters[cluster] {
		if prefix := prefix(id); strings.HasPrefix(id, prefix) && Text(object.Object, "spec", "serviceAccountName") == "" {
			w.says("lockdown", object.path, "%s names no account", id)
		}
	}
}

// circles says which Kustomizations and releases wait for each other.
func (w *walk) circles(cluster string) {
	done, open := map[string]bool{}, map[string]bool{}
	var visit func(id string) bool
	visit = func(id string) bool {
		if done[id] || open[id] {
			return open[id]
		}
		open[id] = true
		defer delete(open, id)
		for _, wanted := range dependencies(w.clusters[cluster][id].Object) {
			if visit(prefix(id) + wanted.namespace + "/" + wanted.name) {
				return true
			}
		}
		done[id] = true
		return false
	}
	for _, id := range slices.Sorted(maps.Keys(w.clusters[cluster])) {
		if (strings.HasPrefix(id, kustomizations) || strings.HasPrefix(id, releases)) && visit(id) {
			w.says("order", w.clusters[cluster][id].path, "%s waits for itself", id)
		}
	}
}
