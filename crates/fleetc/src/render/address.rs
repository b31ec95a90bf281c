//! Addresses, compared as addresses and not as text.

/// Whether the address is the allowed one, or below it: the same scheme, host and port, and whole parts of the path.
pub(super) fn is_below(address: &str, allowed: &str) -> bool {
    let (Some(address), Some(allowed)) = (parts(address), parts(allowed)) else { return false };
    address.scheme == allowed.scheme
        && address.host == allowed.host
        && address.path.len() >= allowed.path.len()
        && address.path.iter().zip(&allowed.path).all(|(a, b)| a == b)
}

/// The address in the one form that text can be compared in: `https://github.com/acme`. `None` if it may mean two things.
pub(super) fn canonical(address: &str) -> Option<String> {
    let Parts { scheme, host, path } = parts(address)?;
    Some([&[format!("{scheme}://{host}")], &path[..]].concat().join("/"))
}

/// The address without what may be a password.
pub(super) fn shown(address: &str) -> String {
    match address.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
        Some((scheme, (_, rest))) => format!("{scheme}://…@{rest}"),
        None => address.to_owned(),
    }
}

struct Parts {
    scheme: String,
    host: String,
    path: Vec<String>,
}

/// The parts of an address that means one thing: anything that two readers could take differently is none.
fn parts(address: &str) -> Option<Parts> {
    let (scheme, rest) = address.split_once("://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = match host.split_once('@') {
        // The user of an address for SSH is no secret, and always the same.
        Some(("git", host)) if scheme == "ssh" => host,
        Some(_) => return None,
        None => host,
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '/' | ':');
    if !host.chars().all(is_plain)
        || host.is_empty()
        || host.ends_with(['.', ':'])
        || !path.chars().all(is_plain)
    {
        return None;
    }
    let path: Vec<String> = path.trim_end_matches('/').split('/').map(str::to_owned).collect();
    let is_odd = |part: &String| part == "." || part == "..";
    let is_empty = path.len() == 1 && path[0].is_empty();
    if path.iter().any(is_odd) || (!is_empty && path.iter().any(String::is_empty)) {
        return None;
    }
    let path = if is_empty { Vec::new() } else { path };
    Some(Parts { scheme: scheme.to_lowercase(), host: host.to_lowercase(), path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_below_another_by_its_parts() {
        let allowed = "https://github.com/acme/";
        for right in
            ["https://github.com/acme/web", "https://GitHub.com/acme", "https://github.com/acme/a/b/"]
        {
            assert!(is_below(right, allowed), "{right}");
        }
        for wrong in [
            "https://github.com/acme-evil/web",
            "https://github.com/acme/../evil",
            "https://github.com/acme/%2e%2e/evil",
            "https://github.com.evil.example/acme/web",
            "https://me:secret@github.com/acme/web",
            "https://github.com@evil.example/acme/web",
            "https://github.com:8443/acme/web",
            "http://github.com/acme/web",
            "ssh://git@github.com/acme/web",
            "https://github.com//acme/web",
            "https://github.com/Acme/web",
            "https://github.com/acme\\web",
            "https://github.com",
            "github.com/acme/web",
            "",
        ] {
            assert!(!is_below(wrong, allowed), "{wrong}");
        }
        assert_eq!(canonical("ssh://git@Git.Example:22/Acme/"), Some("ssh://git.example:22/Acme".into()));
        assert_eq!(canonical("https://github.com/acme/../evil"), None);
        assert_eq!(shown("https://me:secret@github.com/a"), "https://…@github.com/a");
    }
}
