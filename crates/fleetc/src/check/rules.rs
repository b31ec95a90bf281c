//! All rules about objects of types.

use std::sync::LazyLock;

use fleetc_manifests::kinds;

use super::walk::Rule;
use super::{
    admission, configs, credentials, cron, definitions, endpoints, images, jobs, network, peers, pods,
    pulled, quotas, rights, scaling, services, storage, workloads,
};

/// The rules of each type, by its number.
pub(super) static RULES: LazyLock<Vec<Vec<Rule>>> = LazyLock::new(|| {
    let of_kubernetes = [
        &pods::rules()[..],
        admission::RULES,
        configs::RULES,
        cron::RULES,
        definitions::RULES,
        endpoints::RULES,
        jobs::RULES,
        network::RULES,
        peers::RULES,
        quotas::RULES,
        rights::RULES,
        scaling::RULES,
        services::RULES,
        storage::RULES,
        workloads::RULES,
    ];
    let all = [&of_kubernetes.concat()[..], credentials::RULES, images::RULES, pulled::RULES].concat();
    let of = |name: &str| all.iter().filter(|(it, _)| *it == name).map(|(_, rule)| *rule).collect();
    kinds::types().map(|shape| of(shape.name())).collect()
});
