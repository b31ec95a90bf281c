//! The macro with which a table of fleet.toml is defined, once for parser, schema and reference.

/// Defines a table: a struct whose fields are its keys, each with its documentation, its name in TOML, its type,
/// and, where there are any, `default "…"`, `example "…"` and `[once]` (overrides may not set it).
macro_rules! table {
    (
        $name:literal
        $(#[doc = $doc:literal])+
        pub struct $Type:ident {
            $(
                $(#[doc = $key_doc:literal])+
                $key:literal $field:ident: $Field:ty
                $(, default $default:literal)?
                $(, example $example:literal)?
                $([$once:ident])?
                ;
            )*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $Type {
            $( $(#[doc = $key_doc])+ pub $field: Option<$Field>, )*
        }

        impl $crate::language::Table for $Type {
            const SHAPE: &'static $crate::language::TableShape = &$crate::language::TableShape {
                name: $name,
                doc: concat!($($doc, "\n"),+),
                keys: || vec![$(
                    $crate::language::KeyShape {
                        name: $key,
                        doc: concat!($($key_doc, "\n"),+),
                        shape: <$Field as $crate::language::Shaped>::shape(),
                        default: $crate::language::table::optional!($($default)?),
                        example: $crate::language::table::optional!($($example)?),
                        once: $crate::language::table::is_once!($($once)?),
                    },
                )*],
            };
        }

        impl $crate::language::Shaped for $Type {
            fn shape() -> $crate::language::Shape {
                $crate::language::Shape::Table(<Self as $crate::language::Table>::SHAPE)
            }

            fn decode(
                value: &fleetc_manifests::Value,
                decoder: &mut $crate::language::Decoder<'_>,
            ) -> Option<Self> {
                let mut table = Self::default();
                for entry in decoder.table(value)? {
                    match entry.key.text.as_str() {
                        $( $key => {
                            table.$field = <$Field as $crate::language::Shaped>::decode(&entry.value, decoder);
                        } )*
                        _ => decoder.unknown_key(&entry.key, <Self as $crate::language::Table>::SHAPE),
                    }
                }
                Some(table)
            }
        }
    };
}

macro_rules! optional {
    () => {
        None
    };
    ($it:literal) => {
        Some($it)
    };
}

macro_rules! is_once {
    () => {
        false
    };
    (once) => {
        true
    };
}

pub(crate) use {is_once, optional, table};
