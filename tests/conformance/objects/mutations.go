package objects

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"conformance/tree"
)

// spot is a value in an object, and what its schema says of it.
type spot struct {
	path  string
	value any
	// What the schema says; nil where nobody knows.
	schema *schema
	// The name of the field that it lies under.
	field string
	set   func(any)
	drop  func()
}

// spots are all values of an object but its identity, in a fixed order.
func spots(object tree.Object, s *schema) []spot {
	var found []spot
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if key != "apiVersion" && key != "kind" && key != "metadata" {
			found = append(found, below(object, key, s, key)...)
		}
	}
	return found
}

func below(owner tree.Object, key string, s *schema, path string) []spot {
	var inner *schema
	if s != nil {
		inner = s.property(key)
	}
	set := func(value any) { owner[key] = value }
	return from(spot{path, owner[key], inner, key, set, func() { delete(owner, key) }})
}

func from(it spot) []spot {
	found := []spot{it}
	switch value := it.value.(type) {
	case tree.Object:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			found = append(found, below(value, key, it.schema, it.path+"."+key)...)
		}
	case []any:
		for index := range value {
			found = append(found, item(it, value, index)...)
		}
	}
	return found
}

func item(list spot, values []any, index int) []spot {
	var inner *schema
	if list.schema != nil {
		inner = list.schema.items()
	}
	path := fmt.Sprintf("%s[%d]", list.path, index)
	set := func(value any) { values[index] = value }
	drop := func() { list.set(slices.Delete(slices.Clone(values), index, index+1)) }
	return from(spot{path, values[index], inner, list.field, set, drop})
}

// mutation changes a value, and says what it did; "" if the value is none for it.
type mutation func(m *maker, at spot) string

// mutations are what can be done to any value: mistakes, and what only looks like one.
var mutations = []mutation{
	unknownField, misspelt, wrongCase, otherType, gone, odd, odd, number, number, twice, emptied, null, enum, grown, grown, grown,
}

func unknownField(m *maker, at spot) string {
	object, is := at.value.(tree.Object)
	if !is {
		return ""
	}
	object[pick(m, []string{"extra", "nmae", "labels", "enabled"})] = pick(m, []any{"a", true, 1, tree.Object{"a": "b"}})
	return "unknown field"
}

// misspelt drops, doubles or swaps a letter of a field.
func misspelt(m *maker, at spot) string {
	return rename(m, at, "misspelt", func(key string) string {
		i := m.IntN(len(key))
		switch m.IntN(3) {
		case 0:
			return key[:i] + key[i+1:]
		case 1:
			return key[:i] + key[i:i+1] + key[i:]
		}
		return key[i:] + key[:i]
	})
}

func wrongCase(m *maker, at spot) string {
	return rename(m, at, "wrong case", func(key string) string {
		return pick(m, []string{strings.ToLower(key), strings.ToUpper(key[:1]) + key[1:], strings.ToUpper(key)})
	})
}

func rename(m *maker, at spot, what string, change func(string) string) string {
	object, is := at.value.(tree.Object)
	if !is || len(object) == 0 {
		return ""
	}
	key := pick(m, slices.Sorted(maps.Keys(object)))
	if key == "" {
		return ""
	}
	name := change(key)
	if _, is := object[name]; is || name == "" {
		return ""
	}
	object[name] = object[key]
	delete(object, key)
	return what
}

func otherType(m *maker, at spot) string {
	at.set(pick(m, []any{"text", 7, 1.5, true, "7", "true", []any{}, []any{"a"}, tree.Object{}, tree.Object{"a": "b"}}))
	return "other type"
}

func gone(_ *maker, at spot) string {
	at.drop()
	return "gone"
}

