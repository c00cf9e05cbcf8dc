//! What the visitor does to the timeline, to the parts and with files: each a step that can be
//! undone, one drag one step.

use super::update::{address, adopt, change, go};
use super::{Effect, Model, Selection};
use crate::sim::scenario::Problem;
use crate::sim::session::Command;
use crate::web::files::{self, Export, Msg as File};
use crate::web::timeline::Msg as Timeline;
use crate::web::view::format;
use crate::web::{csv, parts, steps, timeline};
use std::rc::Rc;

/// The timeline is edited.
pub(super) fn timeline(model: &mut Model, msg: Timeline) -> Vec<Effect> {
    match msg {
        Timeline::Pick(name) => {
            model.timeline.since.hold(name.as_deref(), &model.scenario);
            model.timeline.picked = name;
        }
        Timeline::Adding(open) => model.timeline.adding = open,
        Timeline::Move { name, at, lasts, done } => return shift(model, &name, (at, lasts), done),
        Timeline::LetGo => model.steps.close(),
        Timeline::AddFault(text) => return add(model, Some(&text), None),
        Timeline::AddChange(text) => return add(model, None, Some(&text)),
        Timeline::Remove(name) => {
            let marks = model.timeline.since.marks(&model.scenario);
            if let Some(mark) = marks.iter().find(|mark| mark.name == name) {
                let command = timeline::removed(&model.scenario, mark);
                model.timeline.picked = None;
                return change(model, format!("Remove: {}", mark.text), vec![command], false);
            }
        }
    }
    Vec::new()
}

/// What was planned, as a step: charts show it when it was done, not when it strikes.
fn plan(mark: &timeline::Mark) -> String {
    format!("Plan: {} {}", mark.text, mark.when())
}

/// A mark moves: from where it was when the drag began, so that nothing on the way is lost.
fn shift(model: &mut Model, name: &str, to: (f64, Option<f64>), done: bool) -> Vec<Effect> {
    let gesture = format!("timeline.{name}");
    let from = Rc::clone(model.steps.before_gesture(&gesture).unwrap_or(&model.scenario));
    let mut effects = Vec::new();
    let marks = model.timeline.since.marks(&from);
    if let Some(mark) = marks.iter().find(|mark| mark.name == name) {
        let command = timeline::moved(&from, mark, to.0, to.1);
        let mut scenario = (*model.scenario).clone();
        match steps::apply(&mut scenario, &command) {
            Err(problems) => model.notice = problems,
            Ok(_) if scenario == *model.scenario => {}
            Ok(_) => {
                let marks = model.timeline.since.marks(&scenario);
                let what =
                    marks.iter().find(|mark| mark.name == name).map_or_else(String::new, plan);
                adopt(model, scenario, what, Some(&gesture));
                effects = vec![Effect::Send(command), address(model, false)];
            }
        }
    }
    if done {
        model.steps.close();
    }
    effects
}

fn add(model: &mut Model, fault: Option<&str>, planned: Option<&str>) -> Vec<Effect> {
    let command = timeline::added(&model.scenario, fault, planned);
    let before: Vec<String> =
        timeline::marks(&model.scenario).into_iter().map(|m| m.name).collect();
    let mut trial = (*model.scenario).clone();
    if let Err(problems) = steps::apply(&mut trial, &command) {
        model.notice = problems;
        return Vec::new();
    }
    // A new fault comes last, and is told alone as long as it is picked.
    let place = model.scenario.faults.len();
    let mut since = model.timeline.since.clone();
    since.hold_place(place);
    let marks = since.marks(&trial);
    let is_new = |mark: &&timeline::Mark| match fault {
        Some(_) => mark.is_fault_at(place),
        None => !before.contains(&mark.name),
    };
    let Some(new) = marks.iter().find(is_new) else {
        model.notice = vec![Problem::new("timeline", "it is there already")];
        return Vec::new();
    };
    model.timeline.since = since;
    let said = format!("Added: {} {}", new.text, new.when());
    let what = plan(new);
    (model.timeline.picked, model.timeline.adding) = (Some(new.name.clone()), false);
    model.said = said;
    change(model, what, vec![command], false)
}

