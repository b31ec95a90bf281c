//! Amounts, as Kubernetes writes them: `500m`, `1.5Gi`, `1e3`.
//!
//! Source: apimachinery/pkg/api/resource.

use crate::{Data, Value};

/// An amount, as a number.
///
/// ```
/// use fleetc_manifests::quantity::Quantity;
///
/// assert_eq!(Quantity::of("1Gi"), Quantity::of("1024Mi"));
/// assert!(Quantity::of("1").unwrap().exceeds(Quantity::of("500m").unwrap()));
/// assert_eq!(Quantity::of("one"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity(f64);

impl Quantity {
    /// The amount that is written, if it is one.
    pub fn of(text: &str) -> Option<Self> {
        if !is_quantity(text) {
            return None;
        }
        let text = text.trim();
        let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let number: f64 = number.parse().ok()?;
        Some(Self(number * factor(unit)?))
    }

    /// The amount of a value, which may be a number.
    pub fn of_value(value: &Value) -> Option<Self> {
        match &value.data {
            Data::Text(text) => Self::of(text),
            Data::Number(number) => Some(Self(number.as_float())),
            _ => None,
        }
    }

    /// Whether it is that much, as far as one can tell.
    pub fn is(self, amount: f64) -> bool {
        !self.exceeds(Self(amount)) && !Self(amount).exceeds(self)
    }

    /// So many times as much.
    pub fn times(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }

    /// Whether it is less than nothing.
    pub fn is_negative(self) -> bool {
        self.0 < 0.0
    }

    /// Whether it is more than nothing.
    pub fn is_positive(self) -> bool {
        self.0 > 0.0
    }

    /// Whether it is certain that it is more: digits beyond what a number holds do not count.
    pub fn exceeds(self, other: Self) -> bool {
        self.0 - other.0 > 1e-9 * self.0.abs().max(other.0.abs())
    }

    /// Whether it is certain that it is no whole number.
    pub fn is_broken(self) -> bool {
        self.0.abs() < 1e9 && (self.0 - self.0.round()).abs() > 1e-6
    }
}

/// Whether it is an amount: `500m`, `1.5Gi`, `1e3`.
pub fn is_quantity(text: &str) -> bool {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    // A point alone is nothing, and a server takes it as that.
    !number.is_empty() && number.matches('.').count() <= 1 && (is_unit(suffix) || is_exponent(suffix))
}

fn is_unit(suffix: &str) -> bool {
    matches!(
        suffix,
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei"
    )
}

fn is_exponent(suffix: &str) -> bool {
    let Some(digits) = suffix.strip_prefix(['e', 'E']) else { return false };
    let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn factor(unit: &str) -> Option<f64> {
    if let Some(exponent) = unit.strip_prefix(['e', 'E']).filter(|exponent| !exponent.is_empty())
        && !exponent.starts_with('i')
    {
        return exponent.parse().ok().map(|exponent: i32| 10_f64.powi(exponent));
    }
    let of = |letters: &str, base: f64| {
        let at = letters.find(unit.trim_end_matches('i'))?;
        i32::try_from(at + 1).ok().map(|power| base.powi(power))
    };
    match unit {
        "" => Some(1.0),
        "n" => Some(1e-9),
        "u" => Some(1e-6),
        "m" => Some(1e-3),
        "k" => Some(1e3),
        _ if unit.ends_with('i') => of("KMGTPE", 1024.0),
        _ => of("kMGTPE", 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    #[test]
    fn amounts_are_told_from_other_text() {
        for right in ["0", "1", "500m", "1.5Gi", "1e3", "2E-3", "-1", "+.5", "5.", ".", "100Ki", "1E"] {
            assert!(is_quantity(right), "{right}");
        }
        for wrong in ["", "m", "1 Gi", "1gb", "1GB", "1.2.3", "one", "1ee3", "0x10", "1mi"] {
            assert!(!is_quantity(wrong), "{wrong}");
        }
    }

    #[test]
    fn amounts_are_compared() {
        let more = |one: &str, other: &str| Quantity::of(one).unwrap().exceeds(Quantity::of(other).unwrap());
        for (one, other) in [
            ("1", "500m"),
            ("1Gi", "1G"),
            ("2", "1"),
            ("1e3", "999"),
            ("1E", "1P"),
            ("1Ei", "1E"),
            ("0", "-1"),
        ] {
            assert!(more(one, other) && !more(other, one), "{one} {other}");
        }
        assert!(!more("1", "1000m") && !more("1024Mi", "1Gi") && !more("1k", "1e3"));
        assert!(Quantity::of("500m").unwrap().is_broken() && !Quantity::of("5.0").unwrap().is_broken());
        assert!(Quantity::of("1gb").is_none());
    }

    #[test]
    fn the_same_in_other_words_is_equal() {
        let of = |text: &str| Quantity::of_value(&Value::new(text, Place::NONE));
        assert_eq!(of("1Gi"), of("1024Mi"));
        assert_eq!(of("0.5"), of("500m"));
        assert_eq!(of("1e3"), of("1k"));
        assert_eq!(of("1E"), of("1000P"));
        assert_eq!(of("one"), None);
        assert_eq!(Quantity::of_value(&Value::new(3, Place::NONE)), Some(Quantity(3.0)));
    }
}
