//! Millionth: a web system grows from its first user to its millionth, simulated request by
//! request.
//!
//! # Map
//! - [`sim`]: the simulation, pure. Scenario → topology → engine → snapshot; nothing in it knows
//!   a browser, a clock or a file.
//! - [`headless`]: the command `millionth`, arguments in and text out.
//! - `api` (feature `js`): what the JavaScript package asks for, texts in and JSON out.
//! - `web` (feature `web`): the page. Model and views are pure; `shell`
//!   alone acts on the browser. Its elements are written in the macro of `src/markup`, a package of
//!   its own.
//!
//! # Glossary
//! - *kind*: what a part is (web tier, database). *Part*: one of them in a scenario. *Node*: a
//!   part in a running engine. *Server*: one machine of a part.
//! - *request*: what a user wants, until it is over for the user. *Attempt*: one try at it.
//!   *Call*: a request's stay in one part. *Class*: static file, read, write.
//! - *slot*: what a request needs to be worked on. *Backlog*: requests waiting for a slot.
//!   *Station*: slots and backlog of one server.
//! - *calendar*: pending events. *Line*: pending events with the same constant delay.
//! - *work*: processor time that a request needs. *Utilisation*: share of the processor, or of the
//!   slots, in use.
//! - *throughput*: good answers that came back, wanted or not. *Goodput*: those that users waited
//!   for. *Wasted*: answered after the user gave up.
//! - *session*: in [`sim::session`] and `api` a run that is watched and changed; in the web tier
//!   and the session store what the system keeps of a user who is logged in.
//! - *check*: of a scenario, a claim that is held against a run; of a balancer or of names, a look
//!   whether a server is well; of an engine, whether its own laws hold.
//! - *live* figures: a sliding window over the run that is watched. *Settled* figures: a run of
//!   its own with the warm-up removed, with intervals.

#[cfg(feature = "js")]
pub mod api;
pub mod headless;
#[cfg(feature = "web")]
pub mod web;

pub use millionth_sim as sim;
