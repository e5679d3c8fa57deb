//! What was asked, whoever's interface it was asked through, and what is said to it.

use serde_json::{Value, json};

use super::sample::sample;

/// A tool that is offered.
pub(super) struct Tool<'a> {
    pub(super) name: &'a str,
    pub(super) about: &'a str,
    /// JSON Schema of its arguments; null where there is none.
    pub(super) parameters: &'a Value,
}

/// Which tools may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice<'a> {
    /// None.
    None,
    /// Whichever the prompt is about, if any.
    Auto,
    /// One of them.
    Some,
    /// This one.
    Named(&'a str),
}

/// What was asked.
pub(super) struct Prompt<'a> {
    /// The last text of the user.
    pub(super) text: String,
    /// What a tool answered, if that is what was said last.
    pub(super) tool_answer: Option<String>,
    pub(super) tools: Vec<Tool<'a>>,
    pub(super) choice: Choice<'a>,
    /// Where JSON is wanted, its JSON Schema; null where any object will do.
    pub(super) schema: Option<&'a Value>,
}

/// What is said.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// A text.
    Text(String),
    /// A call of a tool, with its arguments.
    Call {
        /// Name of the tool.
        name: String,
        /// Its arguments, an object.
        arguments: Value,
    },
}

impl Prompt<'_> {
    /// The answer: a call of a tool at most once, then a text or JSON.
    pub(super) fn answer(&self) -> Said {
        if let Some(answer) = &self.tool_answer {
            return Said::Text(self.json().unwrap_or_else(|| {
                format!("This answer is a stand-in's: no model was asked. The tool answered: {answer}")
            }));
        }
        if let Some(tool) = self.tool() {
            let arguments = match sample(tool.parameters, &self.text) {
                object @ Value::Object(_) => object,
                _ => json!({}),
            };
            return Said::Call { name: tool.name.to_owned(), arguments };
        }
        Said::Text(self.json().unwrap_or_else(|| spoken(&self.text)))
    }

    fn json(&self) -> Option<String> {
        let schema = self.schema?;
        let any = json!({"standIn": true, "prompt": self.text});
        Some(if schema.is_null() { any } else { sample(schema, &self.text) }.to_string())
    }

    fn tool(&self) -> Option<&Tool<'_>> {
        match self.choice {
            Choice::None => None,
            Choice::Named(name) => self.tools.iter().find(|tool| tool.name == name),
            Choice::Some => self.matching().or_else(|| self.tools.first()),
            Choice::Auto => self.matching(),
        }
    }

    /// The tool whose name and description have most words in common with the prompt; of several the first.
    fn matching(&self) -> Option<&Tool<'_>> {
        let asked = words(&self.text);
        let common = |tool: &Tool<'_>| {
            let mut about = words(tool.name);
            about.extend(words(tool.about));
            about.sort();
            about.dedup();
            about.iter().filter(|word| asked.contains(word)).count()
        };
        let scored = self.tools.iter().rev().map(|tool| (common(tool), tool)).filter(|(score, _)| *score > 0);
        scored.max_by_key(|(score, _)| *score).map(|(_, tool)| tool)
    }
}

/// What is said to a text.
pub(super) fn spoken(text: &str) -> String {
    format!("This answer is a stand-in's: no model was asked. You wrote: {text}")
}

/// Words that say little about what a tool does.
const COMMON: [&str; 12] =
    ["about", "from", "given", "have", "into", "returns", "some", "that", "this", "what", "with", "your"];

/// The words of a text or name (`getCurrentTime`, `get_time`) that tell something, in lower case and without a plural's end.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for character in text.chars() {
        let begins = !before.is_alphanumeric() || (character.is_uppercase() && before.is_lowercase());
        if character.is_alphanumeric() {
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        before = character;
    }
    words.retain(|word| word.chars().count() > 3 && !COMMON.contains(&word.as_str()));
    words.iter().map(|word| word.strip_suffix('s').unwrap_or(word.as_str()).to_owned()).collect()
}

/// Words of a text: what is counted as its tokens.
pub(super) fn tokens(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt<'a>(text: &str, tools: &[(&'a str, &'a str)], choice: Choice<'a>) -> Prompt<'a> {
        let tools = tools.iter().map(|&(name, about)| Tool { name, about, parameters: &Value::Null }).collect();
        Prompt { text: text.to_owned(), tool_answer: None, tools, choice, schema: None }
    }

    #[test]
    fn the_tool_that_the_prompt_is_about_is_called() {
        let tools = [("getCurrentTime", "Tells what time it is"), ("product_price", "Looks up what products cost")];
        for (text, choice, expected) in [
            ("How much do these products cost?", Choice::Auto, Some("product_price")),
            ("What TIME is it in Rome?", Choice::Auto, Some("getCurrentTime")),
            ("Sing a song", Choice::Auto, None),
            ("Sing a song", Choice::Some, Some("getCurrentTime")),
            ("What time is it?", Choice::Named("product_price"), Some("product_price")),
            ("What time is it?", Choice::Named("nothing"), None),
            ("What time is it?", Choice::None, None),
        ] {
            let called = match prompt(text, &tools, choice).answer() {
                Said::Call { name, .. } => Some(name),
                Said::Text(_) => None,
            };
            assert_eq!(called.as_deref(), expected, "{text} {choice:?}");
        }
    }

    #[test]
    fn a_tool_is_called_once() {
        let mut prompt = prompt("What time is it?", &[("time", "")], Choice::Some);
        prompt.tool_answer = Some("12:00".to_owned());
        let expected = "This answer is a stand-in's: no model was asked. The tool answered: 12:00";
        assert_eq!(prompt.answer(), Said::Text(expected.to_owned()));
    }
}
