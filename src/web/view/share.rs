//! The share dialog: where to, what readers may see and change, how that looks, and the text to
//! paste.

use super::Tell;
use super::field::{Choice, Number, Text};
use super::icon::{self, icon};
use super::overlay::use_dialog;
use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;
use crate::sim::scenario::presets::STAGES;
use crate::web::files::{Export, Msg as File};
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::route::options::{self, Panel};
use crate::web::share::forms::{FORMS, MARKDOWN};
use crate::web::share::{Msg as Share, SIDES, SIZES, State, toggled};
use crate::web::summary;
use std::rc::Rc;

/// Identifier of the text to paste.
pub const TEXT: &str = "share-text";

/// The dialog of the model.
pub fn dialog(model: &Model, tell: &Tell) -> Html {
    html! {
        <ShareDialog share={model.share.clone()} scenario={Rc::clone(&model.scenario)} tell={tell.clone()}
            hash={hash(model)} />
    }
}

/// The hash of the settled figures, and whether they are complete.
fn hash(model: &Model) -> Option<(String, bool)> {
    let settled = model.settled.as_ref().filter(|_| model.share.open && model.fresh)?;
    Some((model.result_hash.clone(), settled.complete))
}

/// What the dialog needs.
#[derive(Properties, PartialEq)]
pub struct ShareProps {
    /// What it holds.
    pub share: State,
    /// What is shared.
    pub scenario: Rc<Scenario>,
    /// The hash of its settled figures so far, and whether they are complete.
    pub hash: Option<(String, bool)>,
    /// Where messages go.
    pub tell: Tell,
}

/// The dialog: the browser's own, so that focus and the escape key work as everywhere.
#[component]
pub fn ShareDialog(props: &ShareProps) -> Html {
    let ShareProps { share, scenario, hash, tell } = props;
    let node = use_dialog(share.open);
    let act = tell.reform(Msg::Share);
    let onclose = act.reform(|_: Event| Share::Open(false));
    let close = act.reform(|_: MouseEvent| Share::Open(false));
    html! {
        <dialog class="help share" ref={node} {onclose} aria-labelledby="share-title">
            <div class="help-head">
                <h2 id="share-title">{ "Share" }</h2>
                <button type="button" class="quiet" onclick={close} aria-label="Close">{ icon(icon::CLOSE) }</button>
            </div>
            if share.open {
                { text(share, scenario, tell, &act) }
                <div class="share-builder">
                    { seen(share, scenario, &act) }
                    { changed(share, scenario, &act) }
                </div>
                { preview(share, scenario, &act) }
                if let Some((hash, complete)) = hash {
                    <p class="muted share-hash">
                        { if *complete { "The same link gives the same figures everywhere. Their checksum, as of the command millionth settle: " }
                          else { "The same link gives the same figures everywhere. These are a first estimate, and their checksum changes once the long run is done: " } }
                        <code>{ hash }</code>
                    </p>
                }
            }
        </dialog>
    }
}

/// Where to, and the text for there.
fn text(share: &State, scenario: &Scenario, tell: &Tell, act: &Callback<Share>) -> Html {
    let forms = FORMS.iter().enumerate();
    let choices: Vec<(AttrValue, AttrValue)> =
        forms.map(|(at, form)| (at.to_string().into(), form.name.into())).collect();
    let on_choose = act.reform(|at: String| Share::Form(at.parse().unwrap_or(0)));
    let (text, length) = share.text(scenario);
    let outcome = share.outcome.as_ref().filter(|(copied, _)| *copied == text);
    let said = match outcome {
        None => String::new(),
        Some((_, true)) => "Copied.".to_owned(),
        Some((_, false)) => {
            "The clipboard is closed here. The text is selected: press Ctrl+C, on a Mac ⌘C."
                .to_owned()
        }
    };
    let rows = if text.len() > 90 { "4" } else { "2" };
    let save = |export: Export| tell.reform(move |_: MouseEvent| Msg::Files(File::Save(export)));
    html! {
        <>
            <p class="share-line">
                <label for="share-form">{ "Where to" }</label>
                <Choice id="share-form" {choices} value={share.form.to_string()} {on_choose} />
                <span class="muted">{ share.form().place }</span>
            </p>
            <textarea id={TEXT} class="entry share-text" readonly=true {rows} spellcheck="false"
                aria-label="Text to paste" value={text} />
            <p class="share-line">
                <button type="button" class="main" onclick={act.reform(|_: MouseEvent| Share::Copy)}>{ "Copy" }</button>
                if share.form == MARKDOWN {
                    <button type="button" class="plain" onclick={save(Export::Svg)}>{ "Save the picture" }</button>
                }
                <span role="status" class="share-said">{ said }</span>
                <span class="muted share-length">{ format!("address of {length} characters") }</span>
            </p>
            if length > share.form().longest {
                <p class="share-line share-warning">
                    <span>{ format!("Longer than the {} characters that are kept there for sure. A file keeps it all, of any length: \
                        dropped on the page it opens.", share.form().longest) }</span>
                    <button type="button" class="plain" onclick={save(Export::Json)}>{ "Save the scenario" }</button>
                </p>
            }
        </>
    }
}

