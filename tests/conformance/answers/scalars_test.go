package answers

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"conformance/tree"
)

const cases = 4000

// What text is made of: whatever means something to a reader of YAML.
var parts = strings.Split("a|b|word| |  |\n|\n\n|\t|:|: | #|#|-|- |?|? |'|\"|\\|{|}|[|]|,|&a|*a|!|!!str |>|%|@|`|~|=|<<|---|...|"+
	"0|1|07|08|.|e|E5|x|0x1F|0o17|0b1|_|1_000|+|1:30|12:30:45|2001-01-01|2001-12-14t21:59:43Z|.inf|-.INF|.nan|NaN|yes|No|on|OFF|y|N|null|Null|true|TRUE|false|"+
	"\u0085|\u00a0|\u2028|\ufeff|é|e\u0301|\u05d0|\U0001f600", "|")

func someText(dice *rand.Rand) string {
	text := ""
	for range dice.IntN(5) {
		text += pick(dice, parts)
	}
	if dice.IntN(50) == 0 {
		text = strings.Repeat(text, 1+dice.IntN(200))
	}
	return text
}

// someKey is text, but for `<<`: kustomize loses that key, quoted or not, and nothing of Kubernetes has it.
func someKey(dice *rand.Rand) string {
	if text := someText(dice); text != "<<" {
		return text
	}
	return "<"
}

func someValue(dice *rand.Rand, depth int) any {
	switch choice := dice.IntN(10); {
	case choice < 5 || depth == 0:
		return someText(dice)
	case choice == 5:
		return dice.Int64() >> dice.IntN(64)
	case choice == 6:
		return float64(dice.Int64N(1<<40)) / 1024
	case choice == 7:
		return dice.IntN(2) == 0
	case choice == 8:
		list := []any{}
		for range dice.IntN(4) {
			list = append(list, someValue(dice, depth-1))
		}
		return list
	default:
		table := tree.Object{}
		for range dice.IntN(4) {
			table[someKey(dice)] = someValue(dice, depth-1)
		}
		return table
	}
}

// What fleetc writes means the same to both readers as what it was given.
func TestWhatIsWritten(t *testing.T) {
	dice := dice(t)
	var questions []tree.Object
	for _, part := range parts {
		questions = append(questions, tree.Object{"write": envelope(tree.Object{"value": part, part + "-": "key"})})
	}
	for len(questions) < cases {
		questions = append(questions, tree.Object{"write": envelope(tree.Object{"value": someValue(dice, 3), someKey(dice): "key"})})
	}
	for i, answer := range ask(t, questions) {
		meant := object([]byte(mustJSON(questions[i]["write"])))
		kubernetes, err := tree.AsKubernetes([]byte(answer.Text))
		if err != nil || len(kubernetes) != 1 || !reflect.DeepEqual(kubernetes[0], meant) {
			t.Errorf("Kubernetes reads %q as %v (%v), meant was %v", answer.Text, kubernetes, err, meant)
		}
		kustomize, err := tree.AsKustomize([]byte(answer.Text))
		if err != nil || len(kustomize) != 1 || !reflect.DeepEqual(kustomize[0], meant) {
			t.Errorf("kustomize reads %q as %v (%v), meant was %v", answer.Text, kustomize, err, meant)
		}
	}
	tree.Figures{"values written": len(questions)}.Print("generated")
}

// What fleetc reads, it reads as Kubernetes does, or not at all.
func TestWhatIsRead(t *testing.T) {
	dice := dice(t)
	var questions []tree.Object
	for len(questions) < cases {
		text := someText(dice)
		if dice.IntN(3) > 0 {
			text = strings.TrimSpace(strings.ReplaceAll(text, "\n", " "))
		}
		questions = append(questions, tree.Object{"read": "apiVersion: v1\nkind: It\nmetadata: {name: it}\nvalue: " + text + "\n"})
	}
	figures := tree.Figures{"texts read": len(questions)}
	for i, answer := range ask(t, questions) {
		text := questions[i]["read"].(string)
		kubernetes, err := tree.AsKubernetes([]byte(text))
		isSame := err == nil && mustJSON(kubernetes) == mustJSON(answer.Documents)
		switch {
		case answer.Error == "" && !isSame && isOfYAML11(text):
			figures["texts that are known to be read otherwise"]++
		case answer.Error != "" && err == nil:
			figures["texts that fleetc alone refuses"]++
		case answer.Error != "":
			figures["texts that all refuse"]++
		case err != nil:
			t.Errorf("fleetc reads %q as %v, Kubernetes refuses it: %v", text, answer.Documents, err)
		case !isSame:
			t.Errorf("fleetc reads %q as %v, Kubernetes as %v", text, answer.Documents, kubernetes)
		}
	}
	figures.Print("generated")
}

// isOfYAML11 says whether a text has what only YAML 1.1 takes for a line break, a space or a number, a tab that it
// does not want, or an anchor with a name that it does not know. fleetc takes the text as YAML 1.2 has it, and writes it with quotes.
func isOfYAML11(text string) bool {
	return strings.ContainsAny(text, "\u0085\u00a0\u2028\ufeff") || strings.Contains(text, "_") || strings.Contains(text, "&a") || strings.Contains(text, "\n\t")
}

func envelope(object tree.Object) tree.Object {
	object["apiVersion"], object["kind"], object["metadata"] = "v1", "It", tree.Object{"name": "it"}
	return object
}
