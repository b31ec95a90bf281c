//! How much an amount is.

use fleetc_manifests::{Data, Value};

use super::syntax::is_quantity;

/// An amount, as a number.
#[derive(Clone, Copy)]
pub(super) struct Quantity(f64);

impl Quantity {
    /// The amount that is written, if it is one.
    pub(super) fn of(text: &str) -> Option<Self> {
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
    pub(super) fn of_value(value: &Value) -> Option<Self> {
        match &value.data {
            Data::Text(text) => Self::of(text),
            Data::Number(number) => Some(Self(number.as_float())),
            _ => None,
        }
    }

    /// Whether it is that much, as far as one can tell.
    pub(super) fn is(self, amount: f64) -> bool {
        !self.exceeds(Self(amount)) && !Self(amount).exceeds(self)
    }

    /// So many times as much.
    pub(super) fn times(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }

    pub(super) fn is_negative(self) -> bool {
        self.0 < 0.0
    }

    pub(super) fn is_positive(self) -> bool {
        self.0 > 0.0
    }

    /// Whether it is certain that it is more: digits beyond what a number holds do not count.
    pub(super) fn exceeds(self, other: Self) -> bool {
        self.0 - other.0 > 1e-9 * self.0.abs().max(other.0.abs())
    }

    /// Whether it is certain that it is no whole number.
    pub(super) fn is_broken(self) -> bool {
        self.0.abs() < 1e9 && (self.0 - self.0.round()).abs() > 1e-6
    }
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
}
