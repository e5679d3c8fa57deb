//! Who may call an endpoint with `bearer-token`.

use std::sync::Arc;

use thiserror::Error;

/// Why a caller is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// 400
    #[error("Invalid JWT token format, Bearer required")]
    Format,
    /// 401
    #[error("Access Denied")]
    Denied,
}

impl Refusal {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Format => 400,
            Self::Denied => 401,
        }
    }
}

/// Decides about callers of `bearer-token` endpoints.
pub trait Authenticate: Send + Sync {
    /// The claims of the token in an `Authorization` header, as JSON text.
    ///
    /// # Errors
    /// The caller may not pass.
    fn authenticate(&self, authorization: Option<&[u8]>) -> Result<Option<Arc<str>>, Refusal>;
}

/// No key is configured: nobody can prove anything. Open in development, closed elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct WithoutKeys {
    /// Let everybody in.
    pub open: bool,
}

impl Authenticate for WithoutKeys {
    fn authenticate(&self, authorization: Option<&[u8]>) -> Result<Option<Arc<str>>, Refusal> {
        let given = authorization.map(<[u8]>::trim_ascii_end).filter(|given| !given.is_empty());
        match given {
            Some(given) if !given.starts_with(b"Bearer ") => Err(Refusal::Format),
            _ if self.open => Ok(None),
            _ => Err(Refusal::Denied),
        }
    }
}
