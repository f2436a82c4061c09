//! What to try after a result was held: less of the same, then a plainer engine, then a person.

use crate::plan::{Engine, Plan};
use crate::report::Report;

/// Where the natural engine starts: below guided at full and at lowered strength.
pub(crate) const NATURAL_RUNG: u8 = 2;
/// Each lowering keeps this share of the strength.
const LESS: f32 = 0.6;

/// The next plan down: guided, guided x 0.6, natural, natural x 0.6, natural x 0.36. `None`: the
/// photo waits for a person. A plan that changes nothing has nothing to lower.
pub fn lower(plan: &Plan, _report: &Report) -> Option<Plan> {
    if plan.is_identity() {
        return None;
    }
    let next = match plan.engine {
        Engine::Guided if plan.rung == 0 => weaker(plan),
        Engine::Guided => natural(plan),
        Engine::Natural if plan.rung < NATURAL_RUNG + 2 => weaker(plan),
        Engine::Natural => return None,
    };
    Some(next)
}

fn weaker(plan: &Plan) -> Plan {
    Plan {
        strength: plan.strength * LESS,
        rung: plan.rung + 1,
        ..plan.clone()
    }
}

fn natural(plan: &Plan) -> Plan {
    Plan {
        engine: Engine::Natural,
        strength: plan.asked_strength,
        rung: NATURAL_RUNG,
        ..plan.clone()
    }
}
