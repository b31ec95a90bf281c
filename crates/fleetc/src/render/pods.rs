//! Where pods are described inside objects.

use fleetc_manifests::{Data, Text, Value};

/// The kinds of Kubernetes that describe pods, and the path to the description.
const PODS: [(&str, &[&str]); 8] = [
    ("Pod", &["spec"]),
    ("PodTemplate", &["template", "spec"]),
    ("ReplicationController", &["spec", "template", "spec"]),
    ("ReplicaSet", &["spec", "template", "spec"]),
    ("Deployment", &["spec", "template", "spec"]),
    ("StatefulSet", &["spec", "template", "spec"]),
    ("DaemonSet", &["spec", "template", "spec"]),
    ("Job", &["spec", "template", "spec"]),
];

/// The path to the description of pods in an object of the kind.
pub(super) fn path(kind: &str) -> Option<&'static [&'static str]> {
    if kind == "CronJob" {
        return Some(&["spec", "jobTemplate", "spec", "template", "spec"]);
    }
    PODS.iter().find(|(it, _)| *it == kind).map(|(_, path)| *path)
}

/// The lists of containers in a description of pods.
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Changes every container that is meant, in custom kinds too: the items of each list that is named as lists of
/// containers are. Whether there was one.
pub(super) fn change_containers(
    value: &mut Value,
    is_meant: &impl Fn(&Value) -> bool,
    change: &impl Fn(&mut Value),
) -> bool {
    if !has_container(value, is_meant) {
        return false;
    }
    match &mut value.data {
        Data::Map(map) => {
            for entry in map.entries_mut() {
                if CONTAINERS.contains(&entry.key.text.as_str())
                    && let Data::List(items) = &mut entry.value.data
                {
                    for item in items.make_mut().iter_mut().filter(|item| is_meant(item)) {
                        change(item);
                    }
                } else {
                    change_containers(&mut entry.value, is_meant, change);
                }
            }
        }
        Data::List(items) => {
            for item in items.make_mut() {
                change_containers(item, is_meant, change);
            }
        }
        _ => {}
    }
    true
}

/// The images of all containers, in the order in which they stand.
pub(super) fn images(value: &Value) -> Vec<Text> {
    match &value.data {
        Data::Map(map) => {
            let of_entry = map.iter().flat_map(|entry| {
                let is_list = CONTAINERS.contains(&entry.key.text.as_str());
                let items = entry.value.as_list().filter(|_| is_list).into_iter().flatten();
                let images = items.filter_map(|item| item.get("image")?.as_text().map(Text::from));
                images.chain(images_inside(&entry.value, is_list)).collect::<Vec<_>>()
            });
            of_entry.collect()
        }
        Data::List(items) => items.iter().flat_map(images).collect(),
        _ => Vec::new(),
    }
}

fn images_inside(value: &Value, is_list_of_containers: bool) -> Vec<Text> {
    if is_list_of_containers { Vec::new() } else { images(value) }
}

fn has_container(value: &Value, is_meant: &impl Fn(&Value) -> bool) -> bool {
    match &value.data {
        Data::Map(map) => map.iter().any(|entry| {
            let items = entry.value.as_list().filter(|_| CONTAINERS.contains(&entry.key.text.as_str()));
            items.is_some_and(|items| items.iter().any(is_meant)) || has_container(&entry.value, is_meant)
        }),
        Data::List(items) => items.iter().any(|item| has_container(item, is_meant)),
        _ => false,
    }
}
