//! Making keys without holding up anybody: a pair of RSA keeps a processor busy for a while.

use lanyard_api::{App, Failure, Problem};
use lanyard_core::key::{Algorithm, KeyError};

/// Makes a key of this algorithm; a key pair in the queue of all newsrooms. Nothing may be locked meanwhile.
pub(super) async fn make<T: Send + 'static>(
    app: &App,
    algorithm: Algorithm,
    make: impl FnOnce() -> Result<T, KeyError> + Send + 'static,
) -> Result<T, Failure> {
    if algorithm.is_symmetric() {
        // A few random bytes.
        return make().map_err(|error| Failure::from(Problem::Internal).logged(error));
    }
    app.key_pairs.enter()?.run(make).await
}
