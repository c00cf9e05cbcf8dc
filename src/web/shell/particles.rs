//! The moving dots: one canvas over the diagram, drawn once a frame outside of Yew. Dots are a
//! sample of the requests; how many, whither and with what end follows from the measured rates.

mod swarm;

use crate::web::markup::prelude::*;
use crate::web::view::diagram::flow::Flow;
use crate::web::view::diagram::zoom::Window;
use std::cell::RefCell;
use std::f64::consts::TAU;
use std::rc::Rc;
use swarm::{Phase, Swarm};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// What the canvas shows.
#[derive(Properties, PartialEq)]
pub struct ParticlesProps {
    /// The ways and rates.
    pub flow: Rc<Flow>,
    /// Width of the drawing in pixels.
    pub width: f64,
    /// Height of the drawing in pixels.
    pub height: f64,
    /// What is seen of the drawing.
    pub window: Window,
    /// Whether the dots move.
    pub running: bool,
}

/// The colours of the theme, read from the canvas's own style.
#[derive(Default)]
struct Colours {
    forth: String,
    back: String,
    failed: String,
    /// Around what failed, so that it is seen on a line of its colour.
    edge: String,
    /// Frames until they are read again.
    fresh: u32,
}

impl Colours {
    fn read(&mut self, canvas: &HtmlCanvasElement) {
        self.fresh = 120;
        let style = web_sys::window().and_then(|w| w.get_computed_style(canvas).ok().flatten());
        let read =
            |name| style.as_ref().and_then(|s| s.get_property_value(name).ok()).unwrap_or_default();
        (self.forth, self.back) = (read("color"), read("outline-color"));
        (self.failed, self.edge) = (read("caret-color"), read("text-decoration-color"));
    }
}

/// A canvas that is drawn anew with each frame, as long as it runs.
#[derive(Default)]
struct Animation {
    canvas: NodeRef,
    context: Option<CanvasRenderingContext2d>,
    size: (f64, f64),
    window: Window,
    /// How often the ways have changed.
    ways: u32,
    ratio: f64,
    colours: Colours,
    swarm: Swarm,
    last_ms: Option<f64>,
    frame: Option<i32>,
    tick: Option<Closure<dyn FnMut(f64)>>,
}

impl Animation {
    /// Draws one frame.
    fn draw(&mut self, now_ms: f64) {
        let seconds = self.last_ms.map_or(0.0, |last| ((now_ms - last) / 1e3).clamp(0.0, 0.05));
        self.last_ms = Some(now_ms);
        let Some(canvas) = self.canvas.cast::<HtmlCanvasElement>() else {
            return;
        };
        self.fit(&canvas);
        if self.colours.fresh == 0 {
            self.colours.read(&canvas);
        }
        self.colours.fresh -= 1;
        self.swarm.advance(seconds);
        let Some(context) = &self.context else {
            return;
        };
        // The transform is undone only by a new size, so the canvas is cleared in its own pixels.
        context.clear_rect(0.0, 0.0, self.size.0, self.size.1);
        let seen = (&self.swarm, &self.window);
        paint(context, &self.colours.back, seen, |phase| {
            matches!(phase, Phase::Back { bad: false })
        });
        paint(context, &self.colours.forth, seen, |phase| matches!(phase, Phase::Forth));
        paint(context, &self.colours.failed, seen, |phase| {
            matches!(phase, Phase::Falling { .. } | Phase::Back { bad: true })
        });
        context.set_stroke_style_str(&self.colours.edge);
        context.stroke();
    }

