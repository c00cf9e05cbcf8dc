//! Charts in SVG, drawn by hand: each with its values beside the lines, a sentence that says what
//! there is to see, and a table for those who want the numbers.

pub mod axis;
mod cursor;
mod distribution;
mod sparkline;
mod time;

use crate::web::markup::prelude::*;
use crate::web::view::diagram::size::use_size;
use crate::web::view::glossary;
pub use distribution::{Against, Distribution, DistributionProps};
pub use sparkline::{Sparkline, SparklineProps};
pub use time::{TimeChart, TimeChartProps};

/// The width of a chart, known once it stands in the page.
#[hook]
pub fn use_width(node: &NodeRef) -> Option<f64> {
    use_size(node).map(|size| f64::from(size.width).max(200.0))
}

/// What a table shows.
#[derive(Properties, PartialEq)]
pub struct TableProps {
    /// What is in it.
    pub caption: AttrValue,
    /// Names of the columns.
    pub columns: Vec<AttrValue>,
    /// The rows, made only when they are shown.
    pub rows: Callback<(), Vec<Vec<String>>>,
}

/// The numbers of a chart, behind a switch. Nothing is made of them before it is opened.
#[component]
pub fn Table(props: &TableProps) -> Html {
    let open = use_state_eq(|| false);
    let onclick = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let rows = if *open { props.rows.emit(()) } else { Vec::new() };
    html! {
        <details class="chart-table">
            <summary {onclick}>{ "Table" }</summary>
            if *open {
                <div class="chart-scroll" tabindex="0" role="region" aria-label={format!("Table: {}", props.caption)}>
                    <table>
                        <caption>{ &props.caption }</caption>
                        <thead><tr>{ for props.columns.iter().map(|name| html! { <th scope="col">{ glossary::name(name) }</th> }) }</tr></thead>
                        <tbody>{ for rows.into_iter().map(row) }</tbody>
                    </table>
                </div>
            }
        </details>
    }
}

fn row(cells: Vec<String>) -> Html {
    let mut cells = cells.into_iter();
    let head = cells.next().unwrap_or_default();
    html! { <tr><th scope="row">{ head }</th>{ for cells.map(|cell| html! { <td>{ cell }</td> }) }</tr> }
}
