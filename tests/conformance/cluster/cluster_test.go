package cluster

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	status := m.Run()
	figures.Print("cluster")
	os.Exit(status)
}
