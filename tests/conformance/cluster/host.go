package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"conformance/tree"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// tenantToken is that of the user with whom tenants reach remotes.
const tenantToken = "tenants"

// host is a fleet on a cluster with Flux, and on remotes without.
type host struct {
	*testing.T
	*server
	processes *processes
	sources   *sources
	// The remotes, by the Secret with their kubeconfig.
	remotes map[string]*server
	// What somebody else puts into namespaces, as soon as they are there.
	brought []tree.Object
	url     string
	folder  string
	builds  int
	pokes   int
	poked   map[string]time.Time
	tree    *tree.Tree
}

// startHost starts the cluster of a fleet (a folder with a fleet.toml), and its remotes: not Flux yet.
func startHost(t *testing.T, fleet, cluster, url string, remotes ...string) *host {
	t.Helper()
	if os.Getenv("FLEETC_BINARIES") == "" {
		t.Skip("FLEETC_BINARIES is not set: see tests/conformance/run")
	}
	folder := t.TempDir()
	p := newProcesses(folder)
	t.Cleanup(p.stop)
	port, peer := freePort(), freePort()
	etcd := "http://127.0.0.1:" + port
	must(t, p.start("etcd", "etcd", nil, "--data-dir="+filepath.Join(folder, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls="+etcd, "--advertise-client-urls="+etcd, "--listen-peer-urls=http://127.0.0.1:"+peer,
		"--initial-advertise-peer-urls=http://127.0.0.1:"+peer, "--initial-cluster=default=http://127.0.0.1:"+peer))
	h := &host{T: t, processes: p, url: url, folder: filepath.Join(folder, "fleet"), remotes: map[string]*server{}, poked: map[string]time.Time{}}
	var err error
	h.server, err = startServer(p, etcd, cluster)
	must(t, err)
	for _, name := range remotes {
		remote, err := startServer(p, etcd, name)
		must(t, err)
		h.remotes[name+"-kubeconfig"] = remote
	}
	h.sources, err = startSources(h.server)
	must(t, err)
	t.Cleanup(h.sources.stop)
	must(t, os.CopyFS(h.folder, os.DirFS(fleet)))
	t.Cleanup(func() {
		if t.Failed() {
			h.logController()
		}
	})
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// logController shows the last that went wrong in kustomize-controller.
func (h *host) logController() {
	text, _ := os.ReadFile(filepath.Join(h.processes.folder, "kustomize-controller.log"))
	lines := slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool {
		return !strings.Contains(line, `"level":"error"`)
	})
	for _, line := range lines[max(0, len(lines)-5):] {
		h.Log(line[:min(len(line), 500)])
	}
}

// edit changes fleet.toml.
func (h *host) edit(old, new string) {
	h.Helper()
	name := filepath.Join(h.folder, "fleet.toml")
	text, err := os.ReadFile(name)
	must(h.T, err)
	if !strings.Contains(string(text), old) {
		h.Fatalf("fleet.toml holds no %q", old)
	}
	must(h.T, os.WriteFile(name, []byte(strings.Replace(string(text), old, new, 1)), 0o644))
}

// publish builds the fleet, and gives what comes out to the clusters.
func (h *host) publish() {
	h.Helper()
	// That a build takes away what nobody allowed to go is another test's: tests/cli.rs.
	run := exec.Command(os.Getenv("FLEETC"), "build", "--color", "never", "--allow-delete", "all")
	run.Dir = h.folder
	output, err := run.CombinedOutput()
	if err != nil {
		h.Fatalf("fleetc build: %s", output)
	}
	rendered := filepath.Join(h.folder, "rendered")
	if h.builds == 0 {
		must(h.T, writeBootstrap(filepath.Join(rendered, "clusters", h.name, "flux-system"), h.url, h.name))
	}
	h.builds++
	published := filepath.Join(h.processes.folder, fmt.Sprintf("published-%d", h.builds))
	must(h.T, os.CopyFS(filepath.Join(published, "rendered"), os.DirFS(rendered)))
	h.sources.serve(h.url, published)
	files, err := tree.Files(rendered)
	must(h.T, err)
	h.tree = &tree.Tree{Name: h.name, Files: files}
	for name := range files {
		if strings.HasPrefix(path.Base(name), "gotk-") || strings.HasPrefix(path.Base(name), ".") {
			delete(files, name)
		}
	}
}

// bootstrap does what docs/output.md says: on remotes the one binding, then Flux with the first sync.
func (h *host) bootstrap() {
	h.Helper()
	for secret, remote := range h.remotes {
		folder := filepath.Join(h.folder, "rendered/clusters", remote.name)
		files, err := tree.Files(folder)
		must(h.T, err)
		for _, text := range files {
			must(h.T, remote.applyText(string(text)))
		}
		h.bring(secretOf("flux-system", secret, remote.kubeconfig(adminToken)))
	}
	objects, err := kustomize(filepath.Join(h.folder, "rendered/clusters", h.name, "flux-system"))
	must(h.T, err)
	must(h.T, h.applyAll(objects))
	h.startController(objects)
}

func secretOf(namespace, name string, kubeconfig []byte) tree.Object {
	return tree.Object{"apiVersion": "v1", "kind": "Secret", "metadata": tree.Object{"name": name, "namespace": namespace}, "stringData": tree.Object{"value": string(kubeconfig)}}
}

// bring puts an object into its namespace once that is there.
func (h *host) bring(object tree.Object) { h.brought = append(h.brought, object) }

// startController starts kustomize-controller as its Deployment says, with its own account.
func (h *host) startController(objects []tree.Object) {
	h.Helper()
	token, err := h.typed.CoreV1().ServiceAccounts("flux-system").CreateToken(context.Background(), "kustomize-controller", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	must(h.T, err)
	kubeconfig, err := h.writeKubeconfig("kustomize-controller", token.Status.Token)
	must(h.T, err)
	all, err := arguments(objects, "kustomize-controller")
	must(h.T, err)
	all = append(all, "--requeue-dependency=1s", "--metrics-addr=127.0.0.1:"+freePort(), "--health-addr=127.0.0.1:"+freePort())
	environment := []string{"KUBECONFIG=" + kubeconfig, "RUNTIME_NAMESPACE=flux-system"}
	must(h.T, h.processes.start("kustomize-controller", "kustomize-controller", environment, all...))
}

func (h *host) kustomizations() []unstructured.Unstructured {
	h.Helper()
	list, err := h.list("kustomize.toolkit.fluxcd.io/v1", "Kustomization")
	must(h.T, err)
	return list
}

// settle waits until the cluster is what the tree says: every Kustomization of it Ready at the revision of its source,
// and none besides.
func (h *host) settle() {
	h.Helper()
	wanted := h.wanted()
	err := eventually(2*time.Minute, func() error {
		h.bringAll()
		return h.isSettled(wanted)
	})
	if err != nil {
		h.Fatalf("it does not settle: %v", err)
	}
}

func (h *host) bringAll() {
	h.brought = slices.DeleteFunc(h.brought, func(object tree.Object) bool { return h.apply(object, false) == nil })
}

// wanted are the objects of the tree, by server.
func (h *host) wanted() map[*server][]tree.Object {
	h.Helper()
	applied, err := tree.Applied(h.tree)
	must(h.T, err)
	wanted := map[*server][]tree.Object{}
	for cluster, objects := range applied {
		first, secret, isFar := strings.Cut(cluster, "/")
		switch {
		case first != h.name:
		case isFar:
			wanted[h.remotes[secret]] = append(wanted[h.remotes[secret]], objects...)
		default:
			wanted[h.server] = append(wanted[h.server], objects...)
		}
	}
	return wanted
}

func (h *host) isSettled(wanted map[*server][]tree.Object) error {
	expected := map[string]bool{"flux-system/flux-system": true}
	for _, object := range wanted[h.server] {
		if tree.Text(object, "kind") == "Kustomization" {
			expected[tree.Text(object, "metadata", "namespace")+"/"+tree.Text(object, "metadata", "name")] = true
		}
	}
	there := h.kustomizations()
	for _, it := range there {
		name := it.GetNamespace() + "/" + it.GetName()
		if !expected[name] {
			return fmt.Errorf("%s is still there: %s", name, message(it))
		}
		if err := h.isReady(it); err != nil {
			return err
		}
	}
	if len(there) != len(expected) {
		return fmt.Errorf("%d Kustomizations instead of %d", len(there), len(expected))
	}
	return nil
}

// isReady says whether a Kustomization is Ready at the revision of its source; one that failed is asked to try again.
func (h *host) isReady(it unstructured.Unstructured) error {
	name := it.GetNamespace() + "/" + it.GetName()
	revision := tree.Text(it.Object, "status", "lastAppliedRevision")
	condition := ready(it)
	isCurrent := tree.Get(it.Object, "status", "observedGeneration") == it.GetGeneration()
	if isCurrent && condition["status"] == "True" && revision == h.revision(it) {
		return nil
	}
	if condition["status"] == "False" && condition["reason"] != "DependencyNotReady" && time.Since(h.poked[name]) > 3*time.Second {
		h.poke(it)
		h.poked[name] = time.Now()
	}
	return fmt.Errorf("%s is not ready at %q: %s", name, revision, message(it))
}

// revision is that of the Kustomization's source.
func (h *host) revision(it unstructured.Unstructured) string {
	source, err := h.find("source.toolkit.fluxcd.io/v1", tree.Text(it.Object, "spec", "sourceRef", "kind"), it.GetNamespace(), tree.Text(it.Object, "spec", "sourceRef", "name"))
	if err != nil {
		return err.Error()
	}
	served, _ := h.sources.folder(source.Object)
	digest, _, err := h.sources.pack(served)
	if err != nil {
		return err.Error()
	}
	if revision := tree.Text(source.Object, "status", "artifact", "revision"); strings.HasSuffix(revision, digest[:40]) {
		return revision
	}
	return "not served yet"
}

func ready(it unstructured.Unstructured) tree.Object {
	conditions, _ := tree.Get(it.Object, "status", "conditions").([]any)
	for _, condition := range conditions {
		if condition, _ := condition.(tree.Object); condition["type"] == "Ready" {
			return condition
		}
	}
	return nil
}

func message(it unstructured.Unstructured) string {
	return fmt.Sprint(ready(it)["reason"], ": ", ready(it)["message"])
}

// poke does what `flux reconcile` does.
func (h *host) poke(it unstructured.Unstructured) {
	h.pokes++
	resource, err := h.at(it.GetAPIVersion(), it.GetKind(), it.GetNamespace())
	must(h.T, err)
	text := fmt.Sprintf(`{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":%q}}}`, time.Now().Format(time.RFC3339Nano))
	_, _ = resource.Patch(context.Background(), it.GetName(), types.MergePatchType, []byte(text), metav1.PatchOptions{})
}
