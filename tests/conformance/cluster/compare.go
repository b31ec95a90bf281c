package cluster

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"conformance/tree"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/types"
)

// figures count what the run compared.
var figures = tree.Figures{}

// identities are the UIDs of objects, by server and name.
type identities map[string]types.UID

// compare holds every object of the tree against the cluster, and gives their identities.
func (h *host) compare() identities {
	h.Helper()
	found := identities{}
	for server, objects := range h.wanted() {
		for _, object := range objects {
			live, err := server.get(object)
			if err != nil {
				h.Errorf("%s: %v", tree.ID(object), err)
				continue
			}
			figures["objects compared"]++
			found[server.name+" "+tree.ID(object)] = live.GetUID()
			if strings.Contains(fmt.Sprint(object), "${") {
				continue // What Flux put in there is another test's.
			}
			for _, difference := range differences("", object, live.Object) {
				h.Errorf("%s: %s", tree.ID(object), difference)
			}
		}
	}
	return found
}

// differences says where something that was written is not in the cluster. What the server adds is none.
func differences(at string, written, live any) []string {
	switch written := written.(type) {
	case map[string]any:
		inner, ok := live.(map[string]any)
		if !ok && len(written) > 0 {
			return []string{fmt.Sprintf("%s: %v is not there, but %v", at, written, live)}
		}
		var all []string
		for _, key := range slices.Sorted(maps.Keys(written)) {
			all = append(all, differences(at+"/"+key, written[key], inner[key])...)
		}
		return all
	case []any:
		inner, _ := live.([]any)
		if len(inner) != len(written) {
			return []string{fmt.Sprintf("%s: %d items, written were %d", at, len(inner), len(written))}
		}
		var all []string
		for i := range written {
			all = append(all, differences(fmt.Sprint(at, "/", i), written[i], inner[i])...)
		}
		return all
	default:
		figures["fields compared"]++
		if !reflect.DeepEqual(written, live) && !isSameQuantity(written, live) {
			return []string{fmt.Sprintf("%s: %v, written was %v", at, live, written)}
		}
		return nil
	}
}

// isSameQuantity says whether the server wrote a quantity in another way: `0.5` as `500m`.
func isSameQuantity(a, b any) bool {
	first, err := resource.ParseQuantity(fmt.Sprint(a))
	if err != nil {
		return false
	}
	second, err := resource.ParseQuantity(fmt.Sprint(b))
	return err == nil && first.Cmp(second) == 0
}

// stay says which objects of both trees are no longer the same.
func (h *host) stay(before, after identities) {
	h.Helper()
	for id, uid := range before {
		if now, ok := after[id]; ok {
			figures["identities kept"]++
			if now != uid {
				h.Errorf("%s was deleted and made anew", id)
			}
		}
	}
}

// next publishes an edit, waits until it holds, and checks that all which was and is in the tree stayed, and that what
// left it went.
func (h *host) next(before identities) identities {
	h.Helper()
	old := h.wanted()
	h.publish()
	figures["further builds"]++
	h.settle()
	after := h.compare()
	h.stay(before, after)
	for server, objects := range old {
		for _, object := range objects {
			if _, ok := after[server.name+" "+tree.ID(object)]; !ok {
				h.gone(server, object)
			}
		}
	}
	return after
}

// gone waits until an object is no longer there.
func (h *host) gone(server *server, object tree.Object) {
	h.Helper()
	err := eventually(time.Minute, func() error {
		live, err := server.get(object)
		if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
			return nil
		}
		if err == nil && live.GetAnnotations()["kustomize.toolkit.fluxcd.io/prune"] == "disabled" {
			return nil
		}
		return fmt.Errorf("it is still there: %v", err)
	})
	if err != nil {
		h.Errorf("%s: %v", tree.ID(object), err)
	}
	figures["objects gone"]++
}
