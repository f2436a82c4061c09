//! The plans of a photo: what measurement alone makes of it, and the finish that stands in for it.

use plumbline_documents::{Framing, Report};
use plumbline_enhance::plan::dials::NotWhite;
use plumbline_enhance::{GenerativeModel, Measured, Pixels, Plan, Preset, fallback, small};

use crate::failure::Failure;
use crate::scene_analysis::SceneAnalysis;

/// The plan of the first attempt, and the one in reserve.
pub struct Plans {
    pub first: Plan,
    /// The measured correction that the first plan's finish stands in for; `None`: it has none.
    pub measured: Option<Plan>,
}

impl Plans {
    /// Plans of a measured correction, and of the finish that is proposed for the scene.
    pub fn new(plan: Plan, analysis: &SceneAnalysis, measured: &Measured, preset: &Preset) -> Self {
        let first = match &analysis.proposal {
            Some((proposal, small)) => {
                (plan.clone()).finished_by(proposal, small, &analysis.scene, measured, preset)
            }
            None => plan.clone(),
        };
        let measured = first.finish.is_some().then_some(plan);
        Self { first, measured }
    }

    /// The plans with the white place that a person picked. A place that is none is said before any work.
    pub fn with_neutral(self, original: &Pixels, framing: Framing) -> Result<Self, Failure> {
        if self.first.dials.white_at.is_none() {
            return Ok(self);
        }
        let [width, height] = framing.original;
        let small = small(original);
        let looked_up = |plan: Plan| plan.with_neutral(&small, (width, height));
        let refused = |refused: NotWhite| Failure::Final(refused.to_string());
        Ok(Self {
            first: looked_up(self.first).map_err(refused)?,
            // What is only in reserve refuses no photo.
            measured: self.measured.and_then(|plan| looked_up(plan).ok()),
        })
    }
}

/// The plan after one that was held; `None`: a person decides.
pub fn lower(
    plan: &Plan,
    report: &Report,
    measured: Option<&Plan>,
    model: Option<&dyn GenerativeModel>,
) -> Option<Plan> {
    let lower = fallback::lower(plan, report, model);
    lower.or_else(|| fallback::unfinished(plan, measured?, report))
}

#[cfg(test)]
mod tests {
    use plumbline_documents::WhiteAt;
    use plumbline_enhance::steps::finish::Finish;

    use super::*;

    /// A wall under a lamp so warm that it looks painted as it came.
    #[test]
    fn a_white_place_counts_under_the_finish_whatever_the_plan_in_reserve_says() {
        let wall = [220, 130, 60];
        let original = Pixels::from_eight(64, 48, wall.repeat(64 * 48)).unwrap();
        let mut reserve = Plan::identity();
        reserve.dials.white_at = Some(WhiteAt::new(0.5, 0.5));
        let first = Plan {
            finish: Some(Finish::default().lit([-0.9, 0.5, 1.5])),
            ..reserve.clone()
        };
        let framing = first.verticals.framing(64, 48);
        let plans = |first: Plan, reserve: Option<Plan>| {
            let plans = Plans {
                first,
                measured: reserve,
            };
            plans.with_neutral(&original, framing)
        };
        let Ok(found) = plans(first, Some(reserve.clone())) else {
            panic!("it is white under the finish");
        };
        assert!(found.first.neutral.is_some() && found.measured.is_none());
        assert!(plans(reserve, None).is_err(), "it is painted as it came");
    }
}
