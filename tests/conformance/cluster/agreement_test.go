package cluster

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"conformance/objects"
	"conformance/tree"
)

const (
	trialNamespace = "trial"
	// How many objects a run tries, unless it is told, and what share of those that the server refuses fleetc must refuse first.
	trialCount = 6000
	leastShare = 0.95
)

// stricter is where fleetc refuses what a server takes.
type stricter struct {
	code string
	// How its message goes on: the code alone may be the server's, too.
	says, reason string
}

// deliberately is all of it; what never occurs does not belong here.
var deliberately = []stricter{
	{"secret-in-the-open", "", "a server cannot know that a Secret lies in Git"},
	{"version-range", "", "the server takes any text; Flux refuses it when it pulls"},
	{"bad-name", "and 63 are the most", "Flux puts the names of its objects into a label of all that they apply"},
}

// fleetc refuses nothing that the server takes, and nearly all that it refuses.
func TestAgreement(t *testing.T) {
	seed := given(t, "FLEETC_SEED", uint64(time.Now().UnixNano()))
	count := given(t, "FLEETC_OBJECTS", trialCount)
	h := startHost(t, "../fleets/late", "all", platform)
	must(t, h.installCRDs())
	must(t, h.applyText(objects.Definitions))
	must(t, h.applyText(surroundings))
	schemas, err := h.schemas()
	must(t, err)
	trials, err := objects.Make(seed, int(count), schemas)
	must(t, err)
	both := agreement{used: map[stricter]int{}}
	said := check(t, t.TempDir(), trials)
	for index, server := range h.judge(trials) {
		both.add(t, trials[index], server, said[index])
	}
	both.sum(t)
}

// given is a number from the environment, or the one that stands for it; it is printed, so that a run can be had again.
func given(t *testing.T, name string, otherwise uint64) uint64 {
	number := otherwise
	if text := os.Getenv(name); text != "" {
		var err error
		number, err = strconv.ParseUint(text, 10, 64)
		must(t, err)
	}
	t.Logf("%s=%d", name, number)
	return number
}

// surroundings are what objects name that the server asks for: it would not take pods of a class that is not there.
const surroundings = `
apiVersion: v1
kind: Namespace
metadata: {name: trial}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: trial}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 100
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: box}
handler: box
`

// agreement counts who refuses what.
type agreement struct {
	taken, refused, alarms, missed, apart int
	used                                  map[stricter]int
}

func (a *agreement) add(t *testing.T, trial objects.Trial, server, fleetc verdict) {
	t.Helper()
	switch {
	// What is left out for such a reason is not looked at any further.
	case fleetc.refuses() && a.isDeliberate(fleetc):
		a.apart++
	case server.refuses() && fleetc.refuses():
		a.refused++
	case fleetc.refuses():
		a.alarms++
		t.Errorf("false alarm: %s\n%s", describe(trial), fleetc.says)
	case server.refuses():
		a.missed++
		t.Logf("missed: %s\n%s", describe(trial), server.says)
	default:
		a.taken++
	}
}

// isDeliberate says whether all that fleetc says is by intention stricter than a server.
func (a *agreement) isDeliberate(fleetc verdict) bool {
	for _, text := range fleetc.says {
		index := slices.IndexFunc(deliberately, func(it stricter) bool {
			return strings.HasPrefix(text, it.code+": ") && strings.Contains(text, it.says)
		})
		if index < 0 {
			return false
		}
		a.used[deliberately[index]]++
	}
	return true
}

func describe(trial objects.Trial) string {
	return trial.From + " " + tree.ID(trial.Object) + " " + strconv.Quote(strings.Join(trial.Changes, "; "))
}

func (a *agreement) sum(t *testing.T) {
	t.Helper()
	for _, it := range deliberately {
		if a.used[it] == 0 {
			t.Errorf("nothing was refused for %s %s: it does not belong into the list", it.code, it.says)
		}
	}
	share := float64(a.refused) / float64(a.refused+a.missed)
	t.Logf("both take %d, both refuse %d, fleetc alone refuses %d, the server alone refuses %d; %d are by intention", a.taken, a.refused, a.alarms, a.missed, a.apart)
	t.Logf("fleetc refuses first %.2f %% of what the server refuses", 100*share)
	if share < leastShare {
		t.Errorf("less than %.0f %%", 100*leastShare)
	}
	figures["agreement: objects tried"] += a.taken + a.refused + a.alarms + a.missed + a.apart
	figures["agreement: taken by both"] += a.taken
	figures["agreement: refused by both"] += a.refused
	figures["agreement: refused by the server alone"] += a.missed
	figures["agreement: refused by fleetc alone"] += a.alarms
	figures["agreement: refused by fleetc by intention"] += a.apart
}
