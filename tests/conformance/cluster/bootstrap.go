package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"conformance/tree"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// What `flux install` makes, in short: the accounts and rights are those of Flux' own manifests.
const components = `
apiVersion: v1
kind: Namespace
metadata: {name: flux-system}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: cluster-reconciler-flux-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects:
- {kind: ServiceAccount, name: kustomize-controller, namespace: flux-system}
- {kind: ServiceAccount, name: helm-controller, namespace: flux-system}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: flux-edit-flux-system
  labels: {rbac.authorization.k8s.io/aggregate-to-admin: "true", rbac.authorization.k8s.io/aggregate-to-edit: "true"}
rules:
- apiGroups: [source.toolkit.fluxcd.io, kustomize.toolkit.fluxcd.io, helm.toolkit.fluxcd.io, notification.toolkit.fluxcd.io]
  resources: ["*"]
  verbs: [create, delete, deletecollection, patch, update]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: flux-view-flux-system
  labels:
    rbac.authorization.k8s.io/aggregate-to-admin: "true"
    rbac.authorization.k8s.io/aggregate-to-edit: "true"
    rbac.authorization.k8s.io/aggregate-to-view: "true"
rules:
- apiGroups: [source.toolkit.fluxcd.io, kustomize.toolkit.fluxcd.io, helm.toolkit.fluxcd.io, notification.toolkit.fluxcd.io]
  resources: ["*"]
  verbs: [get, list, watch]
`

const controller = `---
apiVersion: v1
kind: ServiceAccount
metadata: {name: NAME, namespace: flux-system}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: flux-system}
spec:
  replicas: 1
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      serviceAccountName: NAME
      containers:
      - {name: manager, image: NAME, args: [--watch-all-namespaces=true, --log-level=info, --log-encoding=json]}
`

const firstSync = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: "URL", ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 10m
  path: ./rendered/clusters/CLUSTER
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
`

// writeBootstrap puts beside fleetc's file what `flux bootstrap git --path=rendered/clusters/<cluster>` commits.
func writeBootstrap(folder, url, cluster string) error {
	text := components
	for _, name := range []string{"source-controller", "kustomize-controller", "helm-controller", "notification-controller"} {
		text += strings.ReplaceAll(controller, "NAME", name)
	}
	crds, err := filepath.Glob(filepath.Join(os.Getenv("FLEETC_BINARIES"), "crds", "*.yaml"))
	if err != nil {
		return err
	}
	for _, crd := range crds {
		more, err := os.ReadFile(crd)
		if err != nil {
			return err
		}
		text += string(more)
	}
	if err := os.WriteFile(filepath.Join(folder, "gotk-components.yaml"), []byte(text), 0o644); err != nil {
		return err
	}
	text = strings.NewReplacer("URL", url, "CLUSTER", cluster).Replace(firstSync)
	return os.WriteFile(filepath.Join(folder, "gotk-sync.yaml"), []byte(text), 0o644)
}

// kustomize does what `kubectl kustomize` does.
func kustomize(folder string) ([]tree.Object, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil, err
	}
	text, err := resources.AsYaml()
	if err != nil {
		return nil, err
	}
	return tree.AsKubernetes(text)
}

// arguments are those of a controller's Deployment.
func arguments(objects []tree.Object, name string) ([]string, error) {
	for _, object := range objects {
		if tree.Text(object, "kind") != "Deployment" || tree.Text(object, "metadata", "name") != name {
			continue
		}
		containers, _ := tree.Get(object, "spec", "template", "spec", "containers").([]any)
		container, _ := containers[0].(tree.Object)
		var all []string
		for _, argument := range container["args"].([]any) {
			all = append(all, fmt.Sprint(argument))
		}
		return all, nil
	}
	return nil, fmt.Errorf("no Deployment %s", name)
}