/// Parts or sites come or go.
pub(super) fn parts(model: &mut Model, msg: parts::Msg) -> Vec<Effect> {
    match msg.on(&model.scenario) {
        Ok(target) => {
            let effects = go(model, msg.text(&model.scenario), &target, false);
            // What has no card in the diagram shows itself by its settings.
            if let parts::Msg::Add(kind) = msg
                && kind.key().starts_with("to_")
            {
                model.selected = Some(Selection::of(kind, &model.scenario));
            }
            effects
        }
        Err(why) => {
            model.notice = vec![Problem::new(msg.text(&model.scenario), why)];
            Vec::new()
        }
    }
}

/// Files are saved and opened; what is opened is a step like any other.
pub(super) fn files(model: &mut Model, msg: File) -> Vec<Effect> {
    match msg {
        File::Save(export) => match content(model, export) {
            Ok(text) => {
                let name = export.file_name(&model.scenario);
                return vec![Effect::Save { export, name, text }];
            }
            Err(why) => model.notice = vec![why],
        },
        File::Choose => return vec![Effect::ChooseFile],
        File::Failed(why) => model.notice = vec![Problem::new("File", why)],
        File::Opened(name, Err(why)) => model.notice = vec![Problem::new(name, why)],
        File::Opened(name, Ok(text)) => match files::read(&text) {
            Ok((scenario, notes)) => {
                let before = Rc::clone(&model.scenario);
                let effects = go(model, format!("Open {name}"), &scenario, true);
                // The one that is there already stays, and so does it where this is refused.
                if *before != *model.scenario || *before == scenario {
                    model.said = format!("{name} was opened.");
                    model.notice.extend(notes);
                }
                return effects;
            }
            Err(mut problems) => {
                problems.truncate(MOST_PROBLEMS);
                problems.insert(0, Problem::new(name, "was not opened"));
                model.notice = problems;
            }
        },
    }
    Vec::new()
}

/// What a file holds, or carries.
pub(super) fn content(model: &Model, export: Export) -> Result<String, Problem> {
    match export {
        Export::Png => Ok(String::new()),
        Export::Csv if model.history.moments.is_empty() => {
            Err(Problem::new("The run as CSV", "nothing has run yet: press play first"))
        }
        Export::Csv => Ok(csv::of(&model.history)),
        Export::Svg | Export::Json => Ok(files::json(&model.scenario)),
    }
}

/// Most problems of a file that are shown.
const MOST_PROBLEMS: usize = 50;

/// Says what a way back does not take back: requests that wait are still worked off.
pub(super) fn left_behind(model: &Model, commands: &[Command]) -> Vec<Problem> {
    let goes_on = !commands.iter().any(|command| matches!(command, Command::Load { .. }));
    let waiting: u64 = model.live.latest.parts.iter().map(|part| part.backlog).sum();
    let waiting = waiting as f64;
    // More than came in in a second: the figures show it for a while.
    if !goes_on || waiting < 100.0 || waiting < model.live.latest.offered_rate() {
        return Vec::new();
    }
    let waiting = format::count(waiting);
    let what = format!(
        "{waiting} requests wait already and are worked off first; Restart begins with none"
    );
    vec![Problem::new("Backlog", what)]
}

#[cfg(test)]
mod tests {
    use crate::sim::kinds::Kind;
    use crate::sim::session::Command;
    use crate::web::files::Msg as File;
    use crate::web::model::{Effect, Model, Msg, Preferences, update};
    use crate::web::parts::Msg as Parts;
    use crate::web::timeline::Msg as Timeline;

    fn page(link: &str) -> Model {
        Model::new(link, Preferences::default(), None)
    }

