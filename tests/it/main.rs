//! Tests of the whole: the server that ships, over HTTP, on a real Postgres and a real Redis.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod allocations;
#[cfg(test)]
mod api_keys;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod broker;
#[cfg(test)]
mod ceilings;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod check;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod cli_demo;
#[cfg(test)]
mod cli_import;
#[cfg(test)]
mod cli_keys;
#[cfg(test)]
mod cli_remote;
#[cfg(test)]
mod cli_tokens;
#[cfg(test)]
mod cli_users;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod coral;
#[cfg(test)]
mod coral_rotation;
#[cfg(test)]
mod coral_story;
#[cfg(test)]
mod dashboard;
#[cfg(test)]
mod deployments;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod dev;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod failover;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod invitations;
#[cfg(test)]
mod issue;
#[cfg(test)]
mod jwks;
#[cfg(test)]
mod key_lint;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod log;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod master_key;
#[cfg(test)]
mod members;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod outage;
#[cfg(test)]
mod outbound;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod poolers;
#[cfg(test)]
mod races;
#[cfg(test)]
mod redis_kinds;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod signing_keys;
#[cfg(test)]
mod story;
#[cfg(test)]
mod talk_to_coral;
#[cfg(test)]
mod tenants;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod usage;
#[cfg(test)]
mod users;
#[cfg(test)]
mod verifiers;
#[cfg(test)]
mod walls;
