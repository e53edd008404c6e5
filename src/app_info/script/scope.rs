//! Names, objects and functions of the evaluation.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use indexmap::IndexMap;
use oxc_ast::ast::{
    ArrowFunctionBody, Class, Expression, FormalParameters, Statement, VariableDeclarator,
};

use super::value::{Place, Reason, Value};

/// A block of names inside of another.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// The file it is written in.
    pub(super) file: usize,
    parent: Option<Rc<Scope<'a>>>,
    names: RefCell<BTreeMap<&'a str, Binding<'a>>>,
    /// What `this` is; the parent's where it has none of its own.
    this: Option<Value<'a>>,
    /// How many conditions were open where it was made: those do not touch its names.
    conditions: usize,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Binding<'a> {
    /// Declared further down: evaluated when it is needed before.
    Later(&'a VariableDeclarator<'a>),
    /// Being evaluated; to need it now is a circle.
    Pending,
    /// Evaluated ahead of its turn.
    Early(Value<'a>),
    Value(Value<'a>),
}

impl<'a> Scope<'a> {
    /// The names of a whole file.
    pub(super) fn file(file: usize) -> Rc<Self> {
        Rc::new(Self {
            file,
            parent: None,
            names: RefCell::default(),
            this: None,
            conditions: 0,
        })
    }

    /// A block inside of this one.
    pub(super) fn inner(self: &Rc<Self>, this: Option<Value<'a>>, conditions: usize) -> Rc<Self> {
        Rc::new(Self {
            file: self.file,
            parent: Some(Rc::clone(self)),
            names: RefCell::default(),
            this,
            conditions,
        })
    }

    /// Whether it holds the names of a whole file.
    pub(super) fn is_file(&self) -> bool {
        self.parent.is_none()
    }

    pub(super) fn declare(&self, name: &'a str, binding: Binding<'a>) {
        self.names.borrow_mut().insert(name, binding);
    }

    /// Changes what one of its names stands for.
    pub(super) fn redeclare(&self, name: &str, binding: Binding<'a>) {
        if let Some(known) = self.names.borrow_mut().get_mut(name) {
            *known = binding;
        }
    }

    /// The scope that declares a name, and what it stands for.
    pub(super) fn find(self: &Rc<Self>, name: &str) -> Option<(Rc<Self>, Binding<'a>)> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some(binding) = here.names.borrow().get(name) {
                return Some((Rc::clone(here), binding.clone()));
            }
            scope = here.parent.as_ref();
        }
        None
    }

    pub(super) fn this(&self) -> Option<Value<'a>> {
        let parent = || self.parent.as_ref().and_then(|parent| parent.this());
        self.this.clone().or_else(parent)
    }

    pub(super) fn conditions(&self) -> usize {
        self.conditions
    }
}

/// An object, or a class with its static members.
#[derive(Debug, Default)]
pub(super) struct Object<'a> {
    pub(super) properties: RefCell<IndexMap<Rc<str>, Property<'a>>>,
    /// Set where something unknown was spread into it: a key that is not there may still be.
    pub(super) hides: RefCell<Option<Rc<Reason>>>,
    /// How many conditions were open where it was made.
    pub(super) conditions: usize,
    /// The class whose static members these are.
    pub(super) class: Option<(&'a Class<'a>, Rc<Scope<'a>>)>,
}

/// A property of an object.
#[derive(Debug, Clone)]
pub(super) struct Property<'a> {
    /// Where its key stands.
    pub(super) key: Place,
    /// Where the same object literal had the key before.
    pub(super) before: Option<Place>,
    pub(super) value: Value<'a>,
    /// The value is a function that computes it.
    pub(super) is_getter: bool,
}

/// A function and the names that it sees.
#[derive(Debug)]
pub(super) struct Function<'a> {
    pub(super) place: Place,
    pub(super) params: &'a FormalParameters<'a>,
    pub(super) body: Body<'a>,
    pub(super) scope: Rc<Scope<'a>>,
    /// Arrow functions see the `this` around them.
    pub(super) is_arrow: bool,
    pub(super) is_generator: bool,
    pub(super) was_called: Cell<bool>,
}

/// What a function does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    Expression(&'a Expression<'a>),
    Statements(&'a [Statement<'a>]),
}

impl<'a> Body<'a> {
    pub(super) fn of_arrow(body: &'a ArrowFunctionBody<'a>) -> Self {
        match body {
            ArrowFunctionBody::FunctionBody(body) => Self::Statements(&body.statements),
            other => other
                .as_expression()
                .map_or(Self::Statements(&[]), Self::Expression),
        }
    }
}
