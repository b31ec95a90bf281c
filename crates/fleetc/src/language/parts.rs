//! Tables of the same kind within a table.

use std::marker::PhantomData;

use fleetc_manifests::Value;

use super::{Decoder, Shape, Shaped, Table};

/// Tables of the same kind within a table, by name: the members of a pool of clusters, the copies of a tenant.
///
/// They stand on a rung of their own, each with overrides: what is in them is read with the rungs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Parts<T>(PhantomData<T>);

impl<T: Table> Shaped for Parts<T> {
    fn shape() -> Shape {
        Shape::Map(Box::new(Shape::Rung(T::SHAPE)))
    }

    fn decode(_: &Value, _: &mut Decoder<'_>) -> Option<Self> {
        Some(Self(PhantomData))
    }
}
