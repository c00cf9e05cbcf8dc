//! The app: holds the model, shows it, and performs the effects it asks for.

use super::embed::{self, Host};
use super::engine_link::EngineLink;
use super::{address_bar, export, focus, page};
use crate::sim::scenario::Problem;
use crate::sim::session::Update;
use crate::web::embed::{error, exported};
use crate::web::files::{self, Export};
use crate::web::markup::prelude::*;
use crate::web::model::{self, Effect, Model, Msg, update};
use crate::web::route::Theme;
use crate::web::share;
use crate::web::view::field;
use crate::web::view::held::Held;
use crate::web::view::{self, share::TEXT};
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::{Component, Context};

/// The whole page.
pub struct App {
    model: Model,
    engine: EngineLink,
    host: Host,
    held: Held,
    /// Layers of the page that are drawn.
    drawn: u8,
    /// What is to be brought into view once it is drawn.
    reveals: Cell<Option<&'static str>>,
    /// What then takes the focus.
    enters: Cell<bool>,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let tell = ctx.link().callback(|msg: Msg| msg);
        let model = Model::new(&page::address(), page::preferences(), page::kept_theme());
        page::show_theme(model.options.theme.or(model.theme));
        address_bar::listen(&tell);
        listen(&tell);
        focus::listen();
        let host = Host::start(&tell);
        let engine = EngineLink::start(tell);
        let (held, reveals, enters) = (Held::default(), Cell::default(), Cell::default());
        Self { model, engine, host, held, drawn: 0, reveals, enters }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let before = self.model.options.theme;
        let is_bell = matches!(msg, Msg::Rung);
        let is_row = self.is_row(&msg);
        if is_bell {
            self.host.rung();
        }
        for effect in update(&mut self.model, msg) {
            self.perform(ctx, effect);
        }
        if before != self.model.options.theme {
            page::show_theme(self.model.options.theme.or(self.model.theme));
        }
        if !is_bell {
            self.held.change(is_row);
        }
        let link = ctx.link().clone();
        self.host.follow(&self.model, move || link.send_message(Msg::Rung));
        !is_bell
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        view::page(&self.model, &self.held, &ctx.link().callback(|msg: Msg| msg))
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        let layers = self.model.layers;
        if std::mem::replace(&mut self.drawn, layers) < layers && layers < view::LAYERS {
            let tell = ctx.link().callback(|()| Msg::Painted);
            page::after_paint(move || tell.emit(()));
        }
        if let Some(id) = self.reveals.get()
            && (page::reveal(id) || layers >= view::LAYERS)
        {
            self.reveals.set(None);
            if self.enters.take() {
                field::focus("inspector-title");
            }
        }
        focus::keep();
    }
}

impl App {
    /// Whether this is one of the live figures that come in a row while time passes and nothing
    /// else happens.
    fn is_row(&self, msg: &Msg) -> bool {
        let Msg::Engine(said) = msg else { return false };
        let Update::Live(live) = &**said else { return false };
        live.playing && live.log.is_empty() && live.ahead_s == self.model.live.ahead_s
    }

    fn perform(&self, ctx: &Context<Self>, effect: Effect) {
        match effect {
            Effect::Send(command) => self.engine.send(command),
            Effect::Address { text, push } => {
                if push {
                    // Another stage's story begins at its top.
                    field::to_top();
                }
                address_bar::show(text, push);
            }
            Effect::Theme(theme) => show(theme),
            Effect::Answer(text) => embed::post(&text),
            Effect::AnswerPicture { id, name, text } => embed::post(&match export::svg(&text) {
                Some(svg) => exported(id.as_ref(), &name, &svg),
                None => error(id.as_ref(), &[Problem::new("export", "there is no diagram yet")]),
            }),
            Effect::Copy(text) => {
                let done = |done| Msg::Share(share::Msg::Copied(done));
                copy(&text, ctx.link().callback(done));
            }
            Effect::DrawSeed => {
                if let Ok(seed) = getrandom::u32() {
                    ctx.link().send_message(Msg::Seed(u64::from(seed % 1_000_000)));
                }
            }
            Effect::Save { export: what, name, text } => {
                save(what, &name, &text, &ctx.link().callback(Msg::Files));
            }
            Effect::ChooseFile => export::choose(),
            Effect::Reveal(id) => self.reveals.set(Some(id)),
            Effect::Enter => {
                self.reveals.set(Some("inspector"));
                self.enters.set(true);
            }
        }
    }
}

fn save(what: Export, name: &str, text: &str, tell: &Callback<files::Msg>) {
    match what {
        Export::Svg => export::save_svg(name, text, tell),
        Export::Png => export::save_png(name, tell),
        Export::Csv => export::save_text(name, "text/csv", text, tell),
        Export::Json => export::save_text(name, "application/json", text, tell),
    }
}

fn show(theme: Option<Theme>) {
    page::show_theme(theme);
    page::keep_theme(theme);
}

/// Copies a text: by the clipboard, else by selecting it where it stands, which is left so where
/// that does not copy it either.
fn copy(text: &str, tell: Callback<bool>) {
    // In another site's frame the clipboard is closed, and asking for it is a console error.
    let clipboard = page::window().map(|window| window.navigator().clipboard());
    // Undefined where the page is not served securely, whatever its type says.
    let Some(clipboard) =
        clipboard.filter(|clipboard| !clipboard.is_undefined() && !page::is_framed())
    else {
        return tell.emit(page::copy_by_selection(TEXT));
    };
    let promise = clipboard.write_text(text);
    yew::platform::spawn_local(async move {
        let done = wasm_bindgen_futures::JsFuture::from(promise).await.is_ok();
        tell.emit(done || page::copy_by_selection(TEXT));
    });
}

/// Hears keys, and changes of the visitor's preferences.
fn listen(tell: &Callback<Msg>) {
    let Some(window) = page::window() else {
        return;
    };
    export::listen(&tell.reform(Msg::Files), |event, act| page::on(&window, event, act));
    let keys = tell.clone();
    page::on(&window, "keydown", move |event| {
        if let Ok(event) = event.dyn_into::<KeyboardEvent>() {
            press(&event, &keys);
        }
    });
    for query in ["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"] {
        if let Ok(Some(list)) = window.match_media(query) {
            let tell = tell.clone();
            page::on(&list, "change", move |_| {
                tell.emit(Msg::Prefers(page::preferences()));
            });
        }
    }
}

/// Passes a key on, unless it is meant for what has the focus.
fn press(event: &KeyboardEvent, tell: &Callback<Msg>) {
    let key = event.key();
    let command = event.ctrl_key() || event.meta_key();
    if event.alt_key() || event.default_prevented() {
        return;
    }
    if page::takes_key(event.target(), &key, command) {
        return;
    }
    let known = if command {
        matches!(key.as_str(), "z" | "Z" | "y")
    } else {
        model::KEYS.iter().any(|(known, _)| *known == key)
    };
    if known {
        if command || key == " " {
            event.prevent_default();
        }
        tell.emit(Msg::Key { key, command, shift: event.shift_key() });
    }
}
