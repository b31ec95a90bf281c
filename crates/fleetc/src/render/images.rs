//! Images of containers: another tag, digest or name.

use fleetc_manifests::{Text, Value};

use super::pods;
use crate::language::Spanned;

/// Gives the containers that run the image `name` another one; whether there is such a container.
pub(super) fn set(object: &mut Value, name: &str, wanted: &Spanned<Text>) -> bool {
    let runs = |container: &Value| {
        container.get("image").and_then(Value::as_text).is_some_and(|image| split(image).0 == name)
    };
    pods::change_containers(object, &runs, &|container| {
        if let Some(image) = container.as_map_mut().and_then(|map| map.get_mut("image")) {
            *image = Value::new(image_with(name, &wanted.value), wanted.place);
        }
    })
}

/// `1.4.2`, `1.4.2@sha256:…`, `sha256:…`, or the whole of another image.
fn image_with(name: &str, wanted: &str) -> String {
    if wanted.contains('/') {
        wanted.to_owned()
    } else if wanted.starts_with("sha256:") {
        format!("{name}@{wanted}")
    } else {
        format!("{name}:{wanted}")
    }
}

/// The name of an image, and what follows it: a tag, a digest, or both.
pub(super) fn split(image: &str) -> (&str, &str) {
    let (before, _) = image.split_once('@').unwrap_or((image, ""));
    let path = before.rfind('/').map_or(0, |at| at + 1);
    let end = before[path..].find(':').map_or(before.len(), |at| path + at);
    image.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleetc_manifests::{Place, value};

    #[test]
    fn images_are_split_at_their_tag_or_digest() {
        assert_eq!(split("localhost:5000/web:1@sha256:ab"), ("localhost:5000/web", ":1@sha256:ab"));
        assert_eq!(split("web"), ("web", ""));
        assert_eq!(split("ghcr.io/acme/web@sha256:ab"), ("ghcr.io/acme/web", "@sha256:ab"));
    }

    #[test]
    fn containers_of_the_image_get_another() {
        let object = |image: &str| value!({ "spec": { "containers": [{ "name": "a", "image": image }, { "image": "other:1" }] } });
        for (wanted, image) in [
            ("2", "web:2"),
            ("2@sha256:ab", "web:2@sha256:ab"),
            ("sha256:ab", "web@sha256:ab"),
            ("ghcr.io/acme/web:3", "ghcr.io/acme/web:3"),
        ] {
            let mut changed = object("web:1");
            let wanted = Spanned { value: wanted.into(), place: Place::NONE };
            assert!(set(&mut changed, "web", &wanted));
            assert_eq!(changed, object(image));
        }
        let wanted = Spanned { value: "2".into(), place: Place::NONE };
        assert!(!set(&mut object("web:1"), "we", &wanted));
    }
}
