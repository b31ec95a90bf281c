//! How texts and numbers are written that a schema calls only a string or an amount.

/// A form that servers ask for, and no schema tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A path that begins with `/`.
    AbsolutePath,
    /// An amount of zero or more.
    Amount,
    /// A number of zero or more, or a percentage.
    AmountOrPercent,
    /// A network: `10.0.0.0/8`.
    Cidr,
    /// A key of a ConfigMap or a Secret.
    ConfigKey,
    /// What a container can ask for: `cpu`, `memory`, `example.com/gpu`.
    ContainerResource,
    /// A path that goes only down from where it begins.
    DescendingPath,
    /// A DNS label: `web-1`.
    DnsLabel,
    /// A DNS subdomain: `a.example`.
    DnsSubdomain,
    /// A DNS subdomain with a dot.
    Domain,
    /// A domain, `/` and a path.
    DomainPath,
    /// The name of a CSI driver.
    DriverName,
    /// The name of what provisions storage.
    DriverPath,
    /// An address that an endpoint may have.
    EndpointIp,
    /// A DNS subdomain, or one behind `*.`.
    Host,
    /// The name of an HTTP header.
    HttpHeader,
    /// A name in an expression.
    Identifier,
    /// An IP address.
    Ip,
    /// A path into an object: `.spec.replicas`.
    JsonPath,
    /// The name of a kind.
    KindName,
    /// The value of a label.
    LabelValue,
    /// What a LimitRange limits.
    LimitType,
    /// Who may hold up the end of a namespace.
    NamespaceFinalizer,
    /// A path without `..`.
    NoBacksteps,
    /// Anything but nothing.
    NotEmpty,
    /// What can stand between two slashes of an address.
    PathSegment,
    /// A port: its number or its name.
    Port,
    /// The name of a port.
    PortName,
    /// An amount above zero.
    PositiveAmount,
    /// The key of a label: `example.com/app`.
    QualifiedName,
    /// A DNS label that begins with a letter.
    Rfc1035Label,
    /// A number of zero or more, or a percentage of at most 100.
    Share,
    /// The name of a parameter of the kernel.
    Sysctl,
    /// A port of a pod: 0 and nothing mean the same port.
    TargetPort,
    /// A DNS subdomain of three parts or more.
    ThreePartName,
}
