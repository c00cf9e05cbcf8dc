//! The bar below the diagram: time on the left, traffic on the right.

use super::field::{Choice, Number, Slider};
use super::icon::{self, icon};
use super::setting::spoken;
use super::{Tell, format, timeline};
use crate::sim::kinds::Kind;
use crate::sim::kinds::clients;
use crate::sim::kinds::param::Domain;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg, SPEEDS};
use crate::web::scale::Scale;
use crate::web::summary;
use crate::web::timeline as planned;

/// Requests per second between which the slider runs; the number field goes further.
const TRAFFIC: Scale = Scale::factors(1.0, 1e6);

/// The bar.
pub fn view(model: &Model, tell: &Tell) -> Html {
    html! {
        <section class="transport card" aria-labelledby="transport-title">
            <h2 class="unseen" id="transport-title">{ "Time and traffic" }</h2>
            { time(model, tell) }
            if model.options.may_set("clients.rate") { { traffic(model, tell) } }
            if model.options.may_set("clients.pattern") { { pattern(model, tell) } }
            if !model.options.restricts() { { timeline::view(model, tell) } }
        </section>
    }
}

/// What sets the run or the settings back; beside the timeline's name.
pub fn resets(model: &Model, tell: &Tell) -> Html {
    html! {
        <>
            if model.selected.is_none() && model.at_hand != Some(true) {
                <button type="button" class={classes!("plain", model.has_panel().then_some("drawer-only"))}
                    id="settings-open" data-next="#inspector-title" onclick={tell.reform(|_| Msg::AtHand(true))} title="The settings that are wanted most">{ "Settings" }</button>
            }
            <button type="button" class="plain" onclick={tell.reform(|_| Msg::Restart)}
                title="The clock goes back to zero; settings stay">{ "Restart" }</button>
            <button type="button" class="plain" onclick={tell.reform(|_| Msg::ResetStage)}
                disabled={model.options.lock || *model.scenario == model.origin()}
                title="All parts and settings as the stage had them; can be undone">{ "Reset stage" }</button>
        </>
    }
}

fn time(model: &Model, tell: &Tell) -> Html {
    let (shape, name) = if model.playing { (icon::PAUSE, "Pause") } else { (icon::PLAY, "Play") };
    let speeds: Vec<(AttrValue, AttrValue)> = SPEEDS
        .iter()
        .map(|speed| (speed.to_string().into(), format!("× {speed}").into()))
        .collect();
    let on_choose = tell.reform(|text: String| Msg::Speed(text.parse().unwrap_or(1.0)));
    html! {
        <div class="time">
            <button type="button" class="play"
                onclick={tell.reform(|_| Msg::TogglePlay)} aria-label={name} title={name}>
                { icon(shape) }
            </button>
            <button type="button" class="plain step" onclick={tell.reform(|_| Msg::Step)}
                aria-label="Step: a tenth of a second" title="A tenth of a second, then pause">
                { icon(icon::STEP) }
            </button>
            <div class="clock">
                <span class="clock-now" role="timer" aria-label="Simulated time">
                    { format::clock(model.live.figures.at_s) }
                </span>
                <span class={classes!("clock-state", model.live.behind.then_some("warn"))}
                    title={model.live.behind.then_some("More requests than this device can simulate so fast: the clock is slower")}>
                    { state(model) }
                </span>
            </div>
            <div class="speed">
                <label for="speed">{ "Speed" }</label>
                <Choice id="speed" choices={speeds} value={model.speed.to_string()} {on_choose} />
            </div>
        </div>
    }
}

/// The button that brings the run to just before what is planned for a second, and on the way there stops it; nothing
/// where that is near or has passed. The focus goes to `next` once it is there. It stands out where it is the thing to do.
pub fn ahead(
    model: &Model,
    at: Option<f64>,
    next: &'static str,
    is_main: bool,
    tell: &Tell,
) -> Html {
    let under_way = model.ahead.filter(|_| model.playing);
    let before = at.and_then(|at| planned::before(at, model.live.figures.at_s));
    let Some(to) = under_way.or(before) else {
        return Html::default();
    };
    let (msg, text) = match under_way {
        Some(_) => (Msg::TogglePlay, format!("Stop here, on the way to {} s", format::plain(to))),
        None => (Msg::Ahead(to), format!("▸▸ Run ahead to {} s", format::plain(to))),
    };
    let tell = tell.clone();
    // The second click of a double click is not meant for what the first has made of the button.
    let onclick = Callback::from(move |event: MouseEvent| {
        if event.detail() < 2 {
            tell.emit(msg.clone());
        }
    });
    html! {
        <button type="button" class={if is_main && under_way.is_none() { "main ahead" } else { "plain ahead" }} data-next={next} {onclick}
            title="As fast as this device can, until shortly before it begins; then on at the speed there is">{ text }</button>
    }
}

