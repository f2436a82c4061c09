//! Fallbacks after a result was held: less of the same, then a plainer engine, then measurement in the place
//! of a proposed finish, then a person.

use plumbline_documents::{Engine, Gate, Report};

use crate::generative_model::GenerativeModel;
use crate::plan::sky::{KeptReason, Sky};
use crate::plan::{NATURAL_LEVEL, Plan};

/// Each lowering keeps this share of the strength.
const LESS: f32 = 0.6;

/// The next plan down: its own sky where only the new one was held; then tiled, tiled x 0.6,
/// guided, guided x 0.6, natural, natural x 0.6, natural x 0.36. `None`: the photo waits for a
/// person. A plan that changes nothing has nothing to lower, and less of it mends no photo that came
/// unusable. A result that only lacks light or keeps a cast is not made weaker, only plainer. Without the
/// model of the plan, the natural engine is next.
pub fn lower(plan: &Plan, report: &Report, model: Option<&dyn GenerativeModel>) -> Option<Plan> {
    let held: Vec<Gate> = report.held().filter_map(|m| m.name.gate()).collect();
    if plan.is_identity() || held.iter().any(|gate| gate.is_of_input()) {
        return None;
    }
    if !held.is_empty() && held.iter().all(|gate| gate.is_of_too_little()) {
        return plainer(plan, model);
    }
    if plan.sky.new_sky().is_some() && only_the_sky(report) {
        return Some(with_its_own_sky(plan));
    }
    match plan.engine {
        Engine::Tiled | Engine::Guided if plan.fallback_level == 0 => Some(weaker(plan, model)),
        Engine::Natural if plan.fallback_level < NATURAL_LEVEL + 2 => Some(weaker(plan, model)),
        _ => plainer(plan, model),
    }
}

/// The same edit by the next plainer engine, at the strength that was asked for: tiled, guided,
/// natural. `None`: there is none plainer.
pub fn plainer(plan: &Plan, model: Option<&dyn GenerativeModel>) -> Option<Plan> {
    match (plan.engine, model) {
        (Engine::Tiled, Some(model)) => Some(guided(plan, model)),
        (Engine::Tiled | Engine::Guided, _) => Some(natural(plan)),
        (Engine::Natural, _) => None,
    }
}

/// The measured correction in the place of a finish that was held, with the sky as it is by now: the last
/// plan before a person. `None`: the plan has no finish, or the photo came unusable.
pub fn unfinished(plan: &Plan, measured: &Plan, report: &Report) -> Option<Plan> {
    let mut held = report.held().filter_map(|measure| measure.name.gate());
    let is_usable = !held.any(|gate| gate.is_of_input());
    (plan.finish.is_some() && is_usable).then(|| Plan {
        sky: plan.sky.clone(),
        fallback_level: NATURAL_LEVEL + 2,
        ..natural(measured)
    })
}

/// True when, beside light or cast that is missing, nothing but the new sky was held: less strength
/// would not mend that.
pub fn only_the_sky(report: &Report) -> bool {
    let gates = report.held().filter_map(|measure| measure.name.gate());
    let mut held = gates.filter(|gate| !gate.is_of_too_little()).peekable();
    let of_sky = |gate| matches!(gate, Gate::SkyHalo | Gate::SkyLeak | Gate::SkyTrial);
    held.peek().is_some() && held.all(of_sky)
}

fn with_its_own_sky(plan: &Plan) -> Plan {
    Plan {
        sky: Sky::Kept(KeptReason::Held),
        ..plan.clone()
    }
}

/// Less of what is blended in, and less noise where the checkpoint has a step for it.
fn weaker(plan: &Plan, model: Option<&dyn GenerativeModel>) -> Plan {
    let weaker = Plan {
        strength: plan.strength * LESS,
        fallback_level: plan.fallback_level + 1,
        ..plan.clone()
    };
    match model {
        Some(model) => from_noise(weaker, model, plan.noise_share * LESS),
        None => weaker,
    }
}

fn guided(plan: &Plan, model: &dyn GenerativeModel) -> Plan {
    let guided = Plan {
        engine: Engine::Guided,
        strength: plan.asked_strength,
        fallback_level: 0,
        grid: None,
        ..plan.clone()
    };
    from_noise(guided, model, plan.noise_share)
}

fn from_noise(mut plan: Plan, model: &dyn GenerativeModel, share: f32) -> Plan {
    if let Some(denoise) = &mut plan.denoise {
        (denoise.sigma, denoise.steps) = model.schedule().start(share);
    }
    plan
}

fn natural(plan: &Plan) -> Plan {
    Plan {
        engine: Engine::Natural,
        strength: plan.asked_strength,
        fallback_level: NATURAL_LEVEL,
        denoise: None,
        noise_share: 0.0,
        grid: None,
        ..plan.clone()
    }
}
