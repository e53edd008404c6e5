//! The decisions, as tables.

mod beside;

use super::*;

const ADDRESS: &str = "ana@ex.co";

/// Whether a user is primary, and has proven the address.
type Known = (bool, bool);

fn method(id: &str, verified: bool) -> LoginMethod {
    LoginMethod {
        recipe_id: "a recipe".to_owned(),
        recipe_user_id: id.to_owned(),
        tenant_ids: vec!["public".to_owned()],
        email: Some(ADDRESS.to_owned()),
        phone_number: None,
        third_party: None,
        webauthn: None,
        time_joined: 1,
        verified,
    }
}

fn user(id: &str, is_primary_user: bool, methods: Vec<LoginMethod>) -> User {
    User {
        id: id.to_owned(),
        is_primary_user,
        tenant_ids: vec!["public".to_owned()],
        emails: vec![ADDRESS.to_owned()],
        phone_numbers: Vec::new(),
        third_party: Vec::new(),
        webauthn: Default::default(),
        login_methods: methods,
        time_joined: 1,
    }
}

fn others(known: &[Known], may_link: bool) -> Vec<Other> {
    let numbered = known.iter().enumerate();
    let others = numbered.map(|(number, (is_primary, verified))| {
        let id = format!("other {number}");
        let user = user(&id, *is_primary, vec![method(&id, *verified)]);
        Other { user, may_link }
    });
    others.collect()
}

const PRIMARY: Known = (true, true);
const PRIMARY_NOT_PROVEN: Known = (true, false);
const PROVEN: Known = (false, true);
const NOT_PROVEN: Known = (false, false);

#[test]
fn who_may_sign_up_beside_others_of_the_address() {
    // Others; whether a newcomer may sign up who has not proven the address, and who has.
    let table: &[(&[Known], bool, bool)] = &[
        (&[], true, true),
        (&[PROVEN], false, true),
        (&[PROVEN, PROVEN], false, true),
        (&[NOT_PROVEN], false, false),
        (&[PROVEN, NOT_PROVEN], false, false),
        (&[PRIMARY], false, true),
        (&[PRIMARY_NOT_PROVEN], false, false),
        // Those beside a primary user do not matter.
        (&[PRIMARY, NOT_PROVEN], false, true),
        (&[NOT_PROVEN, PRIMARY], false, true),
        (&[PRIMARY_NOT_PROVEN, PROVEN], false, false),
    ];
    for (known, not_proven, proven) in table {
        for (verified, expected) in [(false, *not_proven), (true, *proven)] {
            let new = AccountInfo::from(&method("new", verified));
            let decided = may_sign_up(&new, &others(known, true), None);
            assert_eq!(decided, expected, "{verified} beside {known:?}");
            // Those whom the application keeps apart do not matter either.
            assert!(may_sign_up(&new, &others(known, false), None), "{known:?}");
        }
    }
}

#[test]
fn who_may_sign_in_beside_others_of_the_address() {
    let alone: &[Known] = &[];
    for known in [
        alone,
        &[PROVEN],
        &[NOT_PROVEN],
        &[PRIMARY],
        &[PRIMARY, NOT_PROVEN],
    ] {
        for is_primary in [false, true] {
            for verified in [false, true] {
                for proves in [false, true] {
                    let own = method("own", verified);
                    let user = user("own", is_primary, vec![own.clone()]);
                    let expected = is_primary || verified || proves || known.is_empty();
                    let decided = may_sign_in(&user, &own, proves, &others(known, true), None);
                    let what = format!("{is_primary} {verified} {proves} beside {known:?}");
                    assert_eq!(decided, expected, "{what}");
                    let apart = others(known, false);
                    assert!(may_sign_in(&user, &own, proves, &apart, None), "{what}");
                }
            }
        }
    }
}

