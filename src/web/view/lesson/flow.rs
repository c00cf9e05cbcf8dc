//! The way of one request on stage 1 in numbered steps, for a browser and for an app, with the run's
//! own figures.

use super::super::{Tell, format};
use crate::sim::analysis::names;
use crate::sim::kinds::{Kind, clients, dns};
use crate::sim::snapshot::{PartView, Snapshot};
use crate::web::lessons::story;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};

/// A mean wait shorter than this is none.
const NO_WAIT_S: f64 = 5e-6;

/// How long a look-up takes: the part's mean is of all requests, also those that know the address.
fn look_up_s(figures: &Snapshot, dns: &PartView) -> Option<f64> {
    let lookups = names::counter(dns, "lookups").filter(|count| *count > 0)?;
    Some(dns.latency.mean_s? * dns.rate * figures.window_s / lookups as f64)
}

/// What the network takes; `is_final` where what is not known now will not come.
fn network(both_s: Option<f64>, is_final: bool) -> String {
    match both_s {
        None if is_final => "Nothing comes back: no request is answered.".to_owned(),
        s => {
            let both = s.map_or_else(|| "…".to_owned(), format::duration);
            format!("Both ways together take {both} on the network.")
        }
    }
}

/// The four steps.
pub fn view(model: &Model, tell: &Tell) -> Html {
    let settled = model.settled.as_ref().filter(|_| model.fresh);
    let figures = settled.map_or(&model.live.figures, |settled| &settled.figures);
    let number =
        |kind: Kind, row: usize| model.scenario.spec(kind).map_or(0.0, |spec| spec.number(row));
    let app = model.story.app;
    let user = if app { "The app" } else { "The browser" };
    let time = |s: Option<f64>| s.map_or_else(|| "…".to_owned(), format::duration);
    let name = figures.part("dns").and_then(|part| look_up_s(figures, part));
    let looks_up = format::percent(number(Kind::Dns, dns::Setting::Lookups as usize));
    let ttl = format::duration(number(Kind::Dns, dns::Setting::Ttl as usize));
    let read = figures.classes.iter().find(|class| class.key == "read");
    let mean = |of: fn(&crate::sim::snapshot::Group) -> Option<f64>| time(read.and_then(of));
    let (what, row) = if app {
        ("JSON, which the app renders by itself", clients::Setting::JsonKb)
    } else {
        ("HTML, which names files to be fetched next", clients::Setting::HtmlKb)
    };
    let size = number(Kind::Clients, row as usize);
    let server = model.figures().part("web");
    let is_dead = server.is_some_and(|web| web.servers.iter().all(|server| !server.alive));
    let steps = [
        format!(
            "{user} asks DNS for a name, www.example.com: {} on average. {looks_up} of requests \
             begin so; the others know the address.",
            time(name)
        ),
        format!("DNS answers with the address, 203.0.113.10. It may be kept for {ttl}."),
        format!(
            "The request goes straight to that address. {}",
            network(read.and_then(|class| class.network_s), is_dead || settled.is_some())
        ),
        if is_dead {
            "Nobody answers: the server is dead. The request fails.".to_owned()
        } else {
            let waits = read.and_then(|class| class.waiting_s);
            let waits = match waits {
                Some(s) if s < NO_WAIT_S => "does not let the request wait".to_owned(),
                s => format!("lets the request wait for {}", time(s)),
            };
            let works = mean(|class| class.service_s);
            format!(
                "The server works for {works} and {waits}; then it answers with {size} kB of {what}."
            )
        },
    ];
    let choice = |text: &'static str, is_app: bool| {
        let onchange = tell.reform(move |_: Event| Msg::Story(story::Msg::App(is_app)));
        html! {
            <label class="choice">
                <input type="radio" name="device" checked={app == is_app} {onchange} />{ text }
            </label>
        }
    };
    html! {
        <>
            <h3>{ "The way of a request" }</h3>
            <div class="devices" role="radiogroup" aria-label="Whose way">
                { choice("Browser", false) }{ choice("Mobile app", true) }
            </div>
            <ol class="flow" id="flow">{ for steps.into_iter().map(|step| html! { <li>{ step }</li> }) }</ol>
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn nobody_waits_for_a_figure_that_does_not_come() {
        assert!(network(None, false).contains('…'));
        assert_eq!(network(None, true), "Nothing comes back: no request is answered.");
        assert!(network(Some(0.1), true).contains("100"));
    }
}
