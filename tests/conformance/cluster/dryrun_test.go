package cluster

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"
	"testing"

	"conformance/tree"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The API server would take every object of every tree: schemas, CEL rules, names, quantities, and all that it validates.
func TestDryRun(t *testing.T) {
	h := startHost(t, "../fleets/late", "all", platform)
	trees, err := tree.LoadAll(os.Getenv("FLEETC_TREES"))
	must(t, err)
	must(t, h.installCRDs())
	for _, it := range trees {
		h.prepare(it)
		for _, name := range it.Paths() {
			if meant := it.Meant[name]; meant != nil {
				h.tryObject(it.Name+"/"+name, meant)
			}
		}
		h.takeBack(it)
	}
	h.tryFaults()
}

// installCRDs applies the CRDs of Flux.
func (h *host) installCRDs() error {
	files, err := tree.Files(path.Join(os.Getenv("FLEETC_BINARIES"), "crds"))
	if err != nil {
		return err
	}
	for _, text := range files {
		if err := h.applyText(string(text)); err != nil {
			return err
		}
	}
	return nil
}

// bringsKind says whether an object is a CRD, but for those of Flux, which are installed.
func bringsKind(object tree.Object) bool {
	isOfFlux := strings.HasSuffix(tree.Text(object, "metadata", "name"), ".toolkit.fluxcd.io")
	return tree.Text(object, "kind") == "CustomResourceDefinition" && !isOfFlux
}

// isProtected says whether a CRD lacks the annotation that groups below `k8s.io` need: a case took old manifests as they are.
func isProtected(err error) bool {
	return err != nil && strings.Contains(err.Error(), "api-approved.kubernetes.io")
}

// prepare makes what the objects of a tree need to be tried: their namespaces, and the CRDs that the tree brings.
func (h *host) prepare(it *tree.Tree) {
	h.Helper()
	for _, object := range it.Meant {
		if bringsKind(object) {
			if err := h.apply(object, false); err != nil && !isProtected(err) {
				h.Errorf("%s: %v", it.Name, err)
			}
		}
		if namespace := tree.Text(object, "metadata", "namespace"); namespace != "" {
			must(h.T, h.apply(tree.Object{"apiVersion": "v1", "kind": "Namespace", "metadata": tree.Object{"name": namespace}}, false))
		}
	}
}

// takeBack removes the CRDs of a tree: the next one may have others with the same names.
func (h *host) takeBack(it *tree.Tree) {
	h.Helper()
	for _, object := range it.Meant {
		if bringsKind(object) {
			resource, err := h.at("apiextensions.k8s.io/v1", "CustomResourceDefinition", "")
			must(h.T, err)
			err = resource.Delete(context.Background(), tree.Text(object, "metadata", "name"), metav1.DeleteOptions{})
			if !apierrors.IsNotFound(err) {
				must(h.T, err)
			}
			h.gone(h.server, object)
		}
	}
}

func (h *host) tryObject(name string, object tree.Object) {
	h.Helper()
	if object["sops"] != nil || strings.Contains(fmt.Sprint(object), "${") {
		figures["objects that only Flux can complete"]++
		return
	}
	switch err := h.apply(object, true); {
	case err == nil:
		figures["objects tried on the server"]++
	case isProtected(err):
		figures["CRDs that lack the approval of their group"]++
	case meta.IsNoMatchError(err):
		figures["objects of kinds that are not served"]++
	default:
		h.Errorf("%s: %v", name, err)
	}
}

// tryFaults shows that the server refuses what is wrong.
func (h *host) tryFaults() {
	h.Helper()
	for _, text := range []string{
		`{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default}, spec: {ports: [{port: 0}]}}`,
		`{apiVersion: v1, kind: Service, metadata: {name: Web, namespace: default}, spec: {ports: [{port: 80}]}}`,
		`{apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: default, labels: {a: "b c"}}}`,
		`{apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: default}, datas: {a: b}}`,
		`{apiVersion: v1, kind: ResourceQuota, metadata: {name: web, namespace: default}, spec: {hard: {pods: 1 Gi}}}`,
		`{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: default}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: c}}, spec: {containers: [{name: web, image: web}]}}}}`,
		`{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: web, namespace: default}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Rule, name: x}}`,
		`{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: default}, spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}]}]}}`,
		`{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: web}, spec: {matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}, validations: [{expression: "object.("}]}}`,
		`{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: web, namespace: default}, spec: {interval: often, prune: true, sourceRef: {kind: GitRepository, name: web}}}`,
		`{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: web, namespace: default}, spec: {interval: 1m, prune: true, sourceRef: {kind: Git, name: web}}}`,
		`{apiVersion: source.toolkit.fluxcd.io/v1, kind: GitRepository, metadata: {name: web, namespace: default}, spec: {interval: 1m, url: "example.com/web"}}`,
		`{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: web, namespace: default}, spec: {interval: 1m}}`,
		`{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: web, namespace: default}, spec: {interval: 1m, release: web, chartRef: {kind: OCIRepository, name: web}}}`,
	} {
		objects, err := tree.AsKubernetes([]byte(text))
		must(h.T, err)
		if h.apply(objects[0], true) == nil {
			h.Errorf("the server would take %s", text)
		}
		figures["faulty objects refused"]++
	}
}
