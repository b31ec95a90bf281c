//! Rules that definitions bring: expressions in CEL, as far as it is certain what they say.
//!
//! Whatever is not certain is unknown, and says nothing: a function that is not here, a field that is missing, a variable
//! that only the cluster knows, an expression that takes too long. Unknown goes through `&&` and `||` as an error does on a
//! server: it does not matter where the other side decides.

mod evaluate;
mod parse;

use std::collections::BTreeMap;
use std::sync::Arc;

use fleetc_manifests::Value;

use parse::Expression;

/// Expressions that one thread has read, by where their text lies in memory.
#[derive(Default)]
pub(super) struct Expressions(BTreeMap<usize, Option<Arc<Expression>>>);

impl Expressions {
    /// Whether it is certain that the rule does not hold for the value.
    ///
    /// The text lives as long as what is checked, so that its address tells it apart.
    pub(super) fn is_broken(&mut self, rule: &str, value: &Value) -> bool {
        let read = || parse::read(rule).map(Arc::new);
        let expression = self.0.entry(rule.as_ptr().addr()).or_insert_with(read);
        expression.as_ref().is_some_and(|it| evaluate::truth(it, value) == Some(false))
    }
}

#[cfg(test)]
mod tests {
    use fleetc_manifests::{Place, json};

    use super::*;

    fn truth(rule: &str, value: &str) -> Option<bool> {
        let value = json::read(value, Place::NONE).unwrap();
        parse::read(rule).and_then(|it| evaluate::truth(&it, &value))
    }

    #[test]
    fn rules_are_decided() {
        let value = r#"{"a":"git","n":3,"r":0.5,"l":["x","yy"],"m":{"k":1},"t":[{"name":"a"},{"name":"b"}]}"#;
        for rule in [
            "has(self.a) && !has(self.b)",
            "self.a == 'git' || self.b == 1",
            "self.n >= 3 && self.n < 4 && self.n != 5",
            "self.r < 1 && self.n + 1 == 4 && self.n - 1 == 2",
            "self.a.startsWith(\"g\") && self.a.endsWith('t') && self.a.contains('i')",
            "self.a.matches('^[a-z]+$')",
            "size(self.l) == 2 && self.l.size() == 2 && self.a.size() == 3",
            "'x' in self.l && 'k' in self.m && !('z' in self.l) && self.a in ['git', 'oci']",
            "self.l.all(it, it.size() > 0) && self.l.exists(it, it == 'yy')",
            "self.t.exists_one(it, it.name == 'a')",
            "self.l[0] == 'x' && self.m['k'] == 1",
            "self.n > 2 ? self.a == 'git' : false",
            "self.t.filter(it, it.name != 'a').size() == 1",
            "self.a + 's' == 'gits' && -1 < 0 && (1 + 1) == 2",
            "self.l == ['x', 'yy'] && null != self.a",
        ] {
            assert_eq!(truth(rule, value), Some(true), "{rule}");
            assert_eq!(truth(&format!("!({rule})"), value), Some(false), "{rule}");
        }
    }

    #[test]
    fn what_is_not_certain_is_unknown() {
        let value = r#"{"a":"${zone}","n":3,"x":null}"#;
        for rule in [
            "self.b == 1",
            "self.a == 'b'",
            "self.a.startsWith('b')",
            "quantity(self.n).isLessThan(3)",
            "self.n.find('a') == 'b'",
            "self.n == oldSelf.n",
            "self.n == 1 && oldSelf.n == 2",
            "self.n == 'three'",
            "has(self.x)",
            "self.n /",
            "(((((",
            "9223372036854775807 + self.n > 0",
            "self.n && true",
            "'a'.matches('[')",
        ] {
            assert_eq!(truth(rule, value), None, "{rule}");
        }
        assert_eq!(truth("self.n == 1 && self.b == 1", value), Some(false));
        assert_eq!(truth("self.b == 1 || self.n == 3", value), Some(true));
    }

    #[test]
    fn bombs_are_unknown() {
        let list = format!("[{}1]", "1,".repeat(300));
        assert_eq!(truth("self.all(a, self.all(b, self.all(c, a + b + c > 0)))", &list), None);
        assert_eq!(truth(&format!("{}true{}", "(".repeat(5000), ")".repeat(5000)), "1"), None);
        assert_eq!(truth(&format!("{}true", "!".repeat(5000)), "1"), None);
        assert_eq!(truth(&format!("true{}", " ? true : true".repeat(5000)), "1"), None);
        let rows = format!("{}1{}", "(".repeat(30), format!("{})", "+1".repeat(39)).repeat(30));
        assert_eq!(truth(&format!("{rows} > 0"), "1"), None);
    }
}
