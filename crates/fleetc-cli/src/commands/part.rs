//! A part of the tree, as flags choose it.

use crate::NotRun;

/// A part of the tree
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Part {
    /// Only this environment (may be repeated); needs `--output`
    #[arg(long, value_name = "NAME", requires = "output")]
    environment: Vec<String>,
    /// Only this cluster (may be repeated); needs `--output`
    #[arg(long, value_name = "NAME", requires = "output")]
    cluster: Vec<String>,
    /// Only this tenant, and its apps (may be repeated); needs `--output`
    #[arg(long, value_name = "NAME", requires = "output")]
    tenant: Vec<String>,
    /// Only this app or component (may be repeated); needs `--output`
    #[arg(long, value_name = "NAME", requires = "output")]
    app: Vec<String>,
}

impl Part {
    /// Whether all that is asked for is there: a part that is empty by mistake would look like a tree without changes.
    pub(crate) fn check(&self, fleet: &fleetc::Fleet) -> Result<(), NotRun> {
        let apps = fleet.apps.iter().map(|app| app.name.as_str());
        known("environment", &self.environment, fleet.environments.iter().map(|it| it.name.as_str()))?;
        known("cluster", &self.cluster, fleet.clusters.iter().map(|it| it.name.as_str()))?;
        known("tenant", &self.tenant, fleet.tenants.iter().map(|it| it.team.as_str()))?;
        known("app or component", &self.app, apps)
    }

    /// Whether anything was found of what several flags ask for: each name may be there, and nothing that has all of them.
    pub(crate) fn is_met(&self, objects: usize) -> Result<(), NotRun> {
        let flags = [
            ("environment", &self.environment),
            ("cluster", &self.cluster),
            ("tenant", &self.tenant),
            ("app", &self.app),
        ];
        let is_several = flags.iter().filter(|(_, names)| !names.is_empty()).count() > 1;
        let asked: Vec<String> = flags
            .into_iter()
            .flat_map(|(flag, names)| names.iter().map(move |name| format!("--{flag} {name}")))
            .collect();
        if !is_several || objects > 0 {
            return Ok(());
        }
        Err(format!("nothing of the tree belongs to `{}`", asked.join(" ")))
    }

    /// Whether the folder belongs to what is asked for.
    pub(crate) fn has(&self, folder: &fleetc::Folder) -> bool {
        let has = |wanted: &[String], name: Option<&str>| {
            wanted.is_empty() || name.is_some_and(|name| wanted.iter().any(|wanted| wanted == name))
        };
        has(&self.environment, folder.environment.as_deref())
            && has(&self.cluster, Some(&folder.cluster))
            && has(&self.tenant, folder.tenant.as_deref())
            && has(&self.app, folder.app.as_deref())
    }
}

/// Whether there is something of each name.
pub(crate) fn known<'n>(
    what: &str,
    wanted: &[String],
    names: impl Iterator<Item = &'n str> + Clone,
) -> Result<(), NotRun> {
    match wanted.iter().find(|wanted| !names.clone().any(|name| name == *wanted)) {
        None => Ok(()),
        Some(unknown) => {
            Err(format!("no {what} is named `{unknown}`; {}", fleetc::suggest(unknown, names, what)))
        }
    }
}
