//! Saves files, the diagram as a picture that looks the same everywhere, and reads files that are
//! chosen or dropped.

use super::page;
use crate::web::files::{LONGEST, Msg};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, Document, DragEvent, Element, File,
    HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement, HtmlInputElement, Url, XmlSerializer,
};
use yew::Callback;

/// The diagram.
const DIAGRAM: &str = "#diagram svg.dg-svg";
/// The field that opens files.
const FIELD: &str = "open-file";
const SVG: &str = "http://www.w3.org/2000/svg";

/// What of each element's computed style makes the picture.
const STYLES: [&str; 19] = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "paint-order",
    "opacity",
    "visibility",
    "font-family",
    "font-size",
    "font-weight",
    "font-style",
    "letter-spacing",
    "text-anchor",
    "dominant-baseline",
    "text-decoration",
];

/// Saves text under a name.
pub fn save_text(name: &str, kind: &str, text: &str, tell: &Callback<Msg>) {
    let blob = blob(text, kind);
    finish(blob.and_then(|blob| save(name, &blob)), tell);
}

/// The diagram as it is seen, with the scenario's text inside.
#[must_use]
pub fn svg(scenario: &str) -> Option<String> {
    Some(picture(scenario)?.text)
}

/// Saves it under a name.
pub fn save_svg(name: &str, scenario: &str, tell: &Callback<Msg>) {
    if is_text(tell) {
        return;
    }
    let saved = svg(scenario).and_then(|svg| blob(&svg, "image/svg+xml"));
    finish(saved.and_then(|blob| save(name, &blob)), tell);
}

/// Saves the diagram as it is seen, in twice its pixels.
pub fn save_png(name: &str, tell: &Callback<Msg>) {
    if is_text(tell) {
        return;
    }
    let (name, tell) = (name.to_owned(), tell.clone());
    yew::platform::spawn_local(async move {
        let painted = match picture("") {
            Some(picture) => paint(&picture).await,
            None => None,
        };
        finish(painted.and_then(|blob| save(&name, &blob)), &tell);
    });
}

/// Whether there is no diagram to take, and says so.
fn is_text(tell: &Callback<Msg>) -> bool {
    let seen = document().and_then(|document| document.query_selector(DIAGRAM).ok().flatten());
    if seen.is_none() {
        let what = "the diagram is shown as text: show it as a picture first";
        tell.emit(Msg::Failed(what.to_owned()));
    }
    seen.is_none()
}

fn finish(done: Option<()>, tell: &Callback<Msg>) {
    if done.is_none() {
        tell.emit(Msg::Failed("this browser does not let the page make files".to_owned()));
    } else if page::is_sandboxed() {
        let what = "if nothing was saved, this frame allows no downloads: open the page in a \
                    tab of its own";
        tell.emit(Msg::Failed(what.to_owned()));
    }
}

fn document() -> Option<Document> {
    page::window()?.document()
}

fn blob(text: &str, kind: &str) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &options).ok()
}

