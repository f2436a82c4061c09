//! The plan's part in a judgement: what it answers for is not guessed at.

use plumbline_documents::{Engine, Gate, Measure};

use crate::inspect::expected::Leftover;
use crate::inspect::{Maps, Terms};

/// Replaces the measures that guess at what the plan answers for by the plan's own.
pub(super) fn judge(
    leftover: &Leftover,
    house: &[bool],
    terms: &Terms,
    measures: &mut Vec<Measure>,
    maps: &mut Maps,
) {
    let decides = |gate: Option<Gate>| gate.is_none_or(|gate| !terms.outranks(gate));
    measures.retain(|measure| decides(measure.name.gate()));
    maps.retain(|(gate, _)| decides(Some(*gate)));
    measures.push(leftover.measure(house, &terms.thresholds));
    maps.push((Gate::Unplanned, leftover.heatmap(house, &terms.thresholds)));
}

impl Terms<'_> {
    /// True when the plan says more about the pixels than a gate can find out.
    pub(super) fn outranks(&self, gate: Gate) -> bool {
        self.engine()
            .is_some_and(|engine| gate.is_answered_by_plan(engine))
    }

    /// The engine whose pixels can be rebuilt.
    pub(super) fn engine(&self) -> Option<Engine> {
        let plan = self.plan?;
        let is_natural = plan.is_colour_identity() || plan.engine == Engine::Natural;
        match (is_natural, self.fitted) {
            (true, _) => Some(Engine::Natural),
            (false, Some(_)) => Some(plan.engine),
            (false, None) => None,
        }
    }
}
