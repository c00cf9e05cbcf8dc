//! The menu of files: save the diagram, the run or the scenario, and open what was saved. The
//! browser's own popover, so that escape and a click beside it close it.

use super::Tell;
use crate::web::files::{Export, Msg as File};
use crate::web::markup::prelude::*;
use crate::web::model::Msg;

/// The menu; files are opened where what is in them may be shown.
pub fn menu(opens: bool, tell: &Tell) -> Html {
    let item = |&(export, text): &(Export, &'static str)| {
        let onclick = tell.reform(move |_: MouseEvent| Msg::Files(File::Save(export)));
        html! {
            <li><button type="button" class="quiet" {onclick} popovertarget="file-menu" popovertargetaction="hide">{ text }</button></li>
        }
    };
    let open = tell.reform(|_: MouseEvent| Msg::Files(File::Choose));
    html! {
        <>
            <button type="button" class="quiet" popovertarget="file-menu">{ "File" }</button>
            <div id="file-menu" class="file-menu card" popover="auto" role="group" aria-label="File">
                <ul>
                    { for Export::ALL.iter().map(item) }
                    if opens {
                        <li><button type="button" class="quiet" onclick={open} popovertarget="file-menu" popovertargetaction="hide">
                            { "Open a file …" }</button></li>
                    }
                </ul>
                if opens { <p class="muted">{ "A saved scenario or SVG can also be dropped anywhere on the page." }</p> }
            </div>
            <input type="file" id="open-file" hidden=true aria-label="Open a file" accept=".json,.svg,.txt,application/json,image/svg+xml" />
        </>
    }
}
