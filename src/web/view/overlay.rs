//! What lies over or beside the page: the notice, the help dialog, and what is read out.

use super::Tell;
use super::field::Choice;
use super::icon::{self, icon};
use crate::sim::scenario::{Problem, Scenario, presets};
use crate::web::lessons::story;
use crate::web::markup::prelude::*;
use crate::web::model::{KEYS, Model, Msg, Place};
use crate::web::route::Theme;
use crate::web::summary;
use gloo_timers::callback::Timeout;
use web_sys::HtmlDialogElement;

/// What was wrong with the last thing asked for.
pub fn notice(model: &Model, tell: &Tell) -> Html {
    // Always there: what comes together with its live region is not read out everywhere.
    html! {
        <div role="status">
            if !model.notice.is_empty() {
                <section class="notice" aria-label="Notice">
                    <ul>{ for model.notice.iter().map(|problem| html! { <li>{ told(&model.scenario, problem) }</li> }) }</ul>
                    <button type="button" class="quiet" onclick={tell.reform(|_| Msg::DismissNotice)}
                        aria-label="Dismiss the notice">{ icon(icon::CLOSE) }</button>
                </section>
            }
        </div>
    }
}

/// A problem as people read it: with the name of the field for that of the setting, and its unit.
fn told(scenario: &Scenario, problem: &Problem) -> String {
    let found = scenario.locate(&problem.at).ok().zip(problem.at.split_once('.'));
    let Some(((.., param), (part, _))) = found else {
        return problem.to_string();
    };
    let part = summary::part_name(part, scenario);
    let ends_so = problem.what.ends_with(|last: char| last.is_ascii_digit());
    let unit = if ends_so { param.unit } else { "" };
    format!("{part}, {}: {} {unit}", param.label, problem.what).trim_end().to_owned()
}

/// The polite live region.
pub fn live_region(model: &Model) -> Html {
    html! { <Announcer text={model.said.clone()} /> }
}

/// What the announcer needs.
#[derive(Properties, PartialEq)]
pub struct AnnouncerProps {
    /// What is to be read out.
    pub text: String,
}

/// Reads out what has stood for a second, so that a moving slider is not commented step by step.
#[component]
pub fn Announcer(props: &AnnouncerProps) -> Html {
    let said = use_state_eq(String::new);
    {
        let said = said.clone();
        use_effect_with(props.text.clone(), move |text| {
            let text = text.clone();
            let timer = Timeout::new(1_000, move || said.set(text));
            move || drop(timer)
        });
    }
    html! { <div class="unseen" aria-live="polite" id="said">{ (*said).clone() }</div> }
}

/// The help dialog.
pub fn help(model: &Model, tell: &Tell) -> Html {
    html! {
        <Help open={model.help} shortcuts={model.shortcuts} place={model.place}
            seed={model.scenario.seed} theme={model.options.theme.or(model.theme)}
            anew={!model.options.restricts()} back={!model.options.lock}
            resets={!model.options.lock && model.may_reach(&presets::stage(1))}
            motion={model.options.motion} still={model.prefers.still} tell={tell.clone()} />
    }
}

/// What the help dialog needs.
#[derive(Properties, PartialEq)]
pub struct HelpProps {
    /// Whether it is shown.
    pub open: bool,
    /// Whether single keys act.
    pub shortcuts: bool,
    /// Where the engine runs.
    pub place: Place,
    /// The scenario's seed.
    pub seed: u64,
    /// The visitor's theme; the system's for `None`.
    pub theme: Option<Theme>,
    /// Whether requests may move.
    pub motion: bool,
    /// Whether another seed may be drawn.
    pub anew: bool,
    /// Whether steps can be taken back.
    pub back: bool,
    /// Whether all may be set back to stage 1.
    pub resets: bool,
    /// Whether the visitor's system asks for rest.
    pub still: bool,
    /// Where messages go.
    pub tell: Tell,
}

/// The element of a dialog, which opens and closes with `open`.
#[hook]
pub fn use_dialog(open: bool) -> NodeRef {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(open, move |&open| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                match (open, dialog.open()) {
                    // Fails only where it is open already.
                    (true, false) => drop(dialog.show_modal()),
                    (false, true) => dialog.close(),
                    _ => {}
                }
            }
        });
    }
    node
}

