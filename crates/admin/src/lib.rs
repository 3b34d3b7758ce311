//! What an operator touches: the command line, `lanyard dev`, and the server's wiring.

pub mod acts;
pub mod audit;
pub mod client;
pub mod commands;
pub mod config;
pub mod coral;
pub mod dev;
mod heartbeat;
pub mod mail;
pub mod manage;
pub mod newsroom;
pub mod outbound;
pub mod output;
pub mod postgres;
pub mod serve;
pub mod store;