fn save(name: &str, blob: &Blob) -> Option<()> {
    let url = Url::create_object_url_with_blob(blob).ok()?;
    let anchor = document()?.create_element("a").ok()?.dyn_into::<HtmlAnchorElement>().ok()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // The browser may begin to read it only after this turn.
    gloo_timers::callback::Timeout::new(10_000, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Some(())
}

/// The diagram as a file of its own.
struct Picture {
    text: String,
    width: f64,
    height: f64,
}

fn picture(scenario: &str) -> Option<Picture> {
    let document = document()?;
    let seen = document.query_selector(DIAGRAM).ok()??;
    let copy = seen.clone_node_with_deep(true).ok()?.dyn_into::<Element>().ok()?;
    pin(&seen, &copy)?;
    let rect = seen.get_bounding_client_rect();
    let (width, height) = (rect.width(), rect.height() + 30.0);
    copy.set_attribute("width", &width.to_string()).ok()?;
    copy.set_attribute("height", &height.to_string()).ok()?;
    copy.set_attribute("viewBox", &format!("0 -30 {width} {height}")).ok()?;
    let card = page::element("diagram")?;
    let paper = page::window()?.get_computed_style(&card).ok()??;
    let style = |key: &str| paper.get_property_value(key).unwrap_or_default();
    // Above it, in 30 pixels more, stands what it shows: with that the summary begins.
    let name = page::element("summary")?.text_content()?;
    let name = name.split(". ").next();
    // Each goes before the one that was added last.
    let add = |tag: &str, text: Option<&str>, set: &[(&str, &str)]| {
        let added = document.create_element_ns(Some(SVG), tag).ok()?;
        added.set_text_content(text);
        set.iter().try_for_each(|(key, value)| added.set_attribute(key, value)).ok()?;
        copy.insert_before(&added, copy.first_child().as_ref()).ok()
    };
    let (font, ink, ground) = (style("font-family"), style("color"), style("background-color"));
    let line =
        [("x", "12"), ("y", "-9"), ("font-size", "15"), ("font-family", &font), ("fill", &ink)];
    add("text", name, &line)?;
    let all = [("y", "-30"), ("width", "100%"), ("height", "100%"), ("fill", &ground)];
    add("rect", None, &all)?;
    if !scenario.is_empty() {
        add("metadata", Some(scenario), &[("id", "millionth")])?;
    }
    add("title", name, &[])?;
    let text = XmlSerializer::new().ok()?.serialize_to_string(&copy).ok()?;
    Some(Picture { text, width, height })
}

/// Writes the computed style of each element into its copy, and takes away what is not seen and
/// what only the page needs.
fn pin(seen: &Element, copy: &Element) -> Option<()> {
    let style = page::window()?.get_computed_style(seen).ok()??;
    for key in STYLES {
        if let Ok(value) = style.get_property_value(key) {
            copy.set_attribute(key, &value).ok()?;
        }
    }
    for key in ["class", "tabindex", "style", "data-part"] {
        copy.remove_attribute(key).ok()?;
    }
    let (old, new) = (seen.children(), copy.children());
    let pairs: Vec<_> = (0..old.length()).map(|i| (old.item(i), new.item(i))).collect();
    for (seen, copy) in pairs.into_iter().filter_map(|(a, b)| Some((a?, b?))) {
        let style = page::window()?.get_computed_style(&seen).ok()??;
        // Nothing is chosen in a picture, and nothing moves.
        let is_live = ["dg-ring", "dg-moves"].iter().any(|class| seen.class_list().contains(class));
        if is_live || style.get_property_value("display").is_ok_and(|display| display == "none") {
            copy.remove();
        } else {
            pin(&seen, &copy)?;
        }
    }
    Some(())
}

/// Paints a picture in twice its size.
async fn paint(picture: &Picture) -> Option<Blob> {
    let url = Url::create_object_url_with_blob(&blob(&picture.text, "image/svg+xml")?).ok()?;
    let image = HtmlImageElement::new().ok()?;
    image.set_src(&url);
    JsFuture::from(image.decode()).await.ok()?;
    let canvas = document()?.create_element("canvas").ok()?.dyn_into::<HtmlCanvasElement>().ok()?;
    let (width, height) = (2.0 * picture.width, 2.0 * picture.height);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    let drawn =
        context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height);
    let _ = Url::revoke_object_url(&url);
    drawn.ok()?;
    let promise = js_sys::Promise::new(&mut |resolve, reject| {
        if canvas.to_blob(&resolve).is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    JsFuture::from(promise).await.ok()?.dyn_into::<Blob>().ok()
}

/// Lets the visitor choose a file.
pub fn choose() {
    if let Some(field) = field() {
        // The same file may be chosen again.
        field.set_value("");
        field.click();
    }
}

fn field() -> Option<HtmlInputElement> {
    page::element(FIELD)?.dyn_into().ok()
}

/// Hears of files that are chosen, and of those dropped anywhere on the page.
pub fn listen(tell: &Callback<Msg>, on: impl Fn(&str, Box<dyn FnMut(web_sys::Event)>)) {
    let chosen = tell.clone();
    on(
        "change",
        Box::new(move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if target.is_some_and(|element| element.id() == FIELD)
                && let Some(file) = field().and_then(|field| field.files()?.get(0))
            {
                open(file, chosen.clone());
            }
        }),
    );
    let over = |event: &web_sys::Event| {
        let data = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer);
        data.filter(|data| data.types().includes(&"Files".into(), 0))
    };
    on(
        "dragover",
        Box::new(move |event| {
            if over(&event).is_some() {
                event.prevent_default();
            }
        }),
    );
    let dropped = tell.clone();
    on(
        "drop",
        Box::new(move |event| {
            let Some(data) = over(&event) else { return };
            event.prevent_default();
            if let Some(file) = data.files().and_then(|files| files.get(0)) {
                open(file, dropped.clone());
            }
        }),
    );
}

fn open(file: File, tell: Callback<Msg>) {
    let name: String = file.name().chars().take(80).collect();
    if file.size() > LONGEST as f64 {
        let what = format!("is longer than {} MB", LONGEST >> 20);
        return tell.emit(Msg::Opened(name, Err(what)));
    }
    yew::platform::spawn_local(async move {
        let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
        tell.emit(Msg::Opened(name, text.ok_or_else(|| "could not be read".to_owned())));
    });
}
