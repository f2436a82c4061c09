//! Correction by a plan with the generative model there is: its progress is reported and it can
//! be stopped; where the machine has too little memory for it, the next plainer engine takes over.

use std::sync::{Mutex, PoisonError};

use plumbline_documents::{Engine, Parts, Stage, Step};
use plumbline_enhance::sky::Matte;
use plumbline_enhance::steps::fitted::Fitted;
use plumbline_enhance::{
    ApplyError, Generation, GenerationError, GenerativeModel, Pixels, Plan, Progress, Scene,
    apply_and_keep_fit, fallback, paint_sky,
};

use crate::failure::Failure;
use crate::step::StepFn;

/// A straightened photo, and the model that corrects it.
pub struct Correction<'a> {
    pub original: &'a Pixels,
    pub scene: &'a Scene,
    pub model: Option<&'a dyn GenerativeModel>,
}

impl Correction<'_> {
    /// The plan's picture, and what was fitted to a model's proposal. Where memory is short the plan
    /// becomes a plainer one, and the remarks say so.
    pub fn apply(
        &self,
        plan: &mut Plan,
        remarks: &mut Vec<String>,
        on_step: &mut StepFn<'_>,
    ) -> Result<(Pixels, Option<Fitted>), Failure> {
        loop {
            let why = match self.try_apply(plan, on_step) {
                Ok(made) => return Ok(made),
                Err(ApplyError::Generation(GenerationError::Stopped)) => {
                    return Err(Failure::Stopped);
                }
                Err(ApplyError::Generation(GenerationError::OutOfMemory(why))) => why,
                Err(other) => return Err(Failure::retry(other)),
            };
            let engine = plan.engine;
            tracing::warn!(?engine, why, "the {engine:?} engine ran out of memory");
            let plainer = fallback::plainer(plan, self.model);
            *plan = plainer.ok_or_else(|| Failure::Retry(anyhow::Error::msg(why)))?;
            remarks.push(too_little_memory(engine, plan.engine));
        }
    }

    /// The model's picture of the plan's new sky. `None`: the plan asks for none, or memory is
    /// short; then the sky becomes a calculated one, and the remarks say so.
    pub fn generate_sky(
        &self,
        plan: &mut Plan,
        matte: Option<&Matte>,
        remarks: &mut Vec<String>,
        on_step: &mut StepFn<'_>,
    ) -> Result<Option<Pixels>, Failure> {
        let generated = self.watched(on_step, |generation| {
            paint_sky(self.original, plan, matte, generation)
        });
        match generated {
            Ok(generated) => Ok(generated),
            Err(ApplyError::Generation(GenerationError::Stopped)) => Err(Failure::Stopped),
            Err(ApplyError::Generation(GenerationError::OutOfMemory(why))) => {
                tracing::warn!(why, "the model ran out of memory over a sky");
                plan.sky = plan.sky.clone().calculated();
                remarks.push(NO_MEMORY_FOR_SKIES.to_owned());
                Ok(None)
            }
            Err(other) => Err(Failure::retry(other)),
        }
    }

    fn try_apply(
        &self,
        plan: &Plan,
        on_step: &mut StepFn<'_>,
    ) -> Result<(Pixels, Option<Fitted>), ApplyError> {
        self.watched(on_step, |generation| {
            apply_and_keep_fit(self.original, plan, self.scene, generation)
        })
    }

    fn watched<T>(
        &self,
        on_step: &mut StepFn<'_>,
        work: impl FnOnce(Option<Generation<'_>>) -> T,
    ) -> T {
        let on_step = Mutex::new(on_step);
        let watch = |progress: Progress| {
            // A panic under this lock ends the run in any case.
            let mut on_step = on_step.lock().unwrap_or_else(PoisonError::into_inner);
            on_step(Step {
                stage: Stage::Correcting,
                parts: parts(progress),
            })
        };
        let generation = self.model.map(|model| Generation {
            model,
            progress: &watch,
        });
        work(generation)
    }
}

const NO_MEMORY_FOR_SKIES: &str =
    "The network had too little memory to paint a sky: the new one was calculated instead.";

/// `None` for a single part: there is nothing to count.
fn parts(progress: Progress) -> Option<Parts> {
    let of = i32::try_from(progress.of).ok().filter(|of| *of > 1)?;
    let done = i32::try_from(progress.done).unwrap_or(of).min(of);
    Some(Parts { done, of })
}

