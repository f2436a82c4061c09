//! What to try after a result was held: less of the same, then a plainer engine, then a person.

use crate::inspect::Gate;
use crate::plan::sky::{Sky, Why};
use crate::plan::{Engine, Plan};
use crate::report::Report;

/// Where the natural engine starts: below guided at full and at lowered strength.
pub(crate) const NATURAL_RUNG: u8 = 2;
/// Each lowering keeps this share of the strength.
const LESS: f32 = 0.6;

/// The next plan down: its own sky where only the new one was held; then guided, guided x 0.6, natural, natural x 0.6, natural x 0.36. `None`: the
/// photo waits for a person. A plan that changes nothing has nothing to lower.
pub fn lower(plan: &Plan, report: &Report) -> Option<Plan> {
    if plan.is_identity() {
        return None;
    }
    if plan.sky.new_sky().is_some() && only_the_sky(report) {
        return Some(with_its_own_sky(plan));
    }
    let next = match plan.engine {
        Engine::Guided if plan.rung == 0 => weaker(plan),
        Engine::Guided => natural(plan),
        Engine::Natural if plan.rung < NATURAL_RUNG + 2 => weaker(plan),
        Engine::Natural => return None,
    };
    Some(next)
}

/// Whether nothing but the new sky's edge was held: less strength would not mend that.
fn only_the_sky(report: &Report) -> bool {
    let sky = [Gate::SkyHalo.name(), Gate::SkyLeak.name()];
    let mut held = report.held().peekable();
    held.peek().is_some() && held.all(|measure| sky.contains(&measure.name.as_str()))
}

fn with_its_own_sky(plan: &Plan) -> Plan {
    Plan {
        sky: Sky::Kept(Why::Held),
        ..plan.clone()
    }
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
