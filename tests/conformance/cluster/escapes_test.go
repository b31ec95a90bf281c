package cluster

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"conformance/tree"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Every way out that the compiler refuses, the cluster refuses too, by RBAC or by a policy; what is innocent passes.
func TestEscapes(t *testing.T) {
	h := startHost(t, "../fleets/late", "escapes", platform)
	all := readTables(t)
	must(t, h.installCRDs())
	must(t, h.applyText(components))
	must(t, h.applyText(rightsOfTeam))
	var namespaces []tree.Object
	for _, object := range all.Tree {
		if group := tree.Text(object, "apiVersion"); strings.Contains(group, ".toolkit.fluxcd.io/") {
			continue // Flux does not run here: what it would apply is.
		}
		namespaces = append(namespaces, object)
	}
	must(t, h.applyAll(namespaces))
	h.hasNoWarnings(all)
	refused := map[string][]attempt{}
	for _, account := range accounts {
		as := h.as(account)
		h.waitForRights(as)
		for _, object := range all.Escapes {
			h.tryEscape(account, as, object, refused)
		}
		for _, object := range all.Innocent {
			if err := as.apply(inNamespace(object), true); err != nil {
				h.Errorf("%s may not apply what is innocent, %s: %v", account.name, text(object), err)
			}
			figures["innocent objects taken"]++
		}
		h.tryChanges(account, as, refused)
	}
	h.checkEachRule(all, refused)
}

// hasNoWarnings waits until the server has checked the types of every policy, and says what it found.
func (h *host) hasNoWarnings(all tables) {
	h.Helper()
	for _, policy := range all.Tree {
		if tree.Text(policy, "kind") != "ValidatingAdmissionPolicy" {
			continue
		}
		must(h.T, eventually(30*time.Second, func() error {
			live, err := h.get(policy)
			if err != nil {
				return err
			}
			if tree.Get(live.Object, "status", "typeChecking") == nil {
				return fmt.Errorf("%s is not checked yet", tree.ID(policy))
			}
			if warnings := tree.Get(live.Object, "status", "typeChecking", "expressionWarnings"); warnings != nil {
				h.Errorf("%s: %v", tree.ID(policy), warnings)
			}
			return nil
		}))
		figures["policies checked for types"]++
	}
}

// waitForRights waits until the rights of the account are known, and the policies hold.
func (h *host) waitForRights(as *server) {
	h.Helper()
	innocent := tree.Object{"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": tree.Object{"name": "x", "namespace": "team"}, "spec": tree.Object{
		"interval": "1m", "prune": true, "serviceAccountName": "team", "sourceRef": tree.Object{"kind": "GitRepository", "name": "x"},
	}}
	must(h.T, eventually(time.Minute, func() error { return as.apply(innocent, true) }))
	innocent["spec"].(tree.Object)["serviceAccountName"] = "other"
	must(h.T, eventually(time.Minute, func() error {
		if policyOf(as.apply(innocent, true)) == "" {
			return fmt.Errorf("no policy holds")
		}
		return nil
	}))
}

// marked is what the platform has done with an object of a tenant.
const marked = `{apiVersion: v1, kind: ConfigMap, metadata: {name: marked, namespace: team, finalizers: [example.com/keep],
	annotations: {reconcile.fluxcd.io/requestedAt: now}, ownerReferences: [{apiVersion: v1, kind: ServiceAccount, name: team, uid: a}]}}`

// tryChanges lets the account change what is there: what the platform has put on an object is no fault of a tenant that
// leaves it, and what the platform wrote stays as it is.
func (h *host) tryChanges(account account, as *server, refused map[string][]attempt) {
	h.Helper()
	must(h.T, h.applyText(marked))
	change := tree.Object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": tree.Object{"name": "marked", "namespace": "team"}, "data": tree.Object{"a": account.name}}
	if err := as.apply(change, true); err != nil {
		h.Errorf("%s may not change what is its own: %v", account.name, err)
	}
	figures["innocent objects taken"]++
	home := tree.Object{"apiVersion": "v1", "kind": "Namespace", "metadata": tree.Object{"name": "team", "labels": tree.Object{"fleetc/policies": "none"}}}
	h.tryEscape(account, as, home, refused)
	policies, err := as.at("networking.k8s.io/v1", "NetworkPolicy", "team")
	must(h.T, err)
	list, err := policies.List(context.Background(), metav1.ListOptions{})
	must(h.T, err)
	for _, it := range list.Items {
		err := policies.Delete(context.Background(), it.GetName(), metav1.DeleteOptions{DryRun: []string{metav1.DryRunAll}})
		if policyOf(err) != "tenant-network" {
			h.Errorf("%s may delete the NetworkPolicy %s: %v", account.name, it.GetName(), err)
		}
		figures["escapes refused by a policy"]++
	}
	bindings, err := as.at("rbac.authorization.k8s.io/v1", "RoleBinding", "team")
	must(h.T, err)
	label := []byte(`{"metadata": {"labels": {"a": "b"}}}`)
	_, err = bindings.Patch(context.Background(), "flux-team", types.MergePatchType, label, metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}})
	if policyOf(err) != "tenant-roles" {
		h.Errorf("%s may change the platform's RoleBinding: %v", account.name, err)
	}
	figures["escapes refused by a policy"]++
}

// checkEachRule takes the rules of the policies away, one at a time: something passes then that no other rule refuses.
func (h *host) checkEachRule(all tables, refused map[string][]attempt) {
	h.Helper()
	for _, policy := range all.Tree {
		if tree.Text(policy, "kind") != "ValidatingAdmissionPolicy" {
			continue
		}
		rules := tree.Get(policy, "spec", "validations").([]any)
		for i := range rules {
			rule := rules[i]
			rules[i] = tree.Object{"expression": "true", "message": "none"}
			must(h.T, h.apply(policy, false))
			rules[i] = rule
			h.checkRule(policy, fmt.Sprint(rule), refused[tree.Text(policy, "metadata", "name")])
		}
	}
}

// checkRule waits until something passes without the rule, and until nothing does with it again.
func (h *host) checkRule(policy tree.Object, rule string, refused []attempt) {
	h.Helper()
	var passes *attempt
	err := eventually(20*time.Second, func() error {
		for _, it := range refused {
			if it.as.apply(it.object, true) == nil {
				passes = &it
				return nil
			}
		}
		return fmt.Errorf("nothing of %d passes without %s", len(refused), rule)
	})
	must(h.T, h.apply(policy, false))
	if err != nil {
		h.Errorf("%s: %v", tree.ID(policy), err)
		return
	}
	must(h.T, eventually(20*time.Second, func() error {
		if passes.as.apply(passes.object, true) == nil {
			return fmt.Errorf("%s does not hold again", tree.ID(policy))
		}
		return nil
	}))
	figures["rules that something passes without"]++
}
