//! Whose hash is next.
//!
//! Rules: clients take turns, so that one that waits with many hashes delays another client by one of them;
//! and where no more may wait, the client that waits with most gives way (fair queueing with longest queue
//! drop; J. Nagle, RFC 970). One client may have the whole queue as long as no other client needs it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::network::Network;

/// Who waits; those whose network is not known count as one client.
pub(super) type Client = Option<Network>;

/// Hands out places, a bounded number at a time. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// How many places are free.
    free: usize,
    /// How many may wait.
    room: usize,
    waiting: usize,
    queues: HashMap<Client, VecDeque<oneshot::Sender<Place>>>,
    /// The clients that wait, in the order of their turns.
    order: VecDeque<Client>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place(Turns);

impl Turns {
    pub(super) fn new(places: usize, room: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: places,
            room,
            waiting: 0,
            queues: HashMap::new(),
            order: VecDeque::new(),
        })))
    }

    /// Waits for a place; `None` if there is no room to wait, or another client needs it more.
    pub(super) async fn take(&self, client: Client) -> Option<Place> {
        self.wait(client)?.await.ok()
    }

    fn wait(&self, client: Client) -> Option<oneshot::Receiver<Place>> {
        let (sender, place) = oneshot::channel();
        let mut state = self.state();
        if state.free > 0 {
            state.free -= 1;
            drop(state);
            // The receiver is here.
            let _ = sender.send(Place(self.clone()));
            return Some(place);
        }
        state.remove_abandoned();
        if state.waiting >= state.room && !state.make_room(client) {
            return None;
        }
        state.waiting += 1;
        let queue = state.queues.entry(client).or_default();
        queue.push_back(sender);
        if queue.len() == 1 {
            state.order.push_back(client);
        }
        Some(place)
    }

    #[cfg(test)]
    pub(super) fn free(&self) -> usize {
        self.state().free
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.state().waiting
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes the newest hash out of the longest queue, if that is longer than this client's would be.
    fn make_room(&mut self, client: Client) -> bool {
        let own = self.queues.get(&client).map_or(0, VecDeque::len);
        let longest = self.queues.iter_mut().max_by_key(|(_, queue)| queue.len());
        match longest {
            Some((_, queue)) if queue.len() > own + 1 => {
                queue.pop_back();
                self.waiting -= 1;
                true
            }
            _ => false,
        }
    }

    /// Clients that have hung up make room for others.
    fn remove_abandoned(&mut self) {
        if self.waiting < self.room {
            return;
        }
        for queue in self.queues.values_mut() {
            queue.retain(|waiting| !waiting.is_closed());
        }
        let Self { queues, order, .. } = self;
        queues.retain(|_, queue| !queue.is_empty());
        order.retain(|client| queues.contains_key(client));
        self.waiting = queues.values().map(VecDeque::len).sum();
    }

    /// The one whose turn it is.
    fn next(&mut self) -> Option<oneshot::Sender<Place>> {
        let client = self.order.pop_front()?;
        let queue = self.queues.get_mut(&client)?;
        let next = queue.pop_front();
        if queue.is_empty() {
            self.queues.remove(&client);
        } else {
            self.order.push_back(client);
        }
        self.waiting -= 1;
        next
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.0.state();
        while let Some(next) = state.next() {
            if next.is_closed() {
                continue;
            }
            drop(state);
            // Where the client leaves in this moment, its place goes on to the next one by being dropped.
            let _ = next.send(Self(self.0.clone()));
            return;
        }
        state.free += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(last: u8) -> Client {
        Some(Network::of([192, 0, 2, last].into()))
    }

    fn is_ready(place: &mut oneshot::Receiver<Place>) -> Option<Place> {
        place.try_recv().ok()
    }

    #[test]
    fn clients_take_turns() {
        let turns = Turns::new(1, 10);
        let mut first = turns.wait(client(1)).expect("it is free");
        let place = is_ready(&mut first).expect("it is free");
        let mut many: Vec<_> = (0..5)
            .map(|_| turns.wait(client(1)).expect("there is room"))
            .collect();
        let mut one = turns.wait(client(2)).expect("there is room");
        drop(place);
        let place = is_ready(&mut many[0]).expect("it came first");
        assert!(is_ready(&mut one).is_none());
        drop(place);
        assert!(is_ready(&mut many[1]).is_none());
        let place = is_ready(&mut one).expect("it is its turn");
        drop(place);
        assert!(is_ready(&mut many[1]).is_some());
    }

    #[test]
    fn a_full_queue_has_room_for_another_client() {
        let turns = Turns::new(1, 4);
        let _place = turns.wait(client(1)).expect("it is free");
        let mut many: Vec<_> = (0..4)
            .map(|_| turns.wait(client(1)).expect("there is room"))
            .collect();
        assert!(turns.wait(client(1)).is_none(), "it has all of it");
        let mut other = turns.wait(client(2)).expect("another client gives way");
        let state = |place: &mut oneshot::Receiver<Place>| place.try_recv().expect_err("it waits");
        assert_eq!(state(&mut many[3]), oneshot::error::TryRecvError::Closed);
        assert_eq!(state(&mut many[2]), oneshot::error::TryRecvError::Empty);
        assert_eq!(state(&mut other), oneshot::error::TryRecvError::Empty);
        let _second = turns.wait(client(2)).expect("two of each");
        assert!(turns.wait(client(2)).is_none(), "and no more than its half");
        assert!(turns.wait(client(3)).is_some());
    }

    #[test]
    fn who_hangs_up_gives_the_place_and_the_room_back() {
        let turns = Turns::new(1, 1);
        let mut first = turns.wait(client(1)).expect("it is free");
        let place = is_ready(&mut first).expect("it is free");
        drop(turns.wait(client(1)).expect("there is room"));
        let mut next = turns.wait(client(2)).expect("the other one has left");
        drop(place);
        drop(is_ready(&mut next).expect("it is its turn"));
        let mut again = turns.wait(client(1)).expect("it is free again");
        assert!(is_ready(&mut again).is_some());
    }
}
