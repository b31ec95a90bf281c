//! IP addresses and networks, as servers read them.

use std::net::{IpAddr, Ipv4Addr};

/// The address; parts of one of IPv4 may begin with zeros, which servers go on taking.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| ipv4_with_zeros(text).map(IpAddr::V4))
}

fn ipv4_with_zeros(text: &str) -> Option<Ipv4Addr> {
    let part = |part: &str| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<u8>().ok()).flatten()
    };
    let parts: Option<Vec<u8>> = text.split('.').map(part).collect();
    <[u8; 4]>::try_from(parts?).ok().map(Ipv4Addr::from)
}

/// A network: an address, and how many of its bits are fixed.
#[derive(Clone, Copy)]
pub(super) struct Network {
    bits: u128,
    width: u8,
    length: u8,
}

/// The network, as `10.0.0.0/8` has it.
pub(super) fn network(text: &str) -> Option<Network> {
    let (start, length) = text.split_once('/')?;
    let length: u8 = length.bytes().all(|byte| byte.is_ascii_digit()).then(|| length.parse().ok())??;
    let (bits, width) = match address(start)? {
        IpAddr::V4(it) => (u128::from(it.to_bits()), 32),
        IpAddr::V6(it) => (it.to_bits(), 128),
    };
    (length <= width).then_some(Network { bits, width, length })
}

impl Network {
    /// Whether the other one lies in it, and is smaller.
    pub(super) fn holds(self, other: Self) -> bool {
        let rest = self.width - self.length;
        let start = |bits: u128| bits.checked_shr(rest.into()).unwrap_or(0);
        self.width == other.width && self.length < other.length && start(self.bits) == start(other.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_lie_in_each_other() {
        let holds = |one: &str, other: &str| network(one).unwrap().holds(network(other).unwrap());
        assert!(holds("10.0.0.0/8", "10.1.0.0/16") && holds("0.0.0.0/0", "10.0.0.0/8"));
        assert!(holds("::/0", "2001:db8::/32") && holds("2001:db8::/32", "2001:db8:1::/48"));
        assert!(!holds("10.0.0.0/8", "11.0.0.0/16") && !holds("10.0.0.0/8", "10.0.0.0/8"));
        assert!(!holds("::/0", "10.0.0.0/8"));
    }

    #[test]
    fn addresses_are_told_from_other_text() {
        for right in ["10.1.2.3", "010.001.2.3", "::1", "2001:db8::1"] {
            assert!(address(right).is_some(), "{right}");
        }
        for wrong in ["", "10.1.2", "256.1.1.1", "a", "1.2.3.4.5", "fe80::1%eth0", "+1.2.3.4"] {
            assert!(address(wrong).is_none(), "{wrong}");
        }
        for wrong in ["10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/+8", "a/8", "::/129"] {
            assert!(network(wrong).is_none(), "{wrong}");
        }
    }
}
