//! What is decided about a login method that is to be added to the user of a session.

use super::*;
use crate::auth::JoinRefusal::{NotProven, OfAnother, SessionUser, Taken};
use crate::auth::Joining::{Allowed, Already, Declined, Refused, VerifyFirst};

const YES_AND_NO: [bool; 2] = [true, false];

/// Whose the login method is that signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// It signs up.
    New,
    /// A user who is not primary.
    Single,
    /// Another primary user.
    Primary,
    /// The user of the session.
    Session,
}

/// All that the decision depends on.
#[derive(Debug, Clone, Copy)]
struct Case {
    owner: Owner,
    /// Whether it has proven its address, now or before.
    is_proven: bool,
    reads_messages: bool,
    /// Whether it has the address of the session's login method.
    is_same_address: bool,
    is_session_primary: bool,
    is_session_proven: bool,
    /// Whether another primary user has the address of the session's login method.
    is_session_taken: bool,
    /// Whether another primary user has the address of the login method that signs in.
    is_taken: bool,
    may_begin: bool,
    may_link: bool,
}

impl Case {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for owner in [Owner::New, Owner::Single, Owner::Primary, Owner::Session] {
            for bits in 0..512 {
                let is = |bit: u32| bits & (1 << bit) != 0;
                all.push(Self {
                    owner,
                    is_proven: is(0),
                    reads_messages: is(1),
                    is_same_address: is(2),
                    is_session_primary: is(3),
                    is_session_proven: is(4),
                    is_session_taken: is(5),
                    is_taken: is(6),
                    may_begin: is(7),
                    may_link: is(8),
                });
            }
        }
        all
    }

    fn decide(&self) -> Joining {
        let of_session = LoginMethod {
            email: Some("session@ex.co".to_owned()),
            ..method("session", self.is_session_proven)
        };
        let session_user = user("session", self.is_session_primary, vec![of_session.clone()]);
        let email = match self.is_same_address {
            true => of_session.email.clone(),
            false => Some(ADDRESS.to_owned()),
        };
        let own = LoginMethod {
            email,
            ..method("own", self.is_proven)
        };
        let owner = match self.owner {
            Owner::New => None,
            Owner::Single => Some(user("own", false, vec![own.clone()])),
            Owner::Primary => Some(user("own", true, vec![own.clone()])),
            Owner::Session => Some(session_user.clone()),
        };
        let signing = SigningIn {
            known: owner.as_ref().map(|owner| (owner, &own)),
            shows: &AccountInfo::from(&own),
            reads_messages: self.reads_messages,
        };
        let beside = Beside {
            user: &session_user,
            method: &of_session,
            may_begin: self.may_begin,
            is_taken: self.is_session_taken,
            may_link: self.may_link,
        };
        // The user of the session and one who is not primary are in no one's way.
        let mut others = vec![user("single", false, vec![method("single", true)])];
        if self.is_same_address {
            others.push(session_user.clone());
        }
        if self.is_taken {
            others.push(user("other", true, vec![method("other", true)]));
        }
        may_join(&beside, &signing, &others)
    }
}

