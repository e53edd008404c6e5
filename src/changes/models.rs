//! Models that have changed, and where they are used.

use indexmap::IndexMap;

use super::sheet::{Direction, Pair, Sheet};

/// All pairs of models that are compared, as a graph.
pub(super) struct Models {
    sheets: IndexMap<Pair, Sheet>,
    /// The pairs that each one uses.
    uses: Vec<Vec<usize>>,
    /// Whether something has changed in a pair or in one that it uses. Most descriptions change in a
    /// few places, and all the others need no look.
    leads_to_changes: Vec<bool>,
    /// The search that has met a pair last.
    met: Vec<usize>,
    searches: usize,
}

impl Models {
    pub(super) fn new(sheets: IndexMap<Pair, Sheet>) -> Self {
        let index = |pair: &Pair| sheets.get_index_of(pair);
        let uses: Vec<Vec<usize>> = sheets
            .values()
            .map(|sheet| sheet.pairs.iter().filter_map(index).collect())
            .collect();
        let mut used_by = vec![Vec::new(); uses.len()];
        for (user, used) in uses.iter().enumerate() {
            used.iter().for_each(|used| used_by[*used].push(user));
        }
        let mut leads_to_changes = vec![false; uses.len()];
        let changed = sheets.values().enumerate();
        let changed = changed.filter(|(_, sheet)| !sheet.findings.is_empty());
        let mut waiting: Vec<usize> = changed.map(|(at, _)| at).collect();
        while let Some(at) = waiting.pop() {
            if !leads_to_changes[at] {
                leads_to_changes[at] = true;
                waiting.extend(&used_by[at]);
            }
        }
        Self {
            met: vec![0; uses.len()],
            searches: 0,
            sheets,
            uses,
            leads_to_changes,
        }
    }

    /// What has changed in these pairs and in all that they use, in the order of use.
    pub(super) fn changed(&mut self, first: &[Pair]) -> Vec<(Direction, &Sheet)> {
        self.searches += 1;
        let first = first.iter().rev();
        let mut waiting: Vec<usize> = first
            .filter_map(|pair| self.sheets.get_index_of(pair))
            .collect();
        let mut found = Vec::new();
        while let Some(at) = waiting.pop() {
            if self.leads_to_changes[at] && self.met[at] != self.searches {
                self.met[at] = self.searches;
                found.push(at);
                waiting.extend(self.uses[at].iter().rev());
            }
        }
        let sheets = found.into_iter().filter_map(|at| self.sheets.get_index(at));
        let sheets = sheets.filter(|(_, sheet)| !sheet.findings.is_empty());
        sheets.map(|(pair, sheet)| (pair.2, sheet)).collect()
    }
}