    fn moved(at: f64, done: bool) -> Msg {
        let name = "kill.web.2#0".to_owned();
        Msg::Timeline(Timeline::Move { name, at, lasts: Some(30.0), done })
    }

    #[test]
    fn a_drag_is_one_step_and_eats_nothing_on_its_way() {
        let mut model = page("?stage=3#fault=kill.web.2@60for30&fault=kill.web@0for30");
        let before = model.link.clone();
        for at in [40.0, 0.0, 20.0] {
            let effects = update(&mut model, moved(at, false));
            assert!(effects.iter().any(|effect| matches!(effect, Effect::Send(_))));
        }
        update(&mut model, Msg::Timeline(Timeline::LetGo));
        update(&mut model, moved(90.0, true));
        update(&mut model, Msg::Undo);
        assert!(model.link.ends_with("&fault=kill.web.2@20for30&fault=kill.web@0for30"));
        assert_eq!(model.steps.last_done(), Some("Plan: Web server 2 is dead at 20 s for 30 s"));
        update(&mut model, Msg::Undo);
        assert_eq!(model.link, before);
    }

    /// Marks as the track has them.
    fn marks(model: &Model) -> Vec<String> {
        let marks = model.timeline.since.marks(&model.scenario).into_iter();
        marks.map(|mark| format!("{} {}", mark.name, mark.at)).collect()
    }

    #[test]
    fn a_mark_that_is_moved_past_its_like_stays_one_of_its_own() {
        let mut model = page("?stage=3#fault=kill.web.2@60for30&fault=kill.web.3@70for30");
        let name = "kill.web.2#0".to_owned();
        update(&mut model, Msg::Timeline(Timeline::Pick(Some(name.clone()))));
        for at in [65.0, 70.0, 75.0] {
            update(&mut model, moved(at, false));
            let at = [format!("{name} {at}"), "kill.web.3#0 70".to_owned()];
            assert_eq!(marks(&model), at);
        }
        update(&mut model, moved(70.0, true));
        assert!(model.steps.last_done().is_some_and(|what| what.contains("Web server 2")));
        update(&mut model, Msg::Timeline(Timeline::Pick(None)));
        assert_eq!(marks(&model), ["kill.web.2-3#0 70"]);
    }

    #[test]
    fn what_was_done_by_hand_is_moved_and_nothing_of_its_name() {
        let mut model = page("?stage=3#fault=kill.web.1");
        std::rc::Rc::make_mut(&mut model.live).figures.at_s = 9.0;
        let fault = "kill.web.2".to_owned();
        update(&mut model, Msg::Act("Kill".to_owned(), vec![Command::Fail { fault }]));
        update(&mut model, Msg::Timeline(Timeline::AddFault("kill.web.2@60".to_owned())));
        assert_eq!(marks(&model), ["kill.web.1#0 0", "kill.web.2#0 9", "kill.web.2#1 60"]);
        let name = || "kill.web.2#0".to_owned();
        update(&mut model, Msg::Timeline(Timeline::Pick(Some(name()))));
        for at in [20.0, 30.0] {
            let (lasts, done) = (None, false);
            update(&mut model, Msg::Timeline(Timeline::Move { name: name(), at, lasts, done }));
        }
        assert_eq!(marks(&model), ["kill.web.1#0 0", "kill.web.2#0 30", "kill.web.2#1 60"]);
    }

    #[test]
    fn what_is_added_is_told_alone_and_picked() {
        let mut model = page("?stage=3#fault=kill.web.2@60for30");
        let add = |model: &mut Model, fault: &str| {
            update(model, Msg::Timeline(Timeline::AddFault(fault.to_owned())))
        };
        add(&mut model, "kill.web.3@60for30");
        assert_eq!(model.said, "Added: Web server 3 is dead at 60 s for 30 s");
        assert_eq!(model.timeline.picked.as_deref(), Some("kill.web.3#0"));
        add(&mut model, "kill.web.3@60for30");
        assert!(model.notice[0].to_string().contains("there already"), "{:?}", model.notice);
    }

