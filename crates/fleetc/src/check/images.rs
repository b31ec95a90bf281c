//! Images of containers.

use fleetc_manifests::Value;

use super::syntax::is_late;
use super::walk::{Rule, Walk};
use crate::messages;

/// Rules about images.
pub(super) const RULES: &[(&str, Rule)] = &[("core.v1.Container", moving_tag)];

fn moving_tag<'v>(container: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(image) = container.get("image") else { return };
    if let Some(text) = image.as_text().filter(|text| !is_late(text) && moves(text)) {
        walk.say(messages::moving_tag(walk.place(image.place), text));
    }
}

/// Whether the image has neither a digest nor a tag other than `latest`.
fn moves(image: &str) -> bool {
    let image = image.trim();
    let name = image.rsplit('/').next().unwrap_or_default();
    !name.is_empty() && !image.contains('@') && name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_move_are_told_from_those_that_stay() {
        for image in
            ["web", "acme/web", "localhost:5000/web", "ghcr.io/acme/web:latest", "localhost:5000/web:latest"]
        {
            assert!(moves(image), "{image}");
        }
        for image in ["", "web:1", "localhost:5000/web:1", "web@sha256:ab", "web:latest@sha256:ab", "acme/"] {
            assert!(!moves(image), "{image}");
        }
    }
}
