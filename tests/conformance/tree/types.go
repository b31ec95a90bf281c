package tree

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	notificationv1 "github.com/fluxcd/notification-controller/api/v1"
	notificationv1beta3 "github.com/fluxcd/notification-controller/api/v1beta3"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	serializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/kustomize/api/types"
)

var decoder = newDecoder()

func newDecoder() *serializer.Serializer {
	kinds := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		scheme.AddToScheme, apiextensionsv1.AddToScheme, sourcev1.AddToScheme, kustomizev1.AddToScheme,
		helmv2.AddToScheme, notificationv1.AddToScheme, notificationv1beta3.AddToScheme,
	} {
		utilruntime.Must(add(kinds))
	}
	return serializer.NewSerializerWithOptions(serializer.DefaultMetaFactory, kinds, kinds, serializer.SerializerOptions{Strict: true})
}

// checkTypes decodes every object of a kind that Kubernetes, Flux or kustomize has: no unknown field, no wrong type.
func checkTypes(t *Tree, figures Figures) []Problem {
	var problems []Problem
	for _, name := range t.Paths() {
		if !strings.HasSuffix(name, ".yaml") {
			continue
		}
		objects, err := AsKubernetes(t.Files[name])
		if err != nil {
			continue // Another check says so.
		}
		for _, object := range objects {
			if err := checkType(name, object, figures); err != nil {
				problems = append(problems, Problem{"types", name, err.Error()})
			}
		}
	}
	return problems
}

func checkType(name string, object Object, figures Figures) error {
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	switch {
	case path.Base(name) == "kustomization.yaml":
		return new(types.Kustomization).Unmarshal(text)
	case object["sops"] != nil:
		figures["encrypted objects"]++
		return nil
	case bytes.Contains(text, []byte("${")):
		figures["objects with late variables"]++ // Their types are known on the cluster alone.
		return nil
	}
	_, _, err = decoder.Decode(text, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		figures["objects of other kinds"]++
		return nil
	}
	figures["objects decoded"]++
	return err
}
