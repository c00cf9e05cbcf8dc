//! The page's parts in a real browser: it boots, the engine answers with the same figures as
//! anywhere, messages arrive as they were sent, and the address follows.

#![cfg(target_arch = "wasm32")]

mod boot;
mod link;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);
