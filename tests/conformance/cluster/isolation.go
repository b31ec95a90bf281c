package cluster

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"conformance/tree"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// right is something that an account may do, or may not. An empty namespace is the whole cluster.
type right struct {
	verb, group, resource, namespace string
	may                              bool
}

// rights are those of a tenant in one of its namespaces, and what it must never have in another's or in the cluster.
func rights(home, other string) []right {
	var all []right
	allowed := []struct{ verb, group, resource string }{
		{"patch", "apps", "deployments"}, {"delete", "apps", "deployments"}, {"patch", "apps", "statefulsets"},
		{"patch", "batch", "cronjobs"}, {"patch", "", "services"}, {"patch", "", "configmaps"}, {"get", "", "secrets"},
		{"patch", "networking.k8s.io", "ingresses"}, {"patch", "policy", "poddisruptionbudgets"}, {"patch", "", "persistentvolumeclaims"},
	}
	for _, it := range allowed {
		all = append(all, right{it.verb, it.group, it.resource, home, true}, right{it.verb, it.group, it.resource, other, false})
	}
	for _, it := range []struct{ verb, group, resource string }{
		{"patch", "", "resourcequotas"}, {"delete", "", "resourcequotas"}, {"patch", "", "limitranges"},
		{"patch", "", "namespaces"}, {"delete", "", "namespaces"}, {"patch", "policy.example.com", "guards"},
	} {
		all = append(all, right{it.verb, it.group, it.resource, home, false})
	}
	for _, it := range []struct{ verb, group, resource string }{
		{"create", "", "namespaces"}, {"list", "", "secrets"}, {"patch", "", "nodes"}, {"patch", "", "persistentvolumes"},
		{"create", "rbac.authorization.k8s.io", "clusterroles"}, {"create", "rbac.authorization.k8s.io", "clusterrolebindings"},
		{"bind", "rbac.authorization.k8s.io", "clusterroles"}, {"escalate", "rbac.authorization.k8s.io", "clusterroles"},
		{"impersonate", "", "users"}, {"impersonate", "", "groups"}, {"impersonate", "", "serviceaccounts"},
		{"patch", "apiextensions.k8s.io", "customresourcedefinitions"}, {"patch", "admissionregistration.k8s.io", "validatingadmissionpolicies"},
		{"patch", "kustomize.toolkit.fluxcd.io", "kustomizations"},
	} {
		all = append(all, right{it.verb, it.group, it.resource, "", false})
	}
	for _, namespace := range []string{other, "flux-system", "kube-system", "default"} {
		all = append(all,
			right{"get", "", "secrets", namespace, false},
			right{"impersonate", "", "serviceaccounts", namespace, false},
			right{"patch", "kustomize.toolkit.fluxcd.io", "kustomizations", namespace, false},
			right{"patch", "source.toolkit.fluxcd.io", "gitrepositories", namespace, false},
			right{"patch", "rbac.authorization.k8s.io", "rolebindings", namespace, false})
	}
	return all
}

// checkIsolation asks the servers what the account of each tenant may do.
func (h *host) checkIsolation(kiosk *server) {
	h.Helper()
	for _, it := range []struct {
		on                   *server
		account, home, other string
	}{
		{h.server, "flux-system:payments", "payments", "dev-payments"},
		{h.server, "flux-system:dev-payments", "dev-payments", "payments"},
		{h.server, "payments:payments", "payments", "search"},
		{h.server, "dev-payments:payments", "dev-payments", "leaving"},
		{h.server, "search:search", "search", "payments"},
		{h.server, "flux-system:leaving", "leaving", "payments"},
		{kiosk, "search:search", "search", "kube-public"},
	} {
		for _, right := range rights(it.home, it.other) {
			may, err := it.on.may("system:serviceaccount:"+it.account, right)
			must(h.T, err)
			if may != right.may {
				h.Errorf("%s: %s may %s %s/%s in %q: %v", it.on.name, it.account, right.verb, right.group, right.resource, right.namespace, may)
			}
			figures["rights asked"]++
		}
	}
	h.checkNobody(kiosk)
	h.checkPolicies(kiosk)
}

