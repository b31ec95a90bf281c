package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"conformance/tree"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
)

// server is an API server with what makes its objects live: controllers, a scheduler, and a node that is played.
type server struct {
	name    string
	folder  string
	url     string
	ca      []byte
	objects dynamic.Interface
	typed   *kubernetes.Clientset
	kinds   *restmapper.DeferredDiscoveryRESTMapper
}

const adminToken = "admin"

// startServer starts an API server on the etcd, with all that belongs to it.
func startServer(p *processes, etcd, name string) (*server, error) {
	folder := filepath.Join(p.folder, name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	certificate, key, err := writeKeys(folder)
	if err != nil {
		return nil, err
	}
	tokens := filepath.Join(folder, "tokens.csv")
	users := adminToken + ",admin,1,system:masters\n" + tenantToken + ",tenants,2\n"
	if err := os.WriteFile(tokens, []byte(users), 0o600); err != nil {
		return nil, err
	}
	port := freePort()
	err = p.start(name+"-apiserver", "kube-apiserver", nil,
		"--etcd-servers="+etcd, "--etcd-prefix=/"+name, "--bind-address=127.0.0.1", "--secure-port="+port,
		"--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.0.0.0/16",
		"--authorization-mode=RBAC", "--allow-privileged", "--token-auth-file="+tokens, "--service-account-issuer=https://conformance",
		"--tls-cert-file="+certificate, "--tls-private-key-file="+key,
		"--service-account-key-file="+key, "--service-account-signing-key-file="+key)
	if err != nil {
		return nil, err
	}
	s := &server{name: name, folder: folder, url: "https://127.0.0.1:" + port}
	if s.ca, err = os.ReadFile(certificate); err != nil {
		return nil, err
	}
	if err := s.connect(); err != nil {
		return nil, err
	}
	return s, s.startControllers(p, key, certificate)
}

func (s *server) connect() error {
	config, err := s.config(adminToken)
	if err != nil {
		return err
	}
	if s.typed, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	if s.objects, err = dynamic.NewForConfig(config); err != nil {
		return err
	}
	s.kinds = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(s.typed.Discovery()))
	return eventually(time.Minute, func() error {
		return s.typed.RESTClient().Get().AbsPath("/readyz").Do(context.Background()).Error()
	})
}

func (s *server) startControllers(p *processes, key, certificate string) error {
	kubeconfig, err := s.writeKubeconfig("admin", adminToken)
	if err != nil {
		return err
	}
	err = p.start(s.name+"-controllers", "kube-controller-manager", nil, "--kubeconfig="+kubeconfig, "--leader-elect=false",
		"--secure-port="+freePort(), "--bind-address=127.0.0.1", "--service-account-private-key-file="+key,
		"--root-ca-file="+certificate, "--use-service-account-credentials=true")
	if err != nil {
		return err
	}
	err = p.start(s.name+"-scheduler", "kube-scheduler", nil, "--kubeconfig="+kubeconfig, "--leader-elect=false",
		"--secure-port="+freePort(), "--bind-address=127.0.0.1")
	if err != nil {
		return err
	}
	stages, err := filepath.Glob(filepath.Join(os.Getenv("FLEETC_BINARIES"), "stages", "*.yaml"))
	if err != nil {
		return err
	}
	arguments := []string{"--kubeconfig=" + kubeconfig, "--manage-all-nodes"}
	for _, stage := range stages {
		arguments = append(arguments, "--config="+stage)
	}
	if err := p.start(s.name+"-kwok", "kwok", []string{"HOME=" + s.folder}, arguments...); err != nil {
		return err
	}
	return s.applyText("apiVersion: v1\nkind: Node\nmetadata: {name: node, annotations: {kwok.x-k8s.io/node: fake}}\n")
}

func (s *server) config(token string) (*rest.Config, error) {
	config, err := clientcmd.RESTConfigFromKubeConfig(s.kubeconfig(token))
	if err == nil {
		config.QPS = -1 // As fast as the server answers.
		config.WarningHandler = rest.NoWarnings{}
	}
	return config, err
}

