package cluster

import (
	"fmt"
	"time"

	"conformance/tree"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// figuresOfKustomizations counts what became Ready.
func (h *host) figuresOfKustomizations() {
	figures["fleets run"]++
	figures["Kustomizations ready"] += len(h.kustomizations())
}

// checkOrder says which objects were made before those that their Kustomization waits for.
func (h *host) checkOrder() {
	h.Helper()
	byName := map[string]unstructured.Unstructured{}
	for _, it := range h.kustomizations() {
		byName[it.GetNamespace()+"/"+it.GetName()] = it
	}
	for name, it := range byName {
		list, _ := tree.Get(it.Object, "spec", "dependsOn").([]any)
		for _, item := range list {
			item, _ := item.(tree.Object)
			namespace := tree.Text(item, "namespace")
			if namespace == "" {
				namespace = it.GetNamespace()
			}
			other := namespace + "/" + tree.Text(item, "name")
			first, last := firstApplied(it), firstApplied(byName[other])
			if first.Before(last) {
				h.Errorf("%s was applied at %v, before %s at %v", name, first, other, last)
			}
			figures["orders kept"]++
		}
	}
}

// firstApplied is when a Kustomization first was Ready: its history keeps that.
func firstApplied(it unstructured.Unstructured) time.Time {
	history, _ := tree.Get(it.Object, "status", "history").([]any)
	var first time.Time
	for _, entry := range history {
		entry, _ := entry.(tree.Object)
		at, err := time.Parse(time.RFC3339, fmt.Sprint(entry["firstReconciled"]))
		if err == nil && entry["lastReconciledStatus"] == "ReconciliationSucceeded" && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}
