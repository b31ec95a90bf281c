package tree

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
)

const (
	app     = "prod/emea-live/payments-checkout/"
	flux    = "prod/emea-live/flux/"
	tenant  = "prod/emea-live/tenant-payments/"
	root    = "clusters/emea-live/"
	ingress = "common/emea-live/ingress/"
)

// fault makes one thing in the tree of the example wrong, and says which check must find it.
type fault struct {
	name  string
	check string
	make  func(*Tree)
}

// In the text alone, faults are what a bad writer would do; in the meaning too, what a bad compiler would.
var faults = []fault{
	{"a byte of a name", "as meant", text(app+"service-checkout.yaml", "name: checkout\n", "name: checkoux\n")},
	{"a quote is lost", "as meant", text(app+"deployment-checkout.yaml", `cost-centre: "4711"`, "cost-centre: 4711")},
	{"a number gets quotes", "as meant", text(app+"deployment-checkout.yaml", "replicas: 3", `replicas: "3"`)},
	{"a boolean becomes text", "as meant", text(app+"deployment-checkout.yaml", "runAsNonRoot: true", `runAsNonRoot: "true"`)},
	{"text becomes a boolean", "as meant", text(ingress+"helmrelease-ingress.yaml", "level: INFO", "level: Off")},
	{"a field is lost", "as meant", text(app+"deployment-checkout.yaml", "  replicas: 3\n", "")},
	{"a list loses an item", "as meant", text(app+"deployment-checkout.yaml", "        - --verbose=false\n", "")},
	{"a field moves a level up", "as meant", text(flux+"kustomization-payments-checkout.yaml", "      name: sops-age", "    name: sops-age")},
	{"a text readers differ about", "readers agree", text(app+"deployment-checkout.yaml", `cost-centre: "4711"`, "cost-centre: yes")},
	{"a file is cut off", "kubernetes reads it", text(app+"service-checkout.yaml", "metadata:", "metadata: {")},
	{"a tab", "kubernetes reads it", text(app+"service-checkout.yaml", "  name: checkout\n", "\tname: checkout\n")},
	{"a key twice", "kubernetes reads it", text(app+"deployment-checkout.yaml", "  replicas: 3\n", "  replicas: 3\n  replicas: 3\n")},
	{"two objects in a file", "one object a file", text(app+"service-checkout.yaml", "apiVersion", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n---\napiVersion")},
	{"a file is missing", "all files are there", without(app + "service-checkout.yaml")},

	{"a field that there is not", "types", meaning(app+"deployment-checkout.yaml", "replicas: 3", "replica: 3")},
	{"a wrong type", "types", meaning(app+"deployment-checkout.yaml", "replicas: 3", "replicas: many")},
	{"a list where a map belongs", "types", meaning(app+"deployment-checkout.yaml", "matchLabels:\n      app: checkout", "matchLabels: [checkout]")},
	{"a field of Flux that there is not", "types", meaning(flux+"kustomization-payments-checkout.yaml", "  prune: true", "  pruned: true")},
	{"a duration that is none", "types", meaning(flux+"kustomization-payments-checkout.yaml", "timeout: 5m", "timeout: 5 minutes")},
	{"a field of Helm that there is not", "types", meaning(ingress+"helmrelease-ingress.yaml", "releaseName", "release")},
	{"a field of a list that there is not", "types", text(app+"kustomization.yaml", "resources:", "resource:")},

	{"an object that is not listed", "builds what is there", text(app+"kustomization.yaml", "- service-checkout.yaml\n", "")},
	{"a list with a file that is not there", "builds", text(app+"kustomization.yaml", "- service-checkout.yaml", "- service.yaml")},
	{"a list that changes its objects", "builds what is there", text(app+"kustomization.yaml", "resources:", "namePrefix: x-\nresources:")},
	{"one object in two files", "builds", copied(app+"service-checkout.yaml", app+"service-again.yaml", "service-checkout.yaml")},
	{"a path that is not there", "path", meaning(flux+"kustomization-payments-checkout.yaml", "payments-checkout\n  dependsOn", "payments-chekout\n  dependsOn")},
	{"a path with another start", "path", meaning(flux+"kustomization-payments-checkout.yaml", "./rendered/prod", "./render/prod")},
	{"a path that two apply", "one path for each object", meaning(flux+"kustomization-payments-checkout.yaml", "payments-checkout\n  dependsOn", "tenant-payments\n  dependsOn")},
	{"a path in another", "no path in another", moved(app, tenant+"inner/", flux+"kustomization-payments-checkout.yaml", "payments-checkout\n  dependsOn", "tenant-payments/inner\n  dependsOn")},
	{"an object that two own", "one owner", meaning(tenant+"serviceaccount-payments.payments.yaml", "name: payments\n  namespace: payments", "name: checkout\n  namespace: payments")},
	{"a Kustomization that nothing applies", "one path for each object", text(root+"kustomization.yaml", "- kustomization-prod.yaml\n", "")},
	{"a folder that the root forgets", "one path for each object", text(root+"kustomization.yaml", "- ../../common/emea-live/flux\n", "")},
	{"a root that uninstalls Flux", "root keeps Flux", text(root+"kustomization.yaml", "- flux-system\n", "")},

	{"a source that is not there", "source", meaning("prod/emea-live/tenant-search/kustomization-index.yaml", "    name: search\n  path", "    name: found\n  path")},
	{"a source in another namespace", "source", meaning(flux+"kustomization-payments-checkout.yaml", "    name: prod\n", "    name: prod\n    namespace: find\n")},
	{"a source of another kind", "source", meaning("prod/emea-live/mobile-push/helmrelease-push.yaml", "kind: HelmRepository", "kind: GitRepository")},
	{"a dependency that is not there", "dependsOn", meaning(flux+"kustomization-payments-checkout.yaml", "name: tenant-payments", "name: tenant-payment")},
	{"a circle", "order", meaning(flux+"kustomization-tenant-payments.yaml", "name: policies", "name: payments-checkout")},
	{"an account that is not there", "account", meaning(flux+"kustomization-payments-checkout.yaml", "serviceAccountName: payments", "serviceAccountName: payment")},
	{"an account without rights", "rights", meaning(tenant+"rolebinding-flux-payments.yaml", "namespace: flux-system", "namespace: flux")},
	{"an account that is missing", "lockdown", meaning(flux+"kustomization-tenant-payments.yaml", "  serviceAccountName: kustomize-controller\n", "")},
	{"a controller that is not locked down", "lockdown", text(root+"flux-system/kustomization.yaml", "--no-remote-bases=true", "--no-remote-bases=false")},
	{"a patch of Flux that does not fit", "builds", text(root+"flux-system/kustomization.yaml", "path: /spec/serviceAccountName", "path: /spec/service/accountName")},
}

func TestFaultsAreFound(t *testing.T) {
	trees := all(t)
	index := slices.IndexFunc(trees, func(tree *Tree) bool { return tree.Name == "example" })
	example := trees[index].Only("emea-live", "kiosk")
	found := Figures{}
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			tree := example.Clone()
			fault.make(tree)
			problems, _ := Check(tree)
			if !slices.ContainsFunc(problems, func(problem Problem) bool { return problem.Check == fault.check }) {
				t.Fatalf("%q does not find it, but: %v", fault.check, problems)
			}
			found["found"]++
		})
	}
	found["made"] = len(faults)
	found.Print("faults")
}

