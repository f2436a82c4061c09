//! The layout that every page shows around its content.

use actix_web::HttpRequest;
use plumbline_domain::people::members::Member;
use plumbline_domain::scope::Scope;
use plumbline_domain::work::reviews;

use crate::http::csrf;
use crate::http::notices::Notice;

#[derive(Clone, Default)]
pub struct Layout {
    /// Without the product's name.
    pub title: String,
    pub csrf: String,
    pub member: Option<MemberView>,
    /// One sentence after an action.
    pub notice: Option<String>,
}

#[derive(Clone)]
pub struct MemberView {
    pub name: String,
    pub email: String,
    pub organization: String,
    pub can_edit: bool,
    pub can_review: bool,
    pub held_count: i64,
}

impl Layout {
    /// The layout for pages that do not depend on who is asking.
    pub fn plain(request: &HttpRequest, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            csrf: csrf::visit(request).token(),
            ..Self::default()
        }
    }

    pub async fn of_member(
        request: &HttpRequest,
        member: &Member,
        scope: &mut Scope,
        title: &str,
    ) -> Result<Self, plumbline_domain::db::Error> {
        let can_review = member.role.can_review();
        let held_count = if can_review {
            reviews::count_held(scope).await?
        } else {
            0
        };
        let view = MemberView {
            name: member.name.clone(),
            email: member.email.clone(),
            organization: member.organization_name.clone(),
            can_edit: member.role.can_edit(),
            can_review,
            held_count,
        };
        Ok(Self {
            member: Some(view),
            ..Self::plain(request, title)
        })
    }

    /// `true`: offers what viewers may not do.
    pub fn can_edit(&self) -> bool {
        self.member.as_ref().is_some_and(|member| member.can_edit)
    }

    pub fn with_notice(mut self, notice: Option<Notice>) -> Self {
        self.notice = notice.and_then(Notice::sentence).map(str::to_owned);
        self
    }
}
