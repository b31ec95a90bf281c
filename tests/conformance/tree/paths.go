package tree

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/kustomize"
	"github.com/fluxcd/pkg/kustomize/filesys"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// applied is an object, and whose Flux Kustomization brings it.
type applied struct {
	Object
	path, by string
}

// walk follows the Kustomizations of a tree from its roots, as Flux would.
type walk struct {
	tree     *Tree
	figures  Figures
	folder   string
	problems []Problem
	// Where each folder of objects is applied.
	covered map[string][]string
	// The objects of each cluster. A remote is `<host>/<Secret>`.
	clusters map[string]map[string]applied
	// What stands before a path in Flux's own words, for each source.
	prefixes map[string]string
	// The object of each file, and the files of each folder that hold one.
	objects map[string]Object
	files   map[string][]string
}

// read reads all files once.
func (w *walk) read() {
	w.objects, w.files = map[string]Object{}, map[string][]string{}
	for _, name := range w.tree.Paths() {
		objects, err := AsKubernetes(w.tree.Files[name])
		if err != nil || len(objects) != 1 {
			continue // Another check says so.
		}
		w.objects[name] = objects[0]
		if folder := path.Dir(name); path.Base(name) != "kustomization.yaml" {
			w.files[folder] = append(w.files[folder], name)
		} else if w.files[folder] == nil {
			w.files[folder] = []string{}
		}
	}
}

// checkPaths builds what every Kustomization applies with Flux's generator and kustomize.
func checkPaths(t *Tree, figures Figures) []Problem {
	w, err := follow(t, figures)
	if err != nil {
		return []Problem{{"paths", "", err.Error()}}
	}
	w.coverage()
	w.wiring()
	return w.problems
}

