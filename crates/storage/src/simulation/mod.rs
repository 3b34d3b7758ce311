//! The protocol that keeps caches true, in thousands of worlds.
//!
//! Each world is one process with several nodes: the real views, readers and change loops, with a simulated Postgres and
//! Redis beneath, on a clock that only moves when everybody waits. What happens, and in which order, follows from a
//! seed: the same seed is the same world.
//!
//! `LANYARD_SEEDS=100000` runs so many, and `LANYARD_SEED=17` tells one.

mod acts;
mod chance;
mod events;
mod history;
mod line;
mod node;
pub(crate) mod postgres;
pub(crate) mod redis;
mod rows;
mod tests;
mod world;