fn options_of(list: &[(&str, &str)]) -> Vec<(AttrValue, AttrValue)> {
    list.iter()
        .map(|(value, text)| ((*value).to_owned().into(), (*text).to_owned().into()))
        .collect()
}

fn label(key: &str) -> &'static str {
    options::row_of(key).map_or("", |row| row.label)
}

fn help(key: &str) -> &'static str {
    options::row_of(key).map_or("", |row| row.help)
}

/// An option that is on or off.
fn tick(text: &str, title: &'static str, checked: bool, onchange: Callback<Event>) -> Html {
    html! {
        <label class="share-tick" {title}>
            <input type="checkbox" {checked} {onchange} />{ text }
        </label>
    }
}

/// What readers see.
fn seen(share: &State, scenario: &Scenario, act: &Callback<Share>) -> Html {
    let options = &share.options;
    let flag = |key: &'static str, on: bool| {
        let value = if on { "0" } else { "" };
        tick(label(key), help(key), on, act.reform(move |_| Share::Option(key, value.to_owned())))
    };
    let shown = share.shared_options();
    let panels: Vec<&str> =
        Panel::ALL.into_iter().filter(|panel| shown.shows(*panel)).map(Panel::name).collect();
    let panel = |panel: Panel| {
        let (name, on) = (panel.name(), shown.shows(panel));
        let value = toggled(&panels, name);
        tick(name, "", on, act.reform(move |_| Share::Option("panel", value.clone())))
    };
    let theme = options.value("theme").unwrap_or_default();
    let themes = options_of(&[("", "as the reader's"), ("light", "light"), ("dark", "dark")]);
    let is_frame = share.form().is_frame;
    html! {
        <fieldset>
            <legend>{ "What readers see" }</legend>
            if share.form().takes_size() { { size(share, act) } }
            if share.form().takes_title() {
                <p class="share-line">
                    <label for="share-name" title="Read out to those who do not see it.">{ "Title" }</label>
                    <Text id="share-name" value={share.title(scenario)} on_done={act.reform(Share::Title)} />
                </p>
            }
            <p class="share-line">
                <label for="share-theme" title={help("theme")}>{ label("theme") }</label>
                <Choice id="share-theme" choices={themes} value={theme} on_choose={act.reform(|theme| Share::Option("theme", theme))} />
            </p>
            { flag("run", options.run) }
            { flag("motion", options.motion) }
            if is_frame { { flag("links", options.links) } }
            <div class="share-ticks" role="group" aria-label={label("panel")}>
                <span class="muted">{ label("panel") }</span>
                { for Panel::ALL.into_iter().map(panel) }
            </div>
        </fieldset>
    }
}

/// The frame's size.
fn size(share: &State, act: &Callback<Share>) -> Html {
    let (width, height) = share.size;
    let usual = SIZES.iter().position(|size| *size == share.size);
    let mut choices: Vec<(AttrValue, AttrValue)> = SIZES
        .iter()
        .enumerate()
        .map(|(at, (width, height))| (at.to_string().into(), format!("{width} × {height}").into()))
        .collect();
    choices.push(("".into(), "of its own".into()));
    let on_choose = act.reform(move |at: String| {
        let at = at.parse::<usize>().ok().and_then(|at| SIZES.get(at));
        let (width, height) = at.copied().unwrap_or((width, height));
        Share::Size(width.into(), height.into())
    });
    let (min, max) = SIDES;
    html! {
        <p class="share-line">
            <label for="share-size">{ "Size" }</label>
            <Choice id="share-size" {choices} value={usual.map(|at| at.to_string()).unwrap_or_default()} {on_choose} />
            <span class="measure">
                <Number label="Width in pixels" value={f64::from(width)} {min} {max}
                    on_change={act.reform(move |(width, _)| Share::Size(width, height.into()))} />
                { "×" }
                <Number label="Height in pixels" value={f64::from(height)} {min} {max}
                    on_change={act.reform(move |(height, _)| Share::Size(width.into(), height))} />
            </span>
        </p>
    }
}

