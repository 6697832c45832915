//! The client of all requests.

use std::{sync::OnceLock, time::Duration};

use reqwest::{Client, redirect, retry};

use crate::run::effects::unable::Unable;

/// How long a connection may take to come about. What comes after that, the program limits with `timeout`.
const CONNECT: Duration = Duration::from_secs(30);

/// The client, made when it is first needed.
///
/// It does nothing on its own: it follows no redirect, which needs a grant; it sends nothing again, which a program
/// decides; it keeps no connection, because one that has ended meanwhile would look like a request that was lost; and
/// it goes through no proxy, which would be a host that nobody granted.
///
/// # Errors
/// The certificates of this machine can't be used.
pub fn client() -> Result<&'static Client, Unable> {
    static CLIENT: OnceLock<Result<Client, String>> = OnceLock::new();
    CLIENT
        .get_or_init(|| new().map_err(|error| super::cause(&error)))
        .as_ref()
        .map_err(|why| Unable::NoClient(why.clone()))
}

fn new() -> Result<Client, reqwest::Error> {
    // Whoever embeds this may have chosen another one before, which will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("orch/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .pool_max_idle_per_host(0)
        .no_proxy()
        .connect_timeout(CONNECT)
        .build()
}
