//! The forms in which a system is shared: for each place its name, what the place allows, and the
//! text to paste there. Titles may hold anything: each form escapes them in its own way.

/// What is shared.
#[derive(Clone, Copy, Debug)]
pub struct Shared<'a> {
    /// Whole address of the page, or of its embed where the form shows a frame.
    pub address: &'a str,
    /// What it is, for those who do not see it.
    pub title: &'a str,
    /// Name of the file with the diagram's picture.
    pub picture: &'a str,
    /// Width and height of the frame, in CSS pixels.
    pub size: (u32, u32),
}

/// One form.
pub struct Form {
    /// Its name.
    pub name: &'static str,
    /// What the place allows, and what that means here, in one line.
    pub place: &'static str,
    /// Whether the address is that of an embed.
    pub is_frame: bool,
    /// The language of the text, as in Markdown's code blocks.
    pub language: &'static str,
    /// Longest address that the place is known to keep, in characters: chats and course systems
    /// cut at 2,000; RFC 9110 asks every server to read 8,000.
    pub longest: usize,
    /// Writes the text.
    pub write: fn(&Shared) -> String,
}

impl Form {
    /// Whether the text depends on what makes these two differ.
    fn tells(&self, title: &str, size: (u32, u32)) -> bool {
        let usual = Shared { address: "", title: "", picture: "", size: (0, 0) };
        (self.write)(&usual) != (self.write)(&Shared { title, size, ..usual })
    }

    /// Whether the size of the frame stands in the text.
    #[must_use]
    pub fn takes_size(&self) -> bool {
        self.tells("", (1, 1))
    }

    /// Whether the title stands in the text.
    #[must_use]
    pub fn takes_title(&self) -> bool {
        self.tells("a", (0, 0))
    }
}

/// Longest address that is kept everywhere.
pub const KEPT_EVERYWHERE: usize = 2_000;
/// Longest address that every server reads.
const READ_EVERYWHERE: usize = 8_000;

/// Which of the forms has a picture with it.
pub const MARKDOWN: usize = 2;

/// All of them.
pub const FORMS: [Form; 9] = [
    Form {
        name: "Link",
        place: "Opens the whole page. Chats and mail may cut what is longer than 2,000 characters.",
        is_frame: false,
        language: "text",
        longest: KEPT_EVERYWHERE,
        write: |shared| url(shared.address),
    },
    Form {
        name: "HTML, mdBook",
        place: "Any page of your own: the frame loads once it is near, and is kept apart from \
                your page.",
        is_frame: true,
        language: "html",
        longest: READ_EVERYWHERE,
        write: |shared| frame("src", shared, &format!(" loading=\"lazy\"{CARE}")),
    },
    Form {
        name: "Markdown",
        place: "GitHub and others take frames out: a picture that leads to the page. Save it \
                beside your text.",
        is_frame: false,
        language: "markdown",
        longest: KEPT_EVERYWHERE,
        write: |shared| {
            let (title, picture) = (markdown(shared.title), url(shared.picture));
            format!("[![{title}]({picture})]({})", url(shared.address))
        },
    },
    Form {
        name: "MDX, Docusaurus",
        place: "Attributes are JSX: the style is an object, no text.",
        is_frame: true,
        language: "jsx",
        longest: READ_EVERYWHERE,
        write: |shared| {
            let (width, height) = shared.size;
            let (address, title) = (text(&url(shared.address)), text(shared.title));
            format!(
                "<iframe src={{{address}}} title={{{title}}} width={{{width}}} \
                 height={{{height}}} style={{{{maxWidth: \"100%\", border: 0}}}} \
                 loading=\"lazy\"{CARE} />"
            )
        },
    },
    Form {
        name: "reveal.js",
        place: "Loads when its slide is shown and goes once it is left; data-preload keeps it, \
                at rest.",
        is_frame: true,
        language: "html",
        longest: READ_EVERYWHERE,
        write: |shared| {
            // No sandbox: the frame is empty at first and so of the deck's own origin, of which
            // browsers warn; it is kept apart by being of another origin.
            format!("<section>\n  {}\n</section>", frame("data-src", shared, ALLOW))
        },
    },
    Form {
        name: "Jupyter",
        place: "A cell: the frame is in its output, also in the notebook as HTML. Its height is \
                fixed.",
        is_frame: true,
        language: "python",
        longest: READ_EVERYWHERE,
        write: |shared| {
            let (width, height) = shared.size;
            let title = text(&format!("title=\"{}\"{NARROW}", html(shared.title)));
            format!(
                "from IPython.display import IFrame\n\
                 IFrame({}, width={width}, height={height}, extras=[{title}])",
                text(&url(shared.address))
            )
        },
    },
    Form {
        name: "Moodle, Canvas",
        place: "They keep src, width and height of a frame and drop the rest; the site must allow \
                this address.",
        is_frame: true,
        language: "html",
        longest: KEPT_EVERYWHERE,
        write: |shared| {
            let (width, height) = shared.size;
            let address = html(&url(shared.address));
            format!("<iframe src=\"{address}\" width=\"{width}\" height=\"{height}\"></iframe>")
        },
    },
    Form {
        name: "Obsidian",
        place: "A frame in the note, on a line of its own; it cannot use the clipboard.",
        is_frame: true,
        language: "html",
        longest: READ_EVERYWHERE,
        write: |shared| frame("src", shared, ""),
    },
    Form {
        name: "Notion",
        place: "Paste the address and choose to embed it; readers drag the frame to its size.",
        is_frame: true,
        language: "text",
        longest: KEPT_EVERYWHERE,
        write: |shared| url(shared.address),
    },
];

/// What a frame may use of what browsers keep from frames.
const ALLOW: &str = " allow=\"clipboard-write; fullscreen\"";

/// What a frame may: that, run, and open the whole page in a tab. It keeps its own origin, which
/// is not that of the page around, so that its engine may have a worker.
const CARE: &str = " allow=\"clipboard-write; fullscreen\" sandbox=\"allow-scripts \
    allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads\"";

/// A page that is narrower than the frame makes it as narrow; no border of the browser's own.
const NARROW: &str = " style=\"max-width:100%;border:0\"";

fn frame(source: &str, shared: &Shared, more: &str) -> String {
    let (address, title) = (html(&url(shared.address)), html(shared.title));
    let (width, height) = shared.size;
    format!(
        "<iframe {source}=\"{address}\" title=\"{title}\" width=\"{width}\" \
         height=\"{height}\"{NARROW}{more}></iframe>"
    )
}

/// An address of which no character means anything to any of the languages, but the ampersand to
/// HTML: what is not plain is percent-encoded.
fn url(address: &str) -> String {
    let mut safe = String::with_capacity(address.len());
    for byte in address.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/?#&=:@,+%".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            safe.push_str(&format!("%{byte:02X}"));
        }
    }
    safe
}

/// Text between an attribute's double quotes.
fn html(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// Text of a picture in Markdown: what could mean more than itself is told not to.
fn markdown(text: &str) -> String {
    let marks = |c: char| "\\`*_[]<>&!|~$".contains(c);
    text.chars().flat_map(|c| marks(c).then_some('\\').into_iter().chain([c])).collect()
}

/// A text as JavaScript and Python write it, which for JSON's escapes is the same.
fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests;
