package cluster

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"conformance/objects"
	"conformance/tree"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// verdict is what somebody says of an object: nothing, if it is taken. What fleetc says begins with its code.
type verdict struct{ says []string }

func (v verdict) refuses() bool { return len(v.says) > 0 }

// askers are how many requests are under way at once.
const askers = 16

// judge lets the server say of each object whether it would take it.
func (s *server) judge(trials []objects.Trial) []verdict {
	verdicts := make([]verdict, len(trials))
	var all sync.WaitGroup
	next := make(chan int)
	for range askers {
		all.Go(func() {
			for index := range next {
				for _, object := range withPods(trials[index].Object) {
					if err := s.try(object); err != nil {
						verdicts[index].says = append(verdicts[index].says, err.Error())
					}
				}
			}
		})
	}
	for index := range trials {
		next <- index
	}
	close(next)
	all.Wait()
	return verdicts
}

// withPods is the object; with a StatefulSet goes a pod as its controller would make it, because the server does not look at
// what is in such a template before that.
func withPods(object tree.Object) []tree.Object {
	template, _ := tree.Get(object, "spec", "template").(tree.Object)
	spec, _ := template["spec"].(tree.Object)
	if tree.Text(object, "kind") != "StatefulSet" || spec == nil {
		return []tree.Object{object}
	}
	spec = maps.Clone(spec)
	volumes, _ := spec["volumes"].([]any)
	claims, _ := tree.Get(object, "spec", "volumeClaimTemplates").([]any)
	for _, claim := range claims {
		claim, _ := claim.(tree.Object)
		name := tree.Get(claim, "metadata", "name")
		volumes = append(slices.Clip(volumes), tree.Object{"name": name, "persistentVolumeClaim": tree.Object{"claimName": "claim"}})
	}
	if len(volumes) > 0 {
		spec["volumes"] = volumes
	}
	metadata, _ := template["metadata"].(tree.Object)
	metadata = maps.Clone(metadata)
	if metadata == nil {
		metadata = tree.Object{}
	}
	metadata["name"], metadata["namespace"] = "pod", trialNamespace
	return []tree.Object{object, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}}
}

// try applies an object without keeping it. One without a namespace lands in that of the trial.
func (s *server) try(object tree.Object) error {
	group, err := schema.ParseGroupVersion(tree.Text(object, "apiVersion"))
	if err != nil {
		return err
	}
	mapping, err := s.kinds.RESTMapping(schema.GroupKind{Group: group.Group, Kind: tree.Text(object, "kind")}, group.Version)
	if err != nil {
		return err
	}
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	var resource dynamic.ResourceInterface = s.objects.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		resource = s.objects.Resource(mapping.Resource).Namespace(cmp.Or(tree.Text(object, "metadata", "namespace"), trialNamespace))
	}
	force := true
	options := metav1.PatchOptions{FieldManager: "conformance", Force: &force, FieldValidation: metav1.FieldValidationStrict, DryRun: []string{metav1.DryRunAll}}
	_, err = resource.Patch(context.Background(), tree.Text(object, "metadata", "name"), types.ApplyPatchType, text, options)
	return err
}

// schemas are the server's own OpenAPI documents, with those of the definitions that it has.
func (s *server) schemas() (*objects.Schemas, error) {
	var found *objects.Schemas
	err := eventually(time.Minute, func() error {
		found = &objects.Schemas{}
		index, err := s.read("/openapi/v3")
		if err != nil {
			return err
		}
		var paths struct {
			Paths map[string]struct{ ServerRelativeURL string }
		}
		if err := json.Unmarshal(index, &paths); err != nil {
			return err
		}
		for _, it := range paths.Paths {
			text, err := s.read(it.ServerRelativeURL)
			if err != nil {
				return err
			}
			if err := found.Add(text); err != nil {
				return err
			}
		}
		return s.knows(found)
	})
	return found, err
}

// knows says what of the kinds is not there yet: definitions take a moment.
func (s *server) knows(schemas *objects.Schemas) error {
	if _, err := objects.Make(0, 0, schemas); err != nil {
		return err
	}
	s.kinds.Reset()
	for _, it := range schemas.Kinds() {
		group, err := schema.ParseGroupVersion(it[0])
		if err != nil {
			return err
		}
		if _, err := s.kinds.RESTMapping(schema.GroupKind{Group: group.Group, Kind: it[1]}, group.Version); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) read(path string) ([]byte, error) {
	return s.typed.RESTClient().Get().RequestURI(path).SetHeader("Accept", "application/json").Do(context.Background()).Raw()
}

// finding is one problem, as `fleetc check --message-format json` prints it.
type finding struct {
	Code, Severity, Message string
	Labels                  []struct{ File string }
}

// check lets fleetc say of each object whether a cluster would take it: each is a file, and a component of its own, so that
// what is wrong with one hides no other.
func check(t *testing.T, folder string, trials []objects.Trial) []verdict {
	t.Helper()
	writeFleet(t, folder, trials)
	run := exec.Command(os.Getenv("FLEETC"), "check", "--message-format", "json")
	run.Dir = folder
	var output bytes.Buffer
	run.Stderr = &output
	_ = run.Run()
	verdicts := make([]verdict, len(trials))
	lines := bufio.NewScanner(&output)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var it finding
		must(t, json.Unmarshal(lines.Bytes(), &it))
		if it.Severity != "error" {
			continue
		}
		index := -1
		if len(it.Labels) > 0 {
			_, _ = fmt.Sscanf(it.Labels[0].File, "%d.json", &index)
		}
		if index < 0 || index >= len(trials) {
			t.Fatalf("this is about no object: %s", lines.Text())
		}
		verdicts[index].says = append(verdicts[index].says, it.Code+": "+it.Message)
	}
	return verdicts
}

func writeFleet(t *testing.T, folder string, trials []objects.Trial) {
	t.Helper()
	var fleet strings.Builder
	fleet.WriteString("[fleet]\nsource = { git = \"https://git.example/trial\" }\ncrds = [\"definitions.yaml\"]\n\n[clusters.all]\nkubernetes = \"1.35\"\n")
	must(t, os.WriteFile(filepath.Join(folder, "definitions.yaml"), []byte(objects.Definitions), 0o644))
	for index, trial := range trials {
		fmt.Fprintf(&fleet, "\n[components.o%d]\nnamespace = %q\nmanifests = \"%d.json\"\n", index, trialNamespace, index)
		text, err := json.Marshal(trial.Object)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.json", index)), text, 0o644))
	}
	must(t, os.WriteFile(filepath.Join(folder, "fleet.toml"), []byte(fleet.String()), 0o644))
}
