//! What `${name}` stands for on one target.

use fleetc_manifests::{Data, Map, Text, Value};
use indexmap::IndexMap;

use super::ladder::{self, Step, StepName};
use super::matching::Context;
use super::substitution::{Substitute, is_live};
use crate::diagnostic::Diagnostics;
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::fleet::{Fleet, Tenant};
use crate::messages;

/// The names that stand for something in every fleet.
const RESERVED: [&str; 10] = [
    "environment",
    "environment.prefix",
    "cluster",
    "cluster.pool",
    "cluster.index",
    "tenant",
    "copy",
    "app",
    "component",
    "namespace",
];

/// What names stand for, for one thing on one target.
pub(crate) struct Scope<'f> {
    steps: Vec<Step<'f>>,
    pins: &'f Map,
    context: Context<'f>,
    /// Where the thing runs, once that is known.
    pub(crate) namespace: Option<Text>,
    /// The names of its ConfigMaps, once they are known.
    pub(crate) configs: IndexMap<Text, Text>,
    /// Variables that have been looked up already.
    known: IndexMap<Text, Value>,
    /// The names that were asked for since somebody last wanted to know.
    asked: Vec<Text>,
    /// The variables that are being looked up, each because of the one before it.
    pending: Vec<Text>,
    /// Where it is, for messages.
    target: String,
    /// What was wrong.
    pub(crate) diagnostics: Diagnostics,
}

/// Names, and what each stands for; nothing where it stands for nothing.
pub(crate) type Asked = Vec<(Text, Option<Value>)>;

/// Why a name stands for nothing.
enum Missing {
    /// Nothing has that name.
    Unknown,
    /// It would need itself.
    Cycle(Vec<Text>),
}

impl<'f> Scope<'f> {
    /// The scope of what the context says.
    pub(crate) fn new(fleet: &'f Fleet, context: Context<'f>) -> Self {
        let name = |name: Option<&'f Text>| name.map_or("", Text::as_str);
        let environment = name(context.environment.map(|it| &it.name));
        let cluster = name(context.cluster.map(|it| &it.name));
        Self {
            steps: ladder::steps(fleet, &context),
            pins: &fleet.pins,
            context,
            namespace: None,
            configs: IndexMap::new(),
            known: IndexMap::new(),
            asked: Vec::new(),
            pending: Vec::new(),
            target: if cluster.is_empty() {
                environment.to_owned()
            } else {
                format!("{environment}/{cluster}")
            },
            diagnostics: Diagnostics::default(),
        }
    }

    /// What the name stands for; an error is told for the text that uses it.
    pub(crate) fn lookup(&mut self, name: &str, written: &str, text: &Value) -> Option<Value> {
        match self.find(name) {
            Ok(value) => Some(value),
            Err(Missing::Cycle(names)) => {
                self.diagnostics.push(messages::variable_cycle(text.place, written, &names));
                None
            }
            Err(Missing::Unknown) if name.starts_with("pins.") => {
                let pin = &name["pins.".len()..];
                let is_there = self.pins.get(pin).is_some();
                let known = self.pins.keys();
                let problem = messages::unknown_pin(text.place, pin, is_there, &self.target, known);
                self.diagnostics.push(problem);
                None
            }
            Err(Missing::Unknown) => {
                let known = self.names();
                let elsewhere = is_reserved(name);
                let target = self.target.clone();
                self.diagnostics
                    .push(messages::unknown_variable(text.place, written, name, &target, elsewhere, &known));
                None
            }
        }
    }

