package cluster

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"conformance/tree"
)

// What `fleetc new` makes is applied as it stands; a second build changes what it says, and nothing else.
func TestNew(t *testing.T) {
	folder := t.TempDir()
	run := exec.Command(os.Getenv("FLEETC"), "new", "home")
	run.Dir = folder
	if output, err := run.CombinedOutput(); err != nil && os.Getenv("FLEETC") != "" {
		t.Fatalf("fleetc new: %s", output)
	}
	h := startHost(t, filepath.Join(folder, "home"), "home", "https://github.com/acme/home")
	h.publish()
	h.bootstrap()
	h.settle()
	there := h.compare()
	h.figuresOfKustomizations()
	h.edit("replicas  = { web = 2 }", "replicas  = { web = 3 }")
	there = h.next(there)
	h.edit("[apps.podinfo]", "[apps.other]")
	h.next(there)
}

// The example, on the cluster that has a remote; only its encrypted Secret, whose key nobody has, is left out.
func TestExample(t *testing.T) {
	folder := t.TempDir()
	must(t, os.CopyFS(filepath.Join(folder, "examples"), os.DirFS("../../../examples")))
	text, err := os.ReadFile("../../../fleet.example.toml")
	must(t, err)
	must(t, os.WriteFile(filepath.Join(folder, "fleet.toml"), text, 0o644))
	h := startHost(t, folder, "emea-live", "https://github.com/acme/platform", "kiosk")
	h.edit("secrets    = [\"examples/apps/checkout/secrets/*.yaml\"]", "")
	h.edit("decryption         = { provider = \"sops\", secretRef = { name = \"sops-age\" } }", "")
	kiosk := h.remotes["kiosk-kubeconfig"]
	must(t, kiosk.applyText(mayImpersonateSearch))
	h.bring(secretOf("find", "kiosk-tenant", kiosk.kubeconfig(tenantToken)))
	h.sources.serve("https://github.com/acme/search", h.teamOfExample())
	for _, server := range []*server{h.server, kiosk} {
		files, err := tree.Files(filepath.Join(folder, "examples/crds"))
		must(t, err)
		for _, text := range files {
			must(t, server.applyText(string(text)))
		}
	}
	h.publish()
	h.bootstrap()
	h.settle()
	h.compare()
	h.checkOrder()
	h.figuresOfKustomizations()
	figures["reconciliations asked for"] += h.pokes
}

// teamOfExample is the repository of the team `search`.
func (h *host) teamOfExample() string {
	h.Helper()
	folder := filepath.Join(h.processes.folder, "search")
	for _, path := range []string{"deploy/prod", "crawler"} {
		must(h.T, os.MkdirAll(filepath.Join(folder, path), 0o755))
		text := strings.ReplaceAll("{apiVersion: v1, kind: ConfigMap, metadata: {name: NAME}, data: {a: b}}", "NAME", filepath.Base(path))
		must(h.T, os.WriteFile(filepath.Join(folder, path, "object.yaml"), []byte(text), 0o644))
	}
	return folder
}

// Flux puts in what only the cluster knows, and changes nothing else.
func TestLate(t *testing.T) {
	h := startHost(t, "../fleets/late", "home", platform)
	h.bring(tree.Object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": tree.Object{"name": "cluster-info", "namespace": "flux-system"}, "data": tree.Object{"zone": "emea: #1", "count": "3"}})
	h.bring(tree.Object{"apiVersion": "v1", "kind": "Secret", "metadata": tree.Object{"name": "cluster-secrets", "namespace": "flux-system"}, "stringData": tree.Object{"answer": "yes"}})
	h.publish()
	h.bootstrap()
	h.settle()
	h.figuresOfKustomizations()
	web, err := h.find("v1", "ConfigMap", "team", "web")
	must(t, err)
	wanted := tree.Object{
		"zone": "emea: #1", "inside": "https://web.emea: #1/x", "answer": "yes", "count": "3",
		"script": "echo \"$HOME\" $1 $(date) $$ $$HOME\necho \"${HOME}\" \"${a^^}\"\n",
	}
	for _, difference := range differences("", wanted, web.Object["data"]) {
		t.Error(difference)
	}
	deployment, err := h.find("apps/v1", "Deployment", "team", "web")
	must(t, err)
	if replicas := tree.Get(deployment.Object, "spec", "replicas"); replicas != int64(3) {
		t.Errorf("%v replicas", replicas)
	}
	figures["late variables put in"] += 7
}