// texts are strings that are some field's mistake, and no other's.
var texts = []string{
	"", " ", "a b", "A", "Web", "-a", "a-", "a_b", "a.b", ".", "..", "/", "/a", "a/b", "a/b/c", "../a", "*", "0", "-1", "1", "080",
	"1.5", "1 Gi", "1gb", "10%", "150%", "-5%", "%", "true", "null", "é", "a\nb", "a\tb", "10.0.0.1", "10.0.0.0/8", "10.0.0.0/33",
	"300.1.1.1", "::1", "fe80::/10", "5m", "5 m", "1d", "1h30m", "5", "http://a", "https://a.example.com", "oci://a/b", "sha256:a",
	"a=b", "a,b", "a:b", "$(A)", "[", "(", "^a$", "v1", "2026-01-02", "2026-01-02T03:04:05Z", "aGFsbG8=", "aGFsbG8", "@daily",
	strings.Repeat("a", 63), strings.Repeat("a", 64), strings.Repeat("a", 253), strings.Repeat("a", 254),
}

func odd(m *maker, at spot) string {
	if _, is := at.value.(string); !is {
		return ""
	}
	at.set(pick(m, texts))
	return "odd text"
}

func number(m *maker, at spot) string {
	switch at.value.(type) {
	case int, int64, float64:
	default:
		if at.schema == nil || !slices.Contains([]string{"quantity", "int-or-string"}, at.schema.form()) {
			return ""
		}
	}
	at.set(pick(m, numbers))
	return "number"
}

// numbers are some field's mistake, and no other's.
var numbers = []any{
	-1, 0, 1, 2, 5, 99, 101, 1000, 65535, 65536, 70000, 86401, 2147483647, 2147483648, -2147483649, 9007199254740993,
	1.5, json.Number("3.0"), "1", "100m", "1Gi",
}

// twice repeats an item of a list, as it is or a little changed.
func twice(m *maker, at spot) string {
	list, is := at.value.([]any)
	if !is || len(list) == 0 {
		return ""
	}
	again := clone(pick(m, list))
	if object, is := again.(tree.Object); is && len(object) > 0 && m.IntN(2) == 0 {
		delete(object, pick(m, slices.Sorted(maps.Keys(object))))
	}
	at.set(append(slices.Clone(list), again))
	return "twice"
}

func emptied(_ *maker, at spot) string {
	switch at.value.(type) {
	case string:
		at.set("")
	case []any:
		at.set([]any{})
	case tree.Object:
		at.set(tree.Object{})
	default:
		return ""
	}
	return "emptied"
}

func null(m *maker, at spot) string {
	if list, is := at.value.([]any); is && m.IntN(2) == 0 {
		at.set(append(slices.Clone(list), nil))
		return "null in a list"
	}
	at.set(nil)
	return "null"
}

func enum(m *maker, at spot) string {
	text, is := at.value.(string)
	if !is || at.schema == nil {
		return ""
	}
	values := at.schema.texts("enum")
	if len(values) == 0 {
		return ""
	}
	at.set(pick(m, append(values, strings.ToLower(text), strings.ToUpper(text), text+"s", "")))
	return "enum"
}

// grown adds a field that its schema knows, or an item.
func grown(m *maker, at spot) string {
	if at.schema == nil {
		return ""
	}
	switch value := at.value.(type) {
	case tree.Object:
		known := slices.DeleteFunc(at.schema.properties(), func(name string) bool { return value[name] != nil || name == "status" })
		if len(known) == 0 {
			return ""
		}
		name := pick(m, known)
		made := m.value(at.schema.property(name), name, deepest-2)
		if made == nil {
			return ""
		}
		value[name] = made
	case []any:
		made := m.value(at.schema.items(), at.field, deepest-2)
		if made == nil {
			return ""
		}
		at.set(append(slices.Clone(value), made))
	default:
		return ""
	}
	return "grown"
}

func clone(value any) any {
	switch value := value.(type) {
	case tree.Object:
		copied := tree.Object{}
		for key, it := range value {
			copied[key] = clone(it)
		}
		return copied
	case []any:
		copied := make([]any, len(value))
		for index, it := range value {
			copied[index] = clone(it)
		}
		return copied
	}
	return value
}
