package cluster

import (
	"path/filepath"
	"testing"

	"conformance/tree"
)

const platform = "https://git.example/platform"

// startWiring brings up the fleet `wiring` with its remote.
func startWiring(t *testing.T) *host {
	t.Helper()
	h := startHost(t, "../fleets/wiring", "emea", platform, "kiosk")
	kiosk := h.remotes["kiosk-kubeconfig"]
	h.remotes["kiosk-tenant"] = kiosk
	must(t, kiosk.applyText(mayImpersonateSearch))
	h.bring(secretOf("search", "kiosk-tenant", kiosk.kubeconfig(tenantToken)))
	h.sources.serve("https://git.example/search", filepath.Join(h.folder, "teams/search"))
	h.publish()
	delete(h.remotes, "kiosk-tenant")
	h.bootstrap()
	h.settle()
	return h
}

// mayImpersonateSearch is the identity that docs/output.md asks for in a `tenant-kubeconfig`.
const mayImpersonateSearch = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: impersonate-search}
rules: [{apiGroups: [""], resources: [serviceaccounts], resourceNames: [search], verbs: [impersonate]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: impersonate-search}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: impersonate-search}
subjects: [{kind: User, name: tenants, apiGroup: rbac.authorization.k8s.io}]
`

// index is the Deployment that the team `search` pulls.
var index = tree.Object{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": tree.Object{"name": "index", "namespace": "search"}}

func TestWiring(t *testing.T) {
	h := startWiring(t)
	kiosk := h.remotes["kiosk-kubeconfig"]
	there := h.compare()
	h.figuresOfKustomizations()
	h.checkOrder()
	far, err := kiosk.get(index)
	must(t, err)

	step := func(name string, do func(h *host)) {
		t.Run(name, func(t *testing.T) {
			inner := *h
			inner.T = t
			do(&inner)
			h.tree, h.builds, h.pokes = inner.tree, inner.builds, inner.pokes
		})
		if t.Failed() {
			t.FailNow()
		}
	}
	step("isolation", func(h *host) { h.checkIsolation(kiosk) })
	step("hostile repository", func(h *host) { h.checkHostile() })
	step("changed app", func(h *host) {
		h.edit(`checkout" = "1.0.0"`, `checkout" = "1.0.1"`)
		there = h.next(there)
	})
	step("moved object, kept first", func(h *host) {
		h.edit("manifests = \"apps/checkout\"\n", "manifests = \"apps/checkout\"\nkeep = [{ kind = \"ConfigMap\" }]\n")
		there = h.next(there)
		h.edit("manifests = \"apps/checkout\"\nkeep = [{ kind = \"ConfigMap\" }]", `manifests = "apps/checkout/all.yaml"`)
		h.edit(`manifests = "apps/ledger"`, `manifests = ["apps/ledger", "apps/checkout/moves.yaml"]`)
		there = h.next(there)
	})
	step("removed app", func(h *host) {
		h.edit("[apps.ledger]\ntenant = \"payments\"\nmanifests = [\"apps/ledger\", \"apps/checkout/moves.yaml\"]\nafter = [\"checkout\"]\n", "")
		there = h.next(there)
	})
	step("source of its own", func(h *host) {
		h.edit("[environments.prod]\n", "[environments.prod]\nsource = { branch = \"env/prod\" }\n")
		there = h.next(there)
	})
	step("tenant that leaves in two steps", func(h *host) {
		h.edit("[tenants.leaving]\n", "[tenants.leaving]\nstate = \"retired\"\n")
		there = h.next(there)
		h.edit("[tenants.leaving]\nstate = \"retired\"\nwhere = { cluster = \"emea\", environment = \"prod\" }\n", "")
		h.edit("[apps.leaving]\ntenant = \"leaving\"\nmanifests = \"apps/leaving\"\n", "")
		there = h.next(there)
	})
	step("tenant that leaves the host, not the remote", func(h *host) {
		h.edit("[tenants.search]\nwhere = { environment = \"prod\" }", "[tenants.search]\nwhere = { cluster = \"kiosk\", environment = \"prod\" }")
		there = h.next(there)
		h.gone(h.server, index)
		now, err := kiosk.get(index)
		must(h.T, err)
		if now.GetUID() != far.GetUID() {
			h.Error("the far workload was made anew")
		}
	})
	step("remote that leaves in steps", func(h *host) {
		h.edit("[tenants.search]\n", "[tenants.search]\nstate = \"retired\"\n")
		h.edit("[clusters.kiosk]\n", "[clusters.kiosk]\nstate = \"retired\"\n")
		there = h.next(there)
		h.gone(kiosk, index)
		// What is of a kind goes before its CRD: Flux forgets on a remote how to delete it.
		h.edit("manifests = \"platform/policies.yaml\"\n", "manifests = \"platform/policies.yaml\"\nwhere = { environment = \"common\", cluster = \"emea\" }\n")
		h.edit("[defaults.tenant]\nafter = [\"policies\"]\n", "[defaults.tenant]\n")
		there = h.next(there)
		h.edit("[clusters.kiosk]\nstate = \"retired\"\nenvironments = [\"prod\"]\nmanaged-by = \"emea\"\ntenant-kubeconfig = \"kiosk-tenant\"\n", "")
		h.edit("[tenants.search]\nstate = \"retired\"\nwhere = { cluster = \"kiosk\", environment = \"prod\" }\nsource = { git = \"https://git.example/search\" }\nrole = \"edit\"\n", "")
		h.edit("[apps.index]\ntenant = \"search\"\npath = \"./deploy\"\n", "")
		h.edit(", cluster = \"emea\" }\nafter", " }\nafter")
		h.edit("where = { cluster = \"emea\", environment = [\"dev\", \"prod\"] }", "where = { environment = [\"dev\", \"prod\"] }")
		there = h.next(there)
	})
	step("environment that leaves", func(h *host) {
		h.edit(`environments = ["dev", "prod"]`, `environments = ["prod"]`)
		h.edit("[environments.dev]\nprefix = \"dev-\"\n", "")
		h.edit(`environment = ["dev", "prod"]`, `environment = "prod"`)
		there = h.next(there)
	})
	step("cluster that leaves", func(h *host) {
		h.edit("[clusters.emea]\n", "[clusters.emea]\nstate = \"retired\"\n")
		there = h.next(there)
		if _, err := h.find("apps/v1", "Deployment", "flux-system", "kustomize-controller"); err != nil {
			h.Errorf("Flux went too: %v", err)
		}
	})
	figures["reconciliations asked for"] += h.pokes
}
