package cluster

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"conformance/tree"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// tables are what crates/fleetc/tests/escapes holds against the compiler: a fleet's tree, what its tenant `team` may not
// apply, and what it may.
type tables struct{ Tree, Escapes, Innocent []tree.Object }

// account is somebody with a tenant's rights, and what the policies do not hold for it, as docs/output.md says.
type account struct {
	name, user string
	groups     []string
	may        func(object tree.Object) bool
}

// accounts are all that have rights in the tenant's namespaces.
var accounts = []account{
	{"what Flux pulls", "system:serviceaccount:team:team", nil, isOfInventory},
	{"what fleetc rendered", "system:serviceaccount:flux-system:team", nil, func(object tree.Object) bool {
		return isOfInventory(object) || isReleaseOrSource(object) || isKept(object)
	}},
	{"a workload", "system:serviceaccount:team:robot", nil, isUntied},
	{"a developer", "jane", []string{"team", "system:authenticated"}, isUntied},
}

// isOfInventory says whether an object has one of the labels with which Flux marks all that it applies.
func isOfInventory(object tree.Object) bool {
	labels, _ := tree.Get(object, "metadata", "labels").(tree.Object)
	return labels["kustomize.toolkit.fluxcd.io/name"] != nil || labels["helm.toolkit.fluxcd.io/name"] != nil
}

// isUntied says whether an object has what Flux alone may not bring: operators in a namespace live by owners and finalizers.
func isUntied(object tree.Object) bool {
	return isOfInventory(object) || tree.Get(object, "metadata", "finalizers") != nil || tree.Get(object, "metadata", "ownerReferences") != nil
}

// isReleaseOrSource says whether fleet.toml may say the object: for a Helm release of a tenant.
func isReleaseOrSource(object tree.Object) bool {
	group, _, _ := strings.Cut(tree.Text(object, "apiVersion"), "/")
	kind := tree.Text(object, "kind")
	return strings.HasSuffix(group, ".toolkit.fluxcd.io") && kind != "Kustomization"
}

// isKept says whether an object has the annotation that `keep` in fleet.toml writes.
func isKept(object tree.Object) bool {
	annotations, _ := tree.Get(object, "metadata", "annotations").(tree.Object)
	return annotations["kustomize.toolkit.fluxcd.io/prune"] != nil
}

func readTables(t *testing.T) tables {
	t.Helper()
	text, err := os.ReadFile(os.Getenv("FLEETC_ESCAPES"))
	must(t, err)
	var all tables
	must(t, json.Unmarshal(text, &all))
	return all
}

// rightsOfTeam are those that a tenant can give to a workload, and `grants` and `rules` in fleet.toml; and ClusterRoles
// that give no more than what they have, so that RBAC alone would let them be bound.
const rightsOfTeam = `
apiVersion: v1
kind: Namespace
metadata: {name: team}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: more, namespace: team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
subjects: [{kind: ServiceAccount, name: robot, namespace: team}, {kind: Group, name: team, apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: team}
---
apiVersion: v1
kind: Namespace
metadata: {name: team-data}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: more, namespace: team-data}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
subjects: [{kind: ServiceAccount, name: robot, namespace: team}, {kind: Group, name: team, apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: wide, namespace: team}
rules:
- {apiGroups: [""], resources: ["*", "*/exec"], verbs: [get]}
- {apiGroups: [""], resources: [namespaces], verbs: [patch, update, delete]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: wide, namespace: team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: wide}
subjects: [{kind: ServiceAccount, name: robot, namespace: team}, {kind: ServiceAccount, name: team, namespace: team}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: crd-controller}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: Admin}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: admin2}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
`

// as is the server, spoken to as the account.
func (s *server) as(account account) *server {
	config, err := s.config(adminToken)
	if err != nil {
		panic(err)
	}
	config.WarningHandler = rest.NoWarnings{} // Pod Security warns of what the example pods lack.
	config.Impersonate = rest.ImpersonationConfig{UserName: account.user, Groups: account.groups}
	other := *s
	if other.objects, err = dynamic.NewForConfig(config); err != nil {
		panic(err)
	}
	return &other
}

// attempt is an escape that a policy refused.
type attempt struct {
	as     *server
	object tree.Object
}

var ofPolicy = regexp.MustCompile(`ValidatingAdmissionPolicy '([^']*)' with binding '[^']*' denied request: (.*)`)

// policyOf is the policy that refused; empty if none did.
func policyOf(err error) string {
	if err == nil {
		return ""
	}
	found := ofPolicy.FindStringSubmatch(err.Error())
	if found == nil || strings.HasPrefix(found[2], "expression '") {
		return "" // An expression that fails is no reason.
	}
	return found[1]
}

// ofRBAC says whether RBAC refused.
func ofRBAC(err error) bool {
	return strings.Contains(err.Error(), "cannot patch resource") || strings.Contains(err.Error(), "cannot create resource") ||
		strings.Contains(err.Error(), "is attempting to grant RBAC permissions not currently held")
}

// tryEscape tries what the compiler refuses, and notes who refuses it here.
func (h *host) tryEscape(account account, as *server, object tree.Object, refused map[string][]attempt) {
	h.Helper()
	object = inNamespace(object)
	err := as.apply(object, true)
	policy := policyOf(err)
	switch {
	case err == nil && account.may(object):
		figures["escapes that are none for the account"]++
	case err == nil:
		h.Errorf("%s may apply %s", account.name, text(object))
	case meta.IsNoMatchError(err):
		figures["escapes of kinds that are not served"]++
	case policy != "":
		figures["escapes refused by a policy"]++
		refused[policy] = append(refused[policy], attempt{as, object})
	case ofRBAC(err):
		figures["escapes refused by RBAC"]++
	default:
		h.Errorf("%s: %s is refused for another reason: %v", account.name, text(object), err)
	}
}

// inNamespace is the object in the tenant's home, if it names no other.
func inNamespace(object tree.Object) tree.Object {
	if tree.Text(object, "metadata", "namespace") != "" {
		return object
	}
	var copied tree.Object
	bytes, _ := json.Marshal(object)
	_ = json.Unmarshal(bytes, &copied)
	copied["metadata"].(tree.Object)["namespace"] = "team"
	return copied
}

func text(object tree.Object) string {
	bytes, _ := json.Marshal(object)
	return string(bytes)
}
