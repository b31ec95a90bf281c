package cluster

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"conformance/tree"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// sources stands in for source-controller: it serves folders as the artifacts of a server's sources. It also says of
// every HelmRelease that it is ready, as no helm-controller runs.
type sources struct {
	server *server
	url    string
	close  func() error
	done   chan struct{}
	ended  sync.WaitGroup

	lock      sync.Mutex
	folders   map[string]string
	artifacts map[string][]byte
}

var served = map[string]string{
	"GitRepository": "source.toolkit.fluxcd.io/v1", "OCIRepository": "source.toolkit.fluxcd.io/v1",
	"HelmRepository": "source.toolkit.fluxcd.io/v1", "Bucket": "source.toolkit.fluxcd.io/v1",
	"HelmRelease": "helm.toolkit.fluxcd.io/v2",
}

func startSources(s *server) (*sources, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	it := &sources{server: s, url: "http://" + listener.Addr().String() + "/", done: make(chan struct{}), folders: map[string]string{}, artifacts: map[string][]byte{}}
	web := &http.Server{Handler: it}
	it.close = web.Close
	it.ended.Add(2)
	go func() { defer it.ended.Done(); _ = web.Serve(listener) }()
	go func() { defer it.ended.Done(); it.watch() }()
	return it, nil
}

func (it *sources) stop() {
	close(it.done)
	_ = it.close()
	it.ended.Wait()
}

// serve says what an address (and branch, if it is given as `address@branch`) holds.
func (it *sources) serve(address, folder string) {
	it.lock.Lock()
	defer it.lock.Unlock()
	it.folders[address] = folder
}

func (it *sources) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	it.lock.Lock()
	artifact, ok := it.artifacts[request.URL.Path[1:]]
	it.lock.Unlock()
	if !ok {
		http.NotFound(writer, request)
		return
	}
	_, _ = writer.Write(artifact)
}

func (it *sources) watch() {
	for {
		select {
		case <-it.done:
			return
		case <-time.After(300 * time.Millisecond):
		}
		for kind, apiVersion := range served {
			objects, err := it.server.list(apiVersion, kind)
			if err != nil {
				continue // The CRDs may not be there yet.
			}
			for i := range objects {
				it.update(&objects[i])
			}
		}
	}
}

// update writes the status of a source, if it is not up to date.
func (it *sources) update(object *unstructured.Unstructured) {
	status := tree.Object{"observedGeneration": object.GetGeneration(), "conditions": []any{tree.Object{
		"type": "Ready", "status": "True", "reason": "Succeeded", "message": "stands in",
		"lastTransitionTime": time.Now().UTC().Format(time.RFC3339), "observedGeneration": object.GetGeneration(),
	}}}
	revision := "none"
	if folder, branch := it.folder(object.Object); folder != "" {
		digest, size, err := it.pack(folder)
		if err != nil {
			return
		}
		revision = branch + "@sha1:" + digest[:40]
		status["artifact"] = tree.Object{
			"digest": "sha256:" + digest, "revision": revision, "url": it.url + digest, "path": digest, "size": size,
			"lastUpdateTime": time.Now().UTC().Format(time.RFC3339),
		}
	} else if object.GetKind() == "GitRepository" {
		return // A branch that is not there.
	}
	isCurrent := tree.Get(object.Object, "status", "observedGeneration") == object.GetGeneration()
	if isCurrent && (revision == "none" || tree.Text(object.Object, "status", "artifact", "revision") == revision) {
		return
	}
	_ = it.server.setStatus(object, status) // If it fails, the next round tries again.
}

func (it *sources) folder(object tree.Object) (folder, branch string) {
	it.lock.Lock()
	defer it.lock.Unlock()
	branch = tree.Text(object, "spec", "ref", "branch")
	if branch == "" {
		branch = "main"
	}
	address := tree.Text(object, "spec", "url")
	if folder, ok := it.folders[address+"@"+branch]; ok {
		return folder, branch
	}
	return it.folders[address], branch
}

// pack makes the artifact of a folder; the same files give the same bytes.
func (it *sources) pack(folder string) (digest string, size int, err error) {
	files, err := tree.Files(folder)
	if err != nil {
		return "", 0, err
	}
	content := &tree.Tree{Files: files}
	var buffer bytes.Buffer
	zip := gzip.NewWriter(&buffer)
	archive := tar.NewWriter(zip)
	for _, path := range content.Paths() {
		header := &tar.Header{Name: path, Mode: 0o644, Size: int64(len(files[path])), Typeflag: tar.TypeReg}
		if err := archive.WriteHeader(header); err != nil {
			return "", 0, err
		}
		if _, err := io.Copy(archive, bytes.NewReader(files[path])); err != nil {
			return "", 0, err
		}
	}
	if err := archive.Close(); err != nil {
		return "", 0, err
	}
	if err := zip.Close(); err != nil {
		return "", 0, err
	}
	digest = fmt.Sprintf("%x", sha256.Sum256(buffer.Bytes()))
	it.lock.Lock()
	defer it.lock.Unlock()
	it.artifacts[digest] = buffer.Bytes()
	return digest, buffer.Len(), nil
}
