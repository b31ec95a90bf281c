#!/usr/bin/env python3
"""Makes kubernetes.txt: the shape of every Kubernetes and Flux kind, as text.

Run `python3 generate.py`. It needs Python 3.11, Go and, the first time, the network: `go mod download` fetches the
public modules named below, checksums verified, into --cache. Kinds, types and fields are read out of them, merged over
all minors, joined with the facts in by_hand.py, and written to --output. The same modules always give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # this folder holds sources only

from by_hand import LIFECYCLES, UNMARKED_GATES  # noqa: E402
from table import GRAMMAR, Axis, Field, Table, Type, compact, render, share_types  # noqa: E402

KUBERNETES = ["1.29.6", "1.30.14", "1.31.14", "1.32.13", "1.33.13", "1.34.4", "1.35.4", "1.36.3"]

# What the go.mod of flux2's newest patch of each minor asks for (2.7.5, 2.8.8, 2.9.5), but for image-reflector in 2.8:
# the checksum database does not know 1.1.2.
FLUX = ["2.7", "2.8", "2.9"]
FLUX_APIS = {
    "kustomize-controller/api": ["1.7.3", "1.8.5", "1.9.5"],
    "source-controller/api": ["1.7.4", "1.8.5", "1.9.5"],
    "helm-controller/api": ["1.4.5", "1.5.5", "1.6.4"],
    "notification-controller/api": ["1.7.5", "1.8.4", "1.9.4"],
    "image-reflector-controller/api": ["1.0.4", "1.1.1", "1.2.5"],
    "image-automation-controller/api": ["1.0.4", "1.1.4", "1.2.5"],
    "source-watcher/api/v2": ["2.0.3", "2.1.1", "2.2.4"],
}
FLUX_OPERATOR = "0.59.0"
LEFT_OUT = {"FluxReport"}  # written by flux-operator alone
CONTROLLER_GEN = "sigs.k8s.io/controller-tools/cmd/controller-gen@v0.21.0"
YQ = "github.com/mikefarah/yq/v4@v4.54.1"

# Served by their own API servers, which have no list of versions that are off.
ALWAYS_ON = {"apiextensions.v1", "apiregistration.v1"}

# Definitions that are no objects with fields.
NAMED = {
    "FieldsV1": "any", "IntOrString": "int-or-string", "JSON": "any", "JSONSchemaPropsOrArray": "any",
    "JSONSchemaPropsOrBool": "any", "JSONSchemaPropsOrStringArray": "any", "MicroTime": "microtime",
    "Quantity": "quantity", "RawExtension": "any",
}
SCALARS = {
    ("boolean", None): "bool", ("integer", None): "int64", ("integer", "int32"): "int32", ("integer", "int64"): "int64",
    ("number", "double"): "double", ("string", None): "string", ("string", "byte"): "bytes",
    ("string", "date-time"): "time",
}
LIMITS = [
    "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "minProperties", "maxProperties",
]
# A key that is not listed stops the generator, so that no new sort of fact is lost in silence.
KNOWN_KEYS = {
    *LIMITS, "$ref", "additionalProperties", "allOf", "default", "description", "enum", "format", "items", "oneOf",
    "properties", "required", "type", "x-kubernetes-group-version-kind", "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys", "x-kubernetes-list-type", "x-kubernetes-map-type", "x-kubernetes-patch-merge-key",
    "x-kubernetes-patch-strategy", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-unions",
    "x-kubernetes-validations",
}


class Schemas:
    """Reads the schemas of one minor, or of one CRD version, into the table."""

    def __init__(self, table: Table, axis: Axis, minor: str, kind_types: set[str], custom: bool):
        self.table, self.axis, self.minor = table, axis, minor
        self.kind_types, self.custom = kind_types, custom
        self.definitions: dict[str, dict] = {}
        self.enums: dict[tuple[str, str], list[str]] = {}

    def read(self, name: str, schema: dict) -> None:
        """Reads an object's fields as those of the type `name`."""
        kept = self.table.types.setdefault(name, Type(self.axis))
        if self.minor in kept.minors:
            return
        kept.minors.add(self.minor)
        check_keys(name, schema)
        for union in schema.get("x-kubernetes-unions", []):
            # The values beside the fields are Go names, not values of the discriminator.
            line = f"+union {union.get('discriminator', '-')} {','.join(sorted(union['fields-to-discriminateBy']))}"
            kept.constraints[line].add(self.minor)
        self._rules(kept, ".", schema)
        for key, value in schema.get("properties", {}).items():
            kept.fields[key][self.minor] = self._field(name, key, value, key in schema.get("required", []))

    def _field(self, name: str, key: str, schema: dict, required: bool) -> Field:
        if name in self.kind_types and key == "status":
            return Field("", "any")
        if name in self.kind_types and key == "metadata" and self.custom:
            return Field("", "meta.v1.ObjectMeta")
        levels = list(layers(schema))
        for suffix, level in levels:
            check_keys(f"{name}.{key}", level)
            if "properties" not in level:
                self._rules(self.table.types[name], key + suffix, level)
        limits = tuple(f"{limit}={compact(level[limit])}" for limit in LIMITS for _, level in levels if limit in level)
        enum = frozenset(self.enums.get((name, key), levels[-1][1].get("enum", [])))
        shape = self.shape(schema, f"{name}.{key}")
        return Field(*shape, required, tuple(self._attributes(schema)), limits, enum)

    def _attributes(self, schema: dict):
        if (list_type := schema.get("x-kubernetes-list-type")) == "map":
            yield f"map({','.join(schema['x-kubernetes-list-map-keys'])})"
        elif list_type == "set":
            yield "set"
        if strategy := schema.get("x-kubernetes-patch-strategy"):
            key = schema.get("x-kubernetes-patch-merge-key")
            yield f"patch={strategy}" + (f"({key})" if key else "")
        # Kubernetes' schemas give every required field its Go zero value as a default, which says nothing.
        if "default" in schema and (self.custom or schema["default"]):
            yield f"default={compact(schema['default'])}"

    def _rules(self, owner: Type, target: str, schema: dict) -> None:
        for rule in schema.get("x-kubernetes-validations", []):
            line = f"+rule {target} {compact(rule['rule'].strip())} {compact(rule.get('message', ''))}"
            owner.constraints[line].add(self.minor)

    def shape(self, schema: dict, path: str) -> tuple[str, str]:
        """The lists and maps around a value, and its own type, which is read on the way."""
        schema = schema.get("allOf", [schema])[0]
        if "$ref" in schema:
            return self._definition(schema["$ref"].rsplit("/", 1)[1])
        if schema.get("x-kubernetes-int-or-string"):
            return "", "int-or-string"
        if schema.get("x-kubernetes-preserve-unknown-fields") or "type" not in schema:
            return "", "any"
        if schema["type"] == "array":
            wrap, base = self.shape(schema["items"], path + "[]")
            return "[" + wrap, base
        if "additionalProperties" in schema:
            wrap, base = self.shape(schema["additionalProperties"], path + "{}")
            return "{" + wrap, base
        if schema["type"] == "object":
            self.read(path, schema)
            return "", path
        return "", SCALARS[schema["type"], schema.get("format")]

    def _definition(self, name: str) -> tuple[str, str]:
        short = short_name(name)
        if scalar := NAMED.get(short.rsplit(".", 1)[1]):
            return "", scalar
        return self.shape(self.definitions[name], short)


