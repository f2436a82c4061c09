//! Refit: moves gates by what people decided on held photos. It only proposes; nothing here takes
//! effect by itself.
//!
//! Only what was held is ever decided on, so decisions loosen a gate or bring it back, and never
//! tighten it beyond the table. A decision counts as if the table itself were in force: the same
//! decisions give the same proposal, whatever an earlier refit let through.

use std::cmp::Ordering;

use plumbline_documents::{
    Gate, MeasureName, MeasureVerdict, Report, TABLE_VERSION, Thresholds, Verdict,
};

/// A gate moves by no fewer decisions than this: below it, one shoot with one oddity decides.
pub const LEAST_DECISIONS: usize = 8;
/// And by no fewer approvals.
pub const LEAST_APPROVALS: usize = 3;
/// Cost of letting a rejected photo through, in approved photos held for nothing. A held photo
/// costs a person some seconds, a changed house on the market the customer's trust.
pub const COST_OF_A_SLIP: i64 = 10;

/// A person's decision on a held photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// Its id, as the caller spells it.
    pub photo: String,
    /// Report that held it.
    pub report: Report,
    /// Otherwise it was turned down.
    pub approved: bool,
}

/// Decisions on photos that a gate, as the table has it, was a reason to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Grounds {
    /// All of them.
    pub decisions: usize,
    /// Those that say the gate was too strict.
    pub approvals: usize,
}

impl Grounds {
    /// A gate's.
    pub fn of(gate: Gate, decided: &[Decided]) -> Self {
        let table = Thresholds::default();
        let reasons = decided
            .iter()
            .filter(|one| value_beyond(gate, &table, one).is_some());
        reasons.fold(Self::default(), |sum, one| Self {
            decisions: sum.decisions + 1,
            approvals: sum.approvals + usize::from(one.approved),
        })
    }

    /// True when they are enough to move it.
    pub fn suffice(self) -> bool {
        self.decisions >= LEAST_DECISIONS && self.approvals >= LEAST_APPROVALS
    }
}

/// The thresholds that decisions ask for. A gate with too few of them stays as it is in force; it
/// goes back to the table where a rejected photo lies in what it was opened for.
pub fn fit(decided: &[Decided], in_force: &Thresholds) -> Thresholds {
    let (gates, others): (Vec<Gate>, Vec<Gate>) = Gate::ALL
        .into_iter()
        .filter(|&gate| gate.can_move())
        .partition(|&gate| Grounds::of(gate, decided).suffice());
    let closed = others.into_iter().fold(Thresholds::default(), |all, gate| {
        all.with(gate, kept(gate, in_force, decided))
    });
    let open = |all: Thresholds, &gate: &Gate| all.with(gate, gate.loosest());
    let open = gates.iter().fold(closed.clone(), open);
    // From both ends: only from the open one shows what several gates hold together, and only
    // from the closed one that no end is worse than where it began.
    let [up, down] = [closed, open].map(|start| climb(start, &gates, decided));
    match worth(&down, decided) > worth(&up, decided) {
        true => down,
        false => up,
    }
}

/// The gates, by name, that hold a report's photo by these thresholds.
pub fn holding<'a>(report: &'a Report, thresholds: &Thresholds) -> Vec<&'a MeasureName> {
    report
        .measures
        .iter()
        .filter(
            |measure| match measure.name.gate().filter(|gate| gate.can_move()) {
                Some(gate) => thresholds.judge(gate, measure.value).is_bad(),
                None => measure.verdict.is_bad(),
            },
        )
        .map(|measure| &measure.name)
        .collect()
}

/// The verdict of a stored report by other thresholds. One by another table keeps its verdict: its
/// numbers mean something else.
pub fn rejudged(report: &Report, thresholds: &Thresholds) -> Verdict {
    match holding(report, thresholds).is_empty() {
        _ if report.version != TABLE_VERSION => report.verdict,
        true => Verdict::Passed,
        false => Verdict::Held,
    }
}