fn too_little_memory(engine: Engine, next: Engine) -> String {
    let what = match engine {
        Engine::Tiled => "redraw the photo",
        Engine::Guided | Engine::Natural => "guide the correction",
    };
    let instead = match next {
        Engine::Guided | Engine::Tiled => "it guided colour and light instead",
        Engine::Natural => "the photo was corrected by measurement instead",
    };
    format!("The network had too little memory to {what}: {instead}.")
}

#[cfg(test)]
mod tests {
    use plumbline_documents::EngineChoice;
    use plumbline_enhance::{Denoise, Preset, ProgressFn, Shot, Tile, measure, plan};

    use super::*;

    /// Asks before each of four tiles, and gives up as it was made to.
    struct Tiler(Option<GenerationError>);

    impl GenerativeModel for Tiler {
        fn correct(
            &self,
            small: &Pixels,
            _: &Scene,
            _: &Denoise,
            watch: ProgressFn<'_>,
        ) -> Result<Pixels, GenerationError> {
            match watch(Progress { done: 0, of: 1 }) {
                true => self.0.clone().map_or(Ok(small.clone()), Err),
                false => Err(GenerationError::Stopped),
            }
        }

        fn tile_side(&self) -> Option<u32> {
            Some(64)
        }

        fn redraw(
            &self,
            pixels: &Pixels,
            tiles: &[Tile],
            scene: &Scene,
            denoise: &Denoise,
            watch: ProgressFn<'_>,
            _: &mut dyn FnMut(usize, Pixels),
        ) -> Result<(), GenerationError> {
            let of = tiles.len() as u32;
            for done in 0..of {
                if !watch(Progress { done, of }) {
                    return Err(GenerationError::Stopped);
                }
            }
            self.correct(pixels, scene, denoise, watch).map(|_| ())
        }

        fn name(&self) -> &str {
            "tiler"
        }
    }

    fn corrected(
        model: &Tiler,
        on_step: &mut StepFn<'_>,
    ) -> (Plan, Vec<String>, Result<Pixels, Failure>) {
        let original = Pixels::from_eight(120, 120, vec![90; 120 * 120 * 3]).unwrap();
        let preset = Preset {
            engine: EngineChoice::Tiled,
            ..Preset::default()
        };
        let (scene, measured) = (Scene::default(), measure(&original, &Shot::default()));
        let mut plan = plan(&measured, &scene, &preset, Some(model));
        assert_eq!(plan.engine, Engine::Tiled);
        let mut remarks = Vec::new();
        let correction = Correction {
            original: &original,
            scene: &scene,
            model: Some(model),
        };
        let result = correction
            .apply(&mut plan, &mut remarks, on_step)
            .map(|(picture, _)| picture);
        (plan, remarks, result)
    }

    #[test]
    fn tiles_are_counted_and_a_stop_between_two_of_them_is_heard() {
        let mut counted = Vec::new();
        let (_, _, result) = corrected(&Tiler(None), &mut |step| {
            counted.push(step.parts.map(|parts| (parts.done, parts.of)));
            counted.len() < 3
        });
        assert!(matches!(result, Err(Failure::Stopped)), "{result:?}");
        assert_eq!(counted, [Some((0, 4)), Some((1, 4)), Some((2, 4))]);
    }

    #[test]
    fn too_little_memory_ends_with_a_picture_and_says_so() {
        let out = GenerationError::OutOfMemory("3 of 2 GB".to_owned());
        let (plan, remarks, result) = corrected(&Tiler(Some(out)), &mut |_| true);
        assert!(result.is_ok(), "{result:?}");
        assert_eq!((plan.engine, plan.denoise), (Engine::Natural, None));
        assert_eq!(
            remarks,
            [
                "The network had too little memory to redraw the photo: it guided colour and light instead.",
                "The network had too little memory to guide the correction: the photo was corrected by measurement instead."
            ]
        );
    }

    #[test]
    fn any_other_trouble_is_worth_another_try() {
        let broken = GenerationError::Failed("no such file".to_owned());
        let (_, _, result) = corrected(&Tiler(Some(broken)), &mut |_| true);
        assert!(matches!(result, Err(Failure::Retry(_))), "{result:?}");
    }
}
