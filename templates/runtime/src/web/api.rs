//! The operations of one spec, without the type of what answers them.
//!
//! The HTTP code behind [`Api`] is compiled once, with the runtime. It is the same for every spec and for
//! everything that answers the operations.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::Method;

use super::{Answer, Contract, Origins, Scope, Sends, Sessions, Tenancy};
use crate::call::Call;
use crate::error::Error;

/// An answer that is being made.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send + 'a>>;

/// Where an operation stands.
#[derive(Debug, Clone)]
pub struct Route {
    /// Its `operationId`.
    pub id: &'static str,
    /// Its method; no other is answered.
    pub method: Method,
    /// Its path, without base path and tenant: `/signup`, `/users/{id}`.
    pub path: &'static str,
    /// Whether a tenant may stand before the path.
    pub tenancy: Tenancy,
    /// Where the path starts.
    pub scope: Scope,
    /// Which origins may call it.
    pub origins: Origins,
    /// Whether it may begin a session.
    pub sessions: Sessions,
    /// What it sends to users.
    pub sends: Sends,
    /// The recipe that the header `rid` may name to tell equal paths apart; empty when it has none.
    pub recipe: &'static str,
    /// Who implements it: the name of a contract, or [`CUSTOM`](Self::CUSTOM).
    pub behaviour: &'static str,
}

impl Route {
    /// The behaviour of operations that the application answers.
    pub const CUSTOM: &'static str = "custom";

    /// An operation that this crate answers. What the spec does not decide is as its contract says.
    pub const fn built_in(
        contract: &'static Contract,
        id: &'static str,
        method: Method,
        path: &'static str,
        scope: Scope,
    ) -> Self {
        Self {
            id,
            method,
            path,
            scope,
            tenancy: contract.tenancy,
            origins: contract.origins,
            sessions: contract.sessions,
            sends: contract.sends,
            recipe: contract.recipe,
            behaviour: contract.name,
        }
    }

    /// An operation that the application answers: the website alone may call it, and it may begin sessions.
    pub const fn custom(
        recipe: &'static str,
        tenancy: Tenancy,
        id: &'static str,
        method: Method,
        path: &'static str,
        scope: Scope,
    ) -> Self {
        Self {
            id,
            method,
            path,
            scope,
            tenancy,
            origins: Origins::Own,
            sessions: Sessions::Begins,
            sends: Sends::Nothing,
            recipe,
            behaviour: Self::CUSTOM,
        }
    }
}

/// One operation: its route, and what answers it. `G` holds the groups of operations that the
/// application answers itself.
pub struct Operation<G: 'static> {
    /// Where it stands.
    pub route: Route,
    /// What answers it.
    pub handler: Handler<G>,
}

/// What answers an operation.
pub enum Handler<G: 'static> {
    /// A behaviour of this crate.
    BuiltIn(for<'a> fn(&'a mut Call) -> Answering<'a>),
    /// The application, if it has given the group that the operation belongs to.
    Custom {
        /// Whether the group is given; an operation without it is not mounted.
        is_given: fn(&G) -> bool,
        /// Answers by the group. It is called only where the group is given.
        answer: for<'a> fn(&'a G, &'a mut Call) -> Answering<'a>,
    },
}

/// An operation that this crate answers: method, path, id and scope of its [`Route`], the contract and the
/// function of its recipe, and the answer that an outcome becomes (`try` where an outcome may have none).
///
/// ```text
/// built_in!(POST "/signup", "signUp", Base, email_password::{SIGN_UP, sign_up} => SignUpResponse)
/// ```
#[macro_export]
macro_rules! built_in {
    (
        $method:ident $path:literal, $id:literal, $scope:ident,
        $module:ident::{$contract:ident, $flow:ident} => try $answer:ty
    ) => {
        $crate::built_in!(@ $method $path, $id, $scope, $module::{$contract, $flow}, |outcome| {
            <$answer>::try_from(outcome)?.try_into()
        })
    };
    (
        $method:ident $path:literal, $id:literal, $scope:ident,
        $module:ident::{$contract:ident, $flow:ident} => $answer:ty
    ) => {
        $crate::built_in!(@ $method $path, $id, $scope, $module::{$contract, $flow}, |outcome| {
            <$answer>::from(outcome).try_into()
        })
    };
    (
        @ $method:ident $path:literal, $id:literal, $scope:ident,
        $module:ident::{$contract:ident, $flow:ident}, |$outcome:ident| $answer:block
    ) => {
        $crate::web::Operation {
            route: $crate::web::Route::built_in(
                &$crate::recipes::$module::$contract,
                $id,
                $crate::web::Method::$method,
                $path,
                $crate::web::Scope::$scope,
            ),
            handler: $crate::web::Handler::BuiltIn(|call| {
                Box::pin(async move {
                    let $outcome = match $crate::web::wraps(call) {
                        None => $crate::recipes::$module::$flow(call).await?,
                        Some(wraps) => {
                            let behaviour = wraps.run(call, |call| {
                                Box::pin($crate::recipes::$module::$flow(call))
                            });
                            behaviour.await?
                        }
                    };
                    $answer
                })
            }),
        }
    };
}

