//! Conditions over the environment, said as simply as they can be.

use std::rc::Rc;

use super::value::{Reason, Value};

/// What a choice depends on.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition<'a> {
    Always(bool),
    /// A text of the environment is set.
    Has(Rc<Value<'a>>),
    /// A text of the environment has this value.
    Is(Rc<Value<'a>>, Rc<str>),
    Not(Rc<Condition<'a>>),
    All(Rc<[Condition<'a>]>),
    Any(Rc<[Condition<'a>]>),
    Unknown(Rc<Reason>),
}

/// A condition, and whether it holds.
pub(super) type Fact<'a> = (Condition<'a>, bool);

impl Condition<'_> {
    pub(super) fn count(&self, left: &mut usize) {
        *left = left.saturating_sub(1);
        if *left == 0 {
            return;
        }
        match self {
            Self::Has(value) | Self::Is(value, _) => value.count(left),
            Self::Not(inner) => inner.count(left),
            Self::All(all) | Self::Any(all) => all.iter().for_each(|inner| inner.count(left)),
            Self::Always(_) | Self::Unknown(_) => {}
        }
    }
}

impl<'a> Condition<'a> {
    pub(super) fn not(self) -> Self {
        match self {
            Self::Always(holds) => Self::Always(!holds),
            Self::Not(inner) => (*inner).clone(),
            other => Self::Not(Rc::new(other)),
        }
    }

    pub(super) fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::several(conditions, true)
    }

    pub(super) fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::several(conditions, false)
    }

    fn several(conditions: impl IntoIterator<Item = Self>, all: bool) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for condition in conditions {
            match condition {
                Self::Always(holds) if holds == all => {}
                Self::Always(_) => return Self::Always(!all),
                other if kept.contains(&other) => {}
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Always(all),
            1 => kept.remove(0),
            _ if all => Self::without_implied(kept),
            _ => Self::Any(kept.into()),
        }
    }

    /// All of these, without those that follow from others.
    fn without_implied(mut conditions: Vec<Self>) -> Self {
        let mut index = 0;
        while conditions.len() > 1 && index < conditions.len() {
            let condition = conditions.remove(index);
            let facts: Vec<Fact> = conditions.iter().flat_map(|it| it.facts(true)).collect();
            match condition.given(&facts) {
                Self::Always(true) => {}
                Self::Always(false) => return Self::Always(false),
                other => {
                    conditions.insert(index, other);
                    index += 1;
                }
            }
        }
        match conditions.len() {
            1 => conditions.remove(0),
            _ => Self::All(conditions.into()),
        }
    }

    /// What is known where this condition holds, or does not.
    pub(super) fn facts(&self, holds: bool) -> Vec<Fact<'a>> {
        match self {
            Self::Not(inner) => inner.facts(!holds),
            Self::All(all) if holds => all.iter().flat_map(|it| it.facts(true)).collect(),
            Self::Any(any) if !holds => any.iter().flat_map(|it| it.facts(false)).collect(),
            other => vec![(other.clone(), holds)],
        }
    }

    /// The condition where these facts hold.
    pub(super) fn given(&self, facts: &[Fact<'a>]) -> Self {
        for (known, holds) in facts {
            if known == self {
                return Self::Always(*holds);
            }
            let follows = match (known, holds, self) {
                // What has one value is set, and has no other.
                (Self::Is(known, _), true, Self::Has(value)) if known == value => Some(true),
                (Self::Is(known, _), true, Self::Is(value, _)) if known == value => Some(false),
                (Self::Has(known), false, Self::Is(value, _)) if known == value => Some(false),
                _ => None,
            };
            if let Some(holds) = follows {
                return Self::Always(holds);
            }
        }
        match self {
            Self::Not(inner) => inner.given(facts).not(),
            Self::All(all) => Self::all(all.iter().map(|it| it.given(facts))),
            Self::Any(any) => Self::any(any.iter().map(|it| it.given(facts))),
            other => other.clone(),
        }
    }

    /// `condition && then || !condition && otherwise`.
    pub(super) fn either(condition: &Self, then: &Self, otherwise: &Self) -> Self {
        let then = then.given(&condition.facts(true));
        let otherwise = otherwise.given(&condition.facts(false));
        if then == otherwise {
            return then;
        }
        let opposite = condition.clone().not();
        match (&then, &otherwise) {
            (Self::Always(true), _) => Self::any([condition.clone(), otherwise]),
            (_, Self::Always(true)) => Self::any([opposite, then]),
            _ => {
                let here = Self::all([condition.clone(), then]);
                let there = Self::all([opposite, otherwise]);
                Self::any([here, there])
            }
        }
    }
}