def check_keys(path: str, schema: dict) -> None:
    if unknown := schema.keys() - KNOWN_KEYS:
        sys.exit(f"{path}: unknown schema keys: {', '.join(sorted(unknown))}")


def short_name(definition: str) -> str:
    """io.k8s.api.core.v1.Pod → core.v1.Pod"""
    return ".".join(definition.split(".")[-3:])


def api_version(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version


def layers(schema: dict):
    """A value's schema, then that of its items or values, down to the innermost."""
    suffix = ""
    while True:
        yield suffix, schema
        if "items" in schema:
            schema, suffix = schema["items"], suffix + "[]"
        elif isinstance(schema.get("additionalProperties"), dict):
            schema, suffix = schema["additionalProperties"], suffix + "{}"
        else:
            return


class Modules:
    """Go modules and tools, kept in the cache folder."""

    def __init__(self, cache: Path):
        self.cache = cache.resolve()
        self.cache.mkdir(parents=True, exist_ok=True)
        self.environment = os.environ | {
            "GOMODCACHE": f"{self.cache}/mod", "GOCACHE": f"{self.cache}/build",
            "GOFLAGS": "-modcacherw", "GOWORK": "off",
        }

    def fetch(self, *modules: str) -> list[Path]:
        """The folders of modules, which are downloaded where they are not there yet."""
        # Go also fails for a module that asks for a newer Go, yet unpacks it; only its YAML is read here.
        result = self._run("go", "mod", "download", *modules, check=False)
        folders = [self.cache / "mod" / module for module in modules]
        if missing := [str(folder) for folder in folders if not folder.is_dir()]:
            sys.exit(f"not downloaded: {', '.join(missing)}\n{result.stderr}")
        return folders

    def crds(self, folder: Path) -> list[dict]:
        """The CRDs that a module publishes, or else those that its Go types make."""
        made = None
        published = sorted(map(str, folder.glob("config/crd/bases/*.yaml")))
        if not published:
            made = self._run(self._tool(CONTROLLER_GEN), "crd", "paths=./...", "output:crd:stdout", cwd=folder).stdout
        converted = self._run(self._tool(YQ), "-o=json", "-I=0", ".", *published, input=made)
        return [json.loads(line) for line in converted.stdout.splitlines()]

    def _tool(self, package: str) -> str:
        name, version = re.search(r"([\w-]+)(?:/v\d+)?@(.*)", package).groups()
        folder = self.cache / "bin" / version
        if not (folder / name).exists():
            self._run("go", "install", package, env=self.environment | {"GOBIN": str(folder)})
        return str(folder / name)

    def _run(self, *command: str, check: bool = True, **options) -> subprocess.CompletedProcess:
        options = {"cwd": self.cache, "env": self.environment, "capture_output": True, "text": True} | options
        result = subprocess.run(command, **options)
        if check and result.returncode:
            sys.exit(f"failed: {' '.join(command)}\n{result.stderr}")
        return result


def read_kubernetes(table: Table, modules: Modules) -> None:
    """Reads all Kubernetes minors."""
    axis = Axis("", [version.rpartition(".")[0] for version in KUBERNETES], newest_wins=True)
    folders = modules.fetch(*(f"k8s.io/kubernetes@v{version}" for version in KUBERNETES))
    apis = modules.fetch(*(f"k8s.io/api@v0{version[1:]}" for version in KUBERNETES))
    for minor, folder, api in zip(axis.minors, folders, apis):
        read_minor(table, axis, minor, folder)
        read_features(table, minor, folder)
        read_gates(table, api)
        read_lifecycles(table, api)
    for name, gate in UNMARKED_GATES.items():
        table.gates[name].add(gate)
    for key, words in LIFECYCLES.items():
        table.lifecycles[key] |= dict(word.split("=") for word in words.split())


def read_minor(table: Table, axis: Axis, minor: str, folder: Path) -> None:
    definitions, names = {}, {}
    for path in sorted(folder.glob("api/openapi-spec/v3/*.json")):
        definitions |= json.loads(path.read_text()).get("components", {}).get("schemas", {})
    for name, schema in definitions.items():
        for key in schema.get("x-kubernetes-group-version-kind", []):
            names[key["group"], key["version"], key["kind"]] = name
    kinds = some("kinds", folder, list(read_discovery(folder / "api/discovery")))
    schemas = Schemas(table, axis, minor, {short_name(names[key]) for key, _ in kinds}, custom=False)
    schemas.definitions = definitions
    schemas.enums = some("enums", folder, read_enums(folder / "pkg/generated/openapi/zz_generated.openapi.go"))
    served = some("served versions", folder, read_served(folder)) | ALWAYS_ON
    for (group, version, kind), resource in kinds:
        name = short_name(names[group, version, kind])
        added = table.kind(axis, minor, (api_version(group, version), kind), name)
        added.plural, added.short = resource["name"], resource.get("shortNames", [])
        added.scope = "namespaced" if resource["namespaced"] else "cluster"
        package = name.rpartition(".")[0]
        if not served & {package, f"{package}/{resource['name']}"}:
            added.off.add(minor)
        schemas.read(name, definitions[names[group, version, kind]])


def some(what: str, folder: Path, facts):
    """The facts, which a newer minor may keep elsewhere: then stop rather than write a file without them."""
    return facts or sys.exit(f"no {what} found in {folder}")


def read_discovery(folder: Path):
    """The kinds that a repository can hold: those that can be created and read."""
    for path in sorted(folder.glob("api*__v*.json")):
        listing = json.loads(path.read_text())
        group, _, version = listing["groupVersion"].rpartition("/")
        for resource in listing["resources"]:
            if "/" not in resource["name"] and {"create", "get"} <= set(resource["verbs"]):
                yield (group, version, resource["kind"]), resource


def read_enums(path: Path) -> dict[tuple[str, str], list[str]]:
    """The enums, which the checked-in OpenAPI lacks, from the Go code that a server makes its own from."""
    enums, owner, key = {}, "", ""
    for line in path.read_text().splitlines():
        if start := re.match(r"func schema_\w*?([a-z0-9]+)_(v\d\w*?)_(\w+)\(", line):
            owner = ".".join(start.groups())
        elif start := re.match(r'\t{5}"([^"]+)": \{$', line):
            key = start[1]
        elif values := re.match(r"\s+Enum:\s+\[\]interface\{\}\{(.*)\}", line):
            enums[owner, key] = [json.loads(value) for value in re.findall(r'"(?:[^"\\]|\\.)*"', values[1])]
    return enums


def read_served(folder: Path) -> set[str]:
    """The versions (apps.v1), and single resources (apps.v1/deployments), that are served by default."""
    served = set()
    for path in sorted(folder.glob("pkg/controlplane/**/*.go")):
        text = path.read_text()
        imports = re.findall(r'(\w+) "k8s\.io/\S*/(\w+)/(v\w+)"', text)
        packages = {alias: f"{group}.{version}" for alias, group, version in imports}
        for block in re.findall(r"[sS]tableAPIGroupVersionsEnabledByDefault = .*?\{(.*?)\n\t\}", text, re.S):
            served |= {packages[alias] for alias in re.findall(r"(\w+)\.SchemeGroupVersion", block)}
        for block in re.findall(r"legacyBetaEnabledByDefaultResources = .*?\{(.*?)\n\t\}", text, re.S):
            found = re.findall(r'^\s*(\w+)\.SchemeGroupVersion\.WithResource\("(\w+)"\)', block, re.M)
            served |= {f"{packages[alias]}/{resource}" for alias, resource in found}
    return served


def read_features(table: Table, minor: str, folder: Path) -> None:
    """Which feature gates are off by default in a minor."""
    defaults, gate = {}, ""
    for path in sorted(folder.glob("pkg/features/*kube_features.go")):
        for line in path.read_text().splitlines():
            if start := re.match(r"\t(?:\w+\.)?(\w+):\s*\{", line):
                gate = start[1]
            # A gate lists its past as well, oldest first: its last default is the minor's own.
            for default in re.findall(r"\bDefault:\s*(true|false)", line):
                defaults[gate] = default
    for gate in (gate for gate, default in some("gates", folder, defaults).items() if default == "false"):
        table.gates_off[gate].add(minor)


def read_gates(table: Table, folder: Path) -> None:
    """The gates of fields, from the markers in k8s.io/api. Later minors mark fields that earlier ones forgot."""
    for path in sorted(folder.glob("*/*/types.go")):
        package = f"{path.parts[-3]}.{path.parts[-2]}"
        owner, gates, embedded = "", [], []
        for line in path.read_text().splitlines():
            if start := re.match(r"type (\w+) struct \{", line):
                owner, gates = f"{package}.{start[1]}", []
            elif line == "}":
                owner = ""
            elif marker := re.match(r"\s+// \+featureGate=(\S+)", line):
                gates += marker[1].split(",")
            elif owner and (tag := re.match(r'\s+(\w+).*`.*json:"([^",]*)', line)):
                if tag[2]:
                    table.gates[f"{owner}.{tag[2]}"].update(gates)
                else:
                    embedded.append((owner, f"{package}.{tag[1]}"))
                gates = []
        for owner, part in embedded:
            for name in [name for name in table.gates if name.rpartition(".")[0] == part]:
                table.gates[f"{owner}.{name.rpartition('.')[2]}"] |= table.gates[name]


def read_lifecycles(table: Table, folder: Path) -> None:
    """Deprecation, removal and replacement, from the generated functions in k8s.io/api."""
    pattern = re.compile(r"func \(in \*(\w+)\) APILifecycle(Deprecated|Removed|Replacement)\(\).*?\{\s*return (.*)")
    for path in sorted(folder.glob("*/*/zz_generated.prerelease-lifecycle.go")):
        group = re.search(r'GroupName = "(.*)"', (path.parent / "register.go").read_text())[1]
        for kind, what, value in pattern.findall(path.read_text()):
            if kind.endswith("List"):
                continue
            said = table.lifecycles[api_version(group, path.parent.name), kind]
            if what == "Replacement":
                use = dict(re.findall(r'(\w+): "(.*?)"', value))
                said["use"] = api_version(use["Group"], use["Version"])
                # networking.k8s.io/v1beta1 IngressClass names its list.
                if use["Kind"].removesuffix("List") != kind:
                    said["as"] = use["Kind"]
            else:
                said[what.lower()] = value.replace(", ", ".")


def read_flux(table: Table, modules: Modules) -> None:
    """Reads all Flux minors, and flux-operator."""
    axis = Axis("flux", FLUX)
    folders = []
    for index, minor in enumerate(FLUX):
        names = [f"github.com/fluxcd/{name}@v{versions[index]}" for name, versions in FLUX_APIS.items()]
        for folder in modules.fetch(*names):
            read_crds(table, axis, minor, modules.crds(folder))
            folders.append(folder)
    add_removed(table, axis, folders)
    (operator,) = modules.fetch(f"github.com/controlplaneio-fluxcd/flux-operator@v{FLUX_OPERATOR}")
    read_crds(table, Axis("", [FLUX_OPERATOR]), FLUX_OPERATOR, modules.crds(operator))


def read_crds(table: Table, axis: Axis, minor: str, crds: list[dict]) -> None:
    for spec in (crd["spec"] for crd in crds if crd["spec"]["names"]["kind"] not in LEFT_OUT):
        names = spec["names"]
        # source.toolkit.fluxcd.io → source, source.extensions.fluxcd.io → source.extensions
        group = re.sub(r"(\.toolkit)?\.(fluxcd|controlplane)\.io$", "", spec["group"])
        stored = next(version["name"] for version in spec["versions"] if version["storage"])
        for version in (version for version in spec["versions"] if version["served"]):
            name = f"{group}.{version['name']}.{names['kind']}"
            key = (api_version(spec["group"], version["name"]), names["kind"])
            kind = table.kind(axis, minor, key, name)
            kind.plural, kind.scope, kind.short = names["plural"], spec["scope"].lower(), names.get("shortNames", [])
            Schemas(table, axis, minor, {name}, custom=True).read(name, version["schema"]["openAPIV3Schema"])
            if version.get("deprecated"):
                table.lifecycles[key].setdefault("deprecated", axis.prefix + minor)
                table.lifecycles[key]["use"] = api_version(spec["group"], stored)


def add_removed(table: Table, axis: Axis, folders: list[Path]) -> None:
    """When versions were removed: after the last minor that serves them, or long ago where only Go types are left."""
    flux = {key: kind for key, kind in table.kinds.items() if kind.axis is axis}
    newest = {name: version for (version, name), kind in flux.items() if axis.minors[-1] in kind.minors}
    served = {key: max(map(axis.minors.index, kind.minors)) for key, kind in flux.items()}
    for path in sorted(path for folder in folders for path in folder.glob("v*/*_types.go")):
        group = re.search(r'Group: +"(.*?)"', (path.parent / "groupversion_info.go").read_text())[1]
        for name in re.findall(r"object:root=true\n(?:\n|//.*\n)*type (\w+) struct", path.read_text()):
            served.setdefault((api_version(group, path.parent.name), name), -1)
    for key, last in served.items():
        if key[1] in newest and last + 1 < len(axis.minors):
            table.lifecycles[key] |= {"removed": axis.prefix + axis.minors[last + 1], "use": newest[key[1]]}


def header() -> str:
    """The grammar of the file, and what the file was made from."""
    oldest = GRAMMAR.replace("{kubernetes}", KUBERNETES[0].rpartition(".")[0]).replace("{flux}", FLUX[0])
    sources = ["Made from", f"  Kubernetes {' '.join(KUBERNETES)}", f"  Flux {' '.join(FLUX)}:"]
    sources += (f"    {name} {' '.join(versions)}" for name, versions in FLUX_APIS.items())
    return "\n".join([oldest, *sources, f"  flux-operator {FLUX_OPERATOR}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "fleetc-kinds")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("kubernetes.txt"))
    arguments = parser.parse_args()
    table, modules = Table(), Modules(arguments.cache)
    read_kubernetes(table, modules)
    read_flux(table, modules)
    share_types(table)
    arguments.output.write_text(render(table, header()), encoding="utf-8")


if __name__ == "__main__":
    main()
