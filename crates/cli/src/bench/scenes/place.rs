//! Place: accuracy of an analyzer about inside and outside, and about rooms.

use std::collections::BTreeMap;

use plumbline_documents::{Place, Room};
use plumbline_enhance::Scene;

use crate::bench::scenes::labels::Label;
use crate::bench::scenes::{percent, word};

/// Answers of one analyzer.
#[derive(Debug, Default)]
pub struct Places {
    place: Answers,
    room: Answers,
    /// Photos whose place is wrong.
    wrong: Vec<String>,
    /// Rooms and what they were taken for.
    confused: BTreeMap<String, usize>,
}

/// Answers to one question.
#[derive(Debug, Default)]
struct Answers {
    right: usize,
    wrong: usize,
    none: usize,
}

impl Answers {
    /// `None`: no answer.
    fn add(&mut self, right: Option<bool>) {
        match right {
            Some(true) => self.right += 1,
            Some(false) => self.wrong += 1,
            None => self.none += 1,
        }
    }

    fn row(&self) -> String {
        let (right, answered) = (self.right, self.right + self.wrong);
        format!(
            "{} | {right} | {} | {} | {}",
            answered + self.none,
            self.wrong,
            self.none,
            percent(right, answered)
        )
    }
}

impl Places {
    pub fn add(&mut self, label: &Label, scene: &Scene) {
        let answer = Some(scene.place).filter(|place| *place != Place::Unknown);
        self.place.add(answer.map(|place| place == label.place));
        if answer.is_some_and(|place| place != label.place) {
            let wrong = format!("{} ({:.2})", label.file, scene.confidence);
            self.wrong.push(wrong);
        }
        if let Some(room) = label.room {
            self.add_room(room, scene.room);
        }
    }

    fn add_room(&mut self, room: Room, answer: Option<Room>) {
        self.room.add(answer.map(|answer| answer == room));
        if let Some(other) = answer.filter(|answer| *answer != room) {
            let confused = format!("{} for {}", word(&room), word(&other));
            *self.confused.entry(confused).or_default() += 1;
        }
    }
}

/// Two tables, and what was wrong.
pub fn print(analyzers: &[(&str, &Places)]) {
    println!("\nInside or outside; right, as a share of what was answered:\n");
    table(analyzers, "photos", |places| &places.place);
    for (analyzer, places) in analyzers
        .iter()
        .filter(|(_, places)| !places.wrong.is_empty())
    {
        println!("\n{analyzer}, wrong: {}", places.wrong.join(", "));
    }
    println!("\nWhich room:\n");
    table(analyzers, "interiors", |places| &places.room);
    for (analyzer, places) in analyzers.iter().filter(|(_, p)| !p.confused.is_empty()) {
        println!("\n{analyzer}, took {}", confused(&places.confused));
    }
}

fn table(analyzers: &[(&str, &Places)], of: &str, answers: impl Fn(&Places) -> &Answers) {
    println!("| analyzer | {of} | right | wrong | not answered | accuracy |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (analyzer, places) in analyzers {
        println!("| {analyzer} | {} |", answers(places).row());
    }
}

/// The most frequent first.
fn confused(pairs: &BTreeMap<String, usize>) -> String {
    let mut pairs: Vec<_> = pairs.iter().collect();
    pairs.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let pair = |(pair, count): &(&String, &usize)| match count {
        1 => (*pair).clone(),
        _ => format!("{pair} ({count})"),
    };
    pairs.iter().map(pair).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(place: Place, room: Option<Room>) -> Scene {
        Scene {
            place,
            room,
            ..Scene::default()
        }
    }

    #[test]
    fn no_answer_is_neither_right_nor_wrong() {
        let mut places = Places::default();
        let kitchen = Label {
            file: "one.jpg".to_owned(),
            place: Place::Interior,
            room: Some(Room::Kitchen),
        };
        places.add(&kitchen, &found(Place::Interior, Some(Room::Kitchen)));
        places.add(&kitchen, &found(Place::Interior, Some(Room::DiningRoom)));
        places.add(&kitchen, &found(Place::Exterior, None));
        places.add(&kitchen, &found(Place::Unknown, None));
        assert_eq!(places.place.row(), "4 | 2 | 1 | 1 | 66.7 %");
        assert_eq!(places.room.row(), "4 | 1 | 1 | 2 | 50.0 %");
        assert_eq!(places.wrong, ["one.jpg (0.00)"]);
        assert_eq!(confused(&places.confused), "kitchen for dining-room");
    }
}
