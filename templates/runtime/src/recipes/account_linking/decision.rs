//! What is decided about linking, as functions of what is known: nothing here reads or writes anything.
//!
//! What clients see follows the reference (docs/protocol.md, "Account linking"). One thing is stricter: a login method
//! that has not proven its address does not sign up beside another user of the address, whether that user is primary or
//! not. Rules: an address that is not proven links nothing; what is proven by one person never opens the account of
//! another who only entered the same address before (account pre-hijacking: Sudhodanan and Paverd, USENIX Security 2022).

use crate::auth::{AccountInfo, JoinRefusal, Joining, NewAddress, SigningIn};
use crate::shapes::{LoginMethod, User};

/// Another user with the same address or phone number.
#[derive(Debug, Clone)]
pub(super) struct Other {
    pub(super) user: User,
    /// Whether the application lets the two be linked.
    pub(super) may_link: bool,
}

/// What happens next to a login method that has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Stay,
    /// The user of this id becomes primary.
    MakePrimary(String),
    /// The login method is linked to the primary user of this id.
    LinkTo(String),
}

impl Other {
    /// Whether the user has proven the address or number of an account.
    fn has_proven(&self, account: &AccountInfo) -> bool {
        has_proven(&self.user, account)
    }
}

fn has_proven(user: &User, account: &AccountInfo) -> bool {
    let (email, number) = (account.email.as_deref(), account.phone_number.as_deref());
    let mut methods = user.login_methods.iter();
    methods.any(|method| method.proves(email, number))
}

/// The others that count: users whom the application keeps apart are treated as if they had another address.
fn concerned(others: &[Other]) -> impl Iterator<Item = &Other> {
    others.iter().filter(|other| other.may_link)
}

fn primary(others: &[Other]) -> Option<&Other> {
    others.iter().find(|other| other.user.is_primary_user)
}

/// Whether a user may sign up; `beside`: the user of the session to whom the login method is to be added. What that user has
/// proven counts as proven, and they are no other user.
pub(super) fn may_sign_up(new: &AccountInfo, others: &[Other], beside: Option<&User>) -> bool {
    let is_beside = |other: &Other| beside.is_some_and(|user| user.id == other.user.id);
    let is_proven = new.verified || beside.is_some_and(|user| has_proven(user, new));
    // Where a primary user has the address, only that user decides: the others do not.
    if let Some(primary) = primary(others).filter(|primary| primary.may_link) {
        return is_proven && (is_beside(primary) || primary.has_proven(new));
    }
    let mut others = concerned(others).filter(|other| !is_beside(other));
    others.all(|other| is_proven && other.has_proven(new))
}

/// Whether a user may sign in with a login method even where another user has its address; `proves` as below.
pub(super) fn is_proven(user: &User, method: &LoginMethod, proves: bool) -> bool {
    user.is_primary_user || method.verified || proves
}

/// Whether a user may sign in with a login method; `proves`: this sign-in proves the address or number. `beside` as above.
pub(super) fn may_sign_in(
    user: &User,
    method: &LoginMethod,
    proves: bool,
    others: &[Other],
    beside: Option<&User>,
) -> bool {
    let proves = proves || beside.is_some_and(|user| has_proven(user, &method.into()));
    let is_beside = |other: &Other| beside.is_some_and(|user| user.id == other.user.id);
    is_proven(user, method, proves) || concerned(others).all(is_beside)
}

/// The user of a session to whom a login method is to be added.
pub(super) struct Beside<'a> {
    pub(super) user: &'a User,
    /// The login method with which the session began.
    pub(super) method: &'a LoginMethod,
    /// Whether the application lets the user become primary. Of no account where they are.
    pub(super) may_begin: bool,
    /// Whether another primary user has what the login method of the session shows. The same.
    pub(super) is_taken: bool,
    /// Whether the application lets the login method be added.
    pub(super) may_link: bool,
}

/// Whether a login method may be added to the user of a session; `others` are the users of its address. Both have to be
/// proven, also where the user is primary: the reference demands nothing of a primary user.
pub(super) fn may_join(beside: &Beside<'_>, signing: &SigningIn<'_>, others: &[User]) -> Joining {
    let (user, new) = (beside.user, signing.shows);
    let owner = signing.known.map(|(owner, _)| owner);
    if owner.is_some_and(|owner| owner.id == user.id) {
        return Joining::Already;
    }
    let becomes_primary = !user.is_primary_user;
    if becomes_primary && !beside.may_begin {
        return Joining::Declined;
    }
    let is_same = new.email.is_some() && new.email == beside.method.email;
    let proves_now = signing.reads_messages && is_same;
    if !(beside.method.verified || proves_now) {
        return Joining::VerifyFirst;
    }
    if becomes_primary && beside.is_taken {
        return Joining::Refused(JoinRefusal::SessionUser);
    }
    if !beside.may_link {
        return Joining::Declined;
    }
    if !new.verified && !has_proven(user, new) {
        return Joining::Refused(JoinRefusal::NotProven);
    }
    if owner.is_some_and(|owner| owner.is_primary_user) {
        return Joining::Refused(JoinRefusal::OfAnother);
    }
    let is_another = |other: &User| other.is_primary_user && other.id != user.id;
    if others.iter().any(is_another) {
        return Joining::Refused(JoinRefusal::Taken);
    }
    Joining::Allowed
}

/// Whether a login method of a user may show something new; `others` are those of the new address.
pub(super) fn may_change(
    user: &User,
    method: &LoginMethod,
    new: &AccountInfo,
    others: &[Other],
) -> NewAddress {
    let primary = primary(others);
    let is_safe = if user.is_primary_user {
        if primary.is_some() {
            return NewAddress::Taken;
        }
        new.verified || has_proven(user, new) || concerned(others).next().is_none()
    } else {
        let is_same = method.email == new.email;
        new.verified || is_same || !primary.is_some_and(|primary| primary.may_link)
    };
    if is_safe {
        NewAddress::Allowed
    } else {
        NewAddress::Risk
    }
}

/// Whether a link of a mail proves the address of a login method that has no session: not where it would add what a
/// stranger may have signed up with to the account of a user who has proven the address.
pub(super) fn may_prove_without_session(
    user: &User,
    method: &AccountInfo,
    others: &[Other],
) -> bool {
    user.is_primary_user || !concerned(others).any(|other| other.has_proven(method))
}

/// What happens next to a login method of a user, who has signed in with it. `may_begin`: the application lets the user
/// become primary.
pub(super) fn next(user: &User, method: &LoginMethod, others: &[Other], may_begin: bool) -> Step {
    let account = AccountInfo::from(method);
    if user.is_primary_user || !method.verified {
        return Step::Stay;
    }
    if let Some(primary) = primary(others) {
        // An address has one primary user: without being linked, this one cannot become primary.
        return if primary.may_link && primary.has_proven(&account) {
            Step::LinkTo(primary.user.id.clone())
        } else {
            Step::Stay
        };
    }
    let proven = concerned(others).filter(|other| other.has_proven(&account));
    let oldest = proven.min_by_key(|other| (other.user.time_joined, other.user.id.clone()));
    match oldest {
        Some(other) => Step::MakePrimary(other.user.id.clone()),
        None if may_begin => Step::MakePrimary(user.id.clone()),
        None => Step::Stay,
    }
}

#[cfg(test)]
mod tests;
