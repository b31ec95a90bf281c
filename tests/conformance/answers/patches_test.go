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
	if isPatch && len(items) > 0 && dice.IntN(12) == 0 {
		items = append(items, tree.Object{"$patch": "replace"})
	}
	return items
}

func anyOf[T any](list []T) []any {
	var all []any
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
		return someItems(dice, "containerPort", []any{80, 81, 443}, isPatch, func(item tree.Object) { item["protocol"] = pick(dice, []string{"TCP", "UDP"}) })
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
			figures["strategic merges that fleetc refuses: "+strings.Split(answer.Error, "`")[0]]++
			continue
		}
		merged, err := strategicpatch.StrategicMergePatch([]byte(before), []byte(change), appsv1.Deployment{})
		if err != nil || !reflect.DeepEqual(withoutDirectives(object(merged)), answer.Object) {
			if failures++; failures < 4 {
				t.Errorf("%s\nmerged with %s\nfleetc:     %s\nKubernetes: %s (%v)", before, change, mustJSON(answer.Object), merged, err)
			}
			continue
		}
		figures["strategic merges as Kubernetes'"]++
		figures["strategic merges: "+againstKustomize(before, change, answer.Object)]++
	}
	figures.Print("generated")
	if failures > 0 {
		t.Errorf("%d differ", failures)
	}
}

// withoutDirectives takes away the `$retainKeys` that Kubernetes leaves in an item which a patch adds to a list: the API
// server would refuse the field.
func withoutDirectives(value any) any {
	switch value := value.(type) {
	case map[string]any:
		delete(value, "$retainKeys")
		for _, inner := range value {
			withoutDirectives(inner)
		}
	case []any:
		for _, inner := range value {
			withoutDirectives(inner)
		}
	}
	return value
}

// againstKustomize says how kustomize's result differs.
func againstKustomize(before, change string, ours tree.Object) string {
	merged, err := merge2.MergeStrings(change, before, true, yaml.MergeOptions{ListIncreaseDirection: yaml.MergeOptionsListPrepend})
	if err != nil {
		return "kustomize refuses"
	}
	objects, err := tree.AsKustomize([]byte(merged))
	if err != nil || len(objects) != 1 {
		return "kustomize gives none"
	}
	switch theirs := objects[0]; {
	case reflect.DeepEqual(theirs, ours):
		return "as kustomize's"
	case reflect.DeepEqual(sorted(theirs), sorted(ours)):
		return "kustomize has another order, or keeps what is empty"
	default:
		if shown++; shown < 12 {
			fmt.Printf("DIFF %s\n%s\n%s\n%s\n", before, change, mustJSON(ours), mustJSON(theirs))
		}
		return "kustomize differs: " + fmt.Sprint(strings.Contains(change, "$patch"), strings.Contains(change, "$retainKeys"), strings.Contains(change, "null"))
	}
}

var shown = 0

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
	all := []string{at, at + "/none", at + "/none/inner"}
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			all = append(all, pointers(at+"/"+key, value[key])...)
		}
	case []any:
		all = append(all, at+"/-", at+"/9")
		for i, inner := range value {
			all = append(all, pointers(fmt.Sprint(at, "/", i), inner)...)
		}
	}
	return all
}

func operations(dice *rand.Rand, object tree.Object) []any {
	paths := pointers("/spec", object["spec"])
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
			figures["JSON patches that fleetc alone refuses: "+strings.FieldsFunc(answer.Error, func(r rune) bool { return r == '(' || r == ' ' })[0]]++
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
