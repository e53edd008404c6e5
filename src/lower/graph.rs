//! What schemas of requests ask for, as a graph with a node for each schema: one may contain itself.
//!
//! In the end nodes that ask for nothing are left out, and those that are used once stand where they are used.

use std::collections::{BTreeSet, HashMap};

use crate::ir::{Alternative, Constraint, Constraints, ConstraintsId, Number};
use crate::name::Namer;
use crate::spec::document::SchemaId;

/// Index into [`Graph::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(pub(super) usize);

/// How a schema is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Use {
    /// As it is written.
    Whole,
    /// As it is written, or `null`.
    OrNull,
    /// As a part of an `allOf`: which other keys there may be is said by the whole.
    Part,
    /// As such a part, where the whole may be `null`.
    PartOrNull,
    /// As the schema that the whole extends: the schemas that extend it are no alternatives here.
    Parent,
}

/// What one schema asks for.
#[derive(Debug)]
pub(super) struct Node {
    /// For its name, where it gets one.
    pub(super) name: String,
    pub(super) parts: Vec<Part>,
    /// How often it is used; a body and a parameter count twice, since they need a name.
    pub(super) uses: usize,
}

/// One thing that a schema asks for.
#[derive(Debug)]
pub(super) enum Part {
    Own(Constraint),
    Key(String, NodeId),
    OtherKeys(Vec<String>, NodeId),
    Items(NodeId),
    Of(NodeId),
    AnyOf(Vec<Choice>),
}

/// One alternative.
#[derive(Debug)]
pub(super) struct Choice {
    /// See [`Alternative::kind`].
    pub(super) kind: &'static str,
    pub(super) required: Vec<String>,
    pub(super) literals: Vec<(String, Vec<String>)>,
    /// Whether it takes whole numbers only, while another one takes all numbers: their one type does not say it.
    pub(super) is_whole: bool,
    pub(super) node: NodeId,
}

/// All schemas that requests of the application's own operations reach.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) by_schema: HashMap<(SchemaId, Use), NodeId>,
    /// Bodies and parameters, by the id that stands for them until [`finish`].
    pub(super) roots: Vec<NodeId>,
}

/// The constraints with names, and for each root which of them are its own.
pub(super) fn finish(graph: Graph) -> (Vec<Constraints>, Vec<Option<ConstraintsId>>) {
    let Graph { nodes, roots, .. } = graph;
    let asks = asking(&nodes);
    let mut names = Namer::default();
    let mut named = Vec::new();
    let mut ids = vec![None; nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        if asks[at] && node.uses > 1 {
            ids[at] = Some(ConstraintsId(named.len()));
            named.push((at, names.function(&node.name).rust().to_ascii_uppercase()));
        }
    }
    let writer = Writer {
        nodes: &nodes,
        asks: &asks,
        ids: &ids,
    };
    let constraints = named.iter().map(|(at, name)| Constraints {
        name: name.clone(),
        all: writer.parts(&nodes[*at]),
    });
    let constraints = constraints.collect();
    let roots = roots.iter().map(|root| ids[root.0]);
    (constraints, roots.collect())
}

/// Which nodes ask for something, themselves or by others.
fn asking(nodes: &[Node]) -> Vec<bool> {
    let mut users = vec![Vec::new(); nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        for part in &node.parts {
            match part {
                Part::Own(_) => {}
                Part::Key(_, used)
                | Part::OtherKeys(_, used)
                | Part::Items(used)
                | Part::Of(used) => {
                    users[used.0].push(at);
                }
                Part::AnyOf(choices) => {
                    let nodes = choices.iter().map(|choice| choice.node.0);
                    nodes.for_each(|used| users[used].push(at));
                }
            }
        }
    }
    let mut asks = vec![false; nodes.len()];
    let mut waiting: Vec<usize> = (0..nodes.len()).collect();
    while let Some(at) = waiting.pop() {
        if !asks[at] && nodes[at].parts.iter().any(|part| is_asking(part, &asks)) {
            asks[at] = true;
            waiting.extend(&users[at]);
        }
    }
    asks
}

/// Whether a part asks for something, as far as it is known which nodes do.
fn is_asking(part: &Part, asks: &[bool]) -> bool {
    match part {
        Part::Own(_) => true,
        Part::Key(_, used) | Part::OtherKeys(_, used) | Part::Items(used) | Part::Of(used) => {
            asks[used.0]
        }
        Part::AnyOf(choices) => choices_ask(choices, asks),
    }
}

/// Whether alternatives ask for something beyond their types. One that asks for nothing takes every value of its kind, so
/// that the others of that kind ask for nothing either.
fn choices_ask(choices: &[Choice], asks: &[bool]) -> bool {
    let asks = |choice: &Choice| choice.is_whole || asks[choice.node.0];
    let takes_all =
        |choice: &Choice| !asks(choice) && choice.required.is_empty() && choice.literals.is_empty();
    let whole_kinds: BTreeSet<&str> = choices
        .iter()
        .filter(|choice| takes_all(choice))
        .map(|choice| choice.kind)
        .collect();
    !whole_kinds.contains("Any")
        && choices
            .iter()
            .any(|choice| asks(choice) && !whole_kinds.contains(choice.kind))
}

struct Writer<'a> {
    nodes: &'a [Node],
    asks: &'a [bool],
    ids: &'a [Option<ConstraintsId>],
}

impl Writer<'_> {
    /// What a node asks for where it is used: itself, or its name.
    fn used(&self, id: NodeId) -> Vec<Constraint> {
        match self.ids[id.0] {
            _ if !self.asks[id.0] => Vec::new(),
            Some(id) => vec![Constraint::Of(id)],
            None => self.parts(&self.nodes[id.0]),
        }
    }

    fn parts(&self, node: &Node) -> Vec<Constraint> {
        let mut all = Vec::new();
        for part in &node.parts {
            match part {
                Part::Own(constraint) => all.push(constraint.clone()),
                Part::Of(used) => all.extend(self.used(*used)),
                Part::Key(key, used) => {
                    all.extend(some(self.used(*used)).map(|it| Constraint::Key(key.clone(), it)));
                }
                Part::OtherKeys(known, used) => {
                    let inner = some(self.used(*used));
                    all.extend(inner.map(|it| Constraint::OtherKeys(known.clone(), it)));
                }
                Part::Items(used) => all.extend(some(self.used(*used)).map(Constraint::Items)),
                Part::AnyOf(choices) => {
                    if choices_ask(choices, self.asks) {
                        let choices = choices.iter().map(|choice| self.alternative(choice));
                        all.push(Constraint::AnyOf(choices.collect()));
                    }
                }
            }
        }
        all
    }

    fn alternative(&self, choice: &Choice) -> Alternative {
        let whole = Constraint::Number("MultipleOf", Number::Int(1));
        let mut constraints: Vec<Constraint> =
            choice.is_whole.then_some(whole).into_iter().collect();
        constraints.extend(self.used(choice.node));
        Alternative {
            kind: choice.kind,
            required: choice.required.clone(),
            literals: choice.literals.clone(),
            constraints,
        }
    }
}

fn some(constraints: Vec<Constraint>) -> Option<Vec<Constraint>> {
    Some(constraints).filter(|all| !all.is_empty())
}