    /// The version that a pin has here.
    fn pin(&self, name: &str) -> Option<&'f Value> {
        let pin = self.pins.get(name)?;
        match &pin.data {
            Data::Map(lines) => lines.get(self.context.environment?.name.as_str()),
            _ => Some(pin),
        }
    }

    /// The names that were asked for since this was last called, and what they stand for: whatever was made meanwhile
    /// depends on nothing else that is of this place.
    pub(crate) fn take_asked(&mut self) -> Asked {
        let mut names = std::mem::take(&mut self.asked);
        names.sort_unstable();
        names.dedup();
        let with_value = |name: Text| {
            let value = self.stands_for(&name);
            (name, value)
        };
        names.into_iter().map(with_value).collect()
    }

    /// Whether all the names stand for the same here, and nothing is wrong with them.
    pub(crate) fn agrees(&mut self, asked: &Asked) -> bool {
        let agrees = asked.iter().all(|(name, value)| match (self.stands_for(name), value) {
            (Some(here), Some(there)) => is_spelled_alike(&here, there),
            (here, there) => here.is_none() && there.is_none(),
        });
        agrees && self.diagnostics.is_empty()
    }

    /// By what is known again what the names stand for here.
    pub(crate) fn fingerprint(&mut self, names: &[Text]) -> Fingerprint {
        let mut all = Fingerprinter::default();
        for name in names {
            let value = self.stands_for(name);
            all.text(name);
            all.flag(value.is_some());
            if let Some(value) = &value {
                all.value(value);
            }
        }
        // Only what stands for something at all is known again.
        all.flag(self.diagnostics.is_empty());
        all.finish()
    }

    /// What the name stands for, if anything; nobody has asked for it.
    fn stands_for(&mut self, name: &str) -> Option<Value> {
        let asked = std::mem::take(&mut self.asked);
        let value = self.find(name).ok();
        self.asked = asked;
        value
    }

    /// Whether the ladder, or fleetc, says what the name stands for here.
    pub(crate) fn defines(&mut self, name: &str) -> bool {
        self.asked.push(name.into());
        self.reserved(name).is_some()
            || name.strip_prefix("pins.").is_some_and(|pin| self.pin(pin).is_some())
            || ladder::variable(&self.steps, &self.context, name).is_some()
    }

    /// The value of a variable as it was written, and the rung that it stands on.
    pub(crate) fn written(&self, name: &str) -> Option<(&'f Value, StepName<'f>)> {
        ladder::variable(&self.steps, &self.context, name)
    }

    /// The names of all variables here.
    pub(crate) fn names(&self) -> Vec<&'f str> {
        let mut names = ladder::variable_names(&self.steps, &self.context);
        names.extend(RESERVED.iter().filter(|name| self.reserved(name).is_some()));
        names
    }

    fn find(&mut self, name: &str) -> Result<Value, Missing> {
        self.asked.push(name.into());
        if let Some(value) = self.known.get(name) {
            return Ok(value.clone());
        }
        if let Some(text) = self.reserved(name) {
            return Ok(Value::from(text));
        }
        if let Some(pin) = name.strip_prefix("pins.") {
            return self.pin(pin).cloned().ok_or(Missing::Unknown);
        }
        let (written, _) = self.written(name).ok_or(Missing::Unknown)?;
        let text = match &written.data {
            Data::Text(text) if is_live(text) => text,
            _ => {
                self.known.insert(name.into(), written.clone());
                return Ok(written.clone());
            }
        };
        if self.pending.iter().any(|pending| pending == name) {
            return Err(Missing::Cycle(self.pending.clone()));
        }
        self.pending.push(name.into());
        let value = self.text(text, written);
        self.pending.pop();
        self.known.insert(name.into(), value.clone());
        Ok(value)
    }

    fn reserved(&self, name: &str) -> Option<Text> {
        let context = &self.context;
        let app = |component: bool| {
            context.app.filter(|app| app.is_component == component).map(|app| app.name.clone())
        };
        let pool = context.cluster.and_then(|it| it.pool.as_ref());
        match name {
            "environment" => context.environment.map(|it| it.name.clone()),
            "environment.prefix" => context.environment.map(|it| it.prefix.clone()),
            "cluster" => context.cluster.map(|it| it.name.clone()),
            "cluster.pool" => pool.map(|pool| pool.name.clone()),
            "cluster.index" => pool.map(|pool| pool.index.to_string().into()),
            "tenant" => context.tenant.map(|it| it.team.clone()),
            "copy" => context.tenant.map(Tenant::copy_name),
            "app" => app(false),
            "component" => app(true),
            "namespace" => self.namespace.clone(),
            _ => {
                let label = name.strip_prefix("cluster.labels.");
                let of_cluster = label.and_then(|label| context.cluster?.labels.get(label));
                of_cluster.or_else(|| self.configs.get(name.strip_prefix("config.")?)).cloned()
            }
        }
    }
}

/// Whether two variables give the same, digit by digit. Only scalars ever do.
fn is_spelled_alike(a: &Value, b: &Value) -> bool {
    match (&a.data, &b.data) {
        (Data::Text(a), Data::Text(b)) => a == b,
        (Data::Bool(a), Data::Bool(b)) => a == b,
        (Data::Number(a), Data::Number(b)) => {
            a.as_integer() == b.as_integer() && a.to_string() == b.to_string()
        }
        _ => false,
    }
}

/// Whether the name stands for something in some fleet, if not here.
fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || name.starts_with("cluster.labels.") || name.starts_with("config.")
}

impl Substitute for Scope<'_> {
    fn variable(&mut self, name: &str, _: Option<&str>, written: &str, text: &Value) -> Option<Value> {
        self.lookup(name, written, text)
    }

    fn open(&mut self, text: &Value) {
        self.diagnostics.push(messages::open_substitution(text.place));
    }

    fn keeps_type(&self, _: &Value) -> bool {
        true
    }
}

/// The prefix of an environment, which only its own names may stand in.
pub(super) fn prefix(fleet: &Fleet, environment: usize, diagnostics: &mut Diagnostics) -> Text {
    let environment = &fleet.environments[environment];
    let keys = super::filled_in(&[&*fleet.defaults.environment, &*environment.rung]);
    let Some(written) = keys.get("prefix") else {
        return Text::new();
    };
    if environment.name == "common" && environment.rung.keys.get("prefix").is_none() {
        return Text::new();
    }
    let context = Context { environment: Some(environment), ..Context::default() };
    let mut scope = Scope::new(fleet, context);
    let value = scope.value(written);
    diagnostics.append(scope.diagnostics);
    let prefix = value.as_text().unwrap_or_default();
    let is_label_start = prefix.is_empty()
        || (prefix.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && prefix.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
    if !is_label_start && !is_live(prefix) {
        diagnostics.push(messages::bad_prefix(written.place, prefix));
    }
    prefix.into()
}
