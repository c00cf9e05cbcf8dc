//! The functions as WebAssembly exports them. Problems come as JSON text, which the package's own
//! files make errors of.

use super::Problems;
use crate::headless::{self, Ending, Host};
use serde_json::json;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What a host of the command can do.
    pub type Outside;
    #[wasm_bindgen(method, catch)]
    fn read(this: &Outside, path: &str) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn write(this: &Outside, path: &str, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn clock(this: &Outside) -> f64;
    #[wasm_bindgen(method)]
    fn tell(this: &Outside, share: f64);

    /// Someone who hears how much is done.
    pub type Listener;
    #[wasm_bindgen(method, js_name = call)]
    fn hear(this: &Listener, that: &JsValue, share: f64);

    #[wasm_bindgen(js_namespace = console)]
    fn error(text: &str);
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn refused(problems: Problems) -> JsValue {
    JsValue::from_str(&json!(problems).to_string())
}

/// From now on a defect says what it is, where the program is watched.
pub fn start() {
    std::panic::set_hook(Box::new(|what| error(&what.to_string())));
}

/// See [`super::simulate`].
///
/// # Errors
/// As there.
#[wasm_bindgen]
pub fn simulate(scenario: &str, options: &str, tell: &Listener) -> Result<String, JsValue> {
    let tell = |share| tell.hear(&JsValue::UNDEFINED, share);
    super::simulate(scenario, options, tell).map_err(refused)
}

/// See [`super::validate`].
#[wasm_bindgen]
#[must_use]
pub fn validate(scenario: &str) -> String {
    super::validate(scenario)
}

/// See [`super::encode_link`].
///
/// # Errors
/// As there.
#[wasm_bindgen(js_name = encodeLink)]
pub fn encode_link(scenario: &str) -> Result<String, JsValue> {
    super::encode_link(scenario).map_err(refused)
}

/// See [`super::decode_link`].
#[wasm_bindgen(js_name = decodeLink)]
#[must_use]
pub fn decode_link(link: &str) -> String {
    super::decode_link(link)
}

/// The command `millionth`: its exit code, and what it says, standard error's before standard
/// output's.
///
/// # Errors
/// Never; what goes wrong is said as the command says it.
#[wasm_bindgen]
#[expect(clippy::needless_pass_by_value, reason = "JavaScript hands it over")]
pub fn command(arguments: Vec<String>, outside: &Outside) -> String {
    let text = |thrown: JsValue| thrown.as_string().unwrap_or_default();
    let Ending { out, err, code } = headless::run(
        &arguments,
        &Host {
            read: &|path| outside.read(path).map_err(text),
            write: &|path, content| outside.write(path, content).map_err(text),
            clock: &|| outside.clock(),
            tell: &|share| outside.tell(share),
            // One thread: one after another, with the same result.
            each: &|count, _, work| {
                for number in 0..count {
                    work(number);
                    outside.tell((number + 1) as f64 / count as f64);
                }
            },
            cores: 1,
        },
    );
    json!({ "out": out, "err": err, "code": code }).to_string()
}

/// See [`super::Session`].
#[wasm_bindgen]
pub struct Session(super::Session);

#[wasm_bindgen]
impl Session {
    /// See [`super::Session::open`].
    ///
    /// # Errors
    /// As there.
    pub fn open(scenario: &str, options: &str) -> Result<Self, JsValue> {
        super::Session::open(scenario, options).map(Self).map_err(refused)
    }

    /// See [`super::Session::run`].
    ///
    /// # Errors
    /// As there.
    pub fn run(&mut self, seconds: f64) -> Result<(), JsValue> {
        self.0.run(seconds).map_err(refused)
    }

    /// See [`super::Session::set`].
    ///
    /// # Errors
    /// As there.
    pub fn set(&mut self, settings: &str) -> Result<String, JsValue> {
        told(self.0.set(settings))
    }

    /// See [`super::Session::fault`].
    ///
    /// # Errors
    /// As there.
    pub fn fault(&mut self, fault: &str) -> Result<String, JsValue> {
        told(self.0.fault(fault))
    }

    /// See [`super::Session::heal`].
    ///
    /// # Errors
    /// As there.
    pub fn heal(&mut self, place: &str) -> Result<String, JsValue> {
        told(self.0.heal(place))
    }

    /// See [`super::Session::snapshot`].
    pub fn snapshot(&mut self) -> String {
        self.0.snapshot()
    }

    /// See [`super::Session::notices`].
    #[must_use]
    pub fn notices(&self) -> String {
        self.0.notices()
    }

    /// See [`super::Session::link`].
    #[must_use]
    pub fn link(&self) -> String {
        self.0.link()
    }

    /// Simulated seconds that have passed.
    #[must_use]
    pub fn now(&self) -> f64 {
        self.0.now().seconds()
    }
}

fn told(said: Result<Problems, Problems>) -> Result<String, JsValue> {
    said.map(|problems| json!(problems).to_string()).map_err(refused)
}
