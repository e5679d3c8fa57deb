//! Values into and out of a guest that is plain memory.

mod calls;
mod lifting;
mod lowering;
