//! The bundles of apps on a target.

use fleetc_manifests::{Map, Text, Value};

use super::Host;
use super::bundles::{Draft, Maker, Namespaces, tenant_label};
use super::sources::Holder;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::earlier::Recorded;
use crate::language::Substitute;
use crate::messages;
use crate::render::flux::{HELM_CONTROLLER, KUSTOMIZE_CONTROLLER};
use crate::render::here::{self, Objects, Own};
use crate::render::kustomization::{Account, Kustomization};
use crate::render::placed::{Body, PlacedApp};
use crate::render::target::{On, Thing};
use crate::render::{Part, Rendered, chart, folder, late};

impl Maker<'_, '_> {
    /// The objects of an app, its Flux objects included.
    pub(super) fn objects_of(&mut self, app: usize) -> Objects {
        let mut flux: Vec<Rendered> = self
            .host
            .sources
            .held_by(Holder::App(self.index, app))
            .map(|source| Rendered::from(source.object()))
            .collect();
        match self.on().apps[app].body.clone() {
            Body::Here => {}
            Body::Pulled(path) => flux.extend(self.pulled_kustomization(app, path)),
            Body::Chart(name) => flux.extend(self.release(app, name.as_ref())),
        }
        let kept = if flux.is_empty() { self.kept(app) } else { None };
        self.said_of(app, |app, target, library, tally, said| {
            here::objects(app, kept, flux, target, library, tally, said)
        })
    }

    /// The Kustomization with which Flux pulls an app.
    fn pulled_kustomization(&mut self, app: usize, path: Text) -> Option<Rendered> {
        let source = self.host.sources.of_app(self.index, app)?.clone();
        let on = self.on();
        let placed = &on.apps[app];
        let namespace = placed.flux_namespace.clone();
        let is_tenants = placed.app.tenant.is_some();
        let kubeconfig =
            if is_tenants { on.access.tenant_kubeconfig.clone() } else { on.access.kubeconfig.clone() };
        let mut problems = Vec::new();
        if on.target.is_remote() && kubeconfig.is_none() {
            problems.push(messages::remote_without_tenant_kubeconfig(
                placed.app.place,
                &placed.app.name,
                on.cluster,
            ));
        }
        problems.extend(account_elsewhere(on, placed));
        let mut after = self.after(Thing::App(app), &namespace, &mut problems);
        if placed.renders_here() && namespace == on.flux.namespace {
            after.push((on.flux_name(&placed.bundle()), None));
        }
        let has_own_namespace = is_tenants || placed.keys.namespace.is_some();
        let kustomization = Kustomization {
            name: on.object_name_of(placed),
            source: source.reference(&namespace),
            path,
            wait: self.host.order.is_waited_for((self.index, Thing::App(app))) || placed.app.is_component,
            account: on.account_of(placed, KUSTOMIZE_CONTROLLER),
            kubeconfig,
            target_namespace: has_own_namespace.then(|| placed.namespace.clone()),
            after,
            post_build: post_build_of_pulled(placed, &mut problems),
            place: placed.app.place,
            namespace,
            ..Kustomization::default()
        };
        let more = placed.more();
        self.extend(problems);
        let Part { tally, diagnostics, .. } = &mut self.host.part;
        Some(kustomization.object(&more, tally, diagnostics))
    }

    /// The HelmRelease of an app.
    fn release(&mut self, app: usize, name: Option<&Text>) -> Option<Rendered> {
        let source = self.host.sources.of_app(self.index, app)?.clone();
        let on = &self.host.ons[self.index];
        let placed = &on.apps[app];
        let is_platforms = placed.app.tenant.is_none();
        let setting = chart::Setting {
            name: on.object_name_of(placed),
            namespace: placed.flux_namespace.clone(),
            account: on.account_of(placed, HELM_CONTROLLER),
            kubeconfig: if is_platforms {
                on.access.kubeconfig.clone()
            } else {
                on.access.tenant_kubeconfig.clone()
            },
            after: self.releases_before(app),
        };
        if on.target.is_remote() && setting.kubeconfig.is_none() {
            let problem =
                messages::remote_without_tenant_kubeconfig(placed.app.place, &placed.app.name, on.cluster);
            self.host.part.diagnostics.push(problem);
        }
        let Host { ons, library, part, .. } = &mut *self.host;
        let placed = &ons[self.index].apps[app];
        if let Some(problem) = account_elsewhere(&ons[self.index], placed) {
            part.diagnostics.push(problem);
        }
        Some(chart::release(placed, name, &source, setting, library, &mut part.tally, &mut part.diagnostics))
    }