/// The help dialog: the browser's own, so that focus and the escape key work as everywhere.
#[component]
pub fn Help(props: &HelpProps) -> Html {
    let node = use_dialog(props.open);
    let close = props.tell.reform(|_: MouseEvent| Msg::Help(false));
    let onclose = props.tell.reform(|_: Event| Msg::Help(false));
    let telling = props.tell.clone();
    let glossary = Callback::from(move |_: MouseEvent| {
        telling.emit(Msg::Help(false));
        telling.emit(Msg::Story(story::Msg::Glossary(true)));
    });
    let shortcuts = props.shortcuts;
    let switch = props.tell.reform(move |_: Event| Msg::Shortcuts(!shortcuts));
    html! {
        <dialog class="help" ref={node} {onclose} aria-labelledby="help-title">
            <div class="help-head">
                <h2 id="help-title">{ "Help and settings" }</h2>
                <button type="button" class="plain" onclick={glossary}>{ "Glossary" }</button>
                <button type="button" class="quiet" onclick={close} aria-label="Close">{ icon(icon::CLOSE) }</button>
            </div>
            { about(props) }
            { settings(props) }
            <h3>{ "Keys" }</h3>
            <label class="line">
                <input type="checkbox" role="switch" class="switch" checked={shortcuts} onchange={switch} />
                { "Single keys act while no field has the focus" }
            </label>
            <dl class="keys">
                { for KEYS.iter().map(|(key, what)| html! {
                    <><dt><kbd>{ if *key == " " { "space" } else { *key } }</kbd></dt><dd>{ *what }</dd></>
                }) }
                if props.back { <dt><kbd>{ "Ctrl Z" }</kbd></dt><dd>{ "undo; with Shift redo" }</dd> }
                <dt><kbd>{ "← →" }</kbd></dt><dd>{ "on a slider: next value; Page keys by tens" }</dd>
            </dl>
            { again(props) }
        </dialog>
    }
}

fn about(props: &HelpProps) -> Html {
    html! {
        <>
            <p>
                { "Every number comes from requests that were really simulated, one by one. Live \
                   figures are of the last ten simulated seconds. Settled figures come from a run of \
                   their own: its warm-up is removed, and ± is half of the 95 % confidence interval." }
            </p>
            <p>{ "Select a part of the diagram to see all its settings, to kill it or to slow it down. \
                  The address bar always holds a link that brings exactly this back. While the tab is \
                  hidden the clock stands still." }</p>
            <p>{ props.place.about() }</p>
        </>
    }
}

/// Theme and motion.
fn settings(props: &HelpProps) -> Html {
    let choices: Vec<(AttrValue, AttrValue)> =
        [("", "as the system"), ("light", "light"), ("dark", "dark")]
            .map(|(value, text)| (value.into(), text.into()))
            .to_vec();
    let on_choose = props.tell.reform(|text: String| Msg::ChooseTheme(Theme::by_name(&text)));
    let motion = props.motion;
    let switch = props.tell.reform(move |_: Event| Msg::Motion(!motion));
    html! {
        <>
            <h3>{ "Settings" }</h3>
            <p class="line">
                <label for="theme-choice">{ "Theme" }</label>
                <Choice id="theme-choice" {choices} value={props.theme.map_or("", Theme::name)} {on_choose} />
            </p>
            <label class="line">
                <input type="checkbox" role="switch" class="switch" checked={motion} onchange={switch} />
                { "Requests move over the diagram" }
            </label>
            if props.still {
                <p class="muted">{ "Your system asks that nothing moves, so that nothing does." }</p>
            }
        </>
    }
}

fn again(props: &HelpProps) -> Html {
    html! {
        <>
            <h3>{ "Chance" }</h3>
            <p class="line">
                { format!("All draws follow from seed {}: the same link gives the same run.", props.seed) }
                if props.anew {
                    <button type="button" class="plain" onclick={props.tell.reform(|_| Msg::NewSeed)}>
                        { "New seed" }
                    </button>
                }
            </p>
            if props.resets {
                <p class="line">
                    { "Back to stage 1 with nothing changed; undo brings the system back." }
                    <button type="button" class="plain" onclick={props.tell.reform(|_| Msg::ResetAll)}>
                        { "Reset all" }
                    </button>
                </p>
            }
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_out_of_range_is_told_by_the_name_of_its_field() {
        let scenario = presets::stage(7);
        let said = |at: &str, what: &str| told(&scenario, &Problem::new(at, what));
        assert_eq!(
            said("clients.rate", "1229745 is outside 0.01 to 1000000; the nearest is 1000000"),
            "Users, Traffic: 1229745 is outside 0.01 to 1000000; the nearest is 1000000 req/s"
        );
        let name = summary::part_name("web2", &scenario);
        let gone = "a fault went with the server it was of";
        assert_eq!(said("web2.servers", gone), format!("{name}, Servers: {gone}"));
        assert_eq!(said("evil.json", "was not opened"), "evil.json: was not opened");
    }
}
