//! The app's own functions, as host functions call them for a call that waits meanwhile.

use std::fmt;
use std::sync::{Arc, OnceLock};

use abi::plan::Program;
use abi::types::{Kind, TypeId};
use abi::value::Value;

use crate::call::{Call, CallRequest};

/// The way from host functions back into their app. They are made before it is: until it is connected, there is nothing to
/// call.
#[derive(Default)]
pub struct OwnFunctions(OnceLock<Connected>);

struct Connected {
    program: Arc<Program>,
    sandbox: Box<dyn Fn() -> Option<Arc<dyn Call>> + Send + Sync>,
}

impl OwnFunctions {
    /// Connects it with the app. `sandbox` runs its functions, for as long as it is there: whoever is called by it must not
    /// keep it.
    pub fn connect(&self, program: Arc<Program>, sandbox: impl Fn() -> Option<Arc<dyn Call>> + Send + Sync + 'static) {
        let _ = self.0.set(Connected { program, sandbox: Box::new(sandbox) });
    }

    /// The number of the embedder of this name: it takes a list of texts and answers a list of lists of floats
    /// (`collections` section 2).
    pub(super) fn embedder(&self, name: &str) -> Result<u32, String> {
        let program = self.0.get().map(|connected| &connected.program);
        let plan = program.and_then(|program| Some((program, program.functions.find(name)?)));
        let Some((program, (index, plan))) = plan else {
            return Err(format!("no function registered named {name}"));
        };
        let element = |ty: TypeId| match &program.types[ty].kind {
            Kind::List { element, .. } => Some(*element),
            _ => None,
        };
        let kind = |ty: TypeId| &program.types[ty].kind;
        let (parameters, results) = (plan.parameters.as_slice(), plan.results.as_slice());
        let fits = match (parameters, results) {
            ([texts], [vectors]) => {
                let text = element(texts.ty).map(kind);
                let number = element(vectors.ty).and_then(element).map(kind);
                matches!((text, number), (Some(Kind::String), Some(Kind::F32 | Kind::F64)))
            }
            _ => false,
        };
        let index = u32::try_from(index).ok().filter(|_| fits);
        index.ok_or_else(|| format!("invalid embedder function signature: {name} must take a list of texts and answer a list of lists of floats"))
    }

    /// Calls a function with these arguments, in an instance of its own and beyond the calls that run: whoever waits for it
    /// is one of those.
    pub(super) async fn call(&self, function: u32, arguments: Vec<Value>) -> Result<Value, String> {
        let sandbox = self.0.get().and_then(|connected| (connected.sandbox)());
        let sandbox = sandbox.ok_or("the app has ended")?;
        let weight = arguments.iter().map(Value::weight).sum();
        let arguments = arguments.into_iter().map(Some).collect();
        let request = CallRequest { function, arguments, weight, is_inner: true, ..CallRequest::default() };
        let outcome = sandbox.call(request).await;
        let reasons = || outcome.errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ");
        match outcome.value {
            Some(value) => Ok(value),
            None => Err(reasons()),
        }
    }
}

impl fmt::Debug for OwnFunctions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OwnFunctions")
    }
}
