//! Numbers that keep their digits.

use std::fmt;

use ecow::EcoString;

/// A number as Kubernetes has them: a 64-bit integer, or a decimal that keeps the digits it was written with.
#[derive(Clone)]
pub struct Number(Digits);

#[derive(Clone)]
enum Digits {
    Integer(i64),
    /// Digits, a point, digits, and an exponent with its sign, if any: `1.50`, `1.0e+3`.
    Decimal(EcoString),
}

impl Number {
    /// Reads a decimal number: a sign, digits with or without a point, an exponent.
    ///
    /// Gives `None` for anything else, and for what is too large for a 64-bit float.
    ///
    /// ```
    /// use fleetc_manifests::Number;
    ///
    /// assert_eq!(Number::decimal("1.50").unwrap().to_string(), "1.50");
    /// assert_eq!(Number::decimal("1e3").unwrap().to_string(), "1.0e+3");
    /// assert!(Number::decimal("1e999").is_none());
    /// ```
    pub fn decimal(text: &str) -> Option<Self> {
        let (sign, digits) = match text.as_bytes().first()? {
            b'-' => ("-", &text[1..]),
            b'+' => ("", &text[1..]),
            _ => ("", text),
        };
        let (mantissa, exponent) = match digits.find(['e', 'E']) {
            Some(at) => (&digits[..at], Some(&digits[at + 1..])),
            None => (digits, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if !is_digits(whole) || !is_digits(fraction) || whole.len() + fraction.len() == 0 {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let mut spelled = EcoString::from(sign);
        spelled.push_str(if whole.is_empty() { "0" } else { whole });
        spelled.push('.');
        spelled.push_str(if fraction.is_empty() { "0" } else { fraction });
        if let Some(exponent) = exponent {
            let (sign, digits) = match exponent.as_bytes().first()? {
                b'-' => ("-", &exponent[1..]),
                b'+' => ("+", &exponent[1..]),
                _ => ("+", exponent),
            };
            if digits.is_empty() || !is_digits(digits) {
                return None;
            }
            spelled.push('e');
            spelled.push_str(sign);
            spelled.push_str(digits);
        }
        spelled.parse::<f64>().is_ok_and(f64::is_finite).then_some(Self(Digits::Decimal(spelled)))
    }

    /// The integer, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self.0 {
            Digits::Integer(it) => Some(it),
            Digits::Decimal(_) => None,
        }
    }

    /// The number as a float, as near as one can be.
    #[allow(clippy::cast_precision_loss)]
    pub fn as_float(&self) -> f64 {
        match &self.0 {
            Digits::Integer(it) => *it as f64,
            Digits::Decimal(text) => text.parse().expect("digits were checked when they were read"),
        }
    }

    /// Whether both are the same number, however they are written: `1` and `1.0` are.
    #[allow(clippy::float_cmp)]
    pub fn same_as(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Digits::Integer(a), Digits::Integer(b)) => a == b,
            _ => self.as_float() == other.as_float(),
        }
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

impl From<i64> for Number {
    fn from(it: i64) -> Self {
        Self(Digits::Integer(it))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.same_as(other)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Digits::Integer(it) => it.fmt(f),
            Digits::Decimal(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_gets_one_that_no_reader_takes_for_text() {
        for (written, spelled) in [
            ("0.5", "0.5"),
            (".5", "0.5"),
            ("5.", "5.0"),
            ("007.5", "7.5"),
            ("-1.10", "-1.10"),
            ("+2.0", "2.0"),
            ("1E-7", "1.0e-7"),
            ("6.02e+23", "6.02e+23"),
        ] {
            assert_eq!(Number::decimal(written).unwrap().to_string(), spelled);
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", ".", "-", "e3", "1e", "1e+", "1.2.3", "0x1f", "1_0", "inf", "1e400"] {
            assert!(Number::decimal(text).is_none(), "{text}");
        }
    }

    #[test]
    fn numbers_are_equal_by_value() {
        assert_eq!(Number::from(1), Number::decimal("1.0").unwrap());
        assert_ne!(Number::from(9_007_199_254_740_993), Number::from(9_007_199_254_740_992));
    }
}