// checkPolicies tries whether the admission policies hold on every server, for what Flux pulls for the team `search`.
func (h *host) checkPolicies(kiosk *server) {
	h.Helper()
	for _, server := range []*server{h.server, kiosk} {
		as := server.as(account{user: "system:serviceaccount:search:search"})
		object := tree.Object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": tree.Object{"name": "x", "namespace": "search"}}
		if err := as.apply(object, true); err != nil {
			h.Errorf("%s: it refuses what is innocent: %v", server.name, err)
		}
		object["metadata"].(tree.Object)["annotations"] = tree.Object{"kustomize.toolkit.fluxcd.io/prune": "disabled"}
		if err := as.apply(object, true); policyOf(err) != "tenant-metadata" {
			h.Errorf("%s: no policy holds: %v", server.name, err)
		}
		figures["escapes refused by a policy"]++
	}
}

// checkNobody asks what accounts may do that nobody gave anything: what names no account acts as one of them.
func (h *host) checkNobody(kiosk *server) {
	h.Helper()
	for _, server := range []*server{h.server, kiosk} {
		for _, account := range []string{"flux-system:default", "payments:default", "search:default", "search:kustomize-controller"} {
			for _, resource := range []string{"configmaps", "secrets", "serviceaccounts"} {
				may, err := server.may("system:serviceaccount:"+account, right{"patch", "", resource, "search", false})
				must(h.T, err)
				if may {
					h.Errorf("%s: %s may patch %s", server.name, account, resource)
				}
				figures["rights asked"]++
			}
		}
	}
}

func (s *server) may(user string, right right) (bool, error) {
	namespace := strings.Split(user, ":")[2]
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User:   user,
		Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"},
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Verb: right.verb, Group: right.group, Resource: right.resource, Namespace: right.namespace,
		},
	}}
	answer, err := s.typed.AuthorizationV1().SubjectAccessReviews().Create(context.Background(), review, metav1.CreateOptions{})
	if err != nil {
		return false, err
	}
	return answer.Status.Allowed, nil
}

// hostile are files that a team could put into its repository, and what the cluster must say to each.
var hostile = []struct{ name, text, says string }{
	{"a Namespace", `{apiVersion: v1, kind: Namespace, metadata: {name: mine}}`, `cannot patch resource "namespaces"`},
	{"a ClusterRoleBinding", `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: x}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}, subjects: [{kind: ServiceAccount, name: search, namespace: search}]}`, "cluster scope"},
	{"a custom kind of the cluster", `{apiVersion: policy.example.com/v1, kind: Guard, metadata: {name: all}, spec: {level: 0}}`, "cluster scope"},
	{"its own quota", `{apiVersion: v1, kind: ResourceQuota, metadata: {name: search}, spec: {hard: {pods: "1000"}}}`, "resourcequotas"},
	{"its own Namespace", `{apiVersion: v1, kind: Namespace, metadata: {name: search, labels: {pod-security.kubernetes.io/enforce: privileged}}}`, "cannot patch"},
	{"more rights", `{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: x}, rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]}`, "roles"},
	{"a Kustomization without an account", innerObject("Kustomization", `prune: true, sourceRef: {kind: GitRepository, name: search}`), "'tenant-kustomizations'"},
	{"a Kustomization that waits for another's", innerObject("Kustomization", `prune: true, serviceAccountName: search, sourceRef: {kind: GitRepository, name: search}, dependsOn: [{name: checkout, namespace: payments}]`), "'tenant-kustomizations'"},
	{"a HelmRelease for another cluster", innerObject("HelmRelease", `serviceAccountName: search, chartRef: {kind: OCIRepository, name: a}, kubeConfig: {secretRef: {name: a}}`), "'tenant-helmreleases'"},
	{"a source from elsewhere", innerObject("GitRepository", `url: "https://evil.example/search"`), "'tenant-sources'"},
	{"a kind of Flux that it is not granted", innerObject("HelmChart", `chart: a, sourceRef: {kind: GitRepository, name: search}`), "'tenant-flux'"},
	{"pods with the account of Flux", `{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {serviceAccountName: search, containers: [{name: x, image: x}]}}`, "'tenant-pods'"},
	{"what the platform acts upon", `{apiVersion: v1, kind: ConfigMap, metadata: {name: x, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}}`, "'tenant-metadata'"},
	{"an open network", `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: x}, spec: {podSelector: {}, ingress: [{}]}}`, "'tenant-network'"},
	{"what a policy denies", `{apiVersion: apps/v1, kind: Deployment, metadata: {name: x}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: x, image: "x:latest"}]}}}}`, "an image needs a version"},
}

