package answers

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"conformance/tree"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/kustomize/kyaml/yaml/merge2"
)

func mustJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// A port has one protocol here: that ports are told apart by both is another test's, crates/fleetc-manifests.
var protocols = map[int]string{80: "TCP", 81: "UDP", 443: "TCP"}

var names = []string{"web", "proxy", "log", "job"}

// someItems are items of a list that merges by a key; some patches delete or replace.
func someItems(dice *rand.Rand, key string, keys []any, isPatch bool, fill func(tree.Object)) []any {
	items := []any{}
	for _, index := range dice.Perm(len(keys))[:dice.IntN(len(keys)+1)] {
		item := tree.Object{key: keys[index]}
		if isPatch && dice.IntN(30) == 0 {
			item["$patch"] = "delete"
		} else {
			fill(item)
		}
		items = append(items, item)
	}
	if isPatch && len(items) > 0 && !strings.Contains(mustJSON(items), `"$patch"`) && dice.IntN(12) == 0 {
		items = append(items, tree.Object{"$patch": "replace"})
	}
	return items
}

func anyOf[T any](list []T) []any {
	all := []any{}
	for _, item := range list {
		all = append(all, item)
	}
	return all
}

// maybe sets a field, or takes it away in a patch.
func maybe(dice *rand.Rand, object tree.Object, key string, isPatch bool, value func() any) {
	switch dice.IntN(6) {
	case 0, 1, 2:
		object[key] = value()
	case 3:
		if isPatch {
			object[key] = nil
		}
	}
}

func someTable(dice *rand.Rand, isPatch bool) any {
	table := tree.Object{}
	for _, key := range names {
		maybe(dice, table, key, isPatch, func() any { return pick(dice, names) })
	}
	if isPatch && dice.IntN(10) == 0 {
		table["$patch"] = "replace"
	}
	return table
}

