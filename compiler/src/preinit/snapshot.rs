//! What initialisation left, as a module again.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmi::Val;
use wasmtime_wizer::{InstanceState, ModuleContext, SnapshotVal, ValType, Wizer};

use super::instance::Guest;

/// The module whose memory and globals begin as they are in `guest`.
pub(super) fn take(wizer: &Wizer, context: &ModuleContext<'_>, guest: &mut Guest) -> Result<Vec<u8>, String> {
    let taking = pin!(wizer.snapshot(context, guest));
    // It is asynchronous for engines that are; reading our instance never waits.
    match taking.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(wasm)) => Ok(wasm),
        Poll::Ready(Err(error)) => Err(refused(&error)),
        Poll::Pending => Err("what it leaves cannot be read".to_owned()),
    }
}

/// Why wizer makes no module of it.
pub(super) fn refused(error: &wasmtime::Error) -> String {
    format!("what it leaves cannot be stored: {error:#}")
}

impl InstanceState for Guest {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        match self.global(name) {
            Some(Val::I32(value)) => SnapshotVal::I32(value),
            Some(Val::I64(value)) => SnapshotVal::I64(value),
            Some(Val::F32(value)) => SnapshotVal::F32(value.to_bits()),
            Some(Val::F64(value)) => SnapshotVal::F64(value.to_bits()),
            Some(Val::V128(value)) => SnapshotVal::V128(value.as_u128()),
            // Wizer refuses mutable references, and asks for no others.
            _ => SnapshotVal::I32(0),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        contents(self.memory(name).unwrap_or_default());
    }
}
