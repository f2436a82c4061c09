//! The model of a photo's finish: its shoot's look, else its organization's, else the house look. The
//! file of a personal look is a stranger's: it is read under a limit and compared with its hash. One
//! that cannot be opened fails the photo, which is never finished in a look that nobody chose.

use std::sync::Arc;

use bytes::Bytes;
use plumbline_documents::{LOOK_MOST_BYTES, LookRecord};
use plumbline_domain::shoots::personal_looks::{PersonalLook, choices};
use plumbline_enhance::FinishModel;
use plumbline_pipeline::failure::Failure as PipelineFailure;
use plumbline_pipeline::finishes;
use plumbline_storage::StorageError;
use plumbline_storage::key::Key;

use crate::failure::Failure;
use crate::job_context::JobContext;

pub async fn finish_model(
    context: &JobContext<'_>,
) -> Result<Option<Arc<dyn FinishModel>>, Failure> {
    let mut scope = context.scope().await?;
    let look = choices::of_shoot(&mut scope, context.claim.photo.shoot_id).await;
    drop(scope);
    match look? {
        Some(look) => opened(context, &look).await.map(Some),
        None => Ok(context.daemon.pipeline.finish.clone()),
    }
}

async fn opened(
    context: &JobContext<'_>,
    look: &PersonalLook,
) -> Result<Arc<dyn FinishModel>, Failure> {
    let cache = &context.daemon.looks;
    if let Some(model) = cache.find(look.id) {
        return Ok(model);
    }
    let (bytes, record) = (fetched(context, look).await?, look.record());
    let opened = context.work(move |_| open(&bytes, record).map_err(PipelineFailure::Final));
    let model = opened.await?;
    cache.keep(look.id, model.clone());
    Ok(model)
}

async fn fetched(context: &JobContext<'_>, look: &PersonalLook) -> Result<Bytes, Failure> {
    let key = Key::personal_look(context.job.organization().uuid(), look.id.uuid());
    let bytes = context.daemon.storage.get_at_most(&key, LOOK_MOST_BYTES);
    match bytes.await {
        Err(StorageError::Missing(_)) => Err(Failure::Final(unusable(
            &look.record(),
            "its file is missing",
        ))),
        Err(StorageError::TooLarge(_)) => Err(Failure::Final(unusable(
            &look.record(),
            "its file is too large",
        ))),
        other => other.map_err(Failure::of_storage),
    }
}

fn open(bytes: &[u8], record: LookRecord) -> Result<Arc<dyn FinishModel>, String> {
    let named = record.clone();
    finishes::personal(bytes, record).map_err(|why| unusable(&named, &why.clause()))
}

fn unusable(look: &LookRecord, clause: &str) -> String {
    format!(
        "The {look}, cannot be used: {clause}. Choose another look for this shoot or its \
         organization, or add the look again, and enhance the photo again."
    )
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_look_that_cannot_be_opened_is_named_with_the_reason() {
        let record = LookRecord {
            id: Uuid::nil(),
            name: "Warm kitchen".to_owned(),
            version: 2,
            sha256: "c0ffee".to_owned(),
        };
        let Err(sentence) = open(b"anything", record) else {
            panic!("it cannot be opened");
        };
        let said = "The look “Warm kitchen”, version 2, cannot be used: its file is damaged.";
        assert!(sentence.starts_with(said), "{sentence}");
    }
}