// deployment is one, or a strategic merge of one.
func deployment(dice *rand.Rand, isPatch bool) tree.Object {
	spec := tree.Object{}
	for _, list := range []string{"containers", "initContainers"} {
		maybe(dice, spec, list, isPatch && list != "containers", func() any {
			return someItems(dice, "name", anyOf(names), isPatch, func(item tree.Object) { container(dice, item, isPatch) })
		})
	}
	maybe(dice, spec, "volumes", isPatch, func() any {
		return someItems(dice, "name", anyOf(names), isPatch, func(item tree.Object) {
			if dice.IntN(2) == 0 {
				item["emptyDir"] = tree.Object{"medium": "Memory"}
			} else {
				item["configMap"] = tree.Object{"name": pick(dice, names)}
			}
			if isPatch && dice.IntN(2) == 0 {
				kind := "emptyDir"
				if item["configMap"] != nil {
					kind = "configMap"
				}
				item["$retainKeys"] = []any{"name", kind}
			}
		})
	})
	maybe(dice, spec, "nodeSelector", isPatch, func() any { return someTable(dice, isPatch) })
	maybe(dice, spec, "tolerations", isPatch, func() any { return []any{tree.Object{"key": pick(dice, names), "operator": "Exists"}} })
	maybe(dice, spec, "hostNetwork", isPatch, func() any { return dice.IntN(2) == 0 })
	metadata := tree.Object{"name": "it"}
	maybe(dice, metadata, "labels", isPatch, func() any { return someTable(dice, isPatch) })
	maybe(dice, metadata, "finalizers", isPatch, func() any { return anyOf(names[:1+dice.IntN(3)]) })
	all := tree.Object{"template": tree.Object{"spec": spec}}
	maybe(dice, all, "replicas", isPatch, func() any { return dice.IntN(9) })
	maybe(dice, all, "strategy", isPatch, func() any { return tree.Object{"type": pick(dice, []string{"Recreate", "RollingUpdate"})} })
	return tree.Object{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": all}
}

func container(dice *rand.Rand, item tree.Object, isPatch bool) {
	maybe(dice, item, "image", isPatch, func() any { return pick(dice, names) + ":1" })
	maybe(dice, item, "args", isPatch, func() any { return anyOf(names[:dice.IntN(3)]) })
	maybe(dice, item, "env", isPatch, func() any {
		return someItems(dice, "name", anyOf(names), isPatch, func(item tree.Object) { item["value"] = pick(dice, names) })
	})
	maybe(dice, item, "ports", isPatch, func() any {
		return someItems(dice, "containerPort", []any{80, 81, 443}, isPatch, func(item tree.Object) { item["protocol"] = protocols[item["containerPort"].(int)] })
	})
	maybe(dice, item, "volumeMounts", isPatch, func() any {
		return someItems(dice, "mountPath", anyOf([]string{"/a", "/b"}), isPatch, func(item tree.Object) { item["name"] = pick(dice, names) })
	})
	maybe(dice, item, "resources", isPatch, func() any { return tree.Object{"limits": tree.Object{"memory": pick(dice, []string{"1Gi", "2Gi"})}} })
}

// Where fleetc merges, it merges as `kubectl patch --type=strategic` does, and as kustomize but for what is listed.
func TestStrategicMerges(t *testing.T) {
	dice := dice(t)
	var questions []tree.Object
	for range cases {
		questions = append(questions, tree.Object{"object": deployment(dice, false), "merge": deployment(dice, true)})
	}
	figures := tree.Figures{"strategic merges": len(questions)}
	failures := 0
	for i, answer := range ask(t, questions) {
		before, change := mustJSON(questions[i]["object"]), mustJSON(questions[i]["merge"])
		if answer.Error != "" {
			figures["strategic merges that fleetc alone refuses: nothing to delete"]++
			if !strings.HasPrefix(answer.Error, "the list has no item with") {
				t.Errorf("%s\nmerged with %s: %s", before, change, answer.Error)
			}
			continue
		}
		merged, err := strategicpatch.StrategicMergePatch([]byte(before), []byte(change), appsv1.Deployment{})
		if err != nil || !reflect.DeepEqual(settled(object(merged)), settled(answer.Object)) {
			if known := quirk(string(merged), change); known != "" {
				figures["strategic merges: "+known]++
			} else if failures++; failures < 4 {
				t.Errorf("%s\nmerged with %s\nfleetc:     %s\nKubernetes: %s (%v)", before, change, mustJSON(answer.Object), merged, err)
			}
			continue
		}
		figures["strategic merges as Kubernetes'"]++
		difference := againstKustomize(before, change, answer.Object)
		if strings.HasPrefix(difference, "kustomize differs") {
			t.Error(difference)
		}
		figures["strategic merges: "+difference]++
	}
	figures.Print("generated")
	if failures > 0 {
		t.Errorf("%d differ", failures)
	}
}

// quirk names what Kubernetes' library is known to do with a directive in something that the patch adds.
func quirk(merged, change string) string {
	switch {
	case strings.Contains(merged, `"$patch"`):
		return "Kubernetes leaves `$patch` in a list that the patch adds"
	case strings.Contains(change, `{"$patch":"replace"`):
		return "Kubernetes loses a map that the patch adds with `$patch`"
	default:
		return ""
	}
}

// settled takes away what Kubernetes leaves in something that the patch adds, and fleetc does not: a null, which the API
// server takes as nothing, and `$retainKeys`, which it would refuse.
func settled(value any) any {
	switch value := value.(type) {
	case map[string]any:
		delete(value, "$retainKeys")
		for key, inner := range value {
			if inner == nil {
				delete(value, key)
			}
			settled(inner)
		}
	case []any:
		for _, inner := range value {
			settled(inner)
		}
	}
	return value
}

// againstKustomize says how kustomize's result differs. Why fleetc does as Kubernetes there: docs/conformance.md.
func againstKustomize(before, change string, ours tree.Object) string {
	merged, err := merge2.MergeStrings(change, before, true, yaml.MergeOptions{ListIncreaseDirection: yaml.MergeOptionsListPrepend})
	if err != nil {
		return "kustomize refuses"
	}
	objects, err := tree.AsKustomize([]byte(merged))
	if err != nil || len(objects) != 1 {
		return "kustomize gives no object"
	}
	switch theirs := objects[0]; {
	case reflect.DeepEqual(settled(theirs), ours):
		return "as kustomize's"
	case reflect.DeepEqual(sorted(theirs), sorted(ours)):
		return "kustomize orders lists otherwise, or drops what is empty"
	case strings.Contains(merged, "$patch"):
		return "kustomize leaves `$patch` in a list that the patch adds"
	case strings.Contains(change, "$retainKeys"):
		return "kustomize retains what `$retainKeys` does not list"
	case strings.Contains(change, `"$patch":"delete","containerPort"`):
		return "kustomize does not delete a port without its protocol"
	default:
		return "kustomize differs: " + before + change + merged
	}
}

// sorted puts lists into an order of their own, and leaves out what is empty.
func sorted(value any) any {
	switch value := value.(type) {
	case map[string]any:
		table := tree.Object{}
		for key, inner := range value {
			if inner = sorted(inner); inner != nil {
				table[key] = inner
			}
		}
		if len(table) == 0 {
			return nil
		}
		return table
	case []any:
		var list []any
		for _, inner := range value {
			list = append(list, sorted(inner))
		}
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(mustJSON(a), mustJSON(b)) })
		if len(list) == 0 {
			return nil
		}
		return list
	}
	return value
}

