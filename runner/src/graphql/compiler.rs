//! What documents are compiled against: the schema, whole or in parts.

use std::sync::{Arc, OnceLock};

use abi::plan::Program;

use super::Options;
use super::compile::{self, CompileContext};
use super::input::Tables;
use super::part::Part;
use super::plan::Document;
use super::refusal::Refusal;
use super::root::{self, Root};

/// Compiles the documents of an app. It is shared with the threads that compile the long ones.
pub(crate) struct Compiler {
    pub(crate) program: Arc<Program>,
    pub(crate) options: Options,
    pub(crate) tables: Tables,
    /// The whole schema as juniper sees it: made when a part of it does not do.
    whole: OnceLock<Root>,
}

impl Compiler {
    /// A compiler for the documents of `program`.
    pub(crate) fn new(program: Arc<Program>, options: Options) -> Self {
        let tables = Tables::new(&program);
        Self { program, options, tables, whole: OnceLock::new() }
    }

    /// Parses, validates and plans `text`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn compile(&self, text: &str) -> Result<Arc<Document>, Refusal> {
        let against = |root: &Root| {
            let Self { program, tables, options, .. } = self;
            compile::compile(text, &CompileContext { program, root, tables, options }).map(Arc::new)
        };
        if !self.has_whole()
            && let Some(part) = Part::of(text, self.options.limits.max_tokens, &self.program.schema)
            && let Ok(document) = against(&root::build(&self.program, part, &self.options))
        {
            return Ok(document);
        }
        // What is wrong with a document, the whole schema tells: a message may suggest what else there is.
        against(self.whole())
    }

    /// The whole schema.
    pub(crate) fn whole(&self) -> &Root {
        if let Some(whole) = self.whole.get() {
            return whole;
        }
        // Made before it is put there: no event loop waits for another thread that makes it.
        let whole = root::build(&self.program, Part::all(&self.program.schema), &self.options);
        self.whole.get_or_init(|| whole)
    }

    /// Whether somebody has asked for the whole schema.
    pub(crate) fn has_whole(&self) -> bool {
        self.whole.get().is_some()
    }
}