fn state(model: &Model) -> &'static str {
    if model.hidden && model.playing {
        "stood still, hidden"
    } else if model.playing && model.ahead.is_some() {
        "running ahead"
    } else if model.playing && model.insight.moment.is_some() {
        "live, it runs on"
    } else if model.playing && model.live.behind {
        "slower than asked"
    } else if model.playing {
        summary::passing(&model.live.figures)
            .or_else(|| summary::drains(&model.live.figures).then_some("a backlog drains"))
            .unwrap_or("simulated time")
    } else if model.has_run() {
        "paused"
    } else if model.settled.as_ref().is_some_and(|settled| settled.is_course()) {
        "of the whole run"
    } else {
        "settled figures"
    }
}

fn traffic(model: &Model, tell: &Tell) -> Html {
    let row = clients::Setting::Rate as usize;
    let Some(spec) = model.scenario.spec(Kind::Clients) else {
        return Html::default();
    };
    let (value, param) = (spec.number(row), &clients::PARAMS[row]);
    let Domain::Number { min, max, .. } = param.domain else {
        return Html::default();
    };
    let on_change = tell.reform(|(value, done): (f64, bool)| Msg::Set {
        key: "clients.rate".to_owned(),
        text: value.to_string(),
        done,
    });
    let users = clients::daily_users(spec);
    let per_request = users / value;
    let on_users = tell.reform(move |(users, done): (f64, bool)| Msg::Set {
        key: "clients.rate".to_owned(),
        // What is out of range is told in whole requests.
        text: match users / per_request {
            rate if rate >= max => libm::round(rate).to_string(),
            rate => rate.to_string(),
        },
        done,
    });
    let users = libm::round(users);
    html! {
        <div class="traffic">
            <div class="traffic-head">
                <label for="traffic">{ "Traffic" }</label>
                <span class="measures">
                    <span class="measure">
                        <Number label="Traffic, exact value" {value} {min} {max} on_change={on_change.clone()} />
                        <span class="unit">{ param.unit }</span>
                    </span>
                    <span class="measure">
                        <Number label="Daily users, exact value" value={users} min={libm::ceil(min * per_request)} max={libm::floor(max * per_request)} on_change={on_users} />
                        <span class="unit">{ "users" }</span>
                    </span>
                </span>
            </div>
            <Slider id="traffic" {value} scale={TRAFFIC} spoken={spoken(param, value)} {on_change} />
            <div class="ticks" aria-hidden="true">
                { for ["1", "10", "100", "1 k", "10 k", "100 k", "1 M"].iter().map(|t| html! { <span>{ *t }</span> }) }
            </div>
        </div>
    }
}

/// Settings of each pattern of traffic, and the word before their fields.
fn fields(pattern: &str) -> &'static [(&'static str, &'static str)] {
    match pattern {
        "ramp" | "step" => &[("pattern_factor", "×"), ("pattern_at_s", "at"), ("pattern_s", "for")],
        "flash" => &[
            ("pattern_factor", "×"),
            ("pattern_at_s", "at"),
            ("pattern_s", "rising"),
            ("pattern_fall_s", "falling"),
        ],
        "daily" => &[("day_height", "height"), ("day_hours_per_s", "pace")],
        _ => &[],
    }
}

/// How traffic goes over time, with the few numbers that the pattern has.
fn pattern(model: &Model, tell: &Tell) -> Html {
    let row = clients::Setting::PatternChoice as usize;
    let Some(spec) = model.scenario.spec(Kind::Clients) else {
        return Html::default();
    };
    let param = &clients::PARAMS[row];
    let Domain::Choice(names) = param.domain else {
        return Html::default();
    };
    let now = param.write(spec.value(row));
    let choices: Vec<(AttrValue, AttrValue)> =
        names.iter().map(|&(name, text)| (name.into(), text.into())).collect();
    let set = |key: &'static str| {
        tell.reform(move |(text, done): (String, bool)| Msg::Set {
            key: format!("clients.{key}"),
            text,
            done,
        })
    };
    let on_choose = set(param.key).reform(|text: String| (text, true));
    let field = |&(key, word): &(&'static str, &'static str)| {
        let row = Kind::Clients.row(key)?;
        let param = &clients::PARAMS[row];
        let Domain::Number { min, max, .. } = param.domain else {
            return None;
        };
        let on_change = set(key).reform(|(value, done): (f64, bool)| (value.to_string(), done));
        Some(html! {
            <span class="measure" key={key} title={param.help}>
                <span class="muted">{ word }</span>
                <Number label={param.label} value={spec.number(row)} {min} {max} {on_change} />
                <span class="unit">{ param.unit }</span>
            </span>
        })
    };
    html! {
        <>
            <div class="speed">
                <label for="pattern">{ "Pattern" }</label>
                <Choice id="pattern" {choices} value={now.clone()} {on_choose} />
            </div>
            if !fields(&now).is_empty() {
                <div class="pattern">{ for fields(&now).iter().filter_map(field) }</div>
            }
        </>
    }
}