// pointers are all that lead into a value, and some that lead past it.
func pointers(at string, value any) []string {
	all := []string{at}
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			all = append(all, pointers(at+"/"+key, value[key])...)
		}
	case []any:
		all = append(all, at+"/-")
		for i, inner := range value {
			all = append(all, pointers(fmt.Sprint(at, "/", i), inner)...)
		}
	}
	return all
}

func operations(dice *rand.Rand, object tree.Object) []any {
	paths := append(pointers("/spec", object["spec"]), "/spec/none", "/spec/none/inner", "/metadata/labels", "/metadata/labels/a~1b")
	var all []any
	for range 1 + dice.IntN(2) {
		verb := pick(dice, []string{"add", "add", "remove", "replace", "replace", "move", "copy", "test"})
		operation := tree.Object{"op": verb, "path": pick(dice, paths)}
		switch verb {
		case "add", "replace", "test":
			operation["value"] = pick(dice, []any{"web", 3, true, nil, tree.Object{"name": "new"}, []any{}})
		case "move", "copy":
			operation["from"] = pick(dice, paths)
		}
		all = append(all, operation)
	}
	return all
}

// Where fleetc applies a JSON patch, the library that kustomize uses does the same.
func TestJSONPatches(t *testing.T) {
	dice := dice(t)
	var questions []tree.Object
	for range cases {
		object := deployment(dice, false)
		questions = append(questions, tree.Object{"object": object, "ops": operations(dice, object)})
	}
	figures := tree.Figures{"JSON patches": len(questions)}
	failures := 0
	for i, answer := range ask(t, questions) {
		before, change := mustJSON(questions[i]["object"]), mustJSON(questions[i]["ops"])
		theirs, err := patched(before, change)
		switch {
		case answer.Error != "" && err != nil:
			figures["JSON patches that both refuse"]++
		case answer.Error != "":
			figures["JSON patches that fleetc alone refuses: "+strings.Split(answer.Error, "(")[0]]++
		case err != nil || !reflect.DeepEqual(object(theirs), answer.Object):
			if failures++; failures < 4 {
				t.Errorf("%s\npatched with %s\nfleetc:    %s\nkustomize: %s (%v)", before, change, mustJSON(answer.Object), theirs, err)
			}
		default:
			figures["JSON patches as kustomize's"]++
		}
	}
	figures.Print("generated")
	if failures > 0 {
		t.Errorf("%d differ", failures)
	}
}

func patched(before, change string) ([]byte, error) {
	patch, err := jsonpatch.DecodePatch([]byte(change))
	if err != nil {
		return nil, err
	}
	return patch.Apply([]byte(before))
}