func follow(t *Tree, figures Figures) (*walk, error) {
	folder, err := os.MkdirTemp("", "conformance-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	w := &walk{tree: t, figures: figures, folder: folder, covered: map[string][]string{}, clusters: map[string]map[string]applied{}, prefixes: map[string]string{}}
	if err := t.WriteTo(folder); err != nil {
		return nil, err
	}
	w.read()
	for _, name := range t.Paths() {
		if matched, _ := path.Match("clusters/*/kustomization.yaml", name); matched {
			w.root(path.Dir(name))
		}
	}
	return w, nil
}

func (w *walk) says(check, path, format string, arguments ...any) {
	w.problems = append(w.problems, Problem{check, path, fmt.Sprintf(format, arguments...)})
}

// root builds what Flux is bootstrapped onto.
func (w *walk) root(folder string) {
	cluster := path.Base(folder)
	w.clusters[cluster] = map[string]applied{}
	if err := w.bootstrap(folder); err != nil {
		w.says("root", folder, "%v", err)
		return
	}
	folders := []string{folder}
	resources, _ := w.objects[path.Join(folder, "kustomization.yaml")]["resources"].([]any)
	for _, resource := range resources {
		inner := path.Join(folder, fmt.Sprint(resource))
		if w.files[inner] != nil {
			folders = append(folders, inner)
		}
	}
	if w.files[path.Join(folder, "flux-system")] != nil && !slices.Contains(resources, any("flux-system")) {
		w.says("root keeps Flux", folder, "flux-system is not listed")
	}
	w.apply(cluster, "root of "+cluster, Object{}, folder, folders)
}

// bootstrap puts what `flux bootstrap` writes, in short, beside what fleetc writes there.
func (w *walk) bootstrap(folder string) error {
	inner := filepath.Join(w.folder, folder, "flux-system")
	if _, err := os.Stat(inner); err != nil {
		return nil
	}
	for name, text := range bootstrapFiles {
		if err := os.WriteFile(filepath.Join(inner, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// apply builds a path, holds it against the files that lie there, and follows the Kustomizations among the objects.
func (w *walk) apply(cluster, by string, flux Object, folder string, folders []string) {
	for _, inner := range folders {
		w.covered[inner] = append(w.covered[inner], by)
	}
	built, err := w.build(flux, folder, folders)
	if err != nil {
		w.says("builds", folder, "%v", err)
		return
	}
	w.figures["paths built"]++
	written := map[string]Object{}
	for _, inner := range folders {
		for _, name := range w.files[inner] {
			written[ID(w.objects[name])] = w.objects[name]
		}
	}
	for _, object := range built {
		id := ID(object)
		if fromBootstrap(object) {
			delete(written, id)
			w.add(cluster, id, applied{object, folder, by})
			continue
		}
		if old, ok := written[id]; !ok {
			w.says("builds what is there", folder, "%s is built, but not written", id)
		} else if !changes(flux) && !reflect.DeepEqual(old, object) {
			w.says("builds what is there", folder, "%s is built as %v, but written as %v", id, object, old)
		}
		delete(written, id)
		w.figures["objects built"]++
		w.add(cluster, id, applied{object, folder, by})
		if strings.HasPrefix(id, kustomizations) {
			w.follow(cluster, object)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(written)) {
		w.says("builds what is there", folder, "%s is written, but not built", id)
	}
}

func (w *walk) add(cluster, id string, object applied) {
	if w.clusters[cluster] == nil {
		w.clusters[cluster] = map[string]applied{}
	}
	if old, ok := w.clusters[cluster][id]; ok {
		w.says("one owner", object.path, "%s is applied by %s and by %s", id, old.by, object.by)
	}
	w.clusters[cluster][id] = object
}

// follow applies the path of a Kustomization, if it is one of the tree.
func (w *walk) follow(cluster string, flux Object) {
	if !w.isOfFleet(flux) {
		w.figures["paths of teams"]++
		return
	}
	wanted := Text(flux, "spec", "path")
	folder, prefix := path.Clean(wanted), ""
	for w.files[folder] == nil {
		first, rest, found := strings.Cut(folder, "/")
		if !found {
			w.says("path", wanted, "there is no such folder")
			return
		}
		prefix, folder = path.Join(prefix, first), rest
	}
	if path.Dir(folder) == "clusters" {
		return // The root of a cluster whose Flux is rendered too: it is walked by itself.
	}
	source := Text(flux, "spec", "sourceRef", "name")
	if old, ok := w.prefixes[source]; ok && old != prefix {
		w.says("path", wanted, "other paths of %s begin with %q", source, old)
	}
	w.prefixes[source] = prefix
	by := Text(flux, "metadata", "name")
	w.apply(target(cluster, flux), cluster+"/"+by, flux, folder, []string{folder})
}

// isOfFleet says whether a Kustomization pulls the fleet's own tree: its source lies in a root, or comes from bootstrap.
func (w *walk) isOfFleet(flux Object) bool {
	wanted := sourceOf(flux, "spec", "sourceRef")
	if strings.HasSuffix(wanted, "/flux-system") {
		return true
	}
	for name, object := range w.objects {
		if ID(object) == wanted && !strings.HasPrefix(name, "clusters/") {
			return false
		}
	}
	return true
}

// target is the cluster that a Kustomization or release applies to.
func target(cluster string, flux Object) string {
	if secret := Text(flux, "spec", "kubeConfig", "secretRef", "name"); secret != "" {
		return cluster + "/" + secret
	}
	return cluster
}

// changes says whether a Kustomization changes what it finds at its path.
func changes(flux Object) bool {
	for _, key := range []string{"patches", "images", "components", "commonMetadata", "targetNamespace", "namePrefix", "nameSuffix"} {
		if Get(flux, "spec", key) != nil {
			return true
		}
	}
	return false
}

// build does what kustomize-controller does with a path, once for the same files.
func (w *walk) build(flux Object, folder string, folders []string) ([]Object, error) {
	key := w.digest(flux, folder, folders)
	if objects, ok := builds[key]; ok {
		return objects, nil
	}
	folder = filepath.Join(w.folder, folder)
	generator := kustomize.NewGenerator(w.folder, unstructured.Unstructured{Object: flux})
	action, err := generator.WriteFile(folder, kustomize.WithSaveOriginalKustomization())
	if err != nil {
		return nil, err
	}
	defer kustomize.CleanDirectory(folder, action)
	disk, err := filesys.MakeFsOnDiskSecureBuild(w.folder)
	if err != nil {
		return nil, err
	}
	resources, err := kustomize.Build(disk, folder)
	if err != nil {
		return nil, err
	}
	text, err := resources.AsYaml()
	if err != nil {
		return nil, err
	}
	objects, err := AsKubernetes(text)
	builds[key] = objects
	return objects, err
}

// builds are those that were made: the same folder in the next faulty tree need not be built again.
var builds = map[[sha256.Size]byte][]Object{}

func (w *walk) digest(flux Object, folder string, folders []string) [sha256.Size]byte {
	text := fmt.Sprintln(flux["spec"], folder, folders)
	for _, name := range w.tree.Paths() {
		if slices.Contains(folders, path.Dir(name)) {
			text += fmt.Sprintf("%q: %q\n", name, w.tree.Files[name])
		}
	}
	return sha256.Sum256([]byte(text))
}

// coverage says which objects lie under no path or several, and which paths lie in each other.
func (w *walk) coverage() {
	for _, name := range w.tree.Paths() {
		folder := path.Dir(name)
		byHand := strings.HasPrefix(folder, "clusters/") && strings.HasPrefix(path.Base(name), "clusterrolebinding-")
		if owners := w.covered[folder]; !byHand && len(owners) != 1 {
			w.says("one path for each object", name, "it is applied by %d: %v", len(owners), owners)
		}
	}
	folders := slices.Sorted(maps.Keys(w.covered))
	for _, outer := range folders {
		for _, inner := range folders {
			if strings.HasPrefix(inner, outer+"/") && path.Base(inner) != "flux-system" {
				w.says("no path in another", inner, "it lies in %s", outer)
			}
		}
	}
}

// Applied follows the Kustomizations of a tree from its roots, and gives what they apply, cluster by cluster. A remote is
// `<host>/<Secret with its kubeconfig>`. What bootstrap brings is not among it.
func Applied(t *Tree) (map[string][]Object, error) {
	w, err := follow(t, Figures{})
	if err != nil {
		return nil, err
	}
	objects := map[string][]Object{}
	for cluster, all := range w.clusters {
		for _, id := range slices.Sorted(maps.Keys(all)) {
			if !fromBootstrap(all[id].Object) {
				objects[cluster] = append(objects[cluster], all[id].Object)
			}
		}
	}
	return objects, nil
}
