//! `millionth check`: whether scenarios keep what they claim, for people, as JSON and as JUnit XML
//! for continuous integration.

use super::arguments::{run_plan, system};
use super::source::ReadFile;
use super::words::Words;
use super::{Ending, Failure, Host, write};
use crate::sim::analysis::bottleneck::number;
use crate::sim::analysis::check::{self, Claim, Verdict, gap};
use crate::sim::analysis::report::{Report, RunPlan};
use crate::sim::kinds::param::quoted;
use crate::sim::scenario::{Check, Problem};
use crate::sim::topology::Topology;
use serde_json::{Value, json};
use std::sync::Mutex;

/// What shall be checked.
#[derive(Debug)]
pub struct Checking {
    subjects: Vec<Subject>,
    plan: RunPlan,
    json: bool,
    junit: Option<String>,
    jobs: Option<usize>,
}

/// A scenario with what it claims.
#[derive(Debug)]
struct Subject {
    source: String,
    topology: Topology,
    claims: Vec<Claim>,
}

/// Reads the words after the command.
pub fn read(
    words: &Words,
    read_file: ReadFile<'_>,
    problems: &mut Vec<Problem>,
    notices: &mut Vec<Problem>,
) -> Checking {
    let plan = run_plan("check", words, problems);
    let jobs = words.jobs(problems);
    let mut more: Vec<Check> = Vec::new();
    for text in words.all("check") {
        match Check::read(text) {
            Ok(check) => more.push(check),
            Err(what) => problems.push(Problem::new("--check", what)),
        }
    }
    let sources: Vec<Option<&str>> = match &words.plain[1..] {
        [] => vec![None],
        several => several.iter().map(|source| Some(source.as_str())).collect(),
    };
    let is_one = sources.len() == 1;
    let mut subjects = Vec::new();
    for (place, source) in sources.into_iter().enumerate() {
        let (mut own, mut known) = (Vec::new(), Vec::new());
        // What is wrong with an option is said once, however many scenarios there are.
        let (scenario, is_known) = system(words, source, read_file, &mut own, &mut known);
        if place > 0 {
            own.retain(|problem| !problem.at.starts_with("--"));
        }
        let source = source.unwrap_or_default();
        if is_known {
            let checks: Vec<&Check> = scenario.checks.iter().chain(&more).collect();
            match Topology::build(&scenario) {
                Ok(topology) => {
                    let claims = claims(&checks, &topology, plan, &mut own);
                    subjects.push(Subject { source: source.to_owned(), topology, claims });
                }
                Err(wrong) => own.extend(wrong),
            }
        }
        let name = |problem: Problem| match is_one {
            true => problem,
            false => Problem { at: format!("{}: {}", quoted(source), problem.at), ..problem },
        };
        problems.extend(own.into_iter().map(name));
        notices.extend(known.into_iter().map(name));
    }
    let (json, junit) = (words.has("json"), words.last("junit").map(ToOwned::to_owned));
    Checking { subjects, plan, json, junit, jobs }
}

fn claims(
    checks: &[&Check],
    topology: &Topology,
    plan: RunPlan,
    problems: &mut Vec<Problem>,
) -> Vec<Claim> {
    if checks.is_empty() {
        problems.push(Problem::new("check", "there is none, in the scenario or with --check"));
    }
    let mut claims = Vec::new();
    for check in checks {
        match Claim::new(check, topology, plan) {
            Ok(claim) => claims.push(claim),
            Err(what) => problems.push(Problem::new("check", what)),
        }
    }
    claims
}

type Judged = (Vec<Verdict>, Report);

/// Runs every scenario once and says what holds: code 0 where all does, 1 where one does not.
pub fn check(checking: &Checking, host: &Host<'_>) -> Result<Ending, Failure> {
    let count = checking.subjects.len();
    let results: Vec<Mutex<Option<Result<Judged, String>>>> =
        (0..count).map(|_| Mutex::new(None)).collect();
    let run = |subject: &Subject, tell: &dyn Fn(f64)| {
        check::run(&subject.topology, checking.plan, &subject.claims, tell)
    };
    let judge = |place: usize| {
        let judged = run(&checking.subjects[place], &|_| {});
        *results[place].lock().expect("nobody panics with it") = Some(judged);
    };
    if let [one] = &checking.subjects[..] {
        *results[0].lock().expect("nobody panics with it") = Some(run(one, host.tell));
    } else {
        (host.each)(count, checking.jobs.unwrap_or(host.cores), &judge);
    }
    let mut judged = Vec::new();
    for result in results {
        let result = result.into_inner().expect("nobody panics with it");
        judged.push(result.expect("all were run").map_err(Failure::Law)?);
    }
    let holds = judged.iter().all(|(verdicts, _)| verdicts.iter().all(|verdict| verdict.holds));
    let out = if checking.json { as_json(checking, &judged) } else { text(checking, &judged) };
    let out = match &checking.junit {
        None => out,
        Some(target) => write("junit", target, &junit(checking, &judged), out, host)?,
    };
    Ok(Ending { out, err: String::new(), code: u8::from(!holds) })
}