    #[test]
    fn a_number_dragged_down_and_up_keeps_the_faults_of_servers_that_were_away() {
        let mut model = page("?stage=3#fault=kill.web.4@60for30");
        let before = model.link.clone();
        let set = |model: &mut Model, text: &str, done| {
            let (key, text) = ("web.servers".to_owned(), text.to_owned());
            update(model, Msg::Set { key, text, done })
        };
        set(&mut model, "2", false);
        assert!(!model.link.contains("kill"), "its server is away");
        let told = set(&mut model, "5", false);
        assert!(model.link.ends_with("&fault=kill.web.4@60for30"), "{}", model.link);
        let says = |effect: &Effect| format!("{effect:?}").contains("kill.web.4");
        assert!(told.iter().any(says), "the engine hears of it: {told:?}");
        set(&mut model, "2", false);
        set(&mut model, "2", true);
        assert!(model.notice[0].to_string().contains("a fault went"), "{:?}", model.notice);
        update(&mut model, Msg::Undo);
        assert_eq!(model.link, before);
    }

    #[test]
    fn what_is_refused_says_why_and_changes_nothing() {
        let mut model = page("?stage=3");
        let before = model.link.clone();
        for (msg, why) in [
            (Msg::Parts(Parts::Remove(Kind::WebTier)), "nothing would answer"),
            (Msg::Timeline(Timeline::AddFault("kill.moon@3".to_owned())), "is not a fault"),
            (Msg::Timeline(Timeline::AddChange("9:web.moon=1".to_owned())), "no setting"),
            (Msg::Files(File::Opened("a.json".to_owned(), Ok("{".to_owned()))), "not opened"),
        ] {
            assert_eq!(update(&mut model, msg), []);
            let said: Vec<String> = model.notice.iter().map(ToString::to_string).collect();
            assert!(said.join(" ").contains(why), "{said:?}");
        }
        assert_eq!(model.link, before);
    }

    #[test]
    fn a_file_of_another_revision_opens_and_says_so() {
        let mut model = page("?stage=3");
        let file = r#"{"v":1,"m":2,"stage":4}"#;
        update(&mut model, Msg::Files(File::Opened("a.json".to_owned(), Ok(file.to_owned()))));
        assert_eq!((model.stage(), model.notice[0].at.as_str()), (Some(4), "m"));
    }

    #[test]
    fn a_reset_brings_back_the_parts_and_sites_of_the_stage() {
        let mut model = page("?preset=sandbox&sites=5&drop=queue#v=1&db2.replicas=3");
        update(&mut model, Msg::ResetStage);
        assert_eq!(model.link, page("?preset=sandbox").link);
        update(&mut model, Msg::Undo);
        assert_eq!((model.scenario.sites, model.scenario.spec(Kind::Queue)), (5, None));
    }

    #[test]
    fn settings_at_hand_stay_where_data_centers_are_added_in_them() {
        let mut model = page("?stage=3");
        assert!(model.has_panel());
        let sites = || Msg::Parts(crate::web::parts::Msg::Sites(3));
        update(&mut model, sites());
        assert!(!model.has_panel(), "several sites need the room");
        update(&mut model, Msg::Undo);
        update(&mut model, Msg::KeepAtHand);
        update(&mut model, sites());
        assert!(model.has_panel());
    }

    #[test]
    fn what_was_out_of_range_is_told_until_the_next_setting() {
        let mut model = page("?stage=3");
        let set = |model: &mut Model, text: &str| {
            let (key, text) = ("clients.rate".to_owned(), text.to_owned());
            update(model, Msg::Set { key, text, done: true });
            model.notice.len()
        };
        assert_eq!([set(&mut model, "-7"), set(&mut model, "70")], [1, 0]);
    }
}