/// A value by which the gate holds the decision's photo.
fn value_beyond(gate: Gate, thresholds: &Thresholds, decided: &Decided) -> Option<f64> {
    let value = decided.report.gate(gate)?.value;
    let beyond = thresholds.judge(gate, value) == MeasureVerdict::Failed;
    (beyond && decided.report.version == TABLE_VERSION).then_some(value)
}

/// The threshold of a gate with too few decisions.
fn kept(gate: Gate, in_force: &Thresholds, decided: &[Decided]) -> f64 {
    let table = Thresholds::default();
    let slips = |one: &Decided| {
        let opened_for_it = value_beyond(gate, in_force, one).is_none();
        !one.approved && value_beyond(gate, &table, one).is_some() && opened_for_it
    };
    match decided.iter().any(slips) {
        true => table.of(gate).fail,
        false => gate.no_tighter(in_force.of(gate).fail),
    }
}

/// Moves one gate at a time, the one that gains most, until none does better or does as well with
/// less. It ends: every move is worth more, or as much and is tighter.
fn climb(mut at: Thresholds, gates: &[Gate], decided: &[Decided]) -> Thresholds {
    loop {
        let now = worth(&at, decided);
        let step = gates
            .iter()
            .map(|&gate| at.clone().with(gate, best(gate, &at, decided)))
            .map(|next| (worth(&next, decided), next))
            .filter(|(worth, next)| *worth >= now && *next != at)
            .max_by_key(|(worth, _)| *worth);
        match step {
            Some((_, next)) => at = next,
            None => return at,
        }
    }
}

/// Approved photos that pass, less what rejected ones that pass cost.
fn worth(thresholds: &Thresholds, decided: &[Decided]) -> i64 {
    let passes = |one: &&Decided| {
        one.report.version == TABLE_VERSION && holding(&one.report, thresholds).is_empty()
    };
    decided.iter().filter(passes).map(gain).sum()
}

fn gain(decided: &Decided) -> i64 {
    match decided.approved {
        true => 1,
        false => -COST_OF_A_SLIP,
    }
}

/// The best threshold of one gate while the others stay: the tightest of equals, halfway between
/// the last approved value that it lets through and the next decided one. Beyond the last of all
/// nobody has decided anything, so there it ends at the value.
fn best(gate: Gate, others: &Thresholds, decided: &[Decided]) -> f64 {
    let steps = steps(gate, others, decided);
    let (mut best, mut sum) = ((0, Thresholds::default().of(gate).fail), 0);
    for (nr, &(value, gain)) in steps.iter().enumerate() {
        if outward(gate, value, gate.loosest()).is_gt() {
            break;
        }
        sum += gain;
        let next = steps.get(nr + 1).map_or(value, |next| next.0);
        if sum > best.0 {
            best = (sum, (value + next) / 2.0);
        }
    }
    best.1
}

/// The values beyond the table, tightest first, each once with what letting it through gains.
fn steps(gate: Gate, others: &Thresholds, decided: &[Decided]) -> Vec<(f64, i64)> {
    let table = Thresholds::default();
    let alone = |one: &Decided| {
        let holding = holding(&one.report, others);
        holding.iter().all(|name| name.gate() == Some(gate))
    };
    let of = |one: &Decided| {
        let gain = if alone(one) { gain(one) } else { 0 };
        value_beyond(gate, &table, one).map(|value| (value, gain))
    };
    let mut steps: Vec<(f64, i64)> = decided.iter().filter_map(of).collect();
    steps.sort_by(|a, b| outward(gate, a.0, b.0));
    steps.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        kept.1 += if same { later.1 } else { 0 };
        same
    });
    steps
}

