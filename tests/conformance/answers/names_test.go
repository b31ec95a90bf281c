package answers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"conformance/tree"

	"k8s.io/apimachinery/pkg/util/validation"
)

const fleet = `
[fleet]
source = { git = "https://git.example/platform" }
[environments.%s]
[clusters.%s]
environments = ["*"]
[tenants.%s]
[apps.%s]
tenant = "%s"
manifests = "web.yaml"
[apps.%s-c]
tenant = "%s"
source = { helm = "https://charts.example" }
chart = "web"
version = "1.0.0"
`

// A name of any length is refused, or gives names that Kubernetes takes.
func TestNames(t *testing.T) {
	if os.Getenv("FLEETC") == "" {
		t.Skip("FLEETC is not set: see tests/conformance/run")
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "web.yaml"), []byte("{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}]}}"), 0o644); err != nil {
		t.Fatal(err)
	}
	figures := tree.Figures{}
	for length := 1; length <= 300; length = next(length) {
		for place := range 4 {
			names := []string{"stage", "here", "team", "app"}
			names[place] = strings.Repeat("n", length)
			text := strings.Replace(fmt.Sprintf(fleet, names[0], names[1], names[2], names[3], names[2], names[3], names[2]), `"*"`, `"`+names[0]+`"`, 1)
			checkNames(t, folder, text, length, figures)
		}
	}
	figures.Print("generated")
}

// next takes every length around the limits of Kubernetes, and some of the others.
func next(length int) int {
	if length < 66 || 240 < length && length < 260 {
		return length + 1
	}
	return length + 6
}

func checkNames(t *testing.T, folder, text string, length int, figures tree.Figures) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, "fleet.toml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	run := exec.Command(os.Getenv("FLEETC"), "build", "--quiet", "--output", "-")
	run.Dir = folder
	output, err := run.Output()
	figures["names tried"]++
	if err != nil {
		if length < 20 {
			t.Errorf("a name of %d characters is refused: %s", length, err.(*exec.ExitError).Stderr)
		}
		figures["names refused"]++
		return
	}
	objects, err := tree.AsKubernetes(output)
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range objects {
		for _, problem := range nameProblems(object) {
			t.Errorf("%d characters: %s: %s", length, tree.ID(object), problem)
		}
	}
}

func nameProblems(object tree.Object) []string {
	name := tree.Text(object, "metadata", "name")
	problems := validation.IsDNS1123Subdomain(name)
	if tree.Text(object, "kind") == "Namespace" {
		problems = append(problems, validation.IsDNS1123Label(name)...)
	}
	labels, _ := tree.Get(object, "metadata", "labels").(tree.Object)
	for key, value := range labels {
		problems = append(problems, validation.IsQualifiedName(key)...)
		problems = append(problems, validation.IsValidLabelValue(value.(string))...)
	}
	// Flux puts the name of a Kustomization into a label of all that it applies.
	if tree.Text(object, "kind") == "Kustomization" && len(name) > validation.LabelValueMaxLength {
		problems = append(problems, "no value of a label")
	}
	if release := tree.Text(object, "spec", "releaseName"); len(release) > 53 {
		problems = append(problems, "no name of a release")
	}
	return problems
}
