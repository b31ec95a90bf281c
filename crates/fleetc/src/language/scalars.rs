//! What the keys of fleet.toml hold: numbers, lists, words, and what belongs to others.

use std::ops::Deref;

use fleetc_manifests::{Data, Key, Place, Text, Value};
use indexmap::IndexMap;

use super::{Decoder, Shape, Shaped, TextForm};

/// A value that remembers where it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub place: Place,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Shaped> Shaped for Spanned<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Self { value: T::decode(value, decoder)?, place: value.place })
    }
}

impl<T: Shaped> Shaped for Box<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        T::decode(value, decoder).map(Box::new)
    }
}

impl Shaped for bool {
    fn shape() -> Shape {
        Shape::Boolean
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        let it = value.as_bool();
        if it.is_none() {
            decoder.wrong_type(value, "`true` or `false`");
        }
        it
    }
}

impl Shaped for i64 {
    fn shape() -> Shape {
        Shape::Integer
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        let it = value.as_integer();
        if it.is_none() {
            decoder.wrong_type(value, "a whole number");
        }
        it
    }
}

impl Shaped for Text {
    fn shape() -> Shape {
        Shape::Text(TextForm::Any)
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Data::Text(text) = &value.data else {
            decoder.wrong_type(value, "a string");
            return None;
        };
        (!decoder.is_deferred(value)).then(|| text.clone())
    }
}

impl<T: Shaped> Shaped for Vec<T> {
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Some(list) = value.as_list() else {
            decoder.wrong_type(value, "a list");
            return None;
        };
        Some(list.iter().filter_map(|item| T::decode(item, decoder)).collect())
    }
}

impl<T: Shaped> Shaped for IndexMap<Text, T> {
    fn shape() -> Shape {
        Shape::Map(Box::new(T::shape()))
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        let entries = decoder.table(value)?;
        Some(
            (entries.iter())
                .filter_map(|entry| Some((entry.key.text.clone(), T::decode(&entry.value, decoder)?)))
                .collect(),
        )
    }
}

/// One of something, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OneOrMany<T>(pub Vec<Spanned<T>>);

impl<T: Shaped> Shaped for OneOrMany<T> {
    fn shape() -> Shape {
        Shape::OneOf(vec![T::shape(), Shape::List(Box::new(T::shape()))])
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &value.data {
            Data::List(_) => Vec::decode(value, decoder).map(Self),
            _ => Some(Self(vec![Spanned::decode(value, decoder)?])),
        }
    }
}

/// Something, or `false` for none of it.
#[derive(Debug, Clone, PartialEq)]
pub enum OrFalse<T> {
    /// `false`.
    False,
    /// The thing.
    Some(T),
}

impl<T: Shaped> Shaped for OrFalse<T> {
    fn shape() -> Shape {
        Shape::OneOf(vec![T::shape(), Shape::Word(&["false"])])
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        match value.as_bool() {
            Some(false) => Some(Self::False),
            Some(true) => {
                let it = if matches!(T::shape(), Shape::Table(_)) { "a table" } else { "a string" };
                decoder.wrong_type(value, &format!("{it} or `false`"));
                None
            }
            None => T::decode(value, decoder).map(Self::Some),
        }
    }
}

/// The value of a variable: a string, an integer or a boolean.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar(pub Value);

impl Shaped for Scalar {
    fn shape() -> Shape {
        Shape::OneOf(vec![Shape::Text(TextForm::Any), Shape::Integer, Shape::Boolean])
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        if value.as_text().is_none() && value.as_bool().is_none() && value.as_integer().is_none() {
            decoder.wrong_type(value, "a string, a whole number, or `true` or `false`");
            return None;
        }
        Some(Self(value.clone()))
    }
}

/// An amount of something in Kubernetes' form: `"500m"`, `"8Gi"`, or a whole number.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity(pub Value);

impl Shaped for Quantity {
    fn shape() -> Shape {
        Shape::OneOf(vec![Shape::Text(TextForm::Any), Shape::Integer])
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        if value.as_text().is_none() && value.as_integer().is_none() {
            decoder.wrong_type(value, "an amount such as `\"500m\"`, `\"8Gi\"` or `50`");
            return None;
        }
        Some(Self(match value.as_integer() {
            Some(number) => Value::new(number.to_string(), value.place),
            None => value.clone(),
        }))
    }
}

/// A table in the words of Kubernetes, Flux or a chart; of a kind that is known, its fields are checked.
macro_rules! foreign {
    ($($(#[doc = $doc:literal])+ $Type:ident, $what:literal $(, $api_version:literal $kind:literal)?;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $Type(pub Value);

        impl Shaped for $Type {
            fn shape() -> Shape {
                Shape::Foreign($what)
            }

            fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
                decoder.table(value)?;
                $( decoder.fields_of_spec(value, $api_version, $kind); )?
                Some(Self(value.clone()))
            }
        }
    )+};
}

foreign! {
    /// Any table in words that are not fleetc's.
    Foreign, "a table in the words of Kubernetes, Flux or the chart";
    /// Part of the `spec` of a Flux Kustomization.
    KustomizationSpec, "fields of the `spec` of a [Flux Kustomization](https://fluxcd.io/flux/components/kustomize/kustomizations/)",
        "kustomize.toolkit.fluxcd.io/v1" "Kustomization";
    /// Part of the `spec` of a Flux HelmRelease.
    HelmSpec, "fields of the `spec` of a [Flux HelmRelease](https://fluxcd.io/flux/components/helm/helmreleases/)",
        "helm.toolkit.fluxcd.io/v2" "HelmRelease";
}

/// Defines a type that is one of some words.
macro_rules! words {
    ($(#[doc = $doc:literal])+ pub enum $Type:ident { $($(#[doc = $word_doc:literal])+ $Word:ident = $word:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $Type { $( $(#[doc = $word_doc])+ $Word, )+ }

        impl $Type {
            /// The word itself.
            pub fn word(self) -> &'static str {
                match self { $( Self::$Word => $word, )+ }
            }
        }

        impl $crate::language::Shaped for $Type {
            fn shape() -> $crate::language::Shape {
                $crate::language::Shape::Word(&[$($word),+])
            }

            fn decode(
                value: &fleetc_manifests::Value,
                decoder: &mut $crate::language::Decoder<'_>,
            ) -> Option<Self> {
                match value.as_text() {
                    $( Some($word) => Some(Self::$Word), )+
                    _ => {
                        decoder.wrong_word(value, &[$($word),+]);
                        None
                    }
                }
            }
        }
    };
}

pub(crate) use words;

impl From<&Key> for Spanned<Text> {
    fn from(key: &Key) -> Self {
        Self { value: key.text.clone(), place: key.place }
    }
}