/// Orders values from those that pass to those that do not.
fn outward(gate: Gate, a: f64, b: f64) -> Ordering {
    match gate.is_floor() {
        true => b.total_cmp(&a),
        false => a.total_cmp(&b),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A photo with these values; whatever else it was measured by passed.
    fn report(values: &[(Gate, f64)]) -> Report {
        let table = Thresholds::default();
        let measures = values.iter().map(|&(gate, v)| table.measure(gate, v));
        Report::new(TABLE_VERSION, measures.collect())
    }

    fn decided(approved: bool, values: &[(Gate, f64)]) -> Decided {
        Decided {
            photo: "a photo".to_owned(),
            report: report(values),
            approved,
        }
    }

    /// Decisions on noise alone: it fails above 0.9 and goes to 1.5.
    fn noise(approved: &[f64], rejected: &[f64]) -> Vec<Decided> {
        let one = |approved: bool| move |&value: &f64| decided(approved, &[(Gate::Noise, value)]);
        let approvals = approved.iter().map(one(true));
        approvals.chain(rejected.iter().map(one(false))).collect()
    }

    fn fitted(decisions: &[Decided]) -> Thresholds {
        fit(decisions, &Thresholds::default())
    }

    const SEVEN: [f64; 7] = [0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 1.0];

    #[test]
    fn a_gate_ends_halfway_between_the_last_approved_value_and_the_next() {
        for (approved, rejected, fail) in [
            // Nobody decided on anything beyond the last.
            (&[SEVEN.as_slice(), &[1.1]].concat()[..], &[][..], 1.1),
            // A rejection beyond it stays held, with room on both sides.
            (&SEVEN, &[1.2], 1.1),
            // An approval beyond what is worth a rejected photo stays held, too.
            (&[SEVEN.as_slice(), &[1.3]].concat(), &[1.2], 1.1),
            // Ten approvals do not buy a rejected photo, eleven do.
            (&[&SEVEN[..], &[1.3; 10]].concat(), &[1.2], 1.1),
            (&[&SEVEN[..], &[1.3; 11]].concat(), &[1.2], 1.3),
            // Never beyond the guarantee, whatever was approved.
            (&[SEVEN.as_slice(), &[1.7]].concat(), &[], 1.35),
            (&[&[1.45; 8][..], &[1.9]].concat(), &[], 1.5),
            (&[1.6; 20], &[], 0.9),
            // Too few decisions, or too few approvals among them.
            (&SEVEN, &[], 0.9),
            (&[0.95, 0.95], &[1.3; 9], 0.9),
            // Of the same value, one approved and one rejected.
            (&SEVEN, &[0.91], 0.9),
        ] {
            let found = fitted(&noise(approved, rejected)).of(Gate::Noise).fail;
            assert!((found - fail).abs() < 1e-9, "{found} is not {fail}");
        }
    }

    #[test]
    fn a_floor_moves_down_as_a_ceiling_moves_up() {
        let mut decisions = vec![decided(true, &[(Gate::StructureFine, 0.75)]); 8];
        decisions.push(decided(false, &[(Gate::StructureFine, 0.73)]));
        let fail = fitted(&decisions).of(Gate::StructureFine).fail;
        assert!((fail - 0.74).abs() < 1e-9, "{fail}");
    }

    #[test]
    fn a_photo_that_several_gates_held_passes_when_all_of_them_let_it() {
        let both = [(Gate::Noise, 1.0), (Gate::Seams, 1.6)];
        let open = fitted(&vec![decided(true, &both); 8]);
        assert_eq!(open.of(Gate::Noise).fail, 1.0);
        assert_eq!(open.of(Gate::Seams).fail, 1.6);

        let stuck = [(Gate::Noise, 1.0), (Gate::TileChroma, 3.8)];
        let shut = fitted(&vec![decided(true, &stuck); 8]);
        assert_eq!(shut, Thresholds::default(), "a person looks at it anyway");
    }

    #[test]
    fn a_rejected_photo_that_another_gate_holds_is_in_nobodys_way() {
        let mut decisions = noise(&[1.2; 8], &[]);
        decisions.push(decided(
            false,
            &[(Gate::Noise, 1.1), (Gate::Structure, 0.3)],
        ));
        let fitted = fitted(&decisions);
        assert_eq!(fitted.of(Gate::Noise).fail, 1.2);
        let held = rejudged(&decisions[8].report, &fitted);
        assert_eq!(held, Verdict::Held);
    }

    #[test]
    fn an_earlier_refit_stays_until_a_rejected_photo_lies_in_what_it_opened() {
        let opened = Thresholds::default().with(Gate::Noise, 1.2);
        assert_eq!(fit(&[], &opened), opened);
        assert_eq!(fit(&noise(&[], &[1.3]), &opened), opened);
        assert_eq!(fit(&noise(&[], &[1.1]), &opened), Thresholds::default());
    }

    #[test]
    fn a_report_by_another_table_is_neither_counted_nor_judged_again() {
        let mut decisions = noise(&[1.0; 8], &[]);
        for one in &mut decisions {
            one.report.version = TABLE_VERSION - 1;
        }
        assert_eq!(fitted(&decisions), Thresholds::default());
        let open = Thresholds::default().with(Gate::Noise, 1.5);
        assert_eq!(rejudged(&decisions[0].report, &open), Verdict::Held);
    }

    #[test]
    fn a_result_of_the_wrong_size_stays_held_by_any_thresholds() {
        let mut wrong = report(&[(Gate::Size, 24.0)]);
        wrong.measures[0].verdict = MeasureVerdict::Failed;
        let all = Gate::ALL.into_iter();
        let open = all.fold(Thresholds::default(), |all, gate| {
            all.with(gate, gate.loosest())
        });
        assert_eq!(rejudged(&wrong, &open), Verdict::Held);
    }

    #[test]
    fn what_is_stored_comes_back_within_the_guarantee() {
        let open = Thresholds::default()
            .with(Gate::Noise, 1.2)
            .with(Gate::EdgeRecall, 0.42);
        assert_eq!(Thresholds::restored(&open.moved()), open);
        let tampered = [
            ("noise", 99.0),
            ("seams", 0.1),
            ("size", -5.0),
            ("tile_chroma", 5.0),
            ("gone", 1.0),
        ];
        let tampered = tampered.map(|(name, fail)| (name.to_owned(), fail));
        let expected = Thresholds::default().with(Gate::Noise, 1.5);
        assert_eq!(Thresholds::restored(&tampered.into()), expected);
    }

    /// Values around and beyond the thresholds of three gates that move and one that does not.
    fn decision() -> impl Strategy<Value = Decided> {
        let values = (0..30_u8, 0..30_u8, 0..30_u8, 0..30_u8, any::<bool>());
        values.prop_map(|(noise, seams, fine, chroma, approved)| {
            let step = |from: f64, by: f64, nr: u8| from + by * f64::from(nr);
            let values = [
                (Gate::Noise, step(0.5, 0.05, noise)),
                (Gate::Seams, step(0.5, 0.05, seams)),
                (Gate::StructureFine, step(0.97, -0.01, fine)),
                (Gate::TileChroma, step(0.0, 0.09, chroma)),
            ];
            decided(approved, &values)
        })
    }

    fn earlier() -> impl Strategy<Value = Thresholds> {
        (0.9..1.6, 1.2..2.1).prop_map(|(noise, seams)| {
            let moved = [("noise", noise), ("seams", seams)];
            Thresholds::restored(&moved.map(|(name, fail)| (name.to_owned(), fail)).into())
        })
    }

    fn passing(decisions: &[Decided], by: &Thresholds, approved: bool) -> usize {
        let passes = |one: &&Decided| {
            one.approved == approved && rejudged(&one.report, by) == Verdict::Passed
        };
        decisions.iter().filter(passes).count()
    }

    proptest! {
        #[test]
        fn a_refit_keeps_its_promises(
            decisions in prop::collection::vec(decision(), 0..60),
            earlier in earlier(),
        ) {
            let held = |one: &Decided| one.report.verdict == Verdict::Held;
            let decisions: Vec<Decided> = decisions.into_iter().filter(held).collect();
            let proposed = fit(&decisions, &earlier);

            prop_assert_eq!(Thresholds::restored(&proposed.moved()), proposed.clone(), "within its bounds");
            prop_assert_eq!(fit(&decisions, &proposed), proposed.clone(), "done is done");
            for gate in Gate::ALL {
                prop_assert_eq!(proposed.of(gate).review, Thresholds::default().of(gate).review);
            }

            let from_the_table = fit(&decisions, &Thresholds::default());
            let price = COST_OF_A_SLIP as usize * passing(&decisions, &from_the_table, false);
            prop_assert!(price <= passing(&decisions, &from_the_table, true));
        }
    }
}
