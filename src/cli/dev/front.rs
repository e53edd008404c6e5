//! The addresses that the command listens on: that of the API, and that of operators where the environment has one.

use std::io;
use std::net::{SocketAddr, TcpListener};

use super::address;
use super::relay::{Relay, Retired};
use super::server::{self, OPERATORS, Server};
use crate::app_info::AppInfo;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The open addresses.
pub(super) struct Front {
    listen: SocketAddr,
    api: Relay,
    operators: Option<Relay>,
}

impl Front {
    /// Opens them in front of the first server.
    ///
    /// # Errors
    /// When one of them is taken.
    pub(super) fn open(
        app_info: &AppInfo,
        listen: SocketAddr,
        server: &Server,
    ) -> Result<Self, Diagnostics> {
        let operators = server::operators().zip(server.operators);
        let operators = operators.map(|(address, port)| {
            Relay::open(address, port).map_err(|error| {
                let help =
                    format!("stop what listens there, or set {OPERATORS} to another address");
                Diagnostics::from(taken(address, &error).help(help))
            })
        });
        Ok(Self {
            listen,
            api: relay(app_info, listen, server)?,
            operators: operators.transpose()?,
        })
    }

    /// Puts a server in the place of the one before, at the address that it is to have now.
    ///
    /// # Errors
    /// When another address is taken; then all stays as it is.
    pub(super) fn replace(
        &mut self,
        app_info: &AppInfo,
        listen: SocketAddr,
        server: &Server,
    ) -> Result<Retired, Diagnostics> {
        let moved = match listen == self.listen {
            true => None,
            false => Some(relay(app_info, listen, server)?),
        };
        if let (Some(operators), Some(port)) = (&self.operators, server.operators) {
            operators.switch(port);
        }
        // What comes on the connections of the old address is answered by the new server, too.
        let retired = self.api.switch(server.port);
        if let Some(moved) = moved {
            self.api = moved;
            self.listen = listen;
        }
        Ok(retired)
    }
}

fn relay(app_info: &AppInfo, listen: SocketAddr, server: &Server) -> Result<Relay, Diagnostics> {
    Relay::open(listen, server.port).map_err(|error| advice(app_info, listen, &error))
}

/// Complains where an address is taken, before anything is built for it.
pub(super) fn refuse_taken(app_info: &AppInfo, listen: SocketAddr) -> Result<(), Diagnostics> {
    let free = TcpListener::bind(listen);
    free.map(drop)
        .map_err(|error| advice(app_info, listen, &error))
}

fn advice(app_info: &AppInfo, listen: SocketAddr, error: &io::Error) -> Diagnostics {
    let elsewhere = address::elsewhere(app_info, listen);
    let help =
        format!("stop what listens there, or choose another address: `{elsewhere} auth-gen dev`");
    taken(listen, error).help(help).into()
}

fn taken(listen: SocketAddr, error: &io::Error) -> Diagnostic {
    Diagnostic::error(
        "port-in-use",
        format!("cannot listen on `{listen}`: {error}"),
    )
}
