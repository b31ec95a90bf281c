// Package cluster starts API servers with Flux' kustomize-controller, and tries fleets on them.
package cluster

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// processes are those that were started, and end with the test.
type processes struct {
	folder  string
	starts  chan func()
	running []*exec.Cmd
}

func newProcesses(folder string) *processes {
	p := &processes{folder: folder, starts: make(chan func())}
	go func() {
		// A process is told to die with the thread that started it: this one ends with the test binary only.
		runtime.LockOSThread()
		for start := range p.starts {
			start()
		}
		select {}
	}()
	return p
}

// start runs a program of the cache; what it says goes into a log.
func (p *processes) start(name, binary string, environment []string, arguments ...string) error {
	log, err := os.Create(filepath.Join(p.folder, name+".log"))
	if err != nil {
		return err
	}
	command := exec.Command(filepath.Join(os.Getenv("FLEETC_BINARIES"), binary), arguments...)
	command.Stdout, command.Stderr = log, log
	command.Env = append(os.Environ(), environment...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	done := make(chan error)
	p.starts <- func() { done <- command.Start() }
	if err := <-done; err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	p.running = append(p.running, command)
	return nil
}

// stop ends all of them, the last one first.
func (p *processes) stop() {
	for i := len(p.running) - 1; i >= 0; i-- {
		_ = p.running[i].Process.Kill()
		_ = p.running[i].Wait()
	}
	p.running = nil
	close(p.starts)
}

// freePort is a port of the loopback that nobody listens on.
func freePort() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	address := listener.Addr().String()
	return address[strings.LastIndex(address, ":")+1:]
}

// eventually tries until something succeeds, and says why it did not.
func eventually(limit time.Duration, try func() error) error {
	end := time.Now().Add(limit)
	for {
		err := try()
		if err == nil || time.Now().After(end) {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
}
