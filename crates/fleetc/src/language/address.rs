//! The address that something is pulled from.

/// An address, taken apart: `https://me:secret@example.com/web?token=…`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address<'t> {
    text: &'t str,
    scheme: &'t str,
    user: Option<&'t str>,
    host: &'t str,
}

/// What the tokens of Git servers begin with.
const TOKENS: [&str; 7] = ["ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "gldt-", "ATBB"];

/// Keys of a query that hold a credential.
const QUERY: [&str; 6] = ["token=", "password=", "secret=", "api_key=", "apikey=", "signature="];

/// A user that is so long is a token.
const LONG: usize = 20;

impl<'t> Address<'t> {
    /// Takes the text apart; one without a scheme has an empty one.
    pub(crate) fn of(text: &'t str) -> Self {
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let port = host.rfind(':').filter(|at| !host[*at..].contains(']'));
        Self { text, scheme, user, host: &host[..port.unwrap_or(host.len())] }
    }

    /// Whether everybody on the way can read and change what is pulled: `http`, but not from the cluster itself.
    pub(crate) fn is_in_the_clear(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("http") && !self.is_inside_a_cluster()
    }

    /// Whether it is a Service of the cluster, or the machine itself.
    pub(crate) fn is_inside_a_cluster(&self) -> bool {
        let host = self.host.trim_end_matches('.').to_ascii_lowercase();
        ["localhost", "127.0.0.1", "[::1]"].contains(&host.as_str())
            || [".svc", ".cluster.local"].iter().any(|end| host.ends_with(end))
    }

    /// Whether a password or a token stands in it.
    pub(crate) fn has_credentials(&self) -> bool {
        self.user.is_some_and(is_credential) || self.secret_query().is_some()
    }

    /// It as it may be shown, with `…` for credentials.
    pub(crate) fn shown(&self) -> String {
        let query = self.secret_query();
        let text = query.map_or_else(|| self.text.to_owned(), |at| format!("{}…", &self.text[..at]));
        match self.user.filter(|user| is_credential(user)) {
            Some(user) => text.replacen(&format!("{user}@"), "…@", 1),
            None => text,
        }
    }

    /// Where the credential in its query begins.
    fn secret_query(&self) -> Option<usize> {
        let query = self.text.find('?')?;
        let lower = self.text.to_ascii_lowercase();
        let ends = QUERY.iter().filter_map(|key| Some(query + lower[query..].find(key)? + key.len()));
        ends.min().filter(|at| !self.text[*at..].starts_with("${"))
    }
}

/// Whether it is a user with a password, or a token.
fn is_credential(user: &str) -> bool {
    match user.split_once(':') {
        Some((_, password)) => !password.is_empty() && !password.starts_with("${"),
        None => {
            TOKENS.iter().any(|start| user.starts_with(start))
                || (user.len() >= LONG && user.bytes().any(|byte| byte.is_ascii_digit()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found_and_never_shown() {
        for (text, shown) in [
            ("https://me:hunter2@example.com/web", "https://…@example.com/web"),
            ("https://ghp_hunter2@github.com/me/web", "https://…@github.com/me/web"),
            ("ssh://git:hunter2@example.com:22/web", "ssh://…@example.com:22/web"),
            ("https://example.com/web?private_token=hunter2&a=1", "https://example.com/web?private_token=…"),
            ("ftp://0123456789hunter2abcdef@example.com", "ftp://…@example.com"),
        ] {
            assert!(Address::of(text).has_credentials(), "{text}");
            assert_eq!(Address::of(text).shown(), shown);
        }
        for text in [
            "https://github.com/me/web",
            "ssh://git@github.com/me/web",
            "https://acme@dev.azure.com/acme/web/_git/web",
            "oci://localhost:5000/web",
            "git@github.com:me/web.git",
            "",
        ] {
            assert!(!Address::of(text).has_credentials(), "{text}");
            assert_eq!(Address::of(text).shown(), text);
        }
    }

    #[test]
    fn what_stays_in_the_cluster_may_be_plain() {
        for text in ["http://example.com", "HTTP://example.com:8080/a", "http://svc.example.com"] {
            assert!(Address::of(text).is_in_the_clear(), "{text}");
        }
        for text in
            ["https://example.com", "http://git.gitea.svc:3000/a", "http://a.b.svc.cluster.local", "a"]
        {
            assert!(!Address::of(text).is_in_the_clear(), "{text}");
        }
    }
}
