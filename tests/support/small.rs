//! A fleet of two targets and a ConfigMap for each of two apps.

use super::Folder;

/// fleet.toml with these apps.
pub fn fleet(apps: &[&str]) -> String {
    let mut text = "\
[fleet]
source = { git = \"https://example.com/me/home\" }
[environments.dev]
[environments.prod]
[clusters.home]
environments = [\"dev\", \"prod\"]
[environments.dev.flux]
namespace = \"flux-dev\"
[defaults.app]
namespace = \"${environment}\"
"
    .to_owned();
    for app in apps {
        text.push_str(&format!("[apps.{app}]\nmanifests = \"{app}.yaml\"\n"));
    }
    text
}

/// The ConfigMap of an app, but for its name.
pub const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\ndata:\n  greeting: hello\n";

/// The fleet with two apps, and their files.
pub fn folder() -> Folder {
    let (a, b) = (MAP.replace("NAME", "a"), MAP.replace("NAME", "b"));
    Folder::new(&[("fleet.toml", &fleet(&["a", "b"])), ("a.yaml", &a), ("b.yaml", &b)])
}

/// A file of its tree.
pub const FILE: &str = "rendered/prod/home/a/configmap-a.yaml";