// kubeconfig leads to the server with a token.
func (s *server) kubeconfig(token string) []byte {
	text, err := json.Marshal(tree.Object{
		"apiVersion": "v1", "kind": "Config", "current-context": "it",
		"clusters": []any{tree.Object{"name": "it", "cluster": tree.Object{"server": s.url, "certificate-authority-data": s.ca}}},
		"users":    []any{tree.Object{"name": "it", "user": tree.Object{"token": token}}},
		"contexts": []any{tree.Object{"name": "it", "context": tree.Object{"cluster": "it", "user": "it"}}},
	})
	if err != nil {
		panic(err)
	}
	return text
}

func (s *server) writeKubeconfig(name, token string) (string, error) {
	path := filepath.Join(s.folder, name+".kubeconfig")
	return path, os.WriteFile(path, s.kubeconfig(token), 0o600)
}

// at is where objects of the kind lie.
func (s *server) at(apiVersion, kind, namespace string) (dynamic.ResourceInterface, error) {
	group, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return nil, err
	}
	id := schema.GroupKind{Group: group.Group, Kind: kind}
	mapping, err := s.kinds.RESTMapping(id, group.Version)
	if meta.IsNoMatchError(err) {
		s.kinds.Reset()
		mapping, err = s.kinds.RESTMapping(id, group.Version)
	}
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		return s.objects.Resource(mapping.Resource), nil
	}
	return s.objects.Resource(mapping.Resource).Namespace(namespace), nil
}

// apply puts an object into the cluster, checked as strictly as the server can.
func (s *server) apply(object tree.Object, dryRun bool) error {
	resource, err := s.at(tree.Text(object, "apiVersion"), tree.Text(object, "kind"), tree.Text(object, "metadata", "namespace"))
	if err != nil {
		return err
	}
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	force := true
	options := metav1.PatchOptions{FieldManager: "conformance", Force: &force, FieldValidation: metav1.FieldValidationStrict}
	if dryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	_, err = resource.Patch(context.Background(), tree.Text(object, "metadata", "name"), types.ApplyPatchType, text, options)
	return err
}

func (s *server) applyText(text string) error {
	objects, err := tree.AsKubernetes([]byte(text))
	if err != nil {
		return err
	}
	return s.applyAll(objects)
}

// applyAll applies objects, those that others need first.
func (s *server) applyAll(objects []tree.Object) error {
	order := []string{"CustomResourceDefinition", "Namespace", "ServiceAccount"}
	rank := func(object tree.Object) int {
		return (slices.Index(order, tree.Text(object, "kind")) + len(order) + 1) % (len(order) + 1)
	}
	objects = slices.Clone(objects)
	slices.SortStableFunc(objects, func(a, b tree.Object) int { return rank(a) - rank(b) })
	for _, object := range objects {
		if err := eventually(10*time.Second, func() error { return s.apply(object, false) }); err != nil {
			return fmt.Errorf("%s: %w", tree.ID(object), err)
		}
	}
	return nil
}

// get is the object in the cluster; nil if there is none.
func (s *server) get(object tree.Object) (*unstructured.Unstructured, error) {
	return s.find(tree.Text(object, "apiVersion"), tree.Text(object, "kind"), tree.Text(object, "metadata", "namespace"), tree.Text(object, "metadata", "name"))
}

func (s *server) find(apiVersion, kind, namespace, name string) (*unstructured.Unstructured, error) {
	resource, err := s.at(apiVersion, kind, namespace)
	if err != nil {
		return nil, err
	}
	return resource.Get(context.Background(), name, metav1.GetOptions{})
}

// list is every object of a kind.
func (s *server) list(apiVersion, kind string) ([]unstructured.Unstructured, error) {
	resource, err := s.at(apiVersion, kind, "")
	if err != nil {
		return nil, err
	}
	list, err := resource.List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// setStatus replaces what a status says under some keys.
func (s *server) setStatus(object *unstructured.Unstructured, status tree.Object) error {
	resource, err := s.at(object.GetAPIVersion(), object.GetKind(), object.GetNamespace())
	if err != nil {
		return err
	}
	text, err := json.Marshal(tree.Object{"status": status})
	if err != nil {
		return err
	}
	_, err = resource.Patch(context.Background(), object.GetName(), types.MergePatchType, text, metav1.PatchOptions{}, "status")
	return err
}

func join(parts ...string) string { return strings.Join(parts, "/") }
