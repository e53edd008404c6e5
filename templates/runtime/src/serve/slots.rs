//! Which connections are open, and which of them give way when there are too many.
//!
//! Rules: a peer that holds its share gets another connection only in exchange for the oldest of its own
//! that does not wait for an answer, so that nothing but its own connections pays for a flood; at the limit
//! for all, the peer that holds most gives way first. A connection whose request is being answered is never
//! closed here. Trusted proxies carry the connections of many clients and have no share.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::{AbortHandle, Id};

use crate::network::Network;

/// How many requests of a connection are being answered.
#[derive(Debug, Clone, Default)]
pub(super) struct Activity(Arc<AtomicUsize>);

/// A request that is being answered; the activity ends when this is dropped.
pub(super) struct Active(Activity);

/// The connections that are open.
#[derive(Debug)]
pub(super) struct Slots {
    max: usize,
    max_per_peer: usize,
    peers: HashMap<Network, Peer>,
    owners: HashMap<Id, Network>,
}

#[derive(Debug, Default)]
struct Peer {
    is_proxy: bool,
    /// Oldest first.
    connections: VecDeque<Connection>,
}

#[derive(Debug)]
struct Connection {
    task: AbortHandle,
    activity: Activity,
}

impl Activity {
    pub(super) fn begin(&self) -> Active {
        self.0.fetch_add(1, Ordering::Relaxed);
        Active(self.clone())
    }

    fn is_idle(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Slots {
    pub(super) fn new(max: usize, max_per_peer: usize) -> Self {
        Self {
            max: max.max(1),
            max_per_peer: max_per_peer.max(1),
            peers: HashMap::new(),
            owners: HashMap::new(),
        }
    }

    /// Whether this peer has all the connections that it may have.
    pub(super) fn is_at_share(&self, peer: Network) -> bool {
        let known = self.peers.get(&peer);
        known.is_some_and(|known| known.connections.len() >= self.max_per_peer)
    }

    /// Whether there is room for one more connection; closes one where there is none.
    pub(super) fn make_room(&mut self) -> bool {
        self.owners.len() < self.max || self.close_one_of_the_largest()
    }

    /// Notes a connection.
    pub(super) fn opened(
        &mut self,
        peer: Network,
        is_proxy: bool,
        task: AbortHandle,
        activity: Activity,
    ) {
        self.owners.insert(task.id(), peer);
        let peer = self.peers.entry(peer).or_default();
        peer.is_proxy = is_proxy;
        peer.connections.push_back(Connection { task, activity });
    }

    /// Removes a connection that has ended.
    pub(super) fn closed(&mut self, task: Id) {
        let Some(peer) = self.owners.remove(&task) else {
            return;
        };
        if let Some(known) = self.peers.get_mut(&peer) {
            known.connections.retain(|open| open.task.id() != task);
            if known.connections.is_empty() {
                self.peers.remove(&peer);
            }
        }
    }

    fn close_one_of_the_largest(&mut self) -> bool {
        let mut peers: Vec<_> = self
            .peers
            .iter()
            .map(|(network, peer)| (!peer.is_proxy, peer.connections.len(), *network))
            .collect();
        peers.sort_unstable();
        peers
            .iter()
            .rev()
            .any(|(_, _, network)| self.close_oldest_of(*network))
    }

    /// Closes the oldest connection of a peer that does not wait for an answer; `false` if all of them do.
    pub(super) fn close_oldest_of(&mut self, peer: Network) -> bool {
        let Some(known) = self.peers.get_mut(&peer) else {
            return false;
        };
        let oldest = known
            .connections
            .iter()
            .position(|open| open.activity.is_idle());
        let Some(open) = oldest.and_then(|place| known.connections.remove(place)) else {
            return false;
        };
        open.task.abort();
        self.closed(open.task.id());
        true
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;

    /// Connections that stay open until they are closed.
    struct Open {
        slots: Slots,
        tasks: JoinSet<()>,
    }

    impl Open {
        fn new(max: usize, max_per_peer: usize) -> Self {
            Self {
                slots: Slots::new(max, max_per_peer),
                tasks: JoinSet::new(),
            }
        }

        fn open(&mut self, last: u8, is_proxy: bool) -> Option<(Id, Activity)> {
            let peer = Network::of([192, 0, 2, last].into());
            let slots = &mut self.slots;
            if !is_proxy && slots.is_at_share(peer) && !slots.close_oldest_of(peer)
                || !slots.make_room()
            {
                return None;
            }
            let activity = Activity::default();
            let task = self.tasks.spawn(std::future::pending());
            let id = task.id();
            self.slots.opened(peer, is_proxy, task, activity.clone());
            Some((id, activity))
        }

        /// The connections that were closed since this was asked last.
        async fn closed(&mut self) -> Vec<Id> {
            tokio::task::yield_now().await;
            let mut closed = Vec::new();
            while let Some(ended) = self.tasks.try_join_next_with_id() {
                let id = ended.expect_err("it never ends by itself").id();
                self.slots.closed(id);
                closed.push(id);
            }
            closed
        }
    }

    #[tokio::test]
    async fn a_peer_at_its_share_pays_with_its_oldest_idle_connection() {
        let mut open = Open::new(10, 2);
        let (_busy, activity) = open.open(1, false).expect("there is room");
        let active = activity.begin();
        let (idle, _) = open.open(1, false).expect("there is room");
        let (other, _) = open.open(2, false).expect("there is room");
        let (third, activity) = open.open(1, false).expect("the idle one gives way");
        assert_eq!(open.closed().await, [idle]);
        let _active = activity.begin();
        assert!(open.open(1, false).is_none(), "both are being answered");
        drop(active);
        assert!(open.open(1, false).is_some());
        let closed = open.closed().await;
        assert!(!closed.contains(&other) && !closed.contains(&third));
    }

    #[tokio::test]
    async fn at_the_limit_the_peer_with_most_connections_gives_way() {
        let mut open = Open::new(4, 3);
        open.open(1, false).expect("there is room");
        let first = open.open(2, false).expect("there is room").0;
        open.open(2, false).expect("there is room");
        let proxy = open.open(3, true).expect("there is room").0;
        assert!(open.open(4, false).is_some());
        assert_eq!(open.closed().await, [first]);
        assert!(open.open(5, false).is_some());
        let closed = open.closed().await;
        assert_eq!(closed.len(), 1);
        assert!(!closed.contains(&proxy), "a proxy gives way last");
        assert_eq!(open.slots.owners.len(), 4);
    }

    #[tokio::test]
    async fn nothing_is_closed_while_everything_is_being_answered() {
        let mut open = Open::new(1, 1);
        let (_, activity) = open.open(1, false).expect("there is room");
        let active = activity.begin();
        assert!(open.open(2, false).is_none());
        drop(active);
        assert!(open.open(2, false).is_some());
    }

    #[tokio::test]
    async fn a_trusted_proxy_has_no_share() {
        let mut open = Open::new(10, 1);
        for _ in 0..5 {
            assert!(open.open(1, true).is_some());
        }
        assert!(open.closed().await.is_empty());
    }

    #[tokio::test]
    async fn what_ended_is_forgotten() {
        let mut open = Open::new(1, 1);
        let (id, _) = open.open(1, false).expect("there is room");
        open.slots.closed(id);
        assert!(open.slots.peers.is_empty() && open.slots.owners.is_empty());
    }
}
