package cluster

import (
	"context"
	"fmt"
	"maps"
	"os"
	"testing"
	"time"

	"conformance/tree"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// What fleetc says that no update changes, the API server refuses to change; and it changes all else.
func TestImmutable(t *testing.T) {
	h := startHost(t, "../fleets/late", "all", platform)
	text, err := os.ReadFile("../../../crates/fleetc-manifests/tests/immutable.yaml")
	must(t, err)
	pairs, err := tree.AsKubernetes(text)
	must(t, err)
	for index, pair := range pairs {
		h.tryChange(fmt.Sprintf("pair-%d", index), pair)
	}
}

// tryChange makes an object, and tries to change it.
func (h *host) tryChange(name string, pair tree.Object) {
	h.Helper()
	old, changed := ofPair(pair, "old", name), ofPair(pair, "new", name)
	err := eventually(20*time.Second, func() error { return h.apply(old, false) })
	must(h.T, err)
	defer h.remove(old)
	if tree.Text(old, "kind") == "CustomResourceDefinition" {
		must(h.T, h.established(old))
	}
	err = h.apply(changed, true)
	refused, _ := pair["refused"].([]any)
	switch {
	case err == nil && len(refused) > 0:
		h.Errorf("%s: the server would change %v", pair["about"], refused)
	case err != nil && len(refused) == 0:
		h.Errorf("%s: %v", pair["about"], err)
	case err != nil && !apierrors.IsInvalid(err) && !apierrors.IsForbidden(err):
		h.Errorf("%s: refused for another reason: %v", pair["about"], err)
	case err != nil:
		figures["changes of immutable fields refused"]++
	default:
		figures["other changes of such objects made"]++
	}
}

// ofPair is the old or the new object of a pair.
func ofPair(pair tree.Object, key, name string) tree.Object {
	object := tree.Object{"metadata": tree.Object{}}
	maps.Copy(object, pair["kind"].(tree.Object))
	maps.Copy(object, pair[key].(tree.Object))
	metadata := maps.Clone(object["metadata"].(tree.Object))
	if metadata["name"] == nil {
		metadata["name"] = name
		metadata["namespace"] = "default"
	}
	object["metadata"] = metadata
	return object
}

func (h *host) remove(object tree.Object) {
	h.Helper()
	resource, err := h.at(tree.Text(object, "apiVersion"), tree.Text(object, "kind"), tree.Text(object, "metadata", "namespace"))
	must(h.T, err)
	background := metav1.DeletePropagationBackground
	must(h.T, resource.Delete(context.Background(), tree.Text(object, "metadata", "name"), metav1.DeleteOptions{PropagationPolicy: &background}))
	if tree.Text(object, "kind") == "CustomResourceDefinition" {
		h.gone(h.server, object)
	}
}

// established waits until the server serves what a CRD describes: from then on its names are fixed.
func (h *host) established(object tree.Object) error {
	return eventually(20*time.Second, func() error {
		live, err := h.get(object)
		if err != nil {
			return err
		}
		conditions, _ := tree.Get(live.Object, "status", "conditions").([]any)
		for _, condition := range conditions {
			if condition, _ := condition.(tree.Object); condition["type"] == "Established" && condition["status"] == "True" {
				return nil
			}
		}
		return fmt.Errorf("it is not established")
	})
}