// text changes a file.
func text(path, old, new string) func(*Tree) {
	return func(tree *Tree) {
		if bytes.Count(tree.Files[path], []byte(old)) == 0 {
			panic(fmt.Sprintf("%s holds no %q", path, old))
		}
		tree.Files[path] = bytes.Replace(tree.Files[path], []byte(old), []byte(new), 1)
	}
}

// meaning changes a file, and what was meant with it.
func meaning(path, old, new string) func(*Tree) {
	return func(tree *Tree) {
		text(path, old, new)(tree)
		objects, err := AsKubernetes(tree.Files[path])
		if err != nil {
			panic(err)
		}
		tree.Meant[path] = objects[0]
	}
}

// without takes a file away.
func without(path string) func(*Tree) {
	return func(tree *Tree) { delete(tree.Files, path) }
}

// copied puts an object into a second file, which is listed too.
func copied(from, to, listed string) func(*Tree) {
	return func(tree *Tree) {
		tree.Files[to] = tree.Files[from]
		text(app+"kustomization.yaml", "- "+listed+"\n", "- "+listed+"\n- service-again.yaml\n")(tree)
	}
}

// moved moves a folder, and the path that leads there.
func moved(from, to, path, old, new string) func(*Tree) {
	return func(tree *Tree) {
		for _, name := range tree.Paths() {
			if inner, ok := bytes.CutPrefix([]byte(name), []byte(from)); ok {
				tree.Files[to+string(inner)] = tree.Files[name]
				delete(tree.Files, name)
			}
		}
		meaning(path, old, new)(tree)
	}
}