/// What readers may change.
fn changed(share: &State, scenario: &Scenario, act: &Callback<Share>) -> Html {
    let options = &share.options;
    let value = match (&options.controls, options.lock) {
        (_, true) => "none",
        (Some(_), false) => "some",
        (None, false) => "all",
    };
    let choices = options_of(&[
        ("all", "everything"),
        ("some", "only what is ticked"),
        ("none", "nothing: look, play and pause"),
    ]);
    let act_on = act.clone();
    let on_choose = Callback::from(move |chosen: String| {
        let (lock, controls) = match chosen.as_str() {
            "none" => ("1", ""),
            "some" => ("", "faults"),
            _ => ("", ""),
        };
        act_on.emit(Share::Option("lock", lock.to_owned()));
        act_on.emit(Share::Option("controls", controls.to_owned()));
    });
    let names: Vec<&str> = options.controls.iter().flatten().map(String::as_str).collect();
    html! {
        <fieldset>
            <legend>{ "What readers may change" }</legend>
            <p class="share-line">
                <label for="share-controls" title={help("controls")}>{ label("controls") }</label>
                <Choice id="share-controls" {choices} value={value} {on_choose} />
            </p>
            if value == "some" {
                <div class="share-controls">
                    { control("faults", "faults: kill, slow down, heal", &names, act) }
                    { for scenario.kinds().into_iter().map(|kind| part(kind, scenario, &names, act)) }
                </div>
            }
            { stages(share, act) }
        </fieldset>
    }
}

/// A part whose settings are all given, or one by one.
fn part(kind: Kind, scenario: &Scenario, names: &[&str], act: &Callback<Share>) -> Html {
    let key = kind.key();
    let has_whole = names.contains(&key);
    let count = names
        .iter()
        .filter(|name| name.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
        .count();
    let title = summary::name(kind, scenario);
    html! {
        <details key={key}>
            <summary>{ title }
                if has_whole { <span class="muted">{ " all settings" }</span> }
                else if count > 0 { <span class="muted">{ format!(" {count} ticked") }</span> }
            </summary>
            { control(key, "all settings", names, act) }
            if !has_whole {
                { for kind.params().iter().map(|param| control(&format!("{key}.{}", param.key), param.label, names, act)) }
            }
        </details>
    }
}

fn control(name: &str, text: &str, names: &[&str], act: &Callback<Share>) -> Html {
    let value = toggled(names, name);
    let on = names.contains(&name);
    tick(text, "", on, act.reform(move |_| Share::Option("controls", value.clone())))
}

/// The stages that readers may go to.
fn stages(share: &State, act: &Callback<Share>) -> Html {
    let between = share.options.stages;
    let numbers = |none: Option<&'static str>| -> Vec<(AttrValue, AttrValue)> {
        let numbers = STAGES.iter().map(|stage| AttrValue::from(stage.number.to_string()));
        let numbers = numbers.map(|number| (number.clone(), number));
        none.map(|none| ("".into(), none.into())).into_iter().chain(numbers).collect()
    };
    let choose = |is_first: bool| {
        act.reform(move |chosen: String| {
            let value = match (chosen.parse::<u8>(), between) {
                (Err(_), _) => String::new(),
                (Ok(first), range) if is_first => {
                    format!("{first}-{}", range.map_or(first, |(_, last)| last.max(first)))
                }
                (Ok(last), range) => {
                    format!("{}-{last}", range.map_or(last, |(first, _)| first.min(last)))
                }
            };
            Share::Option("stages", value)
        })
    };
    let usual = if share.form().is_frame || share.options.restricts() { "none" } else { "all" };
    html! {
        <p class="share-line">
            <label for="share-first" title={help("stages")}>{ label("stages") }</label>
            <Choice id="share-first" choices={numbers(Some(usual))} on_choose={choose(true)}
                value={between.map(|(first, _)| first.to_string()).unwrap_or_default()} />
            if let Some((_, last)) = between {
                <label for="share-last">{ "to" }</label>
                <Choice id="share-last" choices={numbers(None)} value={last.to_string()} on_choose={choose(false)} />
            }
        </p>
    }
}

/// How it will look: the page itself in a frame, made anew for each address, so that the way back
/// does not lead through all of them.
fn preview(share: &State, scenario: &Scenario, act: &Callback<Share>) -> Html {
    if !share.form().is_frame {
        return Html::default();
    }
    let open = share.preview;
    let onclick = act.reform(move |_: MouseEvent| Share::Preview(!open));
    let (width, height) = share.size;
    let source = share.end(scenario);
    html! {
        <>
            <button type="button" class="plain" {onclick} aria-expanded={open.to_string()}>
                { if open { "Hide the preview" } else { "Preview" } }
            </button>
            if open {
                <div class="share-preview" id="share-preview" tabindex="0" role="group" aria-label="Preview">
                    <iframe key={source.clone()} src={source} title="Preview of the frame"
                        width={width.to_string()} height={height.to_string()}></iframe>
                </div>
            }
        </>
    }
}
