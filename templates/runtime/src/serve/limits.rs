//! How many connections there may be, and how long a client may take.

use std::time::Duration;

use crate::config::Config;
use crate::network::TrustedProxies;

/// How many connections a server has at most: with some 20 KiB each in use and 130 KiB at worst, this stays
/// well below what a small container has.
const MAX_CONNECTIONS: usize = 4096;

/// A peer's share of the connections, as a fraction.
const SHARE: usize = 8;

/// File descriptors that are kept for the database, mails, files and the listener of operators; half of them
/// where there are few.
const RESERVED_DESCRIPTORS: usize = 128;

/// Limits of a [`serve_with`](crate::serve_with).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// How long the head of a request may take, and how long a connection may be idle.
    pub head: Duration,
    /// How long a connection of a trusted proxy may be idle. It is longer than what load balancers keep
    /// (60 seconds), so that they close first and never send a request into a connection that is being closed.
    pub proxy_idle: Duration,
    /// How long writing may make no progress because the client does not read.
    pub write: Duration,
    /// How long stopping waits for requests that are being answered.
    pub shutdown_grace: Duration,
    /// How many connections there may be; fewer where the process may not open so many files.
    pub max_connections: usize,
    /// How many of them one peer may have: an IPv4 address, or an IPv6 /64.
    pub max_per_peer: usize,
    /// Peers without a share, because their connections carry the requests of many clients.
    pub trusted_proxies: TrustedProxies,
}

impl Default for ConnectionLimits {
    /// 15 seconds for a head and between requests (75 for trusted proxies, of which there are none), 30 without
    /// progress in writing, 5 to stop; 4096 connections, and an eighth of them for one peer.
    fn default() -> Self {
        Self {
            head: Duration::from_secs(15),
            proxy_idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            shutdown_grace: Duration::from_secs(5),
            max_connections: MAX_CONNECTIONS,
            max_per_peer: share_of(MAX_CONNECTIONS),
            trusted_proxies: TrustedProxies::default(),
        }
    }
}

impl ConnectionLimits {
    /// The defaults with what the settings of a server say.
    pub fn of(config: &Config) -> Self {
        let default = Self::default();
        let max_connections = config.max_connections.unwrap_or(default.max_connections);
        Self {
            max_connections,
            max_per_peer: config
                .max_connections_per_peer
                .unwrap_or_else(|| share_of(max_connections)),
            trusted_proxies: config.trusted_proxies.clone(),
            ..default
        }
    }

    /// The limits, lowered to what the process may open. Without a descriptor for it, no connection could be
    /// accepted, and the database could not be reached either.
    pub(super) fn within_the_process(self) -> Self {
        let Some(descriptors) = open_files() else {
            return self;
        };
        let reserved = RESERVED_DESCRIPTORS.min(descriptors / 2);
        let possible = descriptors.saturating_sub(reserved).max(1);
        if self.max_connections <= possible {
            return self;
        }
        tracing::info!(
            connections = possible,
            "the process may open {descriptors} files (`ulimit -n`), so there are fewer connections than \
             AUTH_MAX_CONNECTIONS allows"
        );
        Self {
            max_connections: possible,
            max_per_peer: self.max_per_peer.min(share_of(possible)),
            ..self
        }
    }
}

fn share_of(connections: usize) -> usize {
    (connections / SHARE).max(1)
}

/// How many files the process may have open; `None` where there is no such limit.
#[cfg(unix)]
fn open_files() -> Option<usize> {
    let (soft, _hard) = rlimit::Resource::NOFILE.get().ok()?;
    (soft != rlimit::INFINITY).then(|| usize::try_from(soft).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn open_files() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_info::AppInfoInput;

    #[test]
    fn the_share_follows_the_limit_unless_it_is_set() {
        let mut config = Config::for_app(&AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some("http://localhost:3001".to_owned()),
            website_domain: Some("http://localhost:3000".to_owned()),
            ..AppInfoInput::default()
        })
        .expect("appInfo is right");
        assert_eq!(ConnectionLimits::of(&config), ConnectionLimits::default());
        config.max_connections = Some(80);
        assert_eq!(ConnectionLimits::of(&config).max_per_peer, 10);
        config.max_connections_per_peer = Some(3);
        assert_eq!(ConnectionLimits::of(&config).max_per_peer, 3);
    }

    #[cfg(unix)]
    #[test]
    fn there_are_never_more_connections_than_files() {
        let limits = ConnectionLimits {
            max_connections: usize::MAX,
            max_per_peer: usize::MAX,
            ..ConnectionLimits::default()
        }
        .within_the_process();
        let files = open_files().unwrap_or(usize::MAX);
        assert!(limits.max_connections < files || files == usize::MAX);
        assert!(limits.max_per_peer <= limits.max_connections);
    }
}
