//! What is wrong with what is pulled: addresses, versions, images.

use fleetc_manifests::Place;

use crate::codes;
use crate::diagnostic::Diagnostic;

pub(crate) fn credentials_in_address(place: Place, shown: &str) -> Diagnostic {
    Diagnostic::error(codes::CREDENTIALS_IN_ADDRESS, place, format!("a credential stands in the address `{shown}`"))
        .help("whoever reads the tree could use it: name a Secret that holds it (`secret` of the source), and make the credential void")
}

pub(crate) fn plain_address(place: Place, shown: &str) -> Diagnostic {
    Diagnostic::warning(
        codes::PLAIN_ADDRESS,
        place,
        format!("`{shown}` is neither encrypted nor authenticated"),
    )
    .help("whoever is on the way can change what the cluster runs: write `https://`")
}

pub(crate) fn pulled_in_the_clear(place: Place, shown: &str) -> Diagnostic {
    Diagnostic::warning(codes::PLAIN_ADDRESS, place, format!("`{shown}` is pulled without TLS"))
        .help("whoever is on the way can change what the cluster runs: take `insecure` away")
}

pub(crate) fn no_range_of_versions(place: Place, text: &str) -> Diagnostic {
    Diagnostic::error(
        codes::VERSION_RANGE,
        place,
        format!("`{text}` is no version, and no range of versions"),
    )
    .help("write it as `1.2.3`, `1.2.x`, `^1.2`, `>=1.2.0 <2.0.0` or `1.2 - 1.4`")
}

pub(crate) fn moving_tag(place: Place, image: &str) -> Diagnostic {
    let message = format!("what the image `{image}` is changes without a commit");
    Diagnostic::warning(codes::MOVING_TAG, place, message)
        .help("name the version that runs: with `images` of the app, or here; best with its digest")
}
