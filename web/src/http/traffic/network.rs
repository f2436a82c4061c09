//! The network that a request comes from. Tries and slots are counted by it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;

/// An IPv4 address, or the first half of an IPv6 address: a home or an office has all addresses
/// that share it, so counting those one by one would count nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

const FIRST_HALF: u128 = u128::MAX << 64;

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & FIRST_HALF).into(),
            v4 => v4,
        })
    }
}

impl Network {
    /// The last entry of `X-Forwarded-For` is what our own proxy wrote; all before it, and the
    /// whole header where there is no proxy, is anybody's to write.
    pub fn of(request: &HttpRequest, behind_proxy: bool) -> Self {
        let header = request.headers().get_all("x-forwarded-for").last();
        let forwarded = header
            .filter(|_| behind_proxy)
            .and_then(|value| value.to_str().ok())
            .and_then(|list| list.rsplit(',').next())
            .and_then(parse);
        let peer = || request.peer_addr().map(|address| address.ip());
        let nowhere = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
        forwarded.or_else(peer).unwrap_or(nowhere).into()
    }
}

/// Some proxies write the port too, and IPv6 addresses in brackets.
fn parse(written: &str) -> Option<IpAddr> {
    let written = written.trim();
    let bare = written.trim_start_matches('[').trim_end_matches(']');
    let with_port = || written.parse().ok().map(|address: SocketAddr| address.ip());
    bare.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn network(address: &str) -> Network {
        address.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn nobody_chooses_the_network_they_are_counted_by() {
        let request = TestRequest::default()
            .insert_header(("forwarded", "for=1.1.1.1"))
            .insert_header(("x-forwarded-for", "2.2.2.2, 3.3.3.3"))
            .peer_addr("4.4.4.4:80".parse().unwrap())
            .to_http_request();
        assert_eq!(Network::of(&request, true), network("3.3.3.3"));
        assert_eq!(Network::of(&request, false), network("4.4.4.4"));
    }

    #[test]
    fn a_home_with_a_million_addresses_is_one_network() {
        let home = network("2001:db8:1:2::1");
        assert_eq!(network("2001:db8:1:2:ffff:ffff:ffff:ffff"), home);
        assert_ne!(network("2001:db8:1:3::1"), home);
    }

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        for written in ["192.0.2.1", " 192.0.2.1 ", "192.0.2.1:4711"] {
            assert_eq!(
                parse(written).map(Network::from),
                Some(network("192.0.2.1"))
            );
        }
        for written in ["2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711"] {
            assert_eq!(
                parse(written).map(Network::from),
                Some(network("2001:db8::1"))
            );
        }
        assert_eq!(parse("unknown"), None);
    }
}
