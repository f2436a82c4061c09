//! Paging of long lists: plain links, which need no script, and the part of the list that they lead
//! to.

use plumbline_domain::page::Page;
use serde::Deserialize;

use crate::http::urls;

/// Pages beside the current one that have a link of their own.
const BESIDE: i64 = 2;

/// The page that an address asks for: the first, if it does not say.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Asked {
    pub page: Option<i64>,
}

/// One page of a list, and the way to the others.
#[derive(Debug, Clone)]
pub struct Paging {
    /// Counted from 1.
    number: i64,
    last: i64,
    per_page: i64,
    total: i64,
    url: String,
}

/// A link to a page.
#[derive(Debug, PartialEq, Eq)]
pub struct PageLink {
    pub number: i64,
    pub url: String,
    pub is_current: bool,
    /// Pages before it have no links.
    pub follows_gap: bool,
}

impl Paging {
    /// `url`: the list's, without a page. A page beyond the last is the last: photos may have been
    /// removed since the link was made.
    pub fn new(asked: Asked, total: i64, per_page: i64, url: String) -> Self {
        let last = ((total + per_page - 1) / per_page).max(1);
        Self {
            number: asked.page.unwrap_or(1).clamp(1, last),
            last,
            per_page,
            total,
            url,
        }
    }

    /// The part of the list that is on the page.
    pub fn page(&self) -> Page {
        Page {
            skip: (self.number - 1) * self.per_page,
            take: self.per_page,
        }
    }

    /// `url` of another list that has the same pages.
    pub fn on(&self, url: &str) -> String {
        urls::on_page(url, self.number)
    }

    pub fn is_needed(&self) -> bool {
        self.last > 1
    }

    pub fn total(&self) -> i64 {
        self.total
    }

    /// Number of the first entry on the page, counted from 1.
    pub fn from(&self) -> i64 {
        self.page().skip + 1
    }

    /// Number of the last entry on the page.
    pub fn to(&self) -> i64 {
        (self.page().skip + self.per_page).min(self.total)
    }

    pub fn previous(&self) -> Option<String> {
        let number = self.number - 1;
        (number >= 1).then(|| urls::on_page(&self.url, number))
    }

    pub fn next(&self) -> Option<String> {
        let number = self.number + 1;
        (number <= self.last).then(|| urls::on_page(&self.url, number))
    }

    /// The first page, the last, and those around the current one.
    pub fn links(&self) -> Vec<PageLink> {
        let around = self.number - BESIDE..=self.number + BESIDE;
        let shown = |number: &i64| around.contains(number) || [1, self.last].contains(number);
        let mut before = 0;
        let links = (1..=self.last).filter(shown).map(|number| {
            let follows_gap = number > before + 1;
            before = number;
            PageLink {
                number,
                url: urls::on_page(&self.url, number),
                is_current: number == self.number,
                follows_gap,
            }
        });
        links.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(page: Option<i64>, total: i64) -> Paging {
        Paging::new(Asked { page }, total, 100, "/list".to_owned())
    }

    #[test]
    fn a_page_knows_its_part_of_the_list() {
        let second = paging(Some(2), 250);
        assert_eq!(
            second.page(),
            Page {
                skip: 100,
                take: 100
            }
        );
        assert_eq!((second.from(), second.to()), (101, 200));
        assert_eq!(second.previous().as_deref(), Some("/list"));
        assert_eq!(second.next().as_deref(), Some("/list?page=3"));
        let last = paging(Some(3), 250);
        assert_eq!((last.from(), last.to(), last.next()), (201, 250, None));
    }

    #[test]
    fn a_page_that_is_not_there_is_the_nearest() {
        for (asked, total, number) in [
            (None, 250, 1),
            (Some(0), 250, 1),
            (Some(-7), 250, 1),
            (Some(i64::MAX), 250, 3),
            (Some(2), 0, 1),
        ] {
            assert_eq!(paging(asked, total).number, number, "{asked:?} of {total}");
        }
        assert!(!paging(None, 100).is_needed() && paging(None, 101).is_needed());
    }

    #[test]
    fn far_pages_are_left_out_but_for_the_first_and_the_last() {
        let links = paging(Some(15), 3000).links();
        let numbers: Vec<_> = links.iter().map(|link| link.number).collect();
        assert_eq!(numbers, [1, 13, 14, 15, 16, 17, 30]);
        let gaps = links.iter().filter(|link| link.follows_gap);
        assert_eq!(gaps.map(|link| link.number).collect::<Vec<_>>(), [13, 30]);
        assert!(links[3].is_current);
        let few = paging(Some(1), 250).links();
        assert!(few.iter().all(|link| !link.follows_gap));
    }
}
