//! The decision against a model: every sequence of a few steps.
//!
//! The model counts. It knows which generation of the token is the current one and when each was
//! replaced, and it has no hashes and keys. The decision about a presented token must be that of the
//! model, and each token that is returned must be the one of the current generation.

use serde_json::{Map, Value};

use super::*;

const GRACE: i64 = 30_000;

/// How many steps follow each other; all sequences of them are tried.
const STEPS: usize = 5;

/// How the session's token looks after so many replacements.
pub(super) fn generation(number: usize) -> RefreshToken {
    let first = RefreshToken::new("h", b"key", &[1; 32]);
    let next = |token: &RefreshToken| Some(token.successor(b"key"));
    std::iter::successors(Some(first), next)
        .nth(number)
        .expect("it goes on forever")
}

/// A session whose token was replaced so many times.
pub(super) fn session(current: usize, expires_at: i64) -> SessionRow {
    SessionRow {
        handle: "h".to_owned(),
        user_id: "u".to_owned(),
        recipe_user_id: "u".to_owned(),
        tenant_id: "public".to_owned(),
        refresh_hash: generation(current).hash2(),
        previous_refresh_hash: current.checked_sub(1).map(|it| generation(it).hash2()),
        rotated_at: 0,
        rotation_key: b"key".to_vec(),
        anti_csrf: false,
        claims: Map::new(),
        data: Value::Null,
        created_at: 0,
        expires_at,
    }
}

/// What happens next.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// The token is presented that was current so many generations ago. A client whose answer
    /// was lost does so with 1, a thief with any number.
    Present(usize),
    /// A request with the current token sets out; it is dealt with in `Arrive`.
    SetOut,
    /// What set out first is dealt with, as of when it set out. It may have been overtaken.
    Arrive,
    /// Two requests with the current token read the same row; one of them swaps, the other looks
    /// again.
    Race,
    /// So many milliseconds pass.
    Wait(i64),
}

const ALL: [Step; 8] = [
    Step::Present(0),
    Step::Present(1),
    Step::Present(2),
    Step::SetOut,
    Step::Arrive,
    Step::Race,
    Step::Wait(9_000),
    // With the millisecond that each step takes, just too late.
    Step::Wait(GRACE - 1),
];

#[derive(Clone)]
struct World {
    now: i64,
    /// The row of the server; `None` once it is revoked.
    row: Option<SessionRow>,
    /// The model: which generation is the current one, and when it became so.
    current: usize,
    since: i64,
    /// Generations that are under way, and since when.
    under_way: Vec<(usize, i64)>,
    /// Whether a token was presented that the model calls copied.
    stolen: bool,
}

impl World {
    fn take(&mut self, step: Step, tokens: &[RefreshToken]) -> Result<(), String> {
        match step {
            Step::Present(ago) => match self.current.checked_sub(ago) {
                Some(generation) => self.present(generation, self.now, tokens),
                None => Ok(()),
            },
            Step::SetOut => {
                self.under_way.push((self.current, self.now));
                // Nothing happens in the millisecond in which a request arrives but that.
                self.now += 1;
                Ok(())
            }
            Step::Arrive if self.under_way.is_empty() => Ok(()),
            Step::Arrive => {
                let (generation, at) = self.under_way.remove(0);
                self.present(generation, at, tokens)
            }
            Step::Race => {
                let (generation, at) = (self.current, self.now);
                self.present(generation, at, tokens)?;
                self.present(generation, at, tokens)
            }
            Step::Wait(milliseconds) => {
                self.now += milliseconds;
                Ok(())
            }
        }
    }

    /// What the model says about a generation that was presented `at`: which one it gets.
    fn expected(&self, generation: usize, at: i64) -> Option<usize> {
        let (ago, after) = (self.current - generation, at - self.since);
        let overtaken = after < 0 && -after <= DELAY_MS && ago <= OVERTAKEN;
        match ago {
            0 => Some(self.current + 1),
            1 if after <= GRACE => Some(self.current),
            _ if overtaken => Some(self.current),
            _ => None,
        }
    }

    fn present(
        &mut self,
        generation: usize,
        at: i64,
        tokens: &[RefreshToken],
    ) -> Result<(), String> {
        // A session that was revoked is not found, whatever is presented.
        let Some(row) = &mut self.row else {
            return if self.stolen {
                Ok(())
            } else {
                Err("gone".to_owned())
            };
        };
        let moment = Moment {
            at,
            since_rotation: at - row.rotated_at,
        };
        let decision = decide(row, &tokens[generation], moment, GRACE);
        let swapped = |row: &mut SessionRow, next: &RefreshToken, now| {
            let replaced = std::mem::replace(&mut row.refresh_hash, next.hash2());
            row.previous_refresh_hash = Some(replaced);
            row.rotated_at = now;
        };
        let handed_out = match &decision {
            Decision::Rotate(next) => {
                swapped(row, next, self.now);
                Some(next)
            }
            Decision::Repeat(next) => Some(next),
            Decision::Expired => return Err("expired early".to_owned()),
            Decision::Theft => {
                self.row = None;
                None
            }
        };
        let expected = self.expected(generation, at);
        let number = handed_out.map(|token| tokens.iter().position(|known| known == token));
        if number != expected.map(Some) {
            return Err(format!("handed out {number:?}, not {expected:?}"));
        }
        match expected {
            Some(next) if next > self.current => (self.current, self.since) = (next, self.now),
            Some(_) => {}
            None => self.stolen = true,
        }
        Ok(())
    }
}

/// Tries all ways to go on; what was wrong, with the way there. How many worlds there were.
fn explore(world: &World, depth: usize, tokens: &[RefreshToken]) -> Result<usize, String> {
    let mut worlds = 1;
    if depth == STEPS {
        return Ok(worlds);
    }
    for step in ALL {
        let mut next = world.clone();
        let outcome = next.take(step, tokens).and_then(|()| {
            next.now += 1;
            explore(&next, depth + 1, tokens)
        });
        worlds += outcome.map_err(|wrong| format!("{step:?}, {wrong}"))?;
    }
    Ok(worlds)
}

#[test]
fn every_sequence_of_steps_is_as_the_model_says() {
    let tokens: Vec<_> = (0..=2 * STEPS).map(generation).collect();
    let world = World {
        now: 1_000,
        row: Some(session(0, i64::MAX)),
        current: 0,
        since: 0,
        under_way: Vec::new(),
        stolen: false,
    };
    let worlds = explore(&world, 0, &tokens).expect("the sequence of steps that went wrong");
    let all = (0..=STEPS).fold(0, |all, _| all * ALL.len() + 1);
    assert_eq!(worlds, all, "each was tried");
}