    /// Gives the canvas the size of the drawing in the screen's own pixels.
    fn fit(&mut self, canvas: &HtmlCanvasElement) {
        let ratio = web_sys::window().map_or(1.0, |w| w.device_pixel_ratio()).clamp(1.0, 3.0);
        let wanted = ((self.size.0 * ratio) as u32, (self.size.1 * ratio) as u32);
        if self.context.is_some()
            && ratio == self.ratio
            && (canvas.width(), canvas.height()) == wanted
        {
            return;
        }
        self.ratio = ratio;
        canvas.set_width(wanted.0);
        canvas.set_height(wanted.1);
        let style = canvas.style();
        // A style set by the program always takes these two.
        let _ = style.set_property("width", &format!("{}px", self.size.0));
        let _ = style.set_property("height", &format!("{}px", self.size.1));
        let context = canvas.get_context("2d").ok().flatten();
        self.context = context.and_then(|context| context.dyn_into().ok());
        if let Some(context) = &self.context {
            // Fails for no finite numbers.
            let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        }
        self.colours.fresh = 0;
    }
}

/// Draws the dots of one colour: round ones, or with corners where they failed.
fn paint(
    context: &CanvasRenderingContext2d,
    colour: &str,
    (swarm, window): (&Swarm, &Window),
    wanted: fn(&Phase) -> bool,
) {
    context.set_fill_style_str(colour);
    context.begin_path();
    for dot in swarm.dots.iter().filter(|dot| wanted(&dot.phase)) {
        let (x, y, radius) = swarm.place(dot);
        let (x, y) = ((x - window.corner.0) * window.scale, (y - window.corner.1) * window.scale);
        // Below what is seen stands the legend.
        if y > window.height || swarm.is_hidden(dot) {
            continue;
        }
        if matches!(dot.phase, Phase::Falling { .. } | Phase::Back { bad: true }) {
            context.move_to(x, y - radius);
            for (dx, dy) in [(radius, 0.0), (0.0, radius), (-radius, 0.0)] {
                context.line_to(x + dx, y + dy);
            }
            context.close_path();
        } else {
            context.move_to(x + radius, y);
            // Fails for a negative radius only.
            let _ = context.arc(x, y, radius, 0.0, TAU);
        }
    }
    context.fill();
}

fn request(animation: &Rc<RefCell<Animation>>) {
    let mut this = animation.borrow_mut();
    let frame = this.tick.as_ref().and_then(|tick| {
        web_sys::window()?.request_animation_frame(tick.as_ref().unchecked_ref()).ok()
    });
    this.frame = frame;
}

fn start(animation: &Rc<RefCell<Animation>>) {
    let held = Rc::downgrade(animation);
    let tick = Closure::<dyn FnMut(f64)>::new(move |now_ms| {
        if let Some(animation) = held.upgrade() {
            animation.borrow_mut().draw(now_ms);
            request(&animation);
        }
    });
    {
        let mut this = animation.borrow_mut();
        this.tick = Some(tick);
        this.last_ms = None;
    }
    request(animation);
}

fn stop(animation: &Rc<RefCell<Animation>>) {
    let mut this = animation.borrow_mut();
    if let (Some(frame), Some(window)) = (this.frame.take(), web_sys::window()) {
        // A frame that has already come needs no cancelling.
        let _ = window.cancel_animation_frame(frame);
    }
    (this.tick, this.last_ms) = (None, None);
}

/// The canvas with the dots. It repeats what the lines already say in numbers, so those who listen
/// are not told of it.
#[component]
pub fn Particles(props: &ParticlesProps) -> Html {
    let canvas = use_node_ref();
    let animation = use_mut_ref(Animation::default);
    let ways = {
        let mut this = animation.borrow_mut();
        this.canvas = canvas.clone();
        this.ways += u32::from(this.swarm.follow(&props.flow));
        this.window = props.window;
        if this.size != (props.width, props.height) {
            (this.size, this.context) = ((props.width, props.height), None);
        }
        this.ways
    };
    // Running, it is drawn anew in any case.
    let ways = (!props.running).then_some(ways);
    let drawn = (props.running, props.width, props.height, props.window, ways);
    use_effect_with(drawn, move |&(running, ..)| {
        if running {
            start(&animation);
        } else {
            // Standing still, but in the drawing as it is now.
            animation.borrow_mut().draw(0.0);
        }
        move || stop(&animation)
    });
    html! { <canvas ref={canvas} class="dg-dots" aria-hidden="true" /> }
}