/// Why, when, and what is decided then.
type Row = (&'static str, fn(&Case) -> bool, Joining);

/// The rows in the order in which they count; the first one that applies decides.
const TABLE: &[Row] = &[
    ("of the session", |it| it.owner == Owner::Session, Already),
    (
        "the application keeps the user of the session from becoming primary",
        |it| !it.is_session_primary && !it.may_begin,
        Declined,
    ),
    (
        "the session has not proven its address, and does not prove it now",
        |it| !(it.is_session_proven || it.reads_messages && it.is_same_address),
        VerifyFirst,
    ),
    (
        "another primary user has the address of the session",
        |it| !it.is_session_primary && it.is_session_taken,
        Refused(SessionUser),
    ),
    (
        "the application keeps the two apart",
        |it| !it.may_link,
        Declined,
    ),
    (
        "neither has proven the address",
        |it| !(it.is_proven || it.is_same_address && it.is_session_proven),
        Refused(NotProven),
    ),
    (
        "of another primary user",
        |it| it.owner == Owner::Primary,
        Refused(OfAnother),
    ),
    (
        "another primary user has the address",
        |it| it.is_taken,
        Refused(Taken),
    ),
    ("all else", |_| true, Allowed),
];

#[test]
fn the_whole_matrix_is_decided_as_the_table_says() {
    let mut seen = vec![0; TABLE.len()];
    for case in Case::all() {
        let row = TABLE.iter().position(|(_, applies, _)| applies(&case));
        let row = row.expect("the last row applies");
        seen[row] += 1;
        let (why, _, expected) = TABLE[row];
        assert_eq!(case.decide(), expected, "{why}: {case:?}");
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}

/// What may never happen, said without the table.
#[test]
fn nothing_is_added_that_is_not_proven_or_not_wanted() {
    for case in Case::all() {
        if case.decide() != Allowed {
            continue;
        }
        assert!(case.may_link, "{case:?}");
        assert!(case.is_session_primary || case.may_begin, "{case:?}");
        assert!(
            case.is_session_proven || case.reads_messages && case.is_same_address,
            "{case:?}"
        );
        assert!(
            case.is_proven || case.is_same_address && case.is_session_proven,
            "{case:?}"
        );
        assert!(!case.is_taken && case.owner != Owner::Primary, "{case:?}");
    }
}

#[test]
fn a_message_to_a_number_proves_no_address() {
    let of_session = LoginMethod {
        email: None,
        ..method("session", false)
    };
    let session_user = user("session", true, vec![of_session.clone()]);
    let number = AccountInfo {
        email: None,
        phone_number: Some("+36201234567".to_owned()),
        ..AccountInfo::from(&method("new", true))
    };
    let signing = SigningIn {
        known: None,
        shows: &number,
        reads_messages: true,
    };
    let beside = Beside {
        user: &session_user,
        method: &of_session,
        may_begin: true,
        is_taken: false,
        may_link: true,
    };
    assert_eq!(may_join(&beside, &signing, &[]), VerifyFirst);
}

#[test]
fn the_user_of_the_session_keeps_no_login_method_of_theirs_out() {
    // Whether the user of the session is primary and has proven the address; another user of it; whether a login method may
    // sign up that has not proven the address, and one that has.
    let table: &[(Known, Option<Known>, bool, bool)] = &[
        (PRIMARY, None, true, true),
        (PRIMARY_NOT_PROVEN, None, false, true),
        (PROVEN, None, true, true),
        (NOT_PROVEN, None, true, true),
        (PRIMARY, Some(NOT_PROVEN), true, true),
        (PRIMARY_NOT_PROVEN, Some(NOT_PROVEN), false, true),
        (PROVEN, Some(NOT_PROVEN), false, false),
        (PROVEN, Some(PROVEN), true, true),
        (NOT_PROVEN, Some(PROVEN), false, true),
        (PROVEN, Some(PRIMARY), true, true),
        (PROVEN, Some(PRIMARY_NOT_PROVEN), false, false),
        (NOT_PROVEN, Some(PRIMARY), false, true),
    ];
    for (of_session, another, not_proven, proven) in table {
        let session = others(&[*of_session], true).remove(0);
        let mut all = vec![session.clone()];
        for mut other in others(another.as_slice(), true) {
            other.user.id = "another".to_owned();
            all.push(other);
        }
        for (verified, expected) in [(false, *not_proven), (true, *proven)] {
            let new = AccountInfo::from(&method("new", verified));
            let decided = may_sign_up(&new, &all, Some(&session.user));
            assert_eq!(
                decided, expected,
                "{verified} beside {of_session:?}, {another:?}"
            );
        }
    }
}

#[test]
fn who_may_sign_in_where_the_user_of_the_session_has_the_address_too() {
    for of_session in [PRIMARY, PRIMARY_NOT_PROVEN, PROVEN, NOT_PROVEN] {
        for has_another in YES_AND_NO {
            for verified in YES_AND_NO {
                let session = others(&[of_session], true).remove(0);
                let mut all = vec![session.clone()];
                if has_another {
                    let mut other = others(&[PROVEN], true).remove(0);
                    other.user.id = "another".to_owned();
                    all.push(other);
                }
                let own = method("own", verified);
                let owner = user("own", false, vec![own.clone()]);
                let decided = may_sign_in(&owner, &own, false, &all, Some(&session.user));
                let expected = verified || of_session.1 || !has_another;
                assert_eq!(decided, expected, "{of_session:?} {has_another} {verified}");
                // Without a session each other user counts.
                assert_eq!(may_sign_in(&owner, &own, false, &all, None), verified);
            }
        }
    }
}
