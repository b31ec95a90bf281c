//! What a server fills in before it looks at rules.

use fleetc_manifests::kinds::{Shape, Type, Versions};
use fleetc_manifests::{Data, Value, json};

/// The object with all that its definition fills in.
pub(super) fn filled_in(value: &Value, shape: Type, versions: Versions) -> Value {
    let mut whole = value.clone();
    fill(&mut whole, shape, versions);
    whole
}

fn fill(value: &mut Value, shape: Type, versions: Versions) {
    let place = value.place;
    let Data::Map(map) = &mut value.data else { return };
    for field in shape.fields().iter().filter(|field| field.versions.meet(versions)) {
        let is_missing = map.get(field.name).is_none_or(Value::is_null);
        let default = field.limits.default.filter(|_| is_missing);
        if let Some(default) = default.and_then(|default| json::read(default, place).ok()) {
            *map.get_or_insert(field.name, place) = default;
        }
        if let (Shape::Object(inner), Some(value)) = (field.shape, map.get_mut(field.name)) {
            fill(value, inner, versions);
        }
    }
}
