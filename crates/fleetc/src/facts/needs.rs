//! What an object needs in its namespace, by name.

use fleetc_manifests::{Place, Value};

/// An object that must be there.
pub(crate) struct Need<'v> {
    pub(crate) kind: &'static str,
    pub(crate) name: &'v str,
    pub(crate) place: Place,
}

/// ConfigMaps that Kubernetes makes in every namespace.
const EVERYWHERE: [&str; 2] = ["kube-root-ca.crt", "openshift-service-ca.crt"];

/// What pods are made of: the object itself for a Pod, or the template in it.
pub(super) fn template(object: &Value) -> Option<&Value> {
    let template = match object.text_at(&["kind"]) {
        "Pod" => object,
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "ReplicationController" => {
            object.find(&["spec", "template"])?
        }
        "CronJob" => object.find(&["spec", "jobTemplate", "spec", "template"])?,
        _ => return None,
    };
    template.get("spec").is_some().then_some(template)
}

/// The Secret that a controller makes of an object.
pub(super) fn made_by(object: &Value) -> Option<&str> {
    let name = object.text_at(&["metadata", "name"]);
    match object.text_at(&["kind"]) {
        "Certificate" => object.find(&["spec", "secretName"])?.as_text(),
        "ExternalSecret" => {
            Some(object.find(&["spec", "target", "name"]).and_then(Value::as_text).unwrap_or(name))
        }
        "SealedSecret" | "VaultStaticSecret" | "VaultDynamicSecret" | "OnePasswordItem" => Some(name),
        _ => None,
    }
}

/// Everything that the object needs.
pub(crate) fn needs(object: &Value) -> Vec<Need<'_>> {
    let mut needs = Vec::new();
    match object.text_at(&["kind"]) {
        "HorizontalPodAutoscaler" => scaled(object, &mut needs),
        "Ingress" => served(object, &mut needs),
        _ => {
            if let Some(spec) = template(object).and_then(|template| template.get("spec")) {
                of_pod(object, spec, &mut needs);
            }
        }
    }
    needs.retain(|need| !EVERYWHERE.contains(&need.name) && !need.name.contains("${"));
    needs
}

/// What an autoscaler scales, if it is one of Kubernetes' own kinds.
fn scaled<'v>(object: &'v Value, needs: &mut Vec<Need<'v>>) {
    let Some(target) = object.find(&["spec", "scaleTargetRef"]) else { return };
    let kinds = ["Deployment", "StatefulSet", "ReplicaSet"];
    let kind = kinds.into_iter().find(|kind| *kind == target.text_at(&["kind"]));
    if let Some(kind) = kind.filter(|_| target.text_at(&["apiVersion"]) == "apps/v1") {
        add(kind, target.get("name"), needs);
    }
}

/// The Services of an Ingress.
fn served<'v>(object: &'v Value, needs: &mut Vec<Need<'v>>) {
    add("Service", object.find(&["spec", "defaultBackend", "service", "name"]), needs);
    for rule in object.items_at(&["spec", "rules"]) {
        for path in rule.items_at(&["http", "paths"]) {
            add("Service", path.find(&["backend", "service", "name"]), needs);
        }
    }
}

fn of_pod<'v>(object: &'v Value, spec: &'v Value, needs: &mut Vec<Need<'v>>) {
    if spec.text_at(&["serviceAccountName"]) != "default" {
        add("ServiceAccount", spec.get("serviceAccountName"), needs);
    }
    for container in spec.items_at(&["initContainers"]).chain(spec.items_at(&["containers"])) {
        for variable in container.items_at(&["env"]) {
            by_name(variable.find(&["valueFrom", "configMapKeyRef"]), "ConfigMap", "name", needs);
            by_name(variable.find(&["valueFrom", "secretKeyRef"]), "Secret", "name", needs);
        }
        for from in container.items_at(&["envFrom"]) {
            by_name(from.get("configMapRef"), "ConfigMap", "name", needs);
            by_name(from.get("secretRef"), "Secret", "name", needs);
        }
    }
    let claims = object.items_at(&["spec", "volumeClaimTemplates"]);
    let claims: Vec<&str> = claims.map(|claim| claim.text_at(&["metadata", "name"])).collect();
    for volume in spec.items_at(&["volumes"]).filter(|volume| !claims.contains(&volume.text_at(&["name"]))) {
        by_name(volume.get("configMap"), "ConfigMap", "name", needs);
        by_name(volume.get("secret"), "Secret", "secretName", needs);
        add("PersistentVolumeClaim", volume.find(&["persistentVolumeClaim", "claimName"]), needs);
        for source in volume.items_at(&["projected", "sources"]) {
            by_name(source.get("configMap"), "ConfigMap", "name", needs);
            by_name(source.get("secret"), "Secret", "name", needs);
        }
    }
}

/// A reference that may say that it is optional.
fn by_name<'v>(reference: Option<&'v Value>, kind: &'static str, key: &str, needs: &mut Vec<Need<'v>>) {
    if let Some(reference) = reference
        && reference.get("optional").and_then(Value::as_bool) != Some(true)
    {
        add(kind, reference.get(key), needs);
    }
}

fn add<'v>(kind: &'static str, name: Option<&'v Value>, needs: &mut Vec<Need<'v>>) {
    if let Some(written) = name
        && let Some(name) = written.as_text().filter(|name| !name.is_empty())
    {
        needs.push(Need { kind, name, place: written.place });
    }
}
