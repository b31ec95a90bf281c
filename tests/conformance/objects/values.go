package objects

import (
	"strings"

	"conformance/tree"
)

// deepest is how deep a value is made that nobody asked for.
const deepest = 6

// value makes a value that its schema takes: what must be there, and some of what may be.
func (m *maker) value(s *schema, field string, depth int) any {
	if s == nil || depth > deepest {
		return nil
	}
	if values := s.texts("enum"); len(values) > 0 {
		return pick(m, values)
	}
	switch s.form() {
	case "object":
		return m.object(s, field, depth)
	case "array":
		return m.list(s, field, depth)
	case "boolean":
		return m.IntN(2) == 0
	case "integer", "number":
		return m.number(s, field)
	case "quantity":
		return pick(m, []any{"100m", "1Gi", "2", 1, "0.5", "64Mi", "1e3"})
	case "int-or-string":
		return pick(m, []any{1, 80, "25%", "http", 8080})
	case "byte":
		return "aGFsbG8="
	case "date-time":
		return pick(m, []string{"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000006Z"})
	case "string":
		return m.text(s, field)
	}
	return tree.Object{"a": "b"}
}

func (m *maker) object(s *schema, field string, depth int) any {
	made := tree.Object{}
	if inner := s.at(s.node["additionalProperties"]); inner != nil {
		made[m.key(field)] = m.value(inner, field, depth+1)
		return made
	}
	required := s.texts("required")
	for _, name := range required {
		if value := m.value(s.property(name), name, depth+1); value != nil {
			made[name] = value
		}
	}
	for _, name := range s.properties() {
		// An object without anything means little: the more there is to choose from, the less of each.
		if len(required) == 0 && m.IntN(len(s.properties())) == 0 {
			if value := m.value(s.property(name), name, depth+1); value != nil {
				made[name] = value
			}
		}
	}
	return made
}

func (m *maker) list(s *schema, field string, depth int) any {
	made := []any{}
	for range 1 + m.IntN(2)*m.IntN(2) {
		if item := m.value(s.items(), field, depth+1); item != nil {
			made = append(made, item)
		}
	}
	return made
}

func (m *maker) number(s *schema, field string) any {
	if strings.Contains(strings.ToLower(field), "port") {
		return pick(m, []int{80, 443, 8080, 30080})
	}
	least, _ := s.node["minimum"].(float64)
	return int(least) + pick(m, []int{0, 1, 2, 3, 10, 60, 100})
}

func (m *maker) key(field string) string {
	switch field {
	case "limits", "requests", "hard", "capacity", "min", "max", "default", "defaultRequest", "overhead", "podFixed":
		return pick(m, []string{"cpu", "memory", "storage", "example.com/gpu"})
	}
	return pick(m, []string{"app", "tier", "example.com/a"})
}

// words are what a field of that name holds, as people would write it: no schema of the server says it.
var words = []struct {
	name   string
	values []string
}{
	{"image", []string{"example.com/web:1.2", "web:2"}},
	{"apiversion", []string{"v1", "apps/v1", "example.com/v1"}},
	{"kind", []string{"ConfigMap", "Secret", "Deployment"}},
	{"apigroup", []string{"", "apps", "rbac.authorization.k8s.io", "example.com"}},
	{"namespace", []string{"trial"}},
	{"path", []string{"/srv", "a/b", "/"}},
	{"host", []string{"web.example.com"}},
	{"hostname", []string{"web"}},
	{"ip", []string{"10.1.2.3", "2001:db8::1"}},
	{"cidr", []string{"10.0.0.0/8"}},
	{"url", []string{"https://example.com/a", "oci://example.com/a", "http://a"}},
	{"endpoint", []string{"s3.example.com", "https://s3.example.com"}},
	{"address", []string{"https://example.com", "10.1.2.3"}},
	{"schedule", []string{"0 4 * * *", "@hourly"}},
	{"expression", []string{"true", "object.metadata.name != 'a'"}},
	{"rule", []string{"true", "self != 'a'"}},
	{"operator", []string{"In", "Exists", "Equal", "NotIn"}},
	{"effect", []string{"NoSchedule", "NoExecute"}},
	{"topologykey", []string{"kubernetes.io/hostname"}},
	{"protocol", []string{"TCP", "UDP"}},
	{"verbs", []string{"get", "*"}},
	{"resources", []string{"pods", "deployments"}},
	{"digest", []string{"sha256:" + strings.Repeat("0a", 32)}},
	{"fieldpath", []string{"metadata.name", "spec.nodeName"}},
	{"driver", []string{"disk.example.com"}},
	{"uid", []string{"5f3c"}},
	{"version", []string{"v1", "1.2.3", ">=1.0.0"}},
	{"type", []string{"Opaque", "kubernetes.io/tls", "Pod"}},
	{"priorityclassname", []string{"high"}},
	{"serviceaccountname", []string{"web"}},
	{"storageclassname", []string{"fast"}},
	{"runtimeclassname", []string{"box"}},
}

func (m *maker) text(s *schema, field string) string {
	pattern, _ := s.node["pattern"].(string)
	if strings.Contains(pattern, "(ms|s|m|h)") {
		return pick(m, []string{"30s", "5m", "1h", "1m30s", "2h"})
	}
	lower, best := strings.ToLower(field), []string{"web", "web", "a", "web-1", "some.name"}
	length := 0
	for _, it := range words {
		if strings.HasSuffix(lower, it.name) && len(it.name) > length {
			best, length = it.values, len(it.name)
		}
	}
	return pick(m, best)
}

func pick[T any](m *maker, values []T) T { return values[m.IntN(len(values))] }