    /// The names in `dependsOn` of something in a namespace.
    pub(super) fn after(
        &self,
        thing: Thing,
        namespace: &Text,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<(Text, Option<Text>)> {
        let own = self.on();
        let unit = own.unit_of(thing);
        let mut after = Vec::new();
        for (&(on, dependency), written) in
            self.host.order.of((self.index, thing)).iter().zip(own.written_after(thing))
        {
            let other = &self.host.ons[on];
            let (name, of_other) = other.kustomization_of(dependency);
            let is_flux = |namespace: &Text| self.host.ons.iter().any(|on| on.flux.namespace == *namespace);
            if on == self.index && other.unit_of(dependency) == unit && unit != thing {
                let are_charts = own.is_chart(thing) && own.is_chart(dependency);
                if !are_charts {
                    let names = [own.name_of(thing), own.name_of(dependency)];
                    problems.push(messages::after_within_a_bundle(
                        written.place,
                        names,
                        &own.bundle_of(thing),
                    ));
                }
            } else if of_other == *namespace {
                after.push((name, None));
            } else if is_flux(namespace) && is_flux(&of_other) {
                after.push((name, Some(of_other)));
            } else {
                let names = [own.name_of(thing), other.name_of(dependency)];
                problems.push(messages::after_across_namespaces(written.place, names));
            }
        }
        after
    }

    /// The Helm releases in the same bundle that must be ready before that of the app.
    fn releases_before(&self, app: usize) -> Vec<(Text, Option<Text>)> {
        let on = self.on();
        let unit = on.unit_of(Thing::App(app));
        let of_app = self.host.order.of((self.index, Thing::App(app)));
        let before = of_app.iter().filter_map(|&(index, thing)| match thing {
            Thing::App(other) if index == self.index && on.is_chart(thing) && on.unit_of(thing) == unit => {
                let other = &on.apps[other];
                let is_beside = other.flux_namespace == on.apps[app].flux_namespace;
                Some((on.object_name_of(other), (!is_beside).then(|| other.flux_namespace.clone())))
            }
            _ => None,
        });
        before.collect()
    }

    /// The bundle of an app that is rendered here, or a Helm release.
    pub(super) fn app(&mut self, index: usize, mut objects: Objects, namespaces: &Namespaces) {
        let of_app = namespaces.of_apps.iter().filter(|(_, app)| **app == index);
        let made: Vec<Rendered> = of_app.map(|(name, _)| self.namespace(name, &[index])).collect();
        let beside = folder::fingerprint(&made);
        let has_more = !self.on().target.is_remote() && !objects.flux.is_empty();
        if matches!(&objects.own, Own::Kept(record) if record.beside != beside || has_more) {
            self.make(index, &mut objects);
        }
        let record = if has_more { None } else { self.record(index, &objects, beside) };
        let Objects { own, mut flux, .. } = objects;
        let is_as_before = matches!(own, Own::Kept(_));
        let (mut own, record) = match own {
            Own::Made(own, _) => (own, record.map(Recorded::Anew)),
            Own::Kept(record) => (Vec::new(), Some(Recorded::AsBefore(record))),
        };
        let on = self.on();
        let app = &on.apps[index];
        let bundle = app.bundle();
        let is_remote = on.target.is_remote();
        own.splice(0..0, made);
        let is_empty = own.is_empty() && !is_as_before;
        if is_empty && flux.is_empty() {
            self.push(messages::renders_nothing(
                self.on().apps[index].app.place,
                &self.on().apps[index].app.name,
                &self.on().name,
            ));
            return;
        }
        let kustomization = self.kustomization_of_app(index, namespaces);
        let more = self.on().apps[index].more();
        if let Some(late) = self.on().apps[index].keys.late.clone() {
            let Host { library, part, .. } = &mut *self.host;
            late::escape(&mut own, &late, &library.sources, &mut part.diagnostics);
            late::escape(&mut flux, &late, &library.sources, &mut part.diagnostics);
        }
        let shared = self.on().apps[index].keys.bundle.is_some();
        let draft = Draft {
            name: bundle.clone(),
            shared,
            tenant: self.on().apps[index].team().cloned(),
            app: Some(self.on().apps[index].app.name.clone()),
            more,
            is_far: is_remote,
            record,
            ..Draft::default()
        };
        if !is_remote {
            own.extend(flux);
            self.bundle(Draft { objects: own, kustomization, ..draft });
            return;
        }
        if !flux.is_empty() {
            let mut near = kustomization.clone();
            near.account = self.account_of_bundle(&self.on().apps[index], true);
            near.wait |= self.host.order.is_waited_for((self.index, Thing::App(index)));
            if !is_empty {
                near.after.push((self.on().flux_name(&bundle), None));
            }
            let (tenant, app, more) = (draft.tenant.clone(), draft.app.clone(), draft.more.clone());
            let name = format!("{bundle}-host").into();
            self.bundle(Draft {
                name,
                shared,
                tenant,
                app,
                objects: flux,
                kustomization: near,
                more,
                ..Draft::default()
            });
        }
        if !is_empty {
            self.bundle(Draft { objects: own, kustomization, ..draft });
        }
    }

    /// What the Kustomization of an app is made of.
    fn kustomization_of_app(&mut self, index: usize, namespaces: &Namespaces) -> Kustomization {
        let on = self.on();
        let app = &on.apps[index];
        let mut problems = Vec::new();
        let mut after = self.after(Thing::App(index), &on.flux.namespace, &mut problems);
        let tenant = app.tenant_name().cloned();
        if let Some(tenant) = &tenant {
            after.insert(0, (on.flux_name(&on.bundle_of_tenant(tenant)), None));
            if on.target.is_remote()
                && on.tenant_of(app).is_some_and(|tenant| on.account_beside(tenant).is_some())
            {
                after.extend(self.near_bundle_of_tenant(tenant).map(|name| (name, None)));
            }
        }
        if namespaces.shared.values().any(|users| users.contains(&index)) {
            after.insert(0, (on.flux_name("namespaces"), None));
        }
        let late = app.keys.late.clone();
        if let (Some(bundle), Some(_)) = (&app.keys.bundle, &late) {
            problems.push(messages::late_in_a_bundle(bundle.place, bundle));
        }
        let kustomization = Kustomization {
            wait: app.app.is_component || self.host.order.is_waited_for((self.index, Thing::App(index))),
            account: self.account_of_bundle(app, false),
            after,
            labels: app.team().map(tenant_label).unwrap_or_default(),
            post_build: late.as_ref().map(|late| late::post_build(late, &mut Diagnostics::default())),
            place: app.app.place,
            ..Kustomization::default()
        };
        if let Some(late) = late {
            late::post_build(&late, &mut self.host.part.diagnostics);
        }
        self.extend(problems);
        kustomization
    }

    /// Whom the bundle of an app is applied as: a tenant's by the account beside the Kustomization, but for what Flux
    /// needs on the host for a remote.
    fn account_of_bundle(&self, app: &PlacedApp<'_>, is_near: bool) -> Account {
        let on = self.on();
        match (on.own_account(app), on.tenant_of(app)) {
            (Some(own), _) => own,
            (None, None) => Account::Platform,
            (None, Some(tenant)) if tenant.account.is_none() => Account::Nobody,
            (None, Some(_)) if is_near => Account::Platform,
            (None, Some(tenant)) => Account::Named(on.near_account(&tenant.tenant.name)),
        }
    }
}

/// Says if the platform's app would act as an account that does not lie beside it.
fn account_elsewhere(on: &On<'_>, app: &PlacedApp<'_>) -> Option<Diagnostic> {
    let is_platforms = app.app.tenant.is_none() && on.own_account(app).is_none();
    let namespace = app.keys.flux_namespace.as_ref().filter(|_| on.flux.lockdown && is_platforms)?;
    let is_elsewhere = app.flux_namespace != on.flux.namespace;
    is_elsewhere.then(|| messages::account_elsewhere(namespace.place, &app.app.name, &app.flux_namespace))
}

/// What Flux substitutes in what it pulls.
fn post_build_of_pulled(app: &PlacedApp<'_>, problems: &mut Vec<Diagnostic>) -> Option<Value> {
    let mut post_build = Map::new();
    if let Some(Substitute::Pulled(variables)) = &app.keys.substitute {
        let text = |value: &Value| value.as_text().map_or_else(|| format!("{value:?}"), str::to_owned);
        let map: Map = variables.iter().map(|(key, it)| (key, Value::new(text(&it.0), it.0.place))).collect();
        post_build.push("substitute", map.into());
    }
    if let Some(late) = &app.keys.late {
        let mut diagnostics = Diagnostics::default();
        let of_late = late::post_build(late, &mut diagnostics);
        problems.extend(diagnostics.sorted().into_iter().cloned());
        post_build.push("substituteFrom", of_late.get("substituteFrom").cloned().unwrap_or_default());
    }
    (!post_build.is_empty()).then(|| post_build.into())
}