/// What was measured, with its interval.
fn measured(verdict: &Verdict) -> String {
    let Some(estimate) = verdict.measured else {
        return "nothing".to_owned();
    };
    let interval = estimate.interval(verdict.most, number);
    format!("{}{interval}{}", exact(estimate.value), gap(&verdict.unit))
}

/// A figure with enough digits to tell it from its bound.
fn exact(x: f64) -> String {
    if libm::round(x) == x { format!("{x}") } else { format!("{x:.4}") }
}

/// A failure in a sentence: what was expected, what was measured, when it broke first.
fn sentence(verdict: &Verdict) -> String {
    let broke = verdict.broke_s.map_or_else(String::new, |(from, to)| {
        format!("; it first broke between {} s and {} s", exact(from), exact(to))
    });
    let close = if verdict.close {
        "; the bound lies within the interval, a longer --duration tells better"
    } else {
        ""
    };
    let (from, to) = (exact(verdict.from_s), exact(verdict.to_s));
    format!(
        "expected {}, measured {} from {from} s to {to} s{broke}{close}",
        verdict.expected,
        measured(verdict)
    )
}

fn text(checking: &Checking, judged: &[Judged]) -> String {
    let (mut text, mut failed, mut count) = (String::new(), 0, 0);
    for (subject, (verdicts, _)) in checking.subjects.iter().zip(judged) {
        text.push_str(&format!("{}\n", subject.source));
        for verdict in verdicts {
            count += 1;
            if verdict.holds {
                text.push_str(&format!("  ok    {}: {}\n", verdict.check, measured(verdict)));
            } else {
                failed += 1;
                text.push_str(&format!("  FAIL  {}: {}\n", verdict.check, sentence(verdict)));
            }
        }
    }
    text + &format!("{} hold, {failed} failed\n", count - failed)
}

fn as_json(checking: &Checking, judged: &[Judged]) -> String {
    let scenarios = checking.subjects.iter().zip(judged).map(|(subject, (verdicts, report))| {
        json!({
            "source": subject.source,
            "link": report.link,
            "result_hash": report.hash(),
            "holds": verdicts.iter().all(|verdict| verdict.holds),
            "checks": verdicts,
        })
    });
    let scenarios: Vec<Value> = scenarios.collect();
    let holds = scenarios.iter().all(|scenario| scenario["holds"] == true);
    let value = json!({
        "holds": holds,
        "warm_up_s": checking.plan.warm_up.seconds(),
        "duration_s": checking.plan.duration.seconds(),
        "scenarios": scenarios,
    });
    format!("{value:#}\n")
}

/// JUnit's XML, as continuous integration reads it: a suite for each scenario, a case for each
/// claim.
fn junit(checking: &Checking, judged: &[Judged]) -> String {
    let failures = |verdicts: &[Verdict]| verdicts.iter().filter(|v| !v.holds).count();
    let count: usize = judged.iter().map(|(verdicts, _)| verdicts.len()).sum();
    let failed: usize = judged.iter().map(|(verdicts, _)| failures(verdicts)).sum();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"millionth\" tests=\"{count}\" failures=\"{failed}\" errors=\"0\">\n"
    );
    for (subject, (verdicts, report)) in checking.subjects.iter().zip(judged) {
        let name = escaped(&subject.source);
        xml.push_str(&format!(
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n",
            verdicts.len(),
            failures(verdicts)
        ));
        let link = escaped(&report.link);
        xml.push_str("    <properties>\n");
        xml.push_str(&format!("      <property name=\"link\" value=\"{link}\"/>\n"));
        let hash = report.hash();
        xml.push_str(&format!("      <property name=\"result_hash\" value=\"{hash}\"/>\n"));
        xml.push_str("    </properties>\n");
        for verdict in verdicts {
            let case = escaped(&verdict.check);
            xml.push_str(&format!("    <testcase classname=\"{name}\" name=\"{case}\""));
            if verdict.holds {
                xml.push_str("/>\n");
            } else {
                let message = escaped(&sentence(verdict));
                xml.push_str(&format!(">\n      <failure message=\"{message}\"/>\n"));
                xml.push_str("    </testcase>\n");
            }
        }
        xml.push_str("  </testsuite>\n");
    }
    xml + "</testsuites>\n"
}

/// Text fit for an attribute of XML: what XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' | '\r' => safe.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => safe.push(c),
        }
    }
    safe
}