#[test]
fn which_address_a_login_method_may_get() {
    use NewAddress::{Allowed, Risk, Taken};
    // Whether the user is primary and the new address proven; its other users; what is decided, and what if the
    // application keeps them apart.
    let table: &[(bool, bool, &[Known], NewAddress, NewAddress)] = &[
        (true, true, &[], Allowed, Allowed),
        (true, false, &[], Allowed, Allowed),
        (true, true, &[PRIMARY], Taken, Taken),
        (true, false, &[PRIMARY], Taken, Taken),
        (true, true, &[PROVEN], Allowed, Allowed),
        (true, false, &[PROVEN], Risk, Allowed),
        (true, false, &[NOT_PROVEN], Risk, Allowed),
        (false, true, &[PRIMARY], Allowed, Allowed),
        (false, false, &[PRIMARY], Risk, Allowed),
        (false, false, &[PROVEN], Allowed, Allowed),
        (false, false, &[], Allowed, Allowed),
    ];
    for (is_primary, verified, known, expected, apart) in table {
        let own = LoginMethod {
            email: Some("before@ex.co".to_owned()),
            ..method("own", true)
        };
        let user = user("own", *is_primary, vec![own.clone()]);
        let new = AccountInfo::from(&method("own", *verified));
        for (may_link, expected) in [(true, expected), (false, apart)] {
            let decided = may_change(&user, &own, &new, &others(known, may_link));
            assert_eq!(
                decided, *expected,
                "{is_primary} {verified} {may_link} {known:?}"
            );
        }
    }
    // What the user has proven with another login method is theirs.
    let own = LoginMethod {
        email: Some("before@ex.co".to_owned()),
        ..method("own", true)
    };
    let user = user("own", true, vec![own.clone(), method("another", true)]);
    let new = AccountInfo::from(&method("own", false));
    let decided = may_change(&user, &own, &new, &others(&[PROVEN], true));
    assert_eq!(decided, Allowed);
}

#[test]
fn a_link_of_a_mail_proves_an_address_without_a_session_only_where_no_other_user_has_proven_it() {
    for (is_primary, known, expected) in [
        (false, &[][..], true),
        (false, &[NOT_PROVEN], true),
        (false, &[PROVEN], false),
        (false, &[NOT_PROVEN, PROVEN], false),
        (false, &[PRIMARY], false),
        (true, &[PROVEN], true),
    ] {
        let own = method("own", false);
        let account = AccountInfo::from(&own);
        let user = user("own", is_primary, vec![own]);
        let decide =
            |may_link| may_prove_without_session(&user, &account, &others(known, may_link));
        assert_eq!(decide(true), expected, "{is_primary} {known:?}");
        assert!(decide(false), "{known:?}");
    }
}

#[test]
fn what_happens_after_a_sign_in() {
    let other = |step: fn(String) -> Step, number: usize| step(format!("other {number}"));
    let begin = || Step::MakePrimary("own".to_owned());
    let table: &[(&[Known], Step)] = &[
        (&[], begin()),
        (&[NOT_PROVEN], begin()),
        (&[PROVEN], other(Step::MakePrimary, 0)),
        (&[NOT_PROVEN, PROVEN], other(Step::MakePrimary, 1)),
        (&[PRIMARY], other(Step::LinkTo, 0)),
        (&[PROVEN, PRIMARY], other(Step::LinkTo, 1)),
        (&[PRIMARY_NOT_PROVEN], Step::Stay),
    ];
    for (known, expected) in table {
        let step = |is_primary, verified, may_link, may_begin| {
            let own = method("own", verified);
            let user = user("own", is_primary, vec![own.clone()]);
            next(&user, &own, &others(known, may_link), may_begin)
        };
        assert_eq!(step(false, true, true, true), *expected, "{known:?}");
        assert_eq!(
            step(false, false, true, true),
            Step::Stay,
            "not proven: {known:?}"
        );
        assert_eq!(
            step(true, true, true, true),
            Step::Stay,
            "primary: {known:?}"
        );
        let has_primary = known.iter().any(|(is_primary, _)| *is_primary);
        let apart = if has_primary { Step::Stay } else { begin() };
        assert_eq!(step(false, true, false, true), apart, "{known:?}");
        assert_eq!(step(false, true, false, false), Step::Stay, "{known:?}");
    }
}

#[test]
fn a_phone_number_counts_like_an_address_and_the_older_user_is_the_one_who_stays() {
    let with_number = |id: &str| LoginMethod {
        email: None,
        phone_number: Some("+36201234567".to_owned()),
        ..method(id, true)
    };
    let own = with_number("own");
    let owner = user("own", false, vec![own.clone()]);
    let other = |id: &str, time_joined| Other {
        user: User {
            time_joined,
            ..user(id, false, vec![with_number(id)])
        },
        may_link: true,
    };
    let others = [other("younger", 9), other("older", 8)];
    let expected = Step::MakePrimary("older".to_owned());
    assert_eq!(next(&owner, &own, &others, true), expected);
    assert!(may_sign_up(&AccountInfo::from(&own), &others, None));
    // Two that show nothing have nothing in common.
    let nothing = AccountInfo {
        phone_number: None,
        ..AccountInfo::from(&own)
    };
    assert!(!may_sign_up(&nothing, &others, None));
}