// innerObject is an object of Flux that a team could put into its repository.
func innerObject(kind, spec string) string {
	apiVersions := map[string]string{"Kustomization": "kustomize.toolkit.fluxcd.io/v1", "HelmRelease": "helm.toolkit.fluxcd.io/v2"}
	apiVersion := apiVersions[kind]
	if apiVersion == "" {
		apiVersion = "source.toolkit.fluxcd.io/v1"
	}
	return `{apiVersion: ` + apiVersion + `, kind: ` + kind + `, metadata: {name: x}, spec: {interval: 10m, ` + spec + `}}`
}

// inner are Kustomizations that a team could bring, which act later.
var inner = []struct{ name, spec, says string }{
	{"no-account", `sourceRef: {kind: GitRepository, name: search}`, "cannot patch"},
	{"missing-account", `serviceAccountName: ghost, sourceRef: {kind: GitRepository, name: search}`, "cannot patch"},
	{"controller", `serviceAccountName: kustomize-controller, sourceRef: {kind: GitRepository, name: search}`, "cannot patch"},
	{"foreign-object", `serviceAccountName: search, path: ./foreign, sourceRef: {kind: GitRepository, name: search}`, "payments"},
	{"other-namespace", `serviceAccountName: search, targetNamespace: payments, sourceRef: {kind: GitRepository, name: search}`, "payments"},
	{"other-source", `serviceAccountName: search, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}`, "cross-namespace references have been blocked"},
}

// checkHostile lets the team `search` try what it may not.
func (h *host) checkHostile() {
	h.Helper()
	h.checkDrawnHome()
	good := filepath.Join(h.folder, "teams/search")
	bad := filepath.Join(h.processes.folder, "bad")
	name := "search/index"
	for i, it := range hostile {
		folder := filepath.Join(bad, fmt.Sprint(i))
		must(h.T, os.CopyFS(folder, os.DirFS(good)))
		must(h.T, os.WriteFile(filepath.Join(folder, "deploy/bad.yaml"), []byte(it.text), 0o644))
		h.sources.serve("https://git.example/search", folder)
		h.refused(it.name, name, it.says, folder)
	}
	for _, it := range inner {
		must(h.T, h.applyText(`{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: `+it.name+`, namespace: search}, spec: {interval: 10m, prune: true, `+it.spec+`}}`))
	}
	h.sources.serve("https://git.example/search", good)
	for _, it := range inner {
		h.refused(it.name, "search/"+it.name, it.says, "")
	}
	for _, it := range inner {
		resource, err := h.at("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "search")
		must(h.T, err)
		must(h.T, resource.Delete(context.Background(), it.name, metav1.DeleteOptions{}))
	}
	h.settle()
}

// checkDrawnHome lets the team bring an object of another namespace: `targetNamespace` puts it into the team's own.
func (h *host) checkDrawnHome() {
	h.Helper()
	folder := filepath.Join(h.processes.folder, "drawn-home")
	must(h.T, os.CopyFS(folder, os.DirFS(filepath.Join(h.folder, "teams/search"))))
	foreign, err := os.ReadFile(filepath.Join(folder, "foreign/object.yaml"))
	must(h.T, err)
	must(h.T, os.WriteFile(filepath.Join(folder, "deploy/foreign.yaml"), foreign, 0o644))
	h.sources.serve("https://git.example/search", folder)
	h.settle()
	if _, err := h.find("v1", "ConfigMap", "search", "foreign"); err != nil {
		h.Errorf("it is not drawn home: %v", err)
	}
	if _, err := h.find("v1", "ConfigMap", "payments", "foreign"); err == nil {
		h.Error("it is in another tenant's namespace")
	}
	figures["hostile tries refused"]++
}

// refused waits until Flux refuses what a Kustomization would do, at the revision of the folder.
func (h *host) refused(what, name, says, folder string) {
	h.Helper()
	namespace, name, _ := strings.Cut(name, "/")
	err := eventually(30*time.Second, func() error {
		it, err := h.find("kustomize.toolkit.fluxcd.io/v1", "Kustomization", namespace, name)
		if err != nil {
			return err
		}
		condition := ready(*it)
		text := fmt.Sprint(condition["message"])
		isOfFolder := true
		if folder != "" {
			digest, _, err := h.sources.pack(folder)
			must(h.T, err)
			isOfFolder = strings.HasSuffix(tree.Text(it.Object, "status", "lastAttemptedRevision"), digest[:40])
		}
		if isOfFolder && condition["status"] == "False" && strings.Contains(text, says) {
			return nil
		}
		return fmt.Errorf("%v: %s", condition["status"], text)
	})
	if err != nil {
		h.Errorf("%s is not refused: %v", what, err)
	}
	figures["hostile tries refused"]++
}
