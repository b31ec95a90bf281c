package tree

// What `flux bootstrap` puts beside the file that fleetc writes, as far as the patches in that file care.
var bootstrapFiles = map[string]string{
	"gotk-components.yaml": deployments("kustomize-controller", "helm-controller", "notification-controller",
		"image-reflector-controller", "image-automation-controller"),
	"gotk-sync.yaml": `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system, labels: {conformance: bootstrap}}
spec: {interval: 10m, prune: true, path: ./, sourceRef: {kind: GitRepository, name: flux-system}}
`,
}

func deployments(names ...string) string {
	text := ""
	for _, name := range names {
		text += `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ` + name + `, namespace: flux-system, labels: {conformance: bootstrap}}
spec: {template: {spec: {priorityClassName: system-cluster-critical, containers: [{name: manager, args: [--log-level=info]}]}}}
`
	}
	return text
}

// fromBootstrap says whether fleetc did not write the object.
func fromBootstrap(object Object) bool {
	return Text(object, "metadata", "labels", "conformance") == "bootstrap"
}