/// An operation that the application answers: method, path, id and scope of its [`Route`], recipe and tenancy,
/// the field that holds its group, and the function that reads a request for it.
///
/// ```text
/// custom!(PUT "/notes/{noteId}", "saveNote", Base, "", None, notes => custom::notes::save_note)
/// ```
#[macro_export]
macro_rules! custom {
    (
        $method:ident $path:literal, $id:literal, $scope:ident, $recipe:literal, $tenancy:ident,
        $group:ident => $operation:path
    ) => {
        $crate::web::Operation {
            route: $crate::web::Route::custom(
                $recipe,
                $crate::web::Tenancy::$tenancy,
                $id,
                $crate::web::Method::$method,
                $path,
                $crate::web::Scope::$scope,
            ),
            handler: $crate::web::Handler::Custom {
                is_given: |own| own.$group.is_some(),
                answer: |own, call| {
                    Box::pin(async move {
                        let group = own.$group.as_deref().ok_or($crate::Error::NotFound)?;
                        $operation(group, call).await
                    })
                },
            },
        }
    };
}

/// How an answer becomes JSON with one status code, whatever its variant: `json_answer!(SignUpResponse, OK)`.
#[macro_export]
macro_rules! json_answer {
    ($answer:ty, $status:ident) => {
        impl TryFrom<$answer> for $crate::web::Answer {
            type Error = $crate::Error;

            fn try_from(answer: $answer) -> Result<Self, $crate::Error> {
                Self::json($crate::web::StatusCode::$status, &answer)
            }
        }
    };
}

/// A method of an answer that sets a field which the spec does not require, in the outcomes that have it:
/// `optional_field!(with_note(String), note of Ok | Later);` within its `impl`.
#[macro_export]
macro_rules! optional_field {
    ($setter:ident($value:ty), $field:ident of $($variant:ident)|+) => {
        #[doc = concat!(" Sets `", stringify!($field), "` in the outcomes that have it; others stay as they are.")]
        #[must_use]
        pub fn $setter(mut self, value: $value) -> Self {
            #[allow(unreachable_patterns, reason = "there may be no other outcome")]
            match &mut self {
                $(Self::$variant { $field: field, .. })|+ => *field = Some(value),
                _ => {}
            }
            self
        }
    };
}

/// All operations of a spec, in its order, with what answers them.
#[derive(Clone)]
pub struct Api(Arc<dyn Operations>);

impl Api {
    /// The operations of a spec, and the application's own groups.
    pub fn new<G: Send + Sync + 'static>(operations: &'static [Operation<G>], groups: G) -> Self {
        Self(Arc::new(Given { operations, groups }))
    }

    /// The routes of all operations, in the order of the spec, mounted or not.
    pub fn routes(&self) -> impl Iterator<Item = &'static Route> {
        (0..self.0.count()).map(|index| self.0.route(index))
    }

    /// The routes of the operations that nothing answers, because their group is not given.
    pub fn not_mounted(&self) -> impl Iterator<Item = &'static Route> {
        (0..self.0.count())
            .filter(|index| !self.0.is_mounted(*index))
            .map(|index| self.0.route(index))
    }

    /// The mounted operations by their index.
    pub(super) fn mounted(&self) -> impl Iterator<Item = (usize, &'static Route)> {
        (0..self.0.count())
            .filter(|index| self.0.is_mounted(*index))
            .map(|index| (index, self.0.route(index)))
    }

    /// Answers a request for a mounted operation.
    pub(super) fn answer<'a>(&'a self, index: usize, call: &'a mut Call) -> Answering<'a> {
        self.0.answer(index, call)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.routes().map(|route| route.id))
            .finish()
    }
}

/// [`Given`], whatever its groups are.
trait Operations: Send + Sync {
    fn count(&self) -> usize;
    fn route(&self, index: usize) -> &'static Route;
    fn is_mounted(&self, index: usize) -> bool;
    fn answer<'a>(&'a self, index: usize, call: &'a mut Call) -> Answering<'a>;
}

struct Given<G: 'static> {
    operations: &'static [Operation<G>],
    groups: G,
}

impl<G: Send + Sync + 'static> Operations for Given<G> {
    fn count(&self) -> usize {
        self.operations.len()
    }

    fn route(&self, index: usize) -> &'static Route {
        &self.operations[index].route
    }

    fn is_mounted(&self, index: usize) -> bool {
        match &self.operations[index].handler {
            Handler::BuiltIn(_) => true,
            Handler::Custom { is_given, .. } => is_given(&self.groups),
        }
    }

    fn answer<'a>(&'a self, index: usize, call: &'a mut Call) -> Answering<'a> {
        match &self.operations[index].handler {
            Handler::BuiltIn(answer) => answer(call),
            Handler::Custom { answer, .. } => answer(&self.groups, call),
        }
    }
}
