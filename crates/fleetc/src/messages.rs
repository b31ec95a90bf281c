//! What fleetc says: one function for each message.

mod files;
mod meant;
mod objects;
mod pulled;
mod shapes;
mod things;
mod written;

pub(crate) use files::*;
pub(crate) use meant::*;
pub(crate) use objects::*;
pub(crate) use pulled::*;
pub(crate) use shapes::*;
pub(crate) use things::*;
pub(crate) use written::*;
